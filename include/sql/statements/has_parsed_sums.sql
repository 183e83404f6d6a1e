-- Did the parser come to the end of the delivery?
--
-- Grain:   one row.
-- Binds:   none.
select to_regclass('work_parsed_sums') is not null as is_flagged
