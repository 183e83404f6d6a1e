-- How does a payment of the marketplace stand, and do its ledger entries agree with that?
--
-- Grain:   one row, or none where the book has no such payment. INITIATED and AUTHORIZED say so where entries
--          are there already; CAPTURED says so where they are missing or don't sum to zero per currency.
-- Binds:   object_id, idempotency_key (text; not used).
select
    payments.amount_minor,
    payments.currency,
    payments.payment_method,
    payments.order_id,
    booked.entries,
    case
        when payments.lifecycle in ('INITIATED', 'AUTHORIZED') and booked.entries > 0
            then payments.lifecycle || '_WITH_ENTRIES'
        when payments.lifecycle = 'CAPTURED' and (booked.entries = 0 or booked.unbalanced > 0)
            then 'CAPTURED_UNBALANCED'
        else payments.lifecycle
    end as state
from payments
cross join lateral (
    select
        coalesce(sum(per_currency.entries), 0)::bigint as entries,
        count(*) filter (where per_currency.sum_minor is distinct from 0) as unbalanced
    from (
        select
            ledger_entries.currency,
            count(*) as entries,
            sum(ledger_entries.amount_minor) as sum_minor
        from ledger_entries
        where ledger_entries.payment_id = payments.id and ledger_entries.refund_id is null
        group by ledger_entries.currency
    ) as per_currency
) as booked
where payments.id = %(object_id)s and %(idempotency_key)s::text is not null
