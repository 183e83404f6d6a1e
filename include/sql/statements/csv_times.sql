-- Which instant and day does each time of the file name?
--
-- Grain:   one row per distinct time and zone as written, in work_written_times. A time that can't be
--          read, or whose zone is not known, has NULL there.
-- Binds:   zones (jsonb): {abbreviation: [zone name, is summer time]}; layouts (jsonb): patterns with the
--          places of their parts, tried in order; zone_rule (text): abbreviation, offset or fixed;
--          fixed_zone (text); has_value_date (boolean).
-- Reason:  a file has a time per row, but few days: the rules of a zone are asked for each day, and for
--          each time only near a day on which the clocks change. `offset 0` keeps what is cut out once
--          from being cut out again wherever it is used.
create unlogged table work_written_times as
with

zones as (

    select
        entry.key as abbreviation,
        entry.value ->> 0 as zone_name,
        (entry.value ->> 1)::boolean as is_summer_time
    from jsonb_each(%(zones)s) as entry

),

layouts as materialized (

    select
        row_number() over () as place,
        layout.*
    from jsonb_to_recordset(%(layouts)s) as layout (
        pattern text, is_epoch boolean, is_short boolean, year integer, month integer, day integer,
        hour integer, minute integer, second integer, rest integer
    )

),

booked as (

    select
        written_time,
        written_zone,
        min(row_number) as first_row,
        true as is_booking
    from work_raw_rows
    group by written_time, written_zone

),

written as (

    select * from booked
    union all
    -- A value date is told apart from a booking time by its zone, which no column writes.
    select
        value_date as written_time,
        'value date' as written_zone,
        min(row_number) as first_row,
        false as is_booking
    from work_raw_rows
    where
        %(has_value_date)s::boolean
        and value_date is not null
    group by value_date

),

laid_out as (

    select
        written.*,
        layout.is_epoch,
        layout.year,
        layout.month,
        layout.day,
        layout.hour,
        layout.minute,
        layout.second,
        layout.rest,
        case
            when layout.is_short then regexp_replace(written.written_time, '(?<![0-9])([0-9])(?![0-9])', '0\1', 'g')
            else written.written_time
        end as padded,
        case
            when %(zone_rule)s::text = 'abbreviation' then zones.zone_name
            when %(zone_rule)s::text = 'fixed' then %(fixed_zone)s::text
            else 'UTC'
        end as zone_name,
        zones.is_summer_time
    from (
        select
            written.*,
            (select min(layouts.place) from layouts where written.written_time ~ layouts.pattern) as place
        from written
        offset 0
    ) as written
    left join layouts as layout
        on written.place = layout.place
    left join zones
        on written.written_zone = zones.abbreviation
    offset 0

),

-- Parts that a layout does not have are NULL.
parted as materialized (

    select
        laid_out.*,
        substr(padded, year, 4) || '-' || substr(padded, month, 2) || '-' || substr(padded, day, 2) as written_day,
        coalesce(substr(padded, hour, 2), '00') || ':' || coalesce(substr(padded, minute, 2), '00') || ':'
        || coalesce(substr(padded, second, 2), '00') as written_clock,
        substr(padded, rest) as written_rest
    from laid_out

),

real_days as (

    select
        written_day,
        zone_name,
        case
            when
                right(written_day, 2)::integer > 28
                and right(written_day, 2)::integer
                > extract(day from (left(written_day, 7) || '-01')::date + interval '1 month' - interval '1 day')
                then null
            else written_day::date
        end as day
    from parted
    where written_day is not null
    group by written_day, zone_name
    offset 0

),

-- Before and after a day that is even, and all through it, the zone is as far from UTC.
days as (

    select
        real_days.*,
        day::timestamp at time zone zone_name as begins_at,
        ((day - interval '3 hours') at time zone zone_name) + interval '30 hours'
        = (day + interval '27 hours') at time zone zone_name as is_even
    from real_days
    offset 0

),

dated as (

    select
        parted.*,
        days.day as booked_day,
        days.begins_at,
        days.is_even,
        days.day + case
            when written_rest = '' then written_clock
            else written_clock || substring(written_rest from '^[.0-9]*')
        end::time as wall_clock,
        nullif(replace(ltrim(written_rest, '.0123456789'), ':', ''), '') as written_offset
    from parted
    left join days
        on
            parted.written_day = days.written_day
            and coalesce(parted.zone_name, '') = coalesce(days.zone_name, '')
    offset 0

)

select
    written_time,
    written_zone,
    first_row,
    is_booking,
    zone_name,
    case
        when %(zone_rule)s::text = 'abbreviation' then written_zone
        when %(zone_rule)s::text = 'fixed' then zone_name
        else coalesce(ltrim(written_rest, '.0123456789'), 'UTC')
    end as source_zone,
    case
        when is_epoch then (to_timestamp(written_time::bigint) at time zone zone_name)::date
        else wall_clock::date
    end as booked_on,
    case
        when is_epoch then to_timestamp(written_time::bigint)
        when written_offset = 'Z' then wall_clock at time zone 'UTC'
        when written_offset is not null
            then (
                wall_clock - (left(written_offset, 1) || '1')::integer
                * make_interval(hours => substr(written_offset, 2, 2)::integer, mins => substr(written_offset, 4, 2)::integer)
            ) at time zone 'UTC'
        when is_even then begins_at + (wall_clock - booked_day)
        -- In the hour that occurs twice the abbreviation says which one; elsewhere both agree.
        when is_summer_time and ((wall_clock at time zone zone_name) - interval '1 hour') at time zone zone_name = wall_clock
            then (wall_clock at time zone zone_name) - interval '1 hour'
        when not is_summer_time and ((wall_clock at time zone zone_name) + interval '1 hour') at time zone zone_name = wall_clock
            then (wall_clock at time zone zone_name) + interval '1 hour'
        else wall_clock at time zone zone_name
    end as booked_at
from dated
