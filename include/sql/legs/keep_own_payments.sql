-- Keeps, on this leg, the payment of ledger rows that ledger_statement now gives another one.
--
-- Grain:   one row per such ledger row; what this leg itself decides of it follows.
-- Binds:   leg (text), account_id (integer).
insert into internal.leg_payments (leg, item_id, payment_key)
select
    %(leg)s,
    known.item_id,
    rows.payment_key
from work_known_ledger as known
inner join internal.ledger_transactions as rows
    on known.item_id = rows.item_id and rows.account_id = %(account_id)s
where known.payment_key <> rows.payment_key
union all
select
    %(leg)s,
    versions.item_id,
    versions.payment_key
from work_ledger_payments as claimed
inner join work_ledger_versions as versions on claimed.item_id = versions.item_id
on conflict do nothing
