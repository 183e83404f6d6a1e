-- Events whose content does not have the hash that was stored with it, or that do not follow from the
-- event before.
--
-- Grain:    one row per such event; no row means the invariant holds. The hash of an event is over the
--           hash before it and all of its columns, each with its length (docs/replay.md).
-- Binds:    as_of (timestamptz) - what was recorded before it.
-- Reads:    payments.events.
-- Severity: critical
-- Scope:    full
-- Every:    day
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to the security officer
-- Do:       Treat it as tampering: keep the store for forensics, compare with a backup, change nothing.
-- Asked by: runbook 002, immutable events
with

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
    from payments.events
    where events.recorded_at < %(as_of)s

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
    payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    recorded_at as occurred_at,
    concat(
        'event ', sequence_number, ' (', event_id, ') ',
        case
            when event_sha256 <> content_sha256
                then concat('has the content ', content_sha256, ' and the stored SHA-256 ', event_sha256)
            else 'does not follow from the event before it'
        end
    ) as what
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
