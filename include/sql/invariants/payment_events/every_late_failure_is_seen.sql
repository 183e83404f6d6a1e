-- Attempts that failed after the rail had acknowledged them, and that no operator has looked at since.
--
-- Grain:    one row per late failure; no row means the invariant holds. Seen means that an operator's
--           action led to the failure, or that one on the payment came after it.
-- Binds:    as_of (timestamptz) - what was recorded before it.
-- Reads:    payments.events, payments.operator_actions.
-- Severity: high
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to engineering
-- Do:       Ask the rail whether the settlement was rejected, retry where the reason allows it, tell the
--           customer, and record the action.
-- Asked by: runbook 002, scenario 2
with

failures as (

    select *
    from payments.events
    where
        type = 'PaymentFailed'
        and attempt_id is not null
        and recorded_at < %(as_of)s

)

select
    failures.payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    failures.occurred_at,
    concat(
        'attempt ', failures.attempt_id, ' was acknowledged and failed (', failures.payload ->> 'reason',
        '); no operator has acted on the payment since'
    ) as what
from failures
where
    exists (
        select
        from payments.events as acknowledgements
        where
            failures.payment_id = acknowledgements.payment_id
            and failures.attempt_id = acknowledgements.attempt_id
            and failures.sequence_number > acknowledgements.sequence_number
            and acknowledgements.type = 'PaymentAcknowledged'
    )
    and not exists (
        select
        from payments.events as settlements
        where
            failures.payment_id = settlements.payment_id
            and failures.attempt_id = settlements.attempt_id
            and failures.sequence_number > settlements.sequence_number
            and settlements.type = 'PaymentSettled'
    )
    and not exists (
        select
        from payments.operator_actions
        where
            failures.payment_id = operator_actions.payment_id
            and (
                failures.event_id = operator_actions.event_id
                or failures.occurred_at <= operator_actions.acted_at
            )
    )
order by failures.payment_id, failures.sequence_number, failures.event_id
