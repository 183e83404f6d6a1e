-- Which instant and day does each time of the file name?
--
-- Grain:   one row per distinct time and zone as written, in work_written_times. A time that can't be
--          read, or whose zone is not known, has NULL there.
-- Binds:   zones (jsonb): {abbreviation: [zone name, is summer time]}; layouts (jsonb): patterns with the
--          numbers of their groups, tried in order; zone_rule (text): abbreviation, offset or fixed;
--          fixed_zone (text); has_value_date (boolean).
create unlogged table work_written_times as
with

zones as (

    select
        entry.key as abbreviation,
        entry.value ->> 0 as zone_name,
        (entry.value ->> 1)::boolean as is_summer_time
    from jsonb_each(%(zones)s) as entry

),

layouts as (

    select
        row_number() over () as place,
        layout.*
    from jsonb_to_recordset(%(layouts)s) as layout (
        pattern text, epoch integer, year integer, month integer, day integer, hour integer,
        minute integer, second integer, fraction integer, "offset" integer
    )

),

booked as (

    select
        coalesce(booked_time, fallback_time) as written_time,
        case
            when booked_time is null then fallback_zone
            else coalesce(booked_zone, fallback_zone)
        end as written_zone,
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

read as (

    select
        written.written_time,
        written.written_zone,
        written.first_row,
        written.is_booking,
        layout.*,
        regexp_match(written.written_time, layout.pattern) as parts
    from written
    left join lateral (
        select layouts.*
        from layouts
        where written.written_time ~ layouts.pattern
        order by layouts.place
        limit 1
    ) as layout on true

),

dated as (

    select
        read.*,
        replace(parts["offset"], ':', '') as written_offset,
        case
            when parts is null or epoch = 1 then null
            when
                parts[day]::integer > extract(
                    day from make_date(parts[year]::integer, parts[month]::integer, 1) + interval '1 month' - interval '1 day'
                )
                then null
            else (
                concat_ws('-', parts[year], parts[month], parts[day]) || ' '
                || concat_ws(':', coalesce(parts[hour], '00'), coalesce(parts[minute], '00'), coalesce(parts[second], '00'))
                || coalesce('.' || parts[fraction], '')
            )::timestamp
        end as wall_clock,
        case
            when %(zone_rule)s::text = 'abbreviation' then zones.zone_name
            when %(zone_rule)s::text = 'fixed' then %(fixed_zone)s::text
            else 'UTC'
        end as zone_name,
        zones.is_summer_time
    from read
    left join zones
        on read.written_zone = zones.abbreviation

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
        else coalesce(parts["offset"], 'UTC')
    end as source_zone,
    case
        when epoch = 1 then (to_timestamp(parts[1]::bigint) at time zone zone_name)::date
        else wall_clock::date
    end as booked_on,
    case
        when epoch = 1 then to_timestamp(parts[1]::bigint)
        when written_offset = 'Z' then wall_clock at time zone 'UTC'
        when written_offset is not null
            then (
                wall_clock - (left(written_offset, 1) || '1')::integer
                * make_interval(hours => substr(written_offset, 2, 2)::integer, mins => substr(written_offset, 4, 2)::integer)
            ) at time zone 'UTC'
        -- In the hour that occurs twice the abbreviation says which one; elsewhere both agree.
        when is_summer_time and ((wall_clock at time zone zone_name) - interval '1 hour') at time zone zone_name = wall_clock
            then (wall_clock at time zone zone_name) - interval '1 hour'
        when not is_summer_time and ((wall_clock at time zone zone_name) + interval '1 hour') at time zone zone_name = wall_clock
            then (wall_clock at time zone zone_name) + interval '1 hour'
        else wall_clock at time zone zone_name
    end as booked_at
from dated
