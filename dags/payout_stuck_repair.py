"""Puts stuck payouts back in the queue where that can't pay twice, and hands over all others.

**What.** A payout in SENDING for more than 15 minutes, or SENT and unknown to its provider, may
have left the house. The provider is asked first. Only where it says *unknown* twice, its visibility
delay apart, or replays the same key, does the task go back, with the same key. Every other answer,
and none, calls a person: the alert `payout-needs-a-human`.

**When.** Every 15 minutes, 200 payouts at most, those asked about longest ago first.

**Reads** the payouts system (connection `payout_operations`), the providers of
`include/payout_providers.toml` and the Variable `PAYMENTS_ENABLED`, again before every write:
false, or unreadable, and the task is skipped. **Writes** the payouts system's outbox and
`provider_events`, and the warehouse (`reconciliation.payout_answers`).

**Rerun is safe.** A task goes back only while it is the very send that was asked about.
**When it fails**: `docs/runbook.md`; what is decided when: `docs/payout-operations.md`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag

from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps import payout_stuck_repair as steps
from include.reconciliation.steps.deliver_alerts import hasten_delivery


@dag(
    schedule=CronTriggerTimetable("*/15 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # The next round is a quarter of an hour away.
    default_args={
        "owner": "finance",
        "retries": 0,
        "execution_timeout": timedelta(minutes=20),
        "on_failure_callback": hasten_delivery,
    },
    doc_md=__doc__,
    tags=["payouts"],
)
def payout_stuck_repair() -> None:
    task_for.counted(steps.payout_stuck_repair)()


payout_stuck_repair()
