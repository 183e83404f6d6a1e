-- Balance transactions outside of the range that was asked for.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds.
-- Binds:   read_from, read_to (timestamptz): half-open.
select
    row_number,
    'created' as column_name,
    'from ' || %(read_from)s::timestamptz || ' until before ' || %(read_to)s::timestamptz as expected,
    to_timestamp(created::bigint)::text as found
from work_raw_rows
where
    to_timestamp(created::bigint) < %(read_from)s::timestamptz
    or to_timestamp(created::bigint) >= %(read_to)s::timestamptz
order by row_number
limit 10
