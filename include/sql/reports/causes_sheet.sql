-- The causes one by one, as the workbook shows them, with the figures that were put into each formula.
--
-- Grain:   one row per discrepancy and formula that holds, the largest exposure of each cause first.
-- Binds:   rows_max (bigint).
select
    causes.cause,
    case when causes.is_claimed then 'claimed' else 'candidate' end as claim,
    discrepancies.kind,
    discrepancies.change,
    discrepancies.currency,
    discrepancies.statement_minor,
    discrepancies.ledger_minor,
    discrepancies.delta_minor,
    discrepancies.exposure_minor,
    causes.correction,
    causes.correction_minor,
    discrepancies.psp_reference,
    discrepancies.merchant_reference,
    causes.evidence::text as evidence,
    causes.correction_minor as correction_whole,
    causes.with_discrepancy_id,
    discrepancies.discrepancy_id
from work_causes as causes
inner join work_discrepancies as discrepancies on causes.discrepancy_id = discrepancies.discrepancy_id
order by
    causes.cause, not causes.is_claimed, discrepancies.currency, discrepancies.exposure_minor desc nulls first,
    discrepancies.discrepancy_id
limit %(rows_max)s
