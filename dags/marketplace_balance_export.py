"""Writes what the marketplace's wallets hold, and what the platform earned, to CSV files.

**What.** The balance of every wallet per currency, the platform's revenue, its fees and fee refunds
by day (30 days), and what failed in the last day; amounts are whole minor units. E-mails are
masked, no text is a formula, and only the user that runs the workers can read the files. They lie
in `books/marketplace/<as_of>/` of the reports folder, `manifest.json` with their SHA-256 last.

**When.** Mondays at 05:00 UTC, as of that moment. By hand after an incident: as of the moment you
give, or now.

**Reads** the book through its read-only connection `marketplace`, in one snapshot. **Writes** the
reports folder and the store.

**Rerun is safe.** The same book gives the same bytes. An export that is there is never written over
with other bytes: the task fails and says so. **When it fails**: `docs/books/marketplace.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import CronDataIntervalTimetable, Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.export_book import export_book


@dag(
    schedule=CronDataIntervalTimetable("0 5 * * 1", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={
        **task_for.retries(),
        "owner": "finance",
        "on_failure_callback": hasten_delivery,
    },
    doc_md=__doc__,
    tags=["books"],
    params={"as_of": Param(None, title="As of", **trigger_form.PAST_MOMENT)},
)
def marketplace_balance_export() -> None:
    task_for.as_of(export_book, "marketplace")()


marketplace_balance_export()
