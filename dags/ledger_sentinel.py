"""Asks every book every hour whether the sentences that must be true of it are.

**What.** One task per file of `include/sql/invariants/<book>/` whose header says `Every: hour` or
more often, named after the sentence. A task is green when it holds, red when rows break it or
nobody can tell. An unbalanced ledger goes to senior engineering at once, and no machine repairs it.

**When.** Hourly over what was touched in the last two days; at 02:00 UTC over all of each book,
which alone closes alerts. By hand for either: the field *Where to look*.

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
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "finance", "on_failure_callback": hasten_delivery},
    doc_md=__doc__,
    tags=["books"],
    params={
        "scope": Param(
            check_tasks.BY_THE_HOUR,
            title="Where to look",
            enum=[check_tasks.BY_THE_HOUR, "recent", "full"],
        ),
        "as_of": Param(None, title="As of", **trigger_form.PAST_MOMENT),
    },
)
def ledger_sentinel() -> None:
    check_tasks.groups(run_check, Cadence.HOUR)


ledger_sentinel()
