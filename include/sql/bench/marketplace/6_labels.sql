-- What the checks of the benchmark's marketplace must return.
--
-- Grain:   one row per row of a check.
create table bench.labels as
with

broken as (

    select
        *,
        lag(reference) over (order by number) as reference_before
    from bench.sales

)

select
    fault as check_name,
    case fault
        when 'every_transaction_sums_to_zero' then 'transaction-capture-' || reference
        when 'every_idempotency_key_is_of_one_operation' then 'key-capture-' || reference_before
        else 'payment-' || reference
    end as object,
    case
        when fault not in ('every_operation_is_one_transaction', 'every_idempotency_key_is_of_one_operation')
            then currency
    end as currency,
    case fault
        when 'every_transaction_sums_to_zero' then 7
        when 'no_payment_is_refunded_above_its_capture' then 100
        when 'only_captured_payments_have_entries' then amount_minor
    end as amount_minor
from broken
where fault is not null and fault <> 'every_entry_has_a_transaction'
union all
select
    'every_captured_payment_has_three_entries',
    'payment-' || reference,
    currency,
    amount_minor
from broken
where fault = 'every_operation_is_one_transaction'
union all
select
    'every_entry_has_a_transaction',
    id,
    currency,
    amount_minor
from ledger_entries
where transaction_id is null
