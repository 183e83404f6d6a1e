-- Which rows of the correction log does the rest of the warehouse know of, that are not there?
--
-- Grain:   one row per request and missing row, with who knows of it.
-- Binds:   none.
-- Reason:  a tail that was cut off before any run or manifest has seen it leaves no other trace. What
--          waits for its time ends within minutes (deliver_alerts); an hour is given.
with logged as (
    select
        request_id,
        bool_or(event = 'applied') as is_applied,
        bool_or(event in ('applied', 'rejected', 'expired', 'refused')) as is_ended
    from internal.correction_log
    group by request_id
),

asked as (
    select
        requests.request_id,
        requests.state,
        requests.approvals >= requests.approvals_needed as is_approved,
        requests.expires_at < clock_timestamp() - interval '1 hour' as is_past_due,
        coalesce(logged.is_applied, false) as is_applied,
        coalesce(logged.is_ended, false) as is_ended
    from reconciliation.action_requests as requests
    left join logged on requests.request_id = logged.request_id
)

select
    asked.request_id,
    'its end' as missing,
    'internal.action_answers, which has its rejection' as known_to
from asked
where not asked.is_ended and asked.state = 'rejected'
union all
select
    asked.request_id,
    'its end' as missing,
    'internal.action_answers, which has all its approvals, and its time is over' as known_to
from asked
where not asked.is_ended and asked.is_approved and asked.is_past_due
union all
select
    asked.request_id,
    'that it was applied' as missing,
    'internal.action_calls, which has a call to the service for it' as known_to
from asked
where not asked.is_applied and exists (
    select from internal.action_calls
    where action_calls.request_id = asked.request_id
)
union all
select
    outbox.payload #>> '{data,correction_id}' as request_id,
    'row ' || (outbox.payload #>> '{data,sequence_number}') || ', that it was applied' as missing,
    'internal.outbox, which has the event of just that row (' || outbox.dedupe_key || ')' as known_to
from internal.outbox
left join internal.correction_log as applied
    on
        applied.event = 'applied'
        and applied.request_id = outbox.payload #>> '{data,correction_id}'
        and applied.sequence_number::text = outbox.payload #>> '{data,sequence_number}'
        and applied.entry_sha256 = outbox.payload #>> '{data,entry_sha256}'
where
    outbox.kind = 'event'
    and outbox.payload ->> 'type' = 'correction_applied'
    and applied.sequence_number is null
order by request_id, known_to
