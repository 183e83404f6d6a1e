"""Rebuilds every payment's state from its events, and holds it against what is stored, every day.

**What.** Reads the event store `payment_events` in one snapshot, replays each payment by the two
state machines, and compares state and SHA-256 with the stored projection. A difference is critical:
its alert opens, the rows of the payment are kept as evidence, and payments are stopped as the DAG
`emergency_stop` stops them. Nothing is repaired, and nothing here starts payments again.

**When.** Daily at 03:00 UTC, all payments. Trigger it for one payment, or for those of which
something was recorded in a span: after a migration, after an upgrade, in an incident.

**Reads** `payment_events`. **Writes** the warehouse (`payment_replays`, `payment_replay_findings`,
`stop_requests`, `emergency_stops`, alerts), the content store, the Variable `PAYMENTS_ENABLED`, and
`emergency_stop.json` for the gateway.

**Rerun is safe.** Each try is a replay of its own, of the store as it stands then.

**When it is red**: `docs/replay.md`, and `docs/runbook.md`.
"""

from datetime import UTC, datetime

from airflow.sdk import CronTriggerTimetable, Param, dag, get_current_context, task

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.edges.replay_request import replay_request
from include.reconciliation.steps import verify_payment_replay as steps
from include.reconciliation.steps.deliver_alerts import hasten_delivery
from include.reconciliation.steps.emergency_stop import carry_out_requests

ONE_PAYMENT = {"type": ["null", "string"], "maxLength": 200, "description": "Empty: all payments."}


@dag(
    schedule=CronTriggerTimetable("0 3 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "finance", **task_for.retries(), "on_failure_callback": hasten_delivery},
    doc_md=__doc__,
    tags=["reconciliation", "books"],
    params={
        "payment_id": Param(None, title="Payment", **ONE_PAYMENT),
        "recorded_from": Param(None, title="Recorded from", **trigger_form.MOMENT),
        "recorded_to": Param(None, title="Recorded to (not included)", **trigger_form.MOMENT),
        "note": Param(None, title="Why", **trigger_form.NOTE),
    },
)
def payment_replay_verification() -> None:
    @task(multiple_outputs=False)
    def replay_payments() -> int:
        with task_for.told_to_airflow():
            return steps.verify_payment_replay(**replay_request(get_current_context()))

    # Also when the replay died halfway: what it had found by then is asked for, and not yet done.
    @task(multiple_outputs=False, trigger_rule="all_done")
    def halt_payments() -> int:
        return carry_out_requests()

    @task(multiple_outputs=False)
    def every_payment_is_what_its_events_say(replay_id: int) -> int:
        with task_for.told_to_airflow():
            return steps.every_payment_is_what_its_events_say(replay_id)

    replay_id = replay_payments()
    replay_id >> halt_payments()
    every_payment_is_what_its_events_say(replay_id)


payment_replay_verification()
