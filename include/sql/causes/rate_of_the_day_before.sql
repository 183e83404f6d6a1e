-- Was the line settled at the reference rate that was published before its own?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: settled = gross at the previous reference rate, within half a minor unit and half of the
--          rate's last decimal; the two rates differ
-- Kinds:   fx_mismatch
-- Correction: mark_as_provider_error
-- Do:      ask the PSP which day's rate the contract gives
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'gross_minor', rates.gross_minor,
        'settled_minor', rates.settled_minor,
        'expected_minor', rates.expected_minor,
        'pair', rates.pair,
        'rate', rates.rate::text,
        'published_on', rates.published_on,
        'previous_rate', rates.previous_rate::text,
        'previous_on', rates.previous_on
    ) as evidence
from work_cause_subjects as subjects
inner join work_compared_rates as rates on subjects.finding_no = rates.finding_no
where
    subjects.kind = 'fx_mismatch'
    and rates.previous_rate <> rates.rate
    and internal.settles_at(
        rates.gross_minor, rates.settled_minor, rates.previous_rate, rates.is_direct, rates.shift
    )
