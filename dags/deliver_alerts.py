"""Looks who is late or paused, and delivers what waits in the outbox, every two minutes.

**What.** `watch` weighs every PSP of `include/psps.toml` by the database's clock: accounts that
have not published a complete run for more than two cycles, and pauses. It opens, updates and closes
the incident `billing_gateway-reconciliation` of each. `deliver` sends the messages that this and
the runs have left in the outbox.

**Why on its own.** A run that was killed, or never started, can't say that it is late.

**Reads** the warehouse and the Variables `reconciliation_pause_<psp>`. **Writes** alerts, pauses, a
summary of each incident every half hour, Slack (connection `slack`; without it messages wait),
`payment_reconciliation_logs` in `billing_gateway`, and where `[notifications]` asks for it mail
(`smtp`) and Kafka (`kafka`).

**Rerun is safe.** Each message has a key and is claimed before it is sent; Slack that is down fails
nothing. When nothing here runs at all, `bin/reconciliation heartbeat` from outside says so.

**What each alert means**: `docs/alerts.md`; who hears of an incident: `docs/incidents.md`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from include.reconciliation.steps import deliver_alerts as steps


@dag(
    schedule=CronTriggerTimetable("*/2 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # The next round is two minutes away: repeating inside this one would only pile up.
    default_args={
        "owner": "finance",
        "retries": 0,
        "execution_timeout": timedelta(minutes=5),
    },
    doc_md=__doc__,
    tags=["reconciliation"],
)
def deliver_alerts() -> None:
    @task(multiple_outputs=False)
    def watch() -> dict[str, int]:
        return steps.watch()

    # Alerts that are there already leave even when a PSP could not be weighed.
    @task(multiple_outputs=False, trigger_rule="all_done")
    def deliver() -> dict[str, int]:
        return steps.deliver()

    watch() >> deliver()


deliver_alerts()
