-- What did a replay find?
--
-- Grain:   one row.
-- Binds:   replay_id (bigint).
select
    verdict,
    payments,
    events,
    behind,
    different,
    not_checked,
    payment_id is null and recorded_from is null and recorded_to is null as is_whole
from reconciliation.payment_replays
where replay_id = %(replay_id)s
