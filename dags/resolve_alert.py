"""Resolves an open alert that is mended, or accepts it as it is until a moment.

**What.** Without *accepted until* the alert is closed; what is not mended opens a new one when it
is next looked at. With it the alert stays, says nothing, and is open again at that moment. The
incident of a PSP can only be accepted: its recovery closes it.

**When.** By hand. Most alerts close by themselves when what they say is no longer so.

**Reads and writes** the warehouse; who, when and why stays in `reconciliation.alert_changes`.
**Rerun is safe**: an alert that is resolved already is told so. **When it fails** the form asked
for an alert that is not there or resolved, or would close an incident: `docs/alerts.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps.alert_life import resolve_alert as resolve


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    default_args={"owner": "finance", "retries": 0},
    doc_md=__doc__,
    tags=["alerts"],
    params={
        "alert_id": Param(type="integer", minimum=1, title="Alert"),
        "note": Param(type="string", minLength=5, maxLength=500, title="What was done, or why not"),
        "accept_until": Param(None, title="Accepted until", **trigger_form.LATER_MOMENT),
    },
)
def resolve_alert() -> None:
    task_for.by_hand(resolve, moments=["accept_until"])()


resolve_alert()
