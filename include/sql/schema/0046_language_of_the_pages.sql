-- In which language a run's form asks for the pages of its report; NULL: in that of the PSP's entry.
alter table internal.attempts add column report_language text;
comment on column internal.attempts.report_language is 'The language in which the form asked for the pages of the report; NULL where it asked for none.';
