-- Makes the empty settlement calendar of this run: per day, what settles when.
--
-- Where there is a cut-off, what lies at or after cut_off_at is of the business day after_day, and a
-- day begins_at the cut-off of the business day before it. business_days counts those of the calendar
-- up to and with the day, so that two days can be compared.
create unlogged table work_calendar (
    day date primary key,
    settles_on date not null,
    due_at timestamptz not null,
    next_business_day date not null,
    business_days integer not null,
    begins_at timestamptz,
    cut_off_at timestamptz,
    after_day date,
    after_settles_on date,
    after_due_at timestamptz
);
