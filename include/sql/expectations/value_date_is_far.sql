-- Which lines have their value more than half a year before or after they were booked?
--
-- Grain:   one row per such line.
-- Binds:   none; {batch} is what Great Expectations puts there: the lines under test.
-- Reason:  a date that is written without its year, or with two digits of it, goes wrong by a year.
with

lines as (

    select * from {batch}

)

select
    lines.statement_file,
    lines.statement_row,
    lines.provider_type,
    lines.booked_on,
    lines.value_date
from lines
where abs(lines.value_date - lines.booked_on) > 183
