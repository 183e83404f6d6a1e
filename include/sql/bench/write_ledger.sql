-- The company's ledger rows of the benchmark's events: first the carried half, later the rest.
--
-- Grain:   no rows; adds one ledger row per event, two of a duplicate_in_ledger.
-- Binds:   account (text); is_carried (boolean): which half.
with

booked as (

    select
        'lt_' || number as id,
        *
    from bench.events
    where
        is_carried = %(is_carried)s
        and (fault is null or fault not in ('missing_in_ledger', 'unclassified_line'))
    union all
    select
        'lt_' || number || '_retry',
        *
    from bench.events
    where is_carried = %(is_carried)s and fault = 'duplicate_in_ledger'

)

insert into ledger.transactions (
    id, psp, psp_account, psp_reference, merchant_reference, event_reference, type, status,
    amount_minor, fee_minor, currency, occurred_at, updated_at
)
select
    id,
    'adyen',
    %(account)s,
    psp_reference,
    merchant_reference,
    event_reference,
    case when is_refund then 'refund' else 'payment' end,
    case when fault = 'status_mismatch' then 'failed' else 'settled' end,
    amount_minor,
    case
        when is_refund then null
        when fault = 'fee_mismatch' then fee_minor - 3
        else fee_minor
    end,
    currency,
    occurred_at,
    occurred_at
from booked
order by number
