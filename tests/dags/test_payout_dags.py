"""The DAGs of the payouts system: what they are made of, and a whole run of each in Airflow."""

from datetime import UTC, datetime

import pytest
from airflow.dag_processing.dagbag import DagBag

from include.reconciliation import config
from include.reconciliation.cadence import Cadence
from include.reconciliation.edges import check_tasks
from tests.payouts.conftest import desk, payouts_book, provider  # noqa: F401


@pytest.fixture(scope="module")
def dags(airflow_database):
    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    return bag.dags


@pytest.fixture
def airflow_variables(metadata, desk, monkeypatch):  # noqa: F811
    """Airflow's own Variables, which the test may set; they outlive no test."""
    from airflow import models

    from include.reconciliation.edges import pause_variable

    # The desk's own Variables stand aside: a task of a run reads Airflow's.
    monkeypatch.setattr(
        pause_variable, "current_reader", lambda: pause_variable.AirflowVariables()
    )
    yield models.Variable  # noqa: AIR311 - the SDK's asks a supervisor, and a test has none
    metadata.execute("delete from variable where key like '%ENABLED'")


def states(run):
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


@pytest.mark.parametrize(
    ("name", "expression", "tasks"),
    [
        ("payout_reconcile_pull", "*/5 * * * *", {"payout_reconcile_pull", "payout_health_pulse"}),
        ("payout_stuck_repair", "*/15 * * * *", {"payout_stuck_repair"}),
    ],
)
def test_each_dag_has_its_schedule_its_tasks_and_its_manual(dags, name, expression, tasks) -> None:
    dag = dags[name]

    assert (expression, "UTC") == (dag.timetable.expression, str(dag.timetable.timezone))
    assert (False, 1) == (dag.catchup, dag.max_active_runs)
    assert tasks == set(dag.task_ids)
    promises = ("**What.**", "**When.**", "**Reads**", "**Writes**", "Rerun is safe", "runbook")
    for promise in promises:
        assert promise in dag.doc_md


def test_the_pull_tells_what_was_paid_and_gives_the_pulse(dags, desk, airflow_variables):  # noqa: F811
    desk.book.payout("1", state="SENT", minutes=12)
    desk.provider.has("key-1", "paid", 125_00)

    run = dags["payout_reconcile_pull"].test()

    assert {"payout_reconcile_pull": "success", "payout_health_pulse": "success"} == states(run)
    assert ["SUCCEEDED"] == [row[2] for row in desk.book.events()]
    counted = {task.task_id: task.xcom_pull(task.task_id) for task in run.get_task_instances()}
    assert 1 == counted["payout_reconcile_pull"]["deliver"]
    assert 1 == counted["payout_health_pulse"]["provider_payout_sent_stuck"]


def test_the_repair_puts_back_and_is_skipped_while_payments_are_stopped(
    dags, desk, airflow_variables  # noqa: F811
):
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING")
    airflow_variables.set("PAYMENTS_ENABLED", "false")

    assert {"payout_stuck_repair": "skipped"} == states(dags["payout_stuck_repair"].test())
    assert [] == desk.provider.asked

    airflow_variables.set("PAYMENTS_ENABLED", "true")

    assert {"payout_stuck_repair": "success"} == states(dags["payout_stuck_repair"].test())
    assert [("pp-1", "PENDING")] == desk.book.tasks()


def test_the_sentinel_is_red_where_a_sentence_is_broken_and_green_elsewhere(dags, desk):  # noqa: F811
    desk.book.payout("1", state="SENT", minutes=150, status="SUCCEEDED")

    run = dags["ledger_sentinel"].test(run_conf={"scope": "recent"})

    found = {name: state for name, state in states(run).items() if name.startswith("payouts.")}
    red = {name for name, state in found.items() if state == "failed"}
    assert {"payouts.every_success_is_finalised"} == red
    assert {"success"} == {state for name, state in found.items() if name not in red}


@pytest.mark.parametrize(
    ("end", "is_full"),
    [
        (datetime(2026, 3, 2, 1, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 2, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 3, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 14, tzinfo=UTC), False),
    ],
)
def test_the_whole_book_is_asked_once_a_day_at_two(end, is_full) -> None:
    class Run:
        dag_id, run_id, data_interval_end = "ledger_sentinel", "scheduled", end
        triggering_user_name = None
        conf, run_type, run_after = None, "scheduled", end

    form = {"scope": check_tasks.BY_THE_HOUR, "as_of": None}
    look_back = check_tasks.LOOK_BACK[Cadence.HOUR]
    asked = check_tasks._asked({"dag_run": Run(), "params": form}, look_back)

    expected = None if is_full else end - look_back
    assert (expected, end) == (asked["window_start"], asked["window_end"])
