-- The entries: three of each capture and two of each refund that sum to zero, but where that is the fault.
--
-- Grain:   one row per entry.
insert into ledger_entries (
    id, transaction_id, wallet_id, payment_id, refund_id, entry_type, amount_minor, currency, idempotency_key, created_at
)
with

sales as (

    select
        *,
        amount_minor / 20 as fee_minor,
        case when fault = 'no_payment_is_refunded_above_its_capture' then amount_minor + 100 else amount_minor / 2 end
            as refunded_minor,
        lag(reference) over (order by number) as reference_before
    from bench.sales

)

select
    'entry-' || parts.part || '-' || sales.reference,
    case
        when sales.fault is distinct from 'every_entry_has_a_transaction'
            then 'transaction-' || parts.operation || '-' || sales.reference
    end,
    case parts.owner
        when 'buyer' then 'buyer-' || sales.number %% 100000
        when 'seller' then 'seller-' || 1 + sales.number %% 999
        else 'platform-0'
    end,
    'payment-' || sales.reference,
    case when parts.operation = 'refund' then 'refund-' || sales.reference end,
    parts.entry_type,
    case parts.part
        when 'refund-1' then sales.refunded_minor
        when 'refund-2' then -sales.refunded_minor
        else
            case parts.owner
                when 'buyer' then -sales.amount_minor
                when 'seller' then sales.amount_minor - sales.fee_minor
                else sales.fee_minor
            end
    end + case when sales.fault = 'every_transaction_sums_to_zero' and parts.part = 'capture-2' then 7 else 0 end,
    sales.currency,
    'key-' || parts.operation || '-' || case
        when sales.fault = 'every_idempotency_key_is_of_one_operation' then sales.reference_before
        else sales.reference
    end,
    sales.begun_at + parts.later
from sales
cross join (values
    ('capture', 'capture-1', 'buyer', 'PAYMENT_DEBIT', interval '5 minutes'),
    ('capture', 'capture-2', 'seller', 'PAYMENT_CREDIT', interval '5 minutes'),
    ('capture', 'capture-3', 'platform', 'PLATFORM_FEE_CREDIT', interval '5 minutes'),
    ('again', 'again-1', 'buyer', 'PAYMENT_DEBIT', interval '6 minutes'),
    ('again', 'again-2', 'seller', 'PAYMENT_CREDIT', interval '6 minutes'),
    ('again', 'again-3', 'platform', 'PLATFORM_FEE_CREDIT', interval '6 minutes'),
    ('refund', 'refund-1', 'buyer', 'REFUND_CREDIT', interval '2 hours'),
    ('refund', 'refund-2', 'seller', 'REFUND_DEBIT', interval '2 hours')
) as parts (operation, part, owner, entry_type, later)
where
    parts.operation = 'capture'
    or (parts.operation = 'again' and sales.fault = 'every_operation_is_one_transaction')
    or (parts.operation = 'refund' and sales.is_refunded)
order by sales.number, parts.later, parts.part
