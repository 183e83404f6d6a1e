-- How many lines has each statement, and which days do they prove?
--
-- Grain:   updates the statements of the delivery.
-- Binds:   none. Reads work_line_days.
-- Reason:  a row with a wrong date must not claim days on which nothing else lies. Days that are more
--          than two weeks apart are two spans, and the one with the most lines is proved: statements
--          are due weekly or oftener, and a holiday may leave one out. Of two spans with as many lines
--          it is the earlier one, which claims less.
with

dated_days as (

    select
        statement_id,
        booked_on,
        lines,
        expected_lines,
        booked_on - lag(booked_on) over (partition by statement_id order by booked_on) > 14 as is_far
    from work_line_days
    where booked_on is not null

),

days_in_spans as (

    select
        statement_id,
        booked_on,
        lines,
        expected_lines,
        count(*) filter (where is_far) over (partition by statement_id order by booked_on) as span
    from dated_days

),

proved as (

    select distinct on (statement_id)
        statement_id,
        coalesce(min(booked_on) filter (where expected_lines > 0), min(booked_on)) as covers_from,
        coalesce(max(booked_on) filter (where expected_lines > 0), max(booked_on)) as covers_to
    from days_in_spans
    group by statement_id, span
    order by statement_id, sum(lines) desc, span

),

counted as (

    select
        statement_id,
        sum(lines) as lines
    from work_line_days
    group by statement_id

)

update internal.statements as statements
set
    lines = counted.lines,
    covers_from = proved.covers_from,
    covers_to = proved.covers_to
from counted
left join proved
    on counted.statement_id = proved.statement_id
where statements.statement_id = counted.statement_id
