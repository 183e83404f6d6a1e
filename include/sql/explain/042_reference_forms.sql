-- What does each reference look like once a change is undone?
--
-- Grain:   one row per reference and form; {{forms}} is the file of the change.
-- Binds:   none.
-- Reason:  a table, so that it can be counted before it is joined with itself: PostgreSQL 16 took the
--          forms of 8,000 references for three rows, and held each against each.
create unlogged table work_cause_forms as
with

forms as (

    {forms}

)

select
    named.discrepancy_id,
    named.kind,
    named.economic_type,
    named.currency,
    named.amount_minor,
    named.direction,
    named.field,
    named.reference,
    forms.form,
    forms.is_whole
from work_cause_references as named
inner join forms
    on
        named.discrepancy_id = forms.discrepancy_id
        and named.field = forms.field;
