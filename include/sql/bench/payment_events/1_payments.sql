-- The payments that the benchmark makes up: six events each, nine where the first attempt has failed; 5 in 20,000
-- with a fault.
--
-- Grain:   one row per payment.
-- Binds:   events, seed (bigint).
-- Reason:  references are products modulo 10^14 with a factor that shares no divisor with it: unique, and in no order.
create unlogged table bench.payments as
select
    number,
    'payment-' || lpad(((number * 618033988749 + %(seed)s) %% 100000000000000)::text, 14, '0') as payment_id,
    100 + (number * 7919 + %(seed)s) %% 1000000 as amount_minor,
    (array['AUD', 'JPY', 'KWD'])[1 + number %% 3] as currency,
    number %% 10 = 3 as is_retried,
    case (number + %(seed)s) %% 20000
        when 18 then 'another state'
        when 35 then 'another hash'
        when 52 then 'a lost event'
        when 69 then 'no projection'
        when 86 then 'an unknown event'
    end as fault,
    timestamptz '2026-03-01 00:00:00Z' + number * interval '1 second' as begun_at
from generate_series(1, %(events)s::bigint * 10 / 63) as numbers (number)
