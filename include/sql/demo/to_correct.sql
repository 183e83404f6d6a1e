-- Which discrepancy is corrected at the end of the demo? A capture that the ledger does not have.
--
-- Grain:   one row, or none.
-- Binds:   none.
select
    discrepancy_id,
    psp,
    account,
    psp_reference,
    merchant_reference,
    currency,
    delta_minor,
    explanation
from reconciliation.discrepancies
where
    kind = 'missing_in_ledger'
    and leg = 'ledger_statement'
    and change <> 'resolved'
    and status = 'open'
    and psp_reference is not null
order by psp, account, delta_minor desc, discrepancy_id
limit 1
