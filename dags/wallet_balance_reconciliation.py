"""Holds projected and cached balances against the ledger of the wallets, and rebuilds what drifts.

**What.** `look` counts what the book holds. `reconcile` goes through the wallets in batches; each
balance that is not what the ledger adds up to is rebuilt and logged with before, after, reason and
run in `balance_repairs`. A ledger row is never changed. Drift above one minor unit is an alert.

**When.** Hourly over the wallets touched in the last two days, Sundays at 02:00 UTC over all. By
hand it is a dry run unless you say otherwise: its log says what would be rebuilt. For one wallet
choose the scope *one* and give a reason.

**Reads** `wallet_balances` through its read-only connection. **Writes** projections, cached
balances and their log through `wallet_operations`, and the warehouse. The emergency stop holds it.

**Rerun is safe**: what is rebuilt already is not rebuilt again. Three failures in a row escalate at
once. **When it fails**: `docs/drift.md`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronDataIntervalTimetable, Param, dag, get_current_context, task

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.edges import wallet_balances
from include.reconciliation.edges.wallet_request import wallet_request
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.reconcile_wallets import Request, reconcile_wallets

WALLET: dict[str, Any] = {"type": ["null", "string"], "maxLength": 200}


@dag(
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "finance",
        "retries": 1,
        "retry_delay": timedelta(minutes=1),
        "on_failure_callback": hasten_delivery,
    },
    doc_md=__doc__,
    tags=["books"],
    params={
        "scope": Param("recent", title="Which wallets", enum=["recent", "full", "one"]),
        "wallet_id": Param(None, title="The wallet, with scope one", **WALLET),
        "dry_run": Param(True, type="boolean", title="Dry run", description="Changes nothing."),
        "reason": Param(None, title="Why", **trigger_form.NOTE),
        "batch_size": Param(50, type="integer", minimum=1, maximum=1000, title="Wallets at once"),
        "in_spite_of_stop": Param(False, type="boolean", title="In spite of an emergency stop"),
    },
)
def wallet_balance_reconciliation() -> None:
    @task(multiple_outputs=False)
    def look() -> dict[str, int]:
        with task_for.told_to_airflow():
            return wallet_balances.health()

    @task(multiple_outputs=False, trigger_rule="all_done")
    def reconcile() -> dict[str, int]:
        with task_for.told_to_airflow():
            return reconcile_wallets(Request(**wallet_request(get_current_context())))

    look() >> reconcile()


wallet_balance_reconciliation()
