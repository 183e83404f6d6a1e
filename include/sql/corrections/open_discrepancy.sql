-- What is open under this id at the head of its account?
--
-- Grain:   one row, or none.
-- Binds:   discrepancy_id (text).
select
    standing.discrepancy_id,
    standing.event_id,
    standing.episode,
    standing.account_id,
    standing.psp,
    standing.account,
    standing.leg,
    standing.aspect,
    standing.kind,
    standing.status,
    standing.currency,
    currencies.exponent,
    standing.statement_minor,
    standing.ledger_minor,
    standing.delta_minor,
    standing.exposure_minor,
    standing.psp_reference,
    standing.merchant_reference,
    standing.explanation,
    standing.payment_key,
    runs.run_id,
    standing.as_of,
    internal.discrepancy_state(standing.discrepancy_id) as state
from internal.standing_discrepancies as standing
inner join internal.runs on standing.run_number = runs.run_number
left join internal.currencies on standing.currency = currencies.code
where standing.discrepancy_id = %(discrepancy_id)s
