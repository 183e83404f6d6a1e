"""The DAG that replays payments: its tasks, its form, and a whole run that stops payments."""

import json
from datetime import timedelta

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag

from include.reconciliation import config
from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.edges.replay_request import FIELDS


@pytest.fixture
def dag(airflow_database):
    """The DAG as Airflow reads it."""
    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    return bag.dags["payment_replay_verification"]


@pytest.fixture
def payment_events(databases):
    """The event store as the company's own system writes it."""
    address = databases.conninfo("payment_events", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        yield session


@pytest.fixture
def stop_variables(metadata):
    """The stop Variables as Airflow has them; they outlive no test."""
    clear = "delete from variable where key like '%ENABLED'"
    metadata.execute(clear)

    def read():
        from airflow import models

        rows = metadata.execute("select key from variable where key like '%ENABLED'").fetchall()
        # The SDK's Variable asks a task's supervisor, and a test has none.
        return {key: models.Variable.get(key) for (key,) in rows}  # noqa: AIR311

    yield read
    metadata.execute(clear)


def states(run):
    """The state of each task of a run."""
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def test_the_tasks_follow_each_other_and_the_promise_is_a_leaf(dag):
    edges = {
        (task.task_id, follower) for task in dag.tasks for follower in task.downstream_task_ids
    }

    assert {
        ("replay_payments", "halt_payments"),
        ("replay_payments", "every_payment_is_what_its_events_say"),
    } == edges
    assert "all_done" == dag.get_task("halt_payments").trigger_rule
    assert (False, 1) == (dag.catchup, dag.max_active_runs)
    assert ("0 3 * * *", "UTC") == (dag.timetable.expression, str(dag.timetable.timezone))
    assert set(FIELDS) == set(dag.params)
    for task in dag.tasks:
        assert (4, timedelta(seconds=20)) == (task.retries, task.retry_delay), task.task_id
    for promise in (
        "**What.**",
        "**When.**",
        "**Reads**",
        "**Writes**",
        "Rerun is safe",
        "runbook",
    ):
        assert promise in dag.doc_md


def test_a_clean_store_is_green_and_payments_go_on(dag, payment_events, warehouse, stop_variables):
    history, _ = make_event_store(1, hours=1)
    load(payment_events, history)

    run = dag.test(logical_date=None)

    assert "success" == str(run.state)
    assert {} == stop_variables()
    query = "select verdict, payments, requested_by from reconciliation.payment_replays"
    assert [("same", 60, "dag_test")] == warehouse.execute(query).fetchall()


def test_a_difference_is_red_and_payments_are_stopped(
    dag, payment_events, warehouse, stop_variables
):
    history, _ = make_event_store(1, hours=1, violations=["replay: another hash"])
    load(payment_events, history)

    run = dag.test(run_conf={"note": "after the migration"}, logical_date=None)

    assert {
        "replay_payments": "success",
        "halt_payments": "success",
        "every_payment_is_what_its_events_say": "failed",
    } == states(run)
    assert "failed" == str(run.state)
    held = json.loads(stop_variables()["PAYMENTS_ENABLED"])
    assert (False, "payment_replay_verification") == (held["enabled"], held["by"])
    document = json.loads((config.notices_folder() / "emergency_stop.json").read_text())
    assert 503 == document["PAYMENTS_ENABLED"]["status"]
    query = "select event, changed_by, reason from reconciliation.emergency_stops"
    row = ("stopped", "payment_replay_verification", held["reason"])
    assert [row] == warehouse.execute(query).fetchall()


def test_one_payment_can_be_asked_for_and_an_unknown_field_is_refused(
    dag, payment_events, warehouse
):
    history, _ = make_event_store(1, hours=1)
    load(payment_events, history)
    payment_id = history.projections[3].payment_id

    found = dag.test(run_conf={"payment_id": payment_id}, logical_date=None)
    refused = dag.test(run_conf={"payment": payment_id}, logical_date=None)

    assert ("success", "failed") == (str(found.state), states(refused)["replay_payments"])
    query = "select payment_id, payments from reconciliation.payment_replays"
    assert [(payment_id, 1)] == warehouse.execute(query).fetchall()
