-- What is open under this id at the head of its account?
--
-- Grain:   one row, or none.
-- Binds:   discrepancy_id (text).
select
    versions.discrepancy_id,
    versions.event_id,
    versions.episode,
    versions.account_id,
    accounts.psp,
    accounts.account,
    versions.leg,
    versions.aspect,
    versions.kind,
    versions.status,
    versions.currency,
    currencies.exponent,
    versions.statement_minor,
    versions.ledger_minor,
    versions.delta_minor,
    versions.exposure_minor,
    versions.psp_reference,
    versions.merchant_reference,
    versions.explanation,
    versions.payment_key,
    runs.run_id,
    heads.as_of,
    internal.discrepancy_state(versions.discrepancy_id) as state
from internal.heads
inner join internal.runs on heads.run_number = runs.run_number
inner join internal.accounts on heads.account_id = accounts.account_id
inner join internal.discrepancy_versions as versions
    on heads.run_number = versions.run_number and heads.account_id = versions.account_id
left join internal.currencies on versions.currency = currencies.code
where versions.discrepancy_id = %(discrepancy_id)s and versions.change <> 'resolved'
