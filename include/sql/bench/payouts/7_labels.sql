-- What the checks of the benchmark's payouts must return.
--
-- Grain:   one row per row of a check; an order in quarantine with a claimed task is told by two.
create table bench.labels as
with

broken as (

    select
        *,
        lag(reference) over (order by number) as reference_before
    from bench.orders

)

select
    fault as check_name,
    case fault
        when 'every_ledger_group_balances' then 'hold-' || reference
        when 'every_idempotency_key_has_one_provider_payout' then 'key-' || reference_before
        else 'order-' || reference
    end as object,
    currency,
    case fault when 'every_ledger_group_balances' then 7 else amount_minor end as amount_minor
from broken
where fault is not null
union all
select
    'no_outbox_task_is_sending_for_minutes',
    'order-' || reference,
    currency,
    amount_minor
from broken
where fault = 'no_payout_in_quarantine_has_a_live_outbox_task'
