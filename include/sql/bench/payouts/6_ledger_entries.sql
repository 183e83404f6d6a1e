-- The entries: two a group that sum to zero, but where that is the fault.
--
-- Grain:   one row per entry.
insert into ledger_entries (ledger_group_id, account, amount_minor, currency, created_at)
select
    parts.part || '-' || orders.reference,
    parts.account,
    parts.sign * orders.amount_minor + case
        when orders.fault = 'every_ledger_group_balances' and parts.part = 'hold' and parts.sign = 1 then 7
        else 0
    end,
    orders.currency,
    orders.begun_at + parts.later
from bench.orders
cross join (values
    ('hold', 'payee', 1, interval '0'),
    ('hold', 'escrow', -1, interval '0'),
    ('bank', 'escrow', 1, interval '1 hour'),
    ('bank', 'bank', -1, interval '1 hour'),
    ('again', 'escrow', 1, interval '2 hours'),
    ('again', 'bank', -1, interval '2 hours')
) as parts (part, account, sign, later)
where
    parts.part = 'hold'
    or (
        parts.part = 'bank'
        and orders.status = 'SUCCEEDED'
        and orders.fault is distinct from 'every_success_is_finalised'
    )
    or (parts.part = 'again' and orders.fault = 'no_payout_is_finalised_twice')
order by orders.number, parts.later, parts.sign
