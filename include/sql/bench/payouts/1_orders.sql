-- The payouts that the benchmark makes up: four ledger entries each, 6 in 25,000 with a fault.
--
-- Grain:   one row per payout.
-- Binds:   entries, seed (bigint).
-- Reason:  references are products modulo 10^14 with a factor that shares no divisor with it: unique, and in no order.
create unlogged table bench.orders as
with

numbered as (

    select
        number,
        case (number + %(seed)s) %% 25000
            when 17 then 'every_ledger_group_balances'
            when 34 then 'every_success_is_finalised'
            when 51 then 'no_payout_is_finalised_twice'
            when 68 then 'every_idempotency_key_has_one_provider_payout'
            when 85 then 'no_provider_payout_stays_sent'
            when 102 then 'no_payout_in_quarantine_has_a_live_outbox_task'
        end as fault
    from generate_series(1, %(entries)s::bigint / 4) as numbers (number)

)

select
    number,
    fault,
    lpad(((number * 618033988749 + %(seed)s) %% 100000000000000)::text, 14, '0') as reference,
    100 + (number * 7919 + %(seed)s) %% 1000000 as amount_minor,
    (array['BRL', 'EUR', 'JPY'])[1 + number %% 3] as currency,
    case fault
        when 'no_provider_payout_stays_sent' then 'SENT'
        when 'no_payout_in_quarantine_has_a_live_outbox_task' then 'QUARANTINED'
        else 'SUCCEEDED'
    end as status,
    timestamptz '2026-03-01 00:00:00Z' + number * (interval '90 days' / (%(entries)s::bigint / 4)) as begun_at
from numbered
