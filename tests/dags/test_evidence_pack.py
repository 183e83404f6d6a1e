"""The DAG that exports the evidence of a payment: its form, and whole runs, green and red."""

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag

from include.reconciliation import config, verify_evidence
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore, project
from tests.payment_events.payments import acknowledged


@pytest.fixture
def dag(airflow_database):
    """The DAG as Airflow reads it."""
    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    return bag.dags["payment_evidence_pack"]


@pytest.fixture
def settled(databases):
    """The event store knows one payment, settled."""
    history = EventStore()
    acknowledged(history).settle()
    history.projections += project(history.events)
    address = databases.conninfo("payment_events", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        load(session, history)


def states(run):
    """The state of each task of a run."""
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def packs():
    """The packs in the reports folder."""
    return sorted((config.reports_folder() / "evidence").rglob("evidence_pack_*"))


def test_it_runs_by_hand_and_the_promise_is_a_leaf(dag):
    edges = {
        (task.task_id, follower) for task in dag.tasks for follower in task.downstream_task_ids
    }

    assert {("export_evidence", "the_pack_proves_the_payment")} == edges
    assert ({"payment_id", "format"}, None) == (set(dag.params), dag.schedule)
    for promise in ("**What.**", "**When.**", "**Reads**", "**Writes**", "Rerun is safe"):
        assert promise in dag.doc_md


@pytest.mark.parametrize("format", ["json", "pdf"])
def test_a_pack_that_holds_is_green(dag, settled, format):
    for _ in range(2):
        run = dag.test(run_conf={"payment_id": "payment", "format": format}, logical_date=None)
        assert "success" == str(run.state)

    (path,) = packs()
    assert format == path.suffix[1:]
    assert [] == verify_evidence.verify(path)[0]


def test_a_pack_that_does_not_hold_is_red_and_there_all_the_same(dag, settled, databases):
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as owner:
        owner.execute("update payments.projections set state = 'FAILED'")

    run = dag.test(run_conf={"payment_id": "payment", "format": "json"}, logical_date=None)

    assert {"export_evidence": "success", "the_pack_proves_the_payment": "failed"} == states(run)
    (path,) = packs()
    assert verify_evidence.verify(path)[0]


@pytest.mark.parametrize(
    "asked", [{"payment_id": "nobody"}, {"payment_id": "payment", "formt": "pdf"}]
)
def test_what_is_unknown_fails_at_once_and_leaves_nothing(dag, settled, asked):
    run = dag.test(run_conf={"format": "json", **asked}, logical_date=None)

    assert ("failed", []) == (str(run.state), packs())


@pytest.mark.parametrize("asked", [{}, {"payment_id": ""}, {"payment_id": "p", "format": "xlsx"}])
def test_the_form_takes_a_payment_and_a_format(dag, asked):
    from airflow.sdk.exceptions import AirflowException

    params = dag.params.deep_merge(asked) if hasattr(dag.params, "deep_merge") else dag.params
    with pytest.raises((AirflowException, ValueError)):
        params.validate()
