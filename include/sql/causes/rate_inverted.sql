-- Was the line divided by the rate where it is multiplied, or the other way round?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: settled = gross at one divided by the reference rate, within half a minor unit and half of
--          the rate's last decimal; the rate is not 1
-- Kinds:   fx_mismatch
-- Correction: mark_as_provider_error
-- Do:      ask the PSP to settle again: the pair was read the wrong way round
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'gross_minor', rates.gross_minor,
        'settled_minor', rates.settled_minor,
        'expected_minor', rates.expected_minor,
        'pair', rates.pair,
        'rate', rates.rate::text,
        'published_on', rates.published_on
    ) as evidence
from work_cause_subjects as subjects
inner join work_compared_rates as rates on subjects.finding_no = rates.finding_no
where
    subjects.kind = 'fx_mismatch'
    and rates.rate <> 1
    and internal.settles_at(
        rates.gross_minor, rates.settled_minor, rates.rate, not rates.is_direct, rates.shift
    )
