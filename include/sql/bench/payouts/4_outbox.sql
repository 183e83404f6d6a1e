-- The tasks that carried the orders; one whose order is in quarantine is still claimed.
--
-- Grain:   one row per task.
insert into outbox (provider_payout_id, status, queued_at, claimed_at, finished_at, tries)
select
    'order-' || reference,
    case status when 'QUARANTINED' then 'SENDING' else 'SENT' end,
    case status when 'QUARANTINED' then timestamptz '2026-05-30 00:00:00Z' else begun_at end,
    case status when 'QUARANTINED' then timestamptz '2026-05-30 00:00:00Z' else begun_at + interval '10 seconds' end,
    case status when 'QUARANTINED' then null else begun_at + interval '11 seconds' end,
    1
from bench.orders
order by number
