-- Events whose content does not have the hash that was stored with it, or that do not follow from the
-- event before.
--
-- Grain:   one row per such event; no row means the invariant holds. The hash of an event is over the
--          hash before it and all of its columns, each with its length (docs/replay.md). All events of a
--          payment are looked at, of which at least one was recorded in the window.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of recording.
with

touched as (

    select distinct payment_id
    from payments.events
    where
        recorded_at >= %(window_start)s
        and recorded_at < %(window_end)s

),

told as (

    select
        events.payment_id,
        events.sequence_number,
        events.event_id,
        events.recorded_at,
        events.previous_sha256,
        events.event_sha256,
        lag(events.event_sha256) over (
            partition by events.payment_id order by events.sequence_number, events.event_id
        ) as sha256_before,
        lag(events.sequence_number, 1, 0) over (
            partition by events.payment_id order by events.sequence_number, events.event_id
        ) as number_before,
        count(*) over (partition by events.payment_id, events.sequence_number) as copies,
        array[
            events.previous_sha256,
            events.payment_id,
            events.sequence_number::text,
            events.event_id,
            events.type,
            events.attempt_id,
            events.payload::text,
            (extract(epoch from events.occurred_at)::numeric * 1000000)::bigint::text,
            (extract(epoch from events.recorded_at)::numeric * 1000000)::bigint::text
        ] as fields
    from touched
    inner join payments.events
        on touched.payment_id = events.payment_id

),

hashed as (

    select
        *,
        (
            select encode(
                sha256(
                    convert_to(
                        string_agg(coalesce(octet_length(field)::text || ':' || field, '-'), '' order by place),
                        'UTF8'
                    )
                ),
                'hex'
            )
            from unnest(fields) with ordinality as parts (field, place)
        ) as content_sha256
    from told

)

select
    payment_id,
    sequence_number,
    event_id,
    event_sha256 <> content_sha256 as is_changed,
    previous_sha256 is distinct from sha256_before as is_out_of_line,
    event_sha256 as stored_sha256,
    content_sha256,
    recorded_at
from hashed
where
    event_sha256 <> content_sha256
    -- Where a number is missing or there twice, what came before is told by another invariant.
    or (
        previous_sha256 is distinct from sha256_before
        and sequence_number = number_before + 1
        and copies = 1
    )
order by payment_id, sequence_number, event_id
