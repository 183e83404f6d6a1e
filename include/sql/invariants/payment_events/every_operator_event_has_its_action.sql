-- Events that only an operator may cause, without the action of an operator that caused them.
--
-- Grain:    one row per such event; no row means the invariant holds. A retry is an attempt after the
--           first one of its payment, a cancellation a failure with the reason CANCELLED, a failure that
--           was marked by hand one whose payload names an operator.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of recording.
-- Reads:    payments.events, payments.operator_actions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to compliance
-- Do:       An unauthorised change of state, or a lost audit row: ask the operators on duty, look at the
--           logs of the approvals.
-- Asked by: runbook 002, policy gate
with

recorded as (

    select
        events.payment_id,
        events.sequence_number,
        events.event_id,
        events.recorded_at,
        case
            when events.type = 'PaymentFailed' and events.payload ->> 'reason' = 'CANCELLED' then 'cancel'
            when events.type = 'PaymentFailed' and events.payload ->> 'operator_id' is not null
                then 'mark_failed'
            when
                events.type = 'PaymentAttemptCreated'
                and exists (
                    select
                    from payments.events as earlier
                    where
                        events.payment_id = earlier.payment_id
                        and events.sequence_number > earlier.sequence_number
                        and earlier.type = 'PaymentAttemptCreated'
                )
                then 'retry'
        end as action
    from payments.events
    where
        events.type in ('PaymentFailed', 'PaymentAttemptCreated')
        and events.recorded_at >= %(window_start)s
        and events.recorded_at < %(window_end)s

)

select
    recorded.payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    recorded.recorded_at as occurred_at,
    concat(
        'event ', recorded.sequence_number, ' (', recorded.event_id, ') is the ', recorded.action,
        ' of an operator, and no such action is recorded'
    ) as what
from recorded
where
    recorded.action is not null
    and not exists (
        select
        from payments.operator_actions
        where
            recorded.event_id = operator_actions.event_id
            and recorded.payment_id = operator_actions.payment_id
            and recorded.action = operator_actions.action
    )
order by recorded.payment_id, recorded.sequence_number, recorded.event_id
