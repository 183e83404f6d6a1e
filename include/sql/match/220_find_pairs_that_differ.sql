-- Events that both sides know, of another amount, currency or state.
--
-- Grain:   one finding per event; two for a currency mismatch, one in each currency.
with

pairs as (

    select
        line.match_id,
        line.item_id as line_id,
        entry.item_id as entry_id,
        line.payment_key,
        line.economic_type,
        line.event_reference,
        line.amount_minor as statement_minor,
        line.currency as statement_currency,
        entry.amount_minor as ledger_minor,
        entry.currency as ledger_currency,
        entry.moves_money,
        entry.due_at,
        entry.due_on
    from work_hard as line
    inner join work_hard as entry on line.match_id = entry.match_id
    where line.state = 'differs' and line.side = 'statement' and entry.side = 'ledger'

),

named as (

    select
        match_id as finding_no,
        case
            when not moves_money then 'status_mismatch'
            when statement_currency <> ledger_currency then 'currency_mismatch'
            when economic_type = 'refund' then 'refund_mismatch'
            else 'amount_mismatch'
        end as kind,
        statement_currency as currency,
        statement_minor as shown_statement_minor,
        case when not moves_money or statement_currency = ledger_currency then ledger_minor end as shown_ledger_minor,
        case
            when moves_money and statement_currency = ledger_currency then statement_minor - ledger_minor
            else statement_minor
        end as delta_minor,
        line_id,
        entry_id,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on
    from pairs
    union all
    select
        nextval('internal.item_ids'),
        'currency_mismatch',
        ledger_currency,
        null,
        ledger_minor,
        -ledger_minor,
        line_id,
        entry_id,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on
    from pairs
    where moves_money and statement_currency <> ledger_currency

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, event_reference, due_at, due_on, lead_side, lead_item_id
    )
    select
        finding_no,
        kind,
        currency,
        shown_statement_minor,
        shown_ledger_minor,
        delta_minor,
        -- Of a currency mismatch the statement's side is the money at risk, once.
        case when shown_statement_minor is null then 0 else abs(delta_minor) end,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on,
        'statement',
        line_id
    from named

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    'statement',
    line_id
from named
union all
select
    finding_no,
    'ledger',
    entry_id
from named;
