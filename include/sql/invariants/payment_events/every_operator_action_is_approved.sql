-- Actions of operators without an approval id, an operator id or a reason.
--
-- Grain:   one row per such action; no row means the invariant holds.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of the action.
select
    action_id,
    payment_id,
    action,
    operator_id,
    approval_id,
    reason,
    acted_at
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
