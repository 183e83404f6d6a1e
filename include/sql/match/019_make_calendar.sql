-- Makes the empty settlement calendar of this run: per day, what settles when.
-- business_days counts those of the calendar up to and with the day, so that two days can be compared.
create unlogged table work_calendar (
    day date primary key,
    settles_on date not null,
    due_at timestamptz not null,
    next_business_day date not null,
    business_days integer not null
);
