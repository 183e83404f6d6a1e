"""Asks every book each morning whether the sentences that must be true of it are.

**What.** One task per file of `include/sql/invariants/<book>/`, also of those that are asked more
often, named after the sentence. A task is green when it holds, red when rows break it or nobody can
tell; the rows are in `reconciliation.violations`, the alert is open already.

**When.** Every morning at 06:00 UTC over all of each book. Trigger it by hand for what was touched
in the last two days (scope *recent*), which is faster and closes no alert.

**Reads** each book through its own read-only connection, in one snapshot per check. **Writes** the
warehouse `reconciliation`; messages leave by the DAG `deliver_alerts`.

**Rerun is safe.** A cleared task asks again, and its answer is kept beside the first; an alert that
is open is not opened twice. A check that can't be made holds no other one up. **When it fails**:
`docs/runbook.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import CronDataIntervalTimetable, Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.cadence import Cadence
from include.reconciliation.edges import check_tasks
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.run_check import run_check


@dag(
    schedule=CronDataIntervalTimetable("0 6 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "finance", "on_failure_callback": hasten_delivery},
    doc_md=__doc__,
    tags=["books"],
    params={
        "scope": Param("full", title="Where to look", enum=["full", "recent"]),
        "as_of": Param(None, title="As of", **trigger_form.PAST_MOMENT),
    },
)
def ledger_health_checks() -> None:
    check_tasks.groups(run_check, Cadence.DAY)


ledger_health_checks()
