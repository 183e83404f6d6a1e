"""Asks providers for the truth about payouts that are SENT, every five minutes, 100 at a time.

**What.** A webhook that never came is made up for: what the provider says of a payout, by our key
and its reference, goes to the payouts application the way its webhook would. Nothing is believed
that names another amount, currency or key: that calls a person (`payout-needs-a-human`). The task
`payout_health_pulse` gives the five figures of the daily look.

**When.** Every five minutes; those asked about longest ago come first.

**Reads** the payouts system (connections `payouts` and `payout_operations`), the providers of
`include/payout_providers.toml` and the Variable `PAYMENTS_ENABLED`: false, or unreadable, and the
task is skipped. **Writes** `provider_events` in the payouts system, and the warehouse
(`reconciliation.payout_answers`).

**Rerun is safe.** A payout is claimed before it is asked about, and the same word is told once.
**When it fails**: `docs/runbook.md`; what is decided when: `docs/payout-operations.md`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag

from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps import payout_reconcile_pull as steps
from include.reconciliation.steps.deliver_alerts import hasten_delivery


@dag(
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # The next round is five minutes away: repeating inside this one would only pile up.
    default_args={
        "owner": "finance",
        "retries": 0,
        "execution_timeout": timedelta(minutes=10),
        "on_failure_callback": hasten_delivery,
    },
    doc_md=__doc__,
    tags=["payouts"],
)
def payout_reconcile_pull() -> None:
    task_for.counted(steps.payout_reconcile_pull)()
    task_for.counted(steps.payout_health_pulse)()


payout_reconcile_pull()
