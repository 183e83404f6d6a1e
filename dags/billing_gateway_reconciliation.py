"""Reconciles each PSP account's statements with the payments ledger, every hour.

**What.** For each account of `include/psps.toml`: chooses the window, fetches the PSP's statements,
proves them complete, extracts the ledger, matches, proves the identities, publishes and writes the
report. Great Expectations then looks at what was published, as second evidence.

**When.** Hourly in UTC, from where the account's last published run ended, so that the first run
after an outage covers the gap. Trigger it for a window of your choice, for a dry run, or for pages
in another language too: they lie beside the run's folder, in `<run_id>.pt-BR`.

**Reads** the PSPs and `payments_ledger`. **Writes** the warehouse and the folders
`reports/<psp>/<account>/<window>/<run_id>/`; messages leave by the DAG `deliver_alerts`.

**Rerun is safe.** Clear a task or the whole run: it reads what it was asked at first, publishes
nothing twice, and writes the same bytes. An account that fails holds no other one.
**Pause a PSP** with the Variable `reconciliation_pause_<psp>`: its tasks show as skipped.
**When it fails**: `docs/runbook.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import CronDataIntervalTimetable, Param, dag, task_group

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps.check_identities import check_identities
from include.reconciliation.steps.choose_accounts import choose_accounts, configured_psps
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.extract_ledger_transactions import extract_ledger_transactions
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.match_transactions import match_transactions
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.validate_expectations import validate_expectations
from include.reconciliation.steps.validate_statements import validate_statements
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report

PSPS = [psp.name for psp in configured_psps()]


@dag(
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=2,  # a run that waits for a slow PSP does not hold the next hour
    default_args={"owner": "finance", **task_for.retries(), "on_failure_callback": hasten_delivery},
    doc_md=__doc__,
    tags=["reconciliation"],
    params={
        "psps": Param(PSPS, title="PSPs", **trigger_form.some_of(PSPS)),
        "window_start": Param(None, title="Window from", **trigger_form.MOMENT),
        "window_end": Param(None, title="Window to (not included)", **trigger_form.MOMENT),
        "dry_run": Param(False, type="boolean", title="Dry run", description="Publishes nothing."),
        "include_paused": Param(False, type="boolean", title="Paused PSPs too"),
        "language": Param(None, title="Language of the report", **trigger_form.LANGUAGE),
        "note": Param(None, title="Why", **trigger_form.NOTE),
    },
)
def billing_gateway_reconciliation() -> None:
    published = task_for.run(validate_expectations, trigger_rule="all_done")()

    @task_group
    def reconcile(psp: str, account: str) -> None:
        attempt = task_for.window(choose_window)(psp, account)
        # The ledger is read beside the statements; the two meet where they are matched.
        ledger = task_for.step(extract_ledger_transactions)(psp, account, attempt)
        attempt = task_for.step(fetch_psp_statements, pool="psp")(psp, account, attempt)
        attempt = task_for.step(validate_statements)(psp, account, attempt)
        attempt = task_for.step(match_transactions)(psp, account, attempt)
        ledger >> attempt
        attempt = task_for.step(check_identities)(psp, account, attempt)
        attempt = task_for.step(publish_run)(psp, account, attempt)
        # The report stays a leaf: Airflow judges a run by its leaves, and `published` always ends.
        attempt >> published
        task_for.step(write_discrepancy_report)(psp, account, attempt)

    reconcile.expand_kwargs(task_for.accounts(choose_accounts)())


billing_gateway_reconciliation()
