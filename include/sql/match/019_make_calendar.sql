-- Makes the empty settlement calendar of this run: per day, what settles when.
create unlogged table work_calendar (
    day date primary key,
    settles_on date not null,
    due_at timestamptz not null,
    next_business_day date not null
);
