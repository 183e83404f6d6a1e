-- Zone abbreviations that are not in the table of zones.
--
-- Grain:   one row per abbreviation, at its first row; no row means the promise holds.
-- Binds:   none.
select
    min(first_row) as row_number,
    'booking_zone' as column_name,
    'a known abbreviation such as CET' as expected,
    coalesce(written_zone, 'nothing') as found
from work_written_times
where
    zone_name is null
    and is_booking
group by written_zone
order by row_number
