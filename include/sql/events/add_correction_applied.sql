-- What do other systems hear of a correction that was applied? Added to the outbox, once.
--
-- Grain:   no rows; adds one row, and none for what is done to an object of a service.
-- Binds:   sequence_number (bigint: the row of the log that applied it).
insert into internal.outbox (kind, dedupe_key, payload)
select
    'event',
    'event:correction_applied:' || applied.request_id,
    jsonb_build_object(
        'id', 'correction_applied:' || applied.request_id,
        'type', 'correction_applied',
        'psp', accounts.psp,
        'account', accounts.account,
        'time', to_char(applied.logged_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'data', jsonb_build_object(
            'correction_id', applied.request_id,
            'action', applied.action,
            'discrepancy_id', applied.discrepancy_id,
            'episode', applied.episode,
            'corrects_correction_id', case when applied.object_kind = 'correction' then applied.object_id end,
            'leg', applied.leg,
            'currency', applied.currency,
            'amount_minor', applied.amount_minor,
            'post_by', applied.post_by,
            'reason_code', applied.reason_code,
            'sequence_number', applied.sequence_number,
            'entry_sha256', applied.entry_sha256
        )
    )
from internal.correction_log as applied
inner join internal.accounts on applied.account_id = accounts.account_id
where
    applied.sequence_number = %(sequence_number)s
    and applied.object_kind in ('discrepancy', 'correction')
on conflict (dedupe_key) do nothing
