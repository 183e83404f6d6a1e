"""Asks every book every five minutes for what can't wait for the hour.

**What.** One task per file of `include/sql/invariants/<book>/` whose header says
`Every: 5 minutes`, named after the sentence: sums of transactions, rates, what is stuck, drift,
errors, latency. A task is green when it holds, red when rows break it or nobody can tell.

**When.** Every five minutes; what was touched in the last hour. By hand over all of each book: the
field *Where to look*. `ledger_sentinel` asks the same by the hour and looks back further.

**Reads** each book through its own read-only connection, in one snapshot per check. **Writes** the
warehouse `reconciliation`; messages leave by the DAG `deliver_alerts`.

**Rerun is safe.** A cleared task asks again, and its answer is kept beside the first; an alert that
is open is not opened twice. A check that can't be made holds no other one up.
**When it fails**: `docs/runbook.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import CronDataIntervalTimetable, Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.cadence import Cadence
from include.reconciliation.edges import check_tasks
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.run_check import run_check


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
def ledger_watch() -> None:
    check_tasks.groups(run_check, Cadence.FIVE_MINUTES)


ledger_watch()
