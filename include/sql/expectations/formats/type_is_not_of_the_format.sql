-- Which lines have a type that their format has no word for?
--
-- Grain:   one row per such line.
-- Binds:   types (text): with commas, since Great Expectations takes the braces of an array for its own;
--          {batch} is what it puts there: the lines under test.
with

lines as (

    select * from {batch}

)

select
    lines.statement_file,
    lines.statement_row,
    lines.provider_type,
    lines.type
from lines
where lines.type <> all(string_to_array(%(types)s, ','))
