"""The DAGs of operator actions: one per entry of the table, and a whole run of one in Airflow."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow import plugins_manager
from airflow.dag_processing.dagbag import DagBag
from airflow.listeners.listener import get_listener_manager
from airflow.models.xcom import XComModel
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType

from include.reconciliation import config, operator_form
from include.reconciliation.edges import approval_tasks, approvals
from include.reconciliation.edges.recorded_approval import recorded_approval
from include.reconciliation.operator_actions import ACTIONS
from include.reconciliation.steps import answer_request
from tests.operator_actions.conftest import desk  # noqa: F401

TASKS = {
    ("propose", "approve"),
    ("approve", "is_approved"),
    ("is_approved", "approve_again"),
    ("is_approved", "call_service"),
    ("approve_again", "is_approved_again"),
    ("is_approved_again", "call_service"),
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
    # A task is cleared by a person, who has read why: nothing repeats a call by itself. A question
    # is asked again.
    again = {task.task_id: task.retries for task in dag.tasks if task.retries}
    assert {"approve": 2, "approve_again": 2} == again


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


def test_an_answer_that_somebody_writes_into_xcom_approves_nothing(dags, desk, monkeypatch):  # noqa: F811
    """Whoever may trigger a DAG may write XCom, and set a task's state."""
    desk.books.market_wallet("w1")
    ask = approvals.ask

    def forged(cursor, asked_in, request, preview, expire_after):
        made = ask(cursor, asked_in, request, preview, expire_after)
        dag_id, _, run_id = asked_in.partition("/")
        answer = {
            "chosen_options": ["Approve"],
            "params_input": {},
            "responded_by_user": {"id": "bea", "name": "bea"},
        }
        with create_session(scoped=False) as session:
            for task_id in ("approve", "approve_again"):
                XComModel.set(
                    key="return_value", value=answer, task_id=task_id, dag_id=dag_id,
                    run_id=run_id, session=session,
                )  # fmt: skip
        return made

    monkeypatch.setattr(approvals, "ask", forged)
    form = {"object_id": "w1", "reason_code": "fraud", "reason": "ticket 4711 says so"}

    run = dags["freeze_wallet"].test(run_conf=form, mark_success_pattern="approve")

    states = {task.task_id: str(task.state) for task in run.get_task_instances()}
    assert ("success", "failed") == (states["approve"], states["is_approved"])
    assert {"upstream_failed"} == {
        states[name] for name in ("approve_again", "call_service", "verify_effect")
    }
    assert [] == desk.service.calls
    assert [] == desk.rows("select * from internal.action_answers")
    assert [("answer_refused", "freeze_wallet")] == desk.log()


@pytest.fixture
def question(desk, monkeypatch):  # noqa: F811
    """The task `approve` of a run that has asked for something, and a way to run it."""
    desk.books.market_wallet("w1")
    request = desk.ask("freeze_wallet", "w1")
    operator = recorded_approval()(
        task_id="approve", record=answer_request.record_answer, standing=answer_request.standing,
        subject="s", body="b", params={"note": None},
    )  # fmt: skip
    asked = []
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail",
        lambda **detail: asked.append(detail),
    )
    dag_id, _, run_id = desk.asked[-1].partition("/")
    context = {
        "dag_run": SimpleNamespace(dag_id=dag_id, run_id=run_id),
        "task_instance": SimpleNamespace(id="1"),
        "task": operator,
    }
    return SimpleNamespace(request=request, operator=operator, context=context, asked=asked)


def event(by, option="Approve"):
    """What Airflow's API server hands to the task that asked."""
    return {
        "chosen_options": [option],
        "params_input": {"note": "looked at it"},
        "responded_at": datetime(2026, 11, 30, tzinfo=UTC),
        "responded_by_user": {"id": by, "name": by},
    }


def test_the_task_that_asks_writes_the_answer_down_and_returns_none(desk, question) -> None:  # noqa: F811
    with pytest.raises(TaskAwaitingInput):
        question.operator.execute(question.context)
    assert 1 == len(question.asked)

    assert question.operator.execute_complete(question.context, event("bea")) is None

    assert [("bea", "approved", "looked at it")] == [
        (row["answered_by"], row["answer"], row["note"])
        for row in desk.rows("select * from internal.action_answers")
    ]
    # A second try of the task asks nobody.
    assert question.operator.execute(question.context) is None
    assert 1 == len(question.asked)


def test_a_task_whose_answer_is_refused_fails_and_asks_again(desk, question) -> None:  # noqa: F811
    with pytest.raises(AirflowFailException, match="somebody else must answer"):
        question.operator.execute_complete(question.context, event("ana"))

    assert [("answer_refused", "freeze_wallet")] == desk.log()
    with pytest.raises(TaskAwaitingInput):
        question.operator.execute(question.context)


def test_a_question_that_nobody_answers_in_time_ends_at_once(question) -> None:
    with pytest.raises(AirflowFailException, match="nobody has answered"):
        question.operator.execute_complete(
            question.context, {"error": "The timeout has passed", "error_type": "timeout"}
        )


def test_a_run_of_which_nobody_is_named_asks_for_nothing(monkeypatch) -> None:
    """Who asks may not approve: where nobody knows who asked, that can't be checked."""
    run = SimpleNamespace(
        dag_id="d", run_id="r", conf={}, run_type="manual", triggering_user_name=None
    )
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


@pytest.mark.parametrize(
    ("run_type", "name"),
    [
        ("manual", "cli:zoe"),
        ("manual", " CLI:zoe"),
        ("backfill", "zoe"),
        ("operator_triggered", "zoe"),
    ],
)
def test_a_name_that_no_login_stands_behind_asks_for_nothing(monkeypatch, run_type, name) -> None:
    run = SimpleNamespace(
        dag_id="d", run_id="r", conf={}, run_type=run_type, triggering_user_name=name
    )
    context = {"dag_run": run, "params": {"object_id": "w1"}}
    monkeypatch.setattr("airflow.sdk.get_current_context", lambda: context)
    asked = []
    ask = approval_tasks.asking(lambda **form: asked.append(form), form=["object_id"], task_id="t")

    with pytest.raises(AirflowFailException, match="is no login"):
        ask.function()
    assert [] == asked


@pytest.mark.parametrize(
    ("began_by", "name", "expected"),
    [
        ("CLI", "zoe", "cli:zoe"),
        ("CLI", "cli:zoe", "cli:zoe"),
        ("CLI", None, None),
        ("UI", "zoe", "zoe"),
        ("REST_API", "zoe", "zoe"),
    ],
)
def test_the_scheduler_marks_a_name_from_the_command_line(began_by, name, expected) -> None:
    """LOGNAME=zoe bin/airflow dags trigger correct_discrepancy"""
    plugin = plugins_manager.get_plugin_info()
    assert "reconciliation_who_asks" in {each["name"] for each in plugin}
    run = SimpleNamespace(triggered_by=DagRunTriggeredByType[began_by], triggering_user_name=name)

    get_listener_manager().hook.on_dag_run_running(dag_run=run, msg="started")

    assert expected == run.triggering_user_name
