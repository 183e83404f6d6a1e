-- Which references have the rows that the other side lacks?
--
-- Grain:   one row per such discrepancy and reference that its row has: the PSP's and the company's.
create unlogged table work_cause_references as
select
    subjects.discrepancy_id,
    subjects.kind,
    subjects.economic_type,
    subjects.currency,
    abs(subjects.delta_minor) as amount_minor,
    sign(subjects.delta_minor)::integer * case subjects.kind when 'missing_in_statement' then -1 else 1 end as direction,
    named.field,
    named.reference
from work_cause_subjects as subjects
cross join lateral (
    values
    ('psp_reference', coalesce(subjects.line_psp_reference, subjects.entry_psp_reference)),
    ('merchant_reference', coalesce(subjects.line_merchant_reference, subjects.entry_merchant_reference))
) as named (field, reference)
where
    subjects.kind in (
        'missing_in_ledger', 'missing_in_statement', 'chargeback_not_in_ledger', 'reversed_after_settlement'
    )
    and named.reference is not null
    and length(named.reference) <= 255;
