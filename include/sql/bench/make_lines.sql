-- The statement lines of the benchmark's events, as the PSP has them.
--
-- Grain:   one row per line; a duplicate_settlement has two, a chargeback one more than its payment.
create unlogged table bench.lines as
with

stated as (

    select
        number,
        case
            when fault = 'unclassified_line' then 'LoyaltyPayback'
            when is_refund then 'Refunded'
            else 'Settled'
        end as provider_type,
        psp_reference,
        event_reference,
        merchant_reference,
        case fault
            when 'amount_mismatch' then amount_minor + 100
            when 'refund_mismatch' then amount_minor - 100
            else amount_minor
        end as gross_minor,
        case
            when fault = 'currency_mismatch'
                then case currency when 'EUR' then 'USD' when 'USD' then 'BRL' else 'EUR' end
            else currency
        end as currency,
        fee_minor,
        occurred_at
    from bench.events
    where fault is distinct from 'missing_in_statement'

),

surplus as (

    select * from stated
    where number in (select number from bench.events where fault = 'duplicate_settlement')

),

chargebacks as (

    select
        number,
        'Chargeback' as provider_type,
        psp_reference,
        '85' || right(event_reference, 14) as event_reference,
        merchant_reference,
        -amount_minor as gross_minor,
        currency,
        1500 as fee_minor,
        occurred_at
    from bench.events
    where fault = 'chargeback_not_in_ledger'

)

select * from stated
union all
select * from surplus
union all
select * from chargebacks
