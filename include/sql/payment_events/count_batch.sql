-- Adds what a batch of payments gave to the figures of their replay.
--
-- Grain:   one row, with the figures so far.
-- Binds:   replay_id, payments, events, behind, different, not_checked (bigint), is_last (boolean).
update internal.payment_replays
set
    payments = payments + %(payments)s,
    events = events + %(events)s,
    behind = behind + %(behind)s,
    different = different + %(different)s,
    not_checked = not_checked + %(not_checked)s,
    ended_at = case when %(is_last)s then clock_timestamp() end
where replay_id = %(replay_id)s
returning payments, events, behind, different, not_checked
