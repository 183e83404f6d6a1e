-- Ledger rows that take part by themselves (new, changed, or open at the head), and when each is due.
--
-- Grain:   one row per ledger row. Its payment is what the row itself says; known_payment_key is what
--          was found before, where that is another one. merchant_reference is kept only where no
--          reference of the PSP is there.
-- Binds:   account_id (integer), zone (text), ledger_grace (interval).
create unlogged table work_pool_ledger as
with

candidates as (

    select
        item_id,
        case when change = 'new' then 'new' else 'changed' end as origin,
        payment_key,
        null as known_payment_key,
        psp_reference is not null as has_psp_reference,
        case when psp_reference is null then merchant_reference end as merchant_reference,
        event_reference,
        type,
        economic_type,
        moves_money,
        amount_minor,
        currency,
        fee_minor,
        tax_minor,
        settles_on,
        occurred_at
    from work_ledger_versions
    union all
    select
        known.item_id,
        'open' as origin,
        coalesce(known.psp_reference, 'merchant:' || known.merchant_reference, 'ledger:' || known.ledger_id),
        nullif(
            known.payment_key,
            coalesce(known.psp_reference, 'merchant:' || known.merchant_reference, 'ledger:' || known.ledger_id)
        ),
        known.psp_reference is not null,
        case when known.psp_reference is null then known.merchant_reference end,
        known.event_reference,
        known.type,
        known.economic_type,
        known.moves_money,
        known.amount_minor,
        known.currency,
        known.fee_minor,
        known.tax_minor,
        known.settles_on,
        known.occurred_at
    from internal.open_items
    inner join internal.ledger_transactions as known
        on
            open_items.item_id = known.item_id
            and known.account_id = %(account_id)s
    where
        open_items.account_id = %(account_id)s
        and open_items.leg = 'ledger_statement'
        and open_items.side = 'ledger'
        and open_items.item_id not in (
            select old_item_id from work_ledger_changes
            where change in ('changed', 'vanished')
        )

)

select
    candidates.item_id,
    candidates.origin,
    candidates.payment_key,
    candidates.known_payment_key,
    candidates.has_psp_reference,
    candidates.merchant_reference,
    candidates.event_reference,
    candidates.type,
    candidates.economic_type,
    candidates.moves_money,
    candidates.amount_minor,
    candidates.currency,
    candidates.fee_minor,
    candidates.tax_minor,
    candidates.occurred_at as dated_at,
    work_calendar.day as dated_on,
    candidates.settles_on,
    coalesce(candidates.settles_on, work_calendar.settles_on) as due_on,
    case
        when candidates.settles_on is null then work_calendar.due_at
        else timezone(%(zone)s, (candidates.settles_on + 1)::timestamp) + %(ledger_grace)s
    end as due_at
from candidates
inner join work_calendar on timezone(%(zone)s, candidates.occurred_at)::date = work_calendar.day;
