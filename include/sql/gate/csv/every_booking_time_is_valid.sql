-- Times that can't be read.
--
-- Grain:   one row per such time, at its first row; no row means the promise holds. Rows of balances and
--          sums may have none.
-- Binds:   time_example (text). Reads work_types.
select
    min(first_row) as row_number,
    case when is_booking then 'booking_time' else 'value_date' end as column_name,
    'a time such as ' || %(time_example)s::text || ', with a year from 1970 to 2199' as expected,
    coalesce(written_time, 'nothing') as found
from work_written_times
where
    booked_on is null
    and (
        written_time is not null
        or exists (
            select from work_raw_rows as raw
            inner join work_types as types
                on
                    raw.type_word = types.type_word
                    and types.is_line
            where raw.written_time is null
        )
    )
group by written_time, is_booking
order by row_number
