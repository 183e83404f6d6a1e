"""The DAGs of operator actions: one per entry of the table, and a whole run of one in Airflow."""

import re

import pytest
from airflow.dag_processing.dagbag import DagBag

from include.reconciliation import config, operator_form
from include.reconciliation.edges import approvals
from include.reconciliation.operator_actions import ACTIONS
from tests.operator_actions.conftest import desk  # noqa: F401

TASKS = {
    ("propose", "approve"),
    ("approve", "is_approved"),
    ("is_approved", "record_answer"),
    ("record_answer", "approve_again"),
    ("record_answer", "call_service"),
    ("approve_again", "is_approved_again"),
    ("is_approved_again", "record_second_answer"),
    ("record_second_answer", "call_service"),
    ("call_service", "verify_effect"),
}


@pytest.fixture(scope="module")
def dags(airflow_database):
    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    return bag.dags


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_is_a_dag_with_its_form_its_arrows_and_its_manual(dags, name) -> None:
    dag, action = dags[name], ACTIONS[name]

    edges = {
        (task.task_id, follower) for task in dag.tasks for follower in task.downstream_task_ids
    }
    assert TASKS == edges
    assert (None, False) == (dag.schedule, dag.catchup)
    assert set(operator_form.fields(action)) == set(dag.params)
    assert list(action.reason_codes) == dag.params.get_param("reason_code").schema["enum"]
    for promise in ("**What.**", "**When.**", "**Reads**", "**Writes**", "Rerun is safe"):
        assert promise in dag.doc_md
    assert action.meaning in dag.doc_md and action.meaning in dag.description
    # Nobody waits longer than the approval itself does.
    assert {None} == {task.execution_timeout for task in dag.tasks}
    # A task is cleared by a person, who has read why: nothing repeats a call by itself.
    assert {0} == {task.retries for task in dag.tasks}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_id_that_the_form_lets_pass_is_one_that_a_path_can_hold(name) -> None:
    pattern = operator_form.fields(ACTIONS[name])["object_id"]["pattern"]
    for bad in ("a/b", "../a", "a?b", "a#b", "", "a b", "%2e", "a\n"):
        assert re.fullmatch(pattern, bad) is None


def test_a_run_asks_calls_and_verifies(dags, desk, monkeypatch):  # noqa: F811
    desk.books.market_wallet("w1")
    ask = approvals.ask

    def answered(cursor, asked_in, request, preview, expire_after):
        made = ask(cursor, asked_in, request, preview, expire_after)
        cursor.connection.commit()
        cursor.execute("set local search_path = internal, reconciliation, pg_catalog")
        approvals.answer(
            made["request_id"], "approved", answered_by="bea", channel="airflow",
            content_sha256=made["content_sha256"],
        )  # fmt: skip
        return made

    # Somebody else has approved by the time that the screen is passed by.
    monkeypatch.setattr(approvals, "ask", answered)
    form = {"object_id": "w1", "reason_code": "fraud", "reason": "ticket 4711 says so"}

    run = dags["freeze_wallet"].test(run_conf=form, mark_success_pattern="approve")

    states = {task.task_id: str(task.state) for task in run.get_task_instances()}
    assert ("success", "success") == (states["call_service"], states["verify_effect"])
    assert "skipped" == states["approve_again"]
    assert [("applied", "freeze_wallet"), ("verified", "freeze_wallet")] == desk.log()
    assert 1 == len(desk.service.calls)
    assert "dag_test" == desk.result()["requested_by"]


def test_a_run_of_which_nobody_is_named_asks_for_nothing(monkeypatch) -> None:
    """Who asks may not approve: where nobody knows who asked, that can't be checked."""
    from types import SimpleNamespace

    from airflow.sdk.exceptions import AirflowFailException

    from include.reconciliation.edges import approval_tasks

    run = SimpleNamespace(dag_id="d", run_id="r", conf={}, triggering_user_name=None)
    context = {"dag_run": run, "params": {"object_id": "w1"}}
    monkeypatch.setattr("airflow.sdk.get_current_context", lambda: context)
    asked = []
    ask = approval_tasks.asking(lambda **form: asked.append(form), form=["object_id"], task_id="t")

    with pytest.raises(AirflowFailException, match="nobody is named"):
        ask.function()
    assert [] == asked
    run.triggering_user_name = "ana"
    ask.function()
    assert [{"object_id": "w1", "asked_in": "d/r", "changed_by": "ana"}] == asked
