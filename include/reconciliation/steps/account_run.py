"""The steps of one account's run after its window is chosen, one after the other."""

from include.reconciliation.steps.check_identities import check_identities
from include.reconciliation.steps.extract_ledger_transactions import extract_ledger_transactions
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.match_transactions import match_transactions
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.validate_statements import validate_statements
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report

STEPS = (
    extract_ledger_transactions,
    fetch_psp_statements,
    validate_statements,
    match_transactions,
    check_identities,
    publish_run,
    write_discrepancy_report,
)
