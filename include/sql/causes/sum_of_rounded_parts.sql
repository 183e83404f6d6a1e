-- Is one side the sum of equal parts that were rounded, and the other the whole?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: one row of a side is T; the n rows of the other are each T ÷ n, rounded half up; n parts ≠ T
-- Kinds:   amount_mismatch, refund_mismatch
-- Correction: compensating_entry of the difference
-- Do:      let the last part carry what rounding leaves over
with

parts as (

    select
        subjects.discrepancy_id,
        count(*) as parts,
        min(items.amount_minor) as part_minor
    from work_cause_subjects as subjects
    inner join work_finding_members as members on subjects.finding_no = members.finding_no
    inner join work_items as items on members.side = items.side and members.item_id = items.item_id
    where
        subjects.kind in ('amount_mismatch', 'refund_mismatch')
        and members.side = case when subjects.lines = 1 then 'ledger' else 'statement' end
        and least(subjects.lines, subjects.entries) = 1
        and greatest(subjects.lines, subjects.entries) > 1
    group by subjects.discrepancy_id
    having min(items.amount_minor) = max(items.amount_minor)

)

select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'whole_minor', whole.minor,
        'parts', parts.parts,
        'part_minor', parts.part_minor,
        'delta_minor', subjects.delta_minor
    ) as evidence
from parts
inner join work_cause_subjects as subjects on parts.discrepancy_id = subjects.discrepancy_id
cross join lateral (
    select case when subjects.lines = 1 then subjects.statement_minor else subjects.ledger_minor end as minor
) as whole
where
    -- Half up, away from zero: numeric rounds so.
    parts.part_minor::numeric = round(whole.minor::numeric / parts.parts)
    and parts.part_minor * parts.parts <> whole.minor
