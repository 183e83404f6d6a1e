-- Times that can't be read.
--
-- Grain:   one row per such time, at its first row; no row means the promise holds.
-- Binds:   time_example (text).
select
    min(first_row) as row_number,
    case when is_booking then 'booking_time' else 'value_date' end as column_name,
    'a time such as ' || %(time_example)s::text as expected,
    coalesce(written_time, 'nothing') as found
from work_written_times
where booked_on is null
group by written_time, is_booking
order by row_number
