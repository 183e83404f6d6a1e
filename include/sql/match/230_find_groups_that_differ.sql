-- What is left of a payment on both sides, with other totals: one discrepancy for the group.
--
-- Grain:   one finding per payment, economic type and currency.
with

totals as (

    select
        match_id,
        payment_key,
        economic_type,
        currency,
        row_number() over (partition by match_id order by currency) as place,
        sum(amount_minor) filter (where side = 'statement')::bigint as statement_minor,
        sum(case when moves_money then amount_minor else 0 end) filter (where side = 'ledger')::bigint as ledger_minor,
        max(due_at) as due_at,
        max(due_on) as due_on,
        (array_agg(side order by side desc, sort_key))[1] as lead_side,
        (array_agg(item_id order by side desc, sort_key))[1] as lead_item_id
    from work_hard
    where state = 'group_differs'
    group by match_id, payment_key, economic_type, currency

),

numbered as (

    select
        *,
        case when place = 1 then match_id else nextval('internal.item_ids') end as finding_no,
        coalesce(statement_minor, 0) - coalesce(ledger_minor, 0) as delta_minor
    from totals

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, due_at, due_on, lead_side, lead_item_id
    )
    select
        finding_no,
        case when economic_type = 'refund' then 'refund_mismatch' else 'amount_mismatch' end,
        currency,
        statement_minor,
        ledger_minor,
        delta_minor,
        abs(delta_minor),
        payment_key,
        economic_type,
        due_at,
        due_on,
        lead_side,
        lead_item_id
    from numbered

)

insert into work_finding_members (finding_no, side, item_id)
select
    numbered.finding_no,
    work_hard.side,
    work_hard.item_id
from numbered
inner join work_hard
    on numbered.match_id = work_hard.match_id and numbered.currency = work_hard.currency
where work_hard.state = 'group_differs';
