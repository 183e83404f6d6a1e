-- What did operators do to a payment by hand?
--
-- Grain:   one row per action.
-- Binds:   payment_id (text).
select
    action_id,
    action,
    operator_id,
    approval_id,
    reason,
    event_id,
    acted_at
from payments.operator_actions
where payment_id = %(payment_id)s
order by acted_at, action_id
