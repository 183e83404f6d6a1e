-- What the benchmark's run must report.
--
-- Grain:   one row per discrepancy; a currency mismatch has two, one in each currency.
create table bench.labels as
with

planted as (

    select
        events.*,
        lines.currency as statement_currency,
        abs(events.amount_minor) as full_minor
    from bench.events
    left join bench.lines on events.number = lines.number and lines.event_reference = events.event_reference
    where events.fault is not null and events.fault <> 'duplicate_settlement'

)

select
    fault as kind,
    case when fault = 'currency_mismatch' then statement_currency else currency end as currency,
    case fault
        when 'amount_mismatch' then 100
        when 'refund_mismatch' then -100
        when 'fee_mismatch' then 3
        when 'missing_in_statement' then -amount_minor
        when 'duplicate_in_ledger' then -amount_minor
        when 'chargeback_not_in_ledger' then -amount_minor
        else amount_minor
    end as delta_minor,
    case
        when fault in ('amount_mismatch', 'refund_mismatch') then 100
        when fault = 'fee_mismatch' then 3
        else full_minor
    end as exposure_minor,
    psp_reference
from planted
union all
select
    'currency_mismatch',
    currency,
    -amount_minor,
    0,
    psp_reference
from planted
where fault = 'currency_mismatch'
union all
select
    fault,
    currency,
    amount_minor,
    amount_minor,
    psp_reference
from bench.events
where fault = 'duplicate_settlement'
