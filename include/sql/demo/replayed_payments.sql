-- What did the last replay of all payments find, and are payments stopped because of it?
--
-- Grain:   one row.
-- Binds:   none.
select
    payment_replays.payments,
    payment_replays.events,
    payment_replays.not_checked,
    array(
        select payment_replay_findings.payment_id
        from reconciliation.payment_replay_findings
        where payment_replay_findings.replay_id = payment_replays.replay_id
        order by payment_replay_findings.payment_id
    ) as different,
    exists (
        select from reconciliation.stop_requests
        where stop_requests.replay_id = payment_replays.replay_id and stop_requests.set_at is not null
    ) as is_stopped
from reconciliation.payment_replays
order by payment_replays.replay_id desc
limit 1
