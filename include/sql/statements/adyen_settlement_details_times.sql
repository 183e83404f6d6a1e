-- Which instant and day does each booking time of the file name?
--
-- Grain:   one row per distinct time and zone as written, in work_booking_times. A time that can't be
--          read, or whose zone is not known, has NULL there.
-- Binds:   zones (jsonb): {abbreviation: [zone name, is summer time]}.
create unlogged table work_booking_times as
with

zones as (

    select
        entry.key as abbreviation,
        entry.value ->> 0 as zone_name,
        (entry.value ->> 1)::boolean as is_summer_time
    from jsonb_each(%(zones)s) as entry

),

written as (

    select
        coalesce(booking_date, creation_date) as written_time,
        case
            when booking_date is null then timezone
            else coalesce(booking_date_timezone, timezone)
        end as written_zone,
        min(row_number) as first_row
    from work_raw_rows
    group by written_time, written_zone

),

dated as (

    select
        written_time,
        written_zone,
        first_row,
        zone_name,
        is_summer_time,
        case
            when written_time !~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$'
                then null
            when
                substr(written_time, 9, 2)::integer
                > extract(day from (left(written_time, 7) || '-01')::date + interval '1 month' - interval '1 day')
                then null
            else written_time::timestamp
        end as wall_clock
    from written
    left join zones
        on written.written_zone = zones.abbreviation

)

select
    written_time,
    written_zone,
    first_row,
    zone_name,
    wall_clock::date as booked_on,
    -- In the hour that occurs twice the abbreviation says which one; elsewhere both agree.
    case
        when is_summer_time and ((wall_clock at time zone zone_name) - interval '1 hour') at time zone zone_name = wall_clock
            then (wall_clock at time zone zone_name) - interval '1 hour'
        when not is_summer_time and ((wall_clock at time zone zone_name) + interval '1 hour') at time zone zone_name = wall_clock
            then (wall_clock at time zone zone_name) + interval '1 hour'
        else wall_clock at time zone zone_name
    end as booked_at
from dated
