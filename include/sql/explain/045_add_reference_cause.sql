-- Adds lines and ledger rows that lack each other and have one reference, once a change is undone.
--
-- Grain:   two rows per pair.
-- Binds:   cause, action (text), books_entry (boolean).
-- Reason:  type, amount, currency and direction must be equal, and the references must not: where
--          they are, something else kept the two apart. A form that stands for a part of a reference
--          is never held against another part.
insert into work_cause_candidates (discrepancy_id, cause, with_discrepancy_id, evidence, action, books_entry)
with

pairs as (

    select distinct on (line.discrepancy_id, entry.discrepancy_id)
        line.discrepancy_id as line_discrepancy_id,
        entry.discrepancy_id as entry_discrepancy_id,
        line.field,
        line.reference as statement_reference,
        entry.reference as ledger_reference,
        line.form,
        line.amount_minor
    from work_cause_forms as line
    inner join work_cause_forms as entry
        on
            line.form = entry.form
            and line.field = entry.field
            and line.economic_type = entry.economic_type
            and line.currency = entry.currency
            and line.amount_minor = entry.amount_minor
            and line.direction = entry.direction
    where
        line.kind <> 'missing_in_statement'
        and entry.kind = 'missing_in_statement'
        and line.reference <> entry.reference
        and (line.is_whole or entry.is_whole)
    order by line.discrepancy_id, entry.discrepancy_id, line.field desc

)

select
    each.discrepancy_id,
    %(cause)s,
    each.with_discrepancy_id,
    jsonb_build_object(
        'field', pairs.field,
        'statement_reference', pairs.statement_reference,
        'ledger_reference', pairs.ledger_reference,
        'equal_as', pairs.form,
        'amount_minor', pairs.amount_minor,
        'relink', pairs.entry_discrepancy_id,
        'relink_to', pairs.statement_reference
    ),
    %(action)s,
    %(books_entry)s
from pairs
cross join lateral (
    values
    (pairs.line_discrepancy_id, pairs.entry_discrepancy_id),
    (pairs.entry_discrepancy_id, pairs.line_discrepancy_id)
) as each (discrepancy_id, with_discrepancy_id);
