-- Actions of operators without an approval id, an operator id or a reason.
--
-- Grain:    one row per such action; no row means the invariant holds.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of the action.
-- Reads:    payments.operator_actions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to compliance
-- Do:       Find out who acted, and on whose word. The action stays as it is; the approval is recorded
--           beside it.
-- Asked by: runbook 002, audit log
select
    action_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    acted_at as occurred_at,
    concat(
        action, ' of payment ', payment_id, ' lacks ',
        concat_ws(
            ', ',
            case when btrim(coalesce(approval_id, '')) = '' then 'its approval id' end,
            case when btrim(coalesce(operator_id, '')) = '' then 'its operator id' end,
            case when btrim(coalesce(reason, '')) = '' then 'its reason' end
        )
    ) as what
from payments.operator_actions
where
    acted_at >= %(window_start)s
    and acted_at < %(window_end)s
    and (
        btrim(coalesce(approval_id, '')) = ''
        or btrim(coalesce(operator_id, '')) = ''
        or btrim(coalesce(reason, '')) = ''
    )
order by action_id
