"""Asks the wallets' book every five minutes for what can't wait until the morning.

**What.** The checks of `wallet_balances` whose alerts escalate within minutes or compare the last
minutes with what is usual: negative balances, drift, errors, latency, volume. One task each.

**When.** Every five minutes; balances of wallets touched in the last two days. The whole book is
asked each morning by `ledger_health_checks`, and what drifts is repaired each hour by
`wallet_balance_reconciliation`.

**Reads** the book through its read-only connection. **Writes** the warehouse `reconciliation`;
messages leave by the DAG `deliver_alerts`.

**Rerun is safe.** A cleared task asks again, beside its first answer. **When it fails**:
`docs/books/wallet_balances.md` says what each check means and what to do.
"""

from datetime import UTC, datetime

from airflow.sdk import CronDataIntervalTimetable, Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.edges import check_tasks
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.run_check import run_check

URGENT = (
    "no_balance_is_negative",
    "no_projection_drifts_by_more_than_a_minor_unit",
    "request_error_rate_stays_at_or_below_5_percent",
    "request_latency_stays_within_twice_its_baseline",
    "transaction_volume_stays_within_three_times_its_baseline",
)


@dag(
    schedule=CronDataIntervalTimetable("*/5 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "finance", "on_failure_callback": hasten_delivery},
    doc_md=__doc__,
    tags=["books"],
    params={
        "scope": Param("recent", title="Where to look", enum=["full", "recent"]),
        "as_of": Param(None, title="As of", **trigger_form.PAST_MOMENT),
    },
)
def wallet_balance_sentinel() -> None:
    check_tasks.groups(run_check, chosen=["wallet_balances"], names=URGENT)


wallet_balance_sentinel()
