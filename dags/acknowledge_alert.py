"""Takes an open alert on: it is not escalated any more, and silent for as long as you say.

**What.** `reconciliation.alerts` lists the alerts with their numbers. Who acknowledged it, when and
why stays in `reconciliation.alert_changes`, which is only added to. A ticket at the PSP
goes into *PSP ticket*: the summaries of an incident show it. To add one later, acknowledge again.

**When.** By hand, as soon as you look after it. It stays open until what it says is mended.

**Reads and writes** the warehouse. **Rerun is safe**: a second time adds a line to its history.
**When it fails** the form asked for an alert that is not there or resolved: `docs/alerts.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import Param, dag

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps.alert_life import TICKET_PATTERN
from include.reconciliation.steps.alert_life import acknowledge_alert as acknowledge


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    default_args={"owner": "finance", "retries": 0},
    doc_md=__doc__,
    tags=["alerts"],
    params={
        "alert_id": Param(type="integer", minimum=1, title="Alert"),
        "note": Param(type="string", minLength=5, maxLength=500, title="What you do about it"),
        "snooze_until": Param(None, title="Silent until", **trigger_form.LATER_MOMENT),
        "psp_ticket": Param(
            None, type=["null", "string"], pattern=TICKET_PATTERN, title="PSP ticket"
        ),
    },
)
def acknowledge_alert() -> None:
    task_for.by_hand(acknowledge, moments=["snooze_until"])()


acknowledge_alert()
