-- Rows whose batch number is not a whole number.
--
-- Grain:   one row per such number, at its first row; no row means the promise holds.
-- Binds:   none.
select
    min(first_row) as row_number,
    'Batch Number' as column_name,
    'a whole number' as expected,
    coalesce(batch_number, 'nothing') as found
from work_control
where coalesce(batch_number !~ '^[0-9]{1,18}$', true)
group by batch_number
order by row_number
