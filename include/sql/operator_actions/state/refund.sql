-- How does a refund stand, and do its payment and its ledger entries agree with that?
--
-- Grain:   one row, or none where the book has no such refund. PENDING and APPROVED say so where entries are
--          there already, where the payment is not captured, and where all refunds are more than it; COMPLETED
--          says so where entries are missing or don't sum to zero per currency.
-- Binds:   object_id, idempotency_key (text; not used).
select
    refunds.amount_minor,
    refunds.currency,
    refunds.payment_id,
    payments.lifecycle as payment_state,
    payments.amount_minor as payment_minor,
    others.refunded_minor,
    booked.entries,
    case
        when refunds.status in ('PENDING', 'APPROVED') and booked.entries > 0
            then refunds.status || '_WITH_ENTRIES'
        when refunds.status in ('PENDING', 'APPROVED')
            and (payments.lifecycle is distinct from 'CAPTURED' or payments.currency <> refunds.currency)
            then refunds.status || '_NOT_CAPTURED'
        when refunds.status in ('PENDING', 'APPROVED')
            and refunds.amount_minor + others.refunded_minor > payments.amount_minor
            then refunds.status || '_ABOVE_PAYMENT'
        when refunds.status = 'COMPLETED' and (booked.entries = 0 or booked.unbalanced > 0)
            then 'COMPLETED_UNBALANCED'
        else refunds.status
    end as state
from refunds
left join payments on refunds.payment_id = payments.id
cross join lateral (
    select coalesce(sum(other.amount_minor), 0)::bigint as refunded_minor
    from refunds as other
    where
        other.payment_id = refunds.payment_id
        and other.id <> refunds.id
        and other.status in ('PROCESSING', 'COMPLETED')
) as others
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
        where ledger_entries.refund_id = refunds.id
        group by ledger_entries.currency
    ) as per_currency
) as booked
where refunds.id = %(object_id)s and %(idempotency_key)s::text is not null
