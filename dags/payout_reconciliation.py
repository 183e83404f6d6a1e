"""Explains the payouts of each PSP, and follows them to the bank, once a day and on demand.

**What.** First the bank accounts of `include/psps.toml`: fetches their statements, proves that each
opens where the last one closed, and publishes their lines. Then every PSP account whose entry has
`[psp.payouts]`: what its lines come to against what was paid out, and that against the lines of the
bank that the PSP's rule claims. Not the payouts that the company orders: those are the book
`payouts`, and its DAGs are `payout_reconcile_pull` and `payout_stuck_repair`.

**When.** Every day at 11:30 UTC, when the banks have delivered; trigger it when a statement came
late, or for pages in another language, which lie beside the run's folder (`<run_id>.pt-BR`) and
change nothing of it. The hourly runs decide payouts too, against what was last read of the banks.

**Reads** the banks, the PSPs and `payments_ledger`. **Writes** the warehouse `reconciliation` (view
`payouts`) and the folders `reports/<psp>/<account>/<window>/<run_id>/` with a sheet "Payouts".

**Rerun is safe.** Clear a task or the whole run: it reads what it was asked at first, publishes
nothing twice, and writes the same bytes. A bank that fails leaves its payouts waiting for it.

**Pause a PSP**, or a bank by its name, with the Variable `reconciliation_pause_<name>`.
**When it fails**: `docs/runbook.md`; what it says: `docs/payouts-explained.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import CronTriggerTimetable, Param, dag, task_group

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps.account_run import STEPS
from include.reconciliation.steps.choose_accounts import (
    choose_bank_accounts,
    choose_paid_out_accounts,
    configured_psps,
)
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.deliver_alerts import hasten_delivery

PSPS = [psp.name for psp in configured_psps()]

@dag(
    schedule=CronTriggerTimetable("30 11 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
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
def payout_reconciliation() -> None:
    def steps(psp: str, account: str) -> None:
        attempt = task_for.window(choose_window)(psp, account)
        for step in STEPS:
            attempt = task_for.step(step)(psp, account, attempt)

    banks = task_group(group_id="read_bank")(steps).expand_kwargs(
        task_for.accounts(choose_bank_accounts)()
    )
    # A bank that fails holds no payout: what it has not told is awaited.
    paid_out = task_for.accounts(choose_paid_out_accounts, trigger_rule="all_done")()
    banks >> paid_out
    task_group(group_id="explain_payouts")(steps).expand_kwargs(paid_out)


payout_reconciliation()
