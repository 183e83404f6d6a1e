-- The payments that the benchmark makes up: three ledger entries each, and two more for the refund of every fifth;
-- 6 in 25,000 with a fault.
--
-- Grain:   one row per payment.
-- Binds:   entries, seed (bigint).
-- Reason:  references are products modulo 10^14 with a factor that shares no divisor with it: unique, and in no order.
create unlogged table bench.sales as
select
    number,
    lpad(((number * 618033988749 + %(seed)s) %% 100000000000000)::text, 14, '0') as reference,
    100 + (number * 7919 + %(seed)s) %% 1000000 as amount_minor,
    (array['BRL', 'USD'])[1 + number %% 2] as currency,
    number %% 5 = 0 as is_refunded,
    case number %% 25000
        when 17 then 'every_transaction_sums_to_zero'
        when 34 then 'every_operation_is_one_transaction'
        when 51 then 'every_idempotency_key_is_of_one_operation'
        when 68 then 'only_captured_payments_have_entries'
        when 86 then 'every_entry_has_a_transaction'
        when 105 then 'no_payment_is_refunded_above_its_capture'
    end as fault,
    timestamptz '2026-03-01 00:00:00Z' + number * (interval '90 days' / (%(entries)s::bigint * 5 / 17)) as begun_at
from generate_series(1, %(entries)s::bigint * 5 / 17) as numbers (number)
