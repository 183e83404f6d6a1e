-- The true events of the benchmark: payments and refunds, three currencies, 3 in 1000 with a fault.
--
-- Grain:   one row per event; of ten events in a row the last is a refund of the ninth. Every other
--          ten are in the ledger when the first run is made (is_carried), the rest come after it.
-- Binds:   lines (bigint), seed (bigint).
-- Reason:  references are products modulo 10^14 with factors that share no divisor with it: unique,
--          and in no order.
create unlogged table bench.events as
with

numbered as (

    select
        number,
        number %% 10 = 0 as is_refund,
        -- A refund is of the payment before it.
        case when number %% 10 = 0 then number - 1 else number end as payment_number,
        ((number - 1) / 10) %% 2 = 0 as is_carried,
        case ((number - 1) / 10 + %(seed)s) %% 20
            when 0 then 'BRL' when 1 then 'BRL' when 2 then 'BRL'
            when 3 then 'USD' when 4 then 'USD' when 5 then 'USD' when 6 then 'USD' when 7 then 'USD'
            else 'EUR'
        end as currency,
        case (number + 4000 - (%(seed)s %% 400) * 10) %% 4000
            when 7 then 'missing_in_ledger'
            when 311 then 'missing_in_statement'
            when 622 then 'amount_mismatch'
            when 933 then 'fee_mismatch'
            when 1244 then 'currency_mismatch'
            when 1555 then 'duplicate_settlement'
            when 1866 then 'duplicate_in_ledger'
            when 2177 then 'status_mismatch'
            when 2488 then 'unclassified_line'
            when 2795 then 'chargeback_not_in_ledger'
            when 3110 then 'refund_mismatch'
            when 3421 then 'missing_in_ledger'
        end as fault
    from generate_series(1, %(lines)s::bigint) as numbers (number)

),

priced as (

    select
        *,
        500 + (payment_number * 7919 + %(seed)s) %% 40000 as payment_minor
    from numbered

)

select
    number,
    is_refund,
    is_carried,
    currency,
    fault,
    '88' || lpad(((payment_number * 618033988749 + %(seed)s) %% 100000000000000)::text, 14, '0')
        as psp_reference,
    '86' || lpad(((number * 271828182843 + %(seed)s) %% 100000000000000)::text, 14, '0')
        as event_reference,
    'ORD-' || payment_number as merchant_reference,
    case when is_refund then -(payment_minor * 2 / 5) else payment_minor end as amount_minor,
    case when is_refund then 0 else 12 + payment_minor * 95 / 10000 end as fee_minor,
    case when is_carried then timestamptz '2026-03-01 01:00:00Z' else timestamptz '2026-03-01 14:00:00Z' end
        + number %% 25200 * interval '1 second' as occurred_at
from priced
