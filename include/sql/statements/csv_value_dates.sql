-- Which day does each value date of the file name?
--
-- Grain:   one row per distinct value date as written, in work_value_dates.
-- Binds:   none. Reads work_written_times.
create unlogged table work_value_dates as
select
    written_time,
    booked_on as value_date
from work_written_times
where
    not is_booking
    and written_time is not null
