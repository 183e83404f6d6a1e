-- Ids of lines that occur on more than one line of the file.
--
-- Grain:   one row per such id, at its second line; no row means the promise holds. Only the few keys that
--          were found to be shared are looked at.
-- Binds:   none. Reads work_equal_keys.
select
    (array_agg(lines.row_number order by lines.row_number))[2] as row_number,
    'line_id' as column_name,
    'an id that differs on every line' as expected,
    lines.line_key || ', as in row ' || min(lines.row_number) as found
from work_new_lines as lines
inner join work_equal_keys as keys
    on hashtextextended(lines.line_key, 0) = keys.key_hash
group by lines.line_key
having count(*) > 1
order by row_number
limit 10
