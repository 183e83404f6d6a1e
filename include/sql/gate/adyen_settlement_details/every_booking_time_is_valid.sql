-- Booking times that can't be read.
--
-- Grain:   one row per such time, at its first row; no row means the promise holds.
-- Binds:   none.
select
    min(first_row) as row_number,
    'Booking Date, or else Creation Date' as column_name,
    'a time such as 2026-11-17 23:50:00' as expected,
    coalesce(written_time, 'nothing') as found
from work_booking_times
where booked_on is null
group by written_time
order by row_number
