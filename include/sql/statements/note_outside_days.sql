-- Which statements have lines that are dated outside the days that they cover?
--
-- Grain:   updates the statements of the delivery that have such lines: one notice each.
-- Binds:   near_days (integer): so many days off are no oddity. Reads work_line_days and work_new_lines.
-- Reason:  the lines are only looked at where their days say that there are some.
with

suspects as (

    select
        statements.statement_id,
        statements.covers_from - %(near_days)s::integer as first_day,
        statements.covers_to + %(near_days)s::integer as last_day
    from internal.statements
    inner join work_line_days as days
        on statements.statement_id = days.statement_id
    group by statements.statement_id
    having
        bool_or(
            days.booked_on is null
            or days.booked_on < statements.covers_from - %(near_days)s::integer
            or days.booked_on > statements.covers_to + %(near_days)s::integer
        )

),

outside as (

    select
        lines.statement_id,
        count(*) as lines,
        min(lines.row_number) as first_row,
        (array_agg(lines.booked_on order by lines.row_number))[1] as first_day
    from work_new_lines as lines
    inner join suspects
        on lines.statement_id = suspects.statement_id
    where (lines.booked_on between suspects.first_day and suspects.last_day) is not true
    group by lines.statement_id

),

notices as (

    select
        statement_id,
        lines || case when lines = 1 then ' line is' else ' lines are' end
        || ' dated outside the days that the statement covers, the first in row ' || first_row
        || ': ' || first_day as notice
    from outside

)

update internal.statements as statements
set notices = statements.notices || notices.notice
from notices
where
    statements.statement_id = notices.statement_id
    -- A delivery that is let in again has it already.
    and notices.notice <> all(statements.notices)
