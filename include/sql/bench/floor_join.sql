-- The floor, step 4: one full join on reference and type, with a verdict. FROZEN: docs/benchmarks.md.
--
-- Grain:   one row per input row of either side.
create table floor.verdicts as
with

statement_side as (

    select
        row_number() over () as row_number,
        modification_reference as reference,
        case lower(type) when 'settled' then 'payment' when 'refunded' then 'refund' else lower(type) end
            as type,
        gross_currency as currency,
        ((coalesce(gross_credit, '0')::numeric - coalesce(gross_debit, '0')::numeric) * 100)::bigint
            as amount_minor
    from floor.statement_rows

)

select
    coalesce('s' || statement_side.row_number, '') || coalesce('l' || ledger_rows.ledger_id, '') as row_key,
    statement_side.row_number,
    ledger_rows.ledger_id,
    coalesce(statement_side.reference, ledger_rows.event_reference) as reference,
    statement_side.amount_minor as statement_minor,
    ledger_rows.amount_minor as ledger_minor,
    case
        when ledger_rows.ledger_id is null then 'missing_in_ledger'
        when statement_side.row_number is null then 'missing_in_statement'
        when statement_side.currency <> ledger_rows.currency then 'currency_mismatch'
        when statement_side.amount_minor <> ledger_rows.amount_minor then 'amount_mismatch'
        else 'matched'
    end as verdict
from statement_side
full join floor.ledger_rows as ledger_rows
    on
        statement_side.reference = ledger_rows.event_reference
        and statement_side.type = ledger_rows.type
