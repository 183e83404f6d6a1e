-- The groups of the ledger: money is held for each payout, and booked to the bank once it has succeeded.
--
-- Grain:   one row per group.
insert into ledger_groups (id, provider_payout_id, kind, created_at)
select
    parts.part || '-' || orders.reference,
    'order-' || orders.reference,
    parts.kind,
    orders.begun_at + parts.later
from bench.orders
cross join (values
    ('hold', 'escrow_hold', interval '0'),
    ('bank', 'payout_finalised', interval '1 hour'),
    ('again', 'payout_finalised', interval '2 hours')
) as parts (part, kind, later)
where
    parts.part = 'hold'
    or (
        parts.part = 'bank'
        and orders.status = 'SUCCEEDED'
        and orders.fault is distinct from 'every_success_is_finalised'
    )
    or (parts.part = 'again' and orders.fault = 'no_payout_is_finalised_twice')
order by orders.number, parts.later
