-- Notes the payment under which each row on the right was decided on this leg.
--
-- Grain:   one row per row of the pool that was in force, or that another payment claims.
-- Binds:   leg (text).
insert into internal.leg_payments (leg, item_id, payment_key)
select
    %(leg)s,
    item_id,
    payment_key
from work_known_ledger
on conflict (item_id, leg) do update set payment_key = excluded.payment_key
where leg_payments.payment_key <> excluded.payment_key
