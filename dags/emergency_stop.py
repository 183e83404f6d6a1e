"""Stops payments or refunds, or starts them again, with a reason.

**What.** Sets the Variables `PAYMENTS_ENABLED` and `REFUNDS_ENABLED`, which every write of this
project asks before it writes, and puts `emergency_stop.json` into the folder of the notices: what
the gateway is to answer meanwhile.

**When.** By hand: books that do not sum to zero, a drift that grows, a provider that pays twice. A
stop lasts until somebody lifts it here; *until* is only what callers are told.

**Reads** the two Variables. **Writes** them, the document, and a row per change with who and why in
`reconciliation.emergency_stops`, which is only added to.

**Rerun is safe**: what is done is not done twice. **When it fails**: `docs/emergency-stop.md`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.edges.emergency_stop import NAMES
from include.reconciliation.steps.emergency_stop import emergency_stop as change


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "finance", "retries": 5, "retry_delay": timedelta(seconds=10)},
    doc_md=__doc__,
    tags=["emergency"],
    params={
        "variables": Param(list(NAMES), title="What", **trigger_form.some_of(list(NAMES))),
        "action": Param("stop", title="Stop, or lift a stop", enum=["stop", "lift"]),
        "reason": Param(type="string", minLength=5, maxLength=300, title="Why"),
        "until": Param(None, title="Callers may come back at", **trigger_form.LATER_MOMENT),
    },
)
def emergency_stop() -> None:
    task_for.by_hand(change, moments=["until"])()


emergency_stop()
