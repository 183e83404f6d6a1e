"""The emergency stop: who stopped what and why, what the gateway answers, and that doubt stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.edges import emergency_stop as edge
from include.reconciliation.errors import Paused, RequestError
from include.reconciliation.maintenance_answer import State, document
from include.reconciliation.steps.emergency_stop import emergency_stop
from tests.operations.conftest import Books, Variables

UNTIL = datetime(2099, 1, 1, 18, tzinfo=UTC)
Change = Callable[..., None]


@pytest.fixture
def change(books: Books, variables: Variables, monkeypatch: pytest.MonkeyPatch) -> Change:
    """The step, writing into the Variables of the test."""

    def write(name: str, text: str, description: str) -> None:
        variables.values[name] = text

    monkeypatch.setattr(edge, "write", write)

    def do(action: str, *names: str, **values: Any) -> None:
        asked = {"changed_by": "ana", "reason": "ticket 4711", **values}
        emergency_stop(names or (edge.PAYMENTS,), action, **asked)

    return do


def told(books: Books) -> list[tuple[str, ...]]:
    """What was written down, in order."""
    query = "select * from reconciliation.emergency_stops order by stop_id"
    return [
        (row["variable"], row["event"], row["changed_by"], row["reason"])
        for row in books.rows(query)
    ]


def the_document() -> Any:
    return json.loads((config.notices_folder() / "emergency_stop.json").read_text())


def may_pay() -> bool:
    """What a write of ours is told."""
    try:
        edge.check(edge.PAYMENTS)
    except Paused:
        return False
    return True


def test_without_a_variable_payments_run(variables: Variables) -> None:
    variables.values["PAYMENTS_ENABLED_elsewhere"] = "false"

    assert may_pay()


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("true", True),
        (" True ", True),
        ('{"enabled": true}', True),
        ("false", False),
        ('{"enabled": false, "by": "ana", "reason": "r"}', False),
        ("", False),
        ("0", False),
        ("1", False),
        ("yes", False),
        ("null", False),
        ("{", False),
        ('{"enabled": "true"}', False),
        ('{"enabled": false, "until": "soon"}', False),
        ("[" * 100_000, False),
    ],
)
def test_only_true_lets_payments_run(variables: Variables, text: str, runs: bool) -> None:
    variables.values[edge.PAYMENTS] = text

    assert runs is may_pay()


def test_what_can_not_be_listed_or_read_is_stopped(variables: Variables) -> None:
    variables.error = ConnectionError("away")
    assert not may_pay()
    variables.error, variables.error_on_value = None, ConnectionError("away")
    assert may_pay(), "the name is not there, so nobody asks for its value"
    variables.values[edge.PAYMENTS] = "true"
    assert not may_pay()


def test_a_stop_says_who_and_why_to_whoever_wants_to_write(
    change: Change, variables: Variables
) -> None:
    change("stop", reason="ledger does not\n balance")

    with pytest.raises(Paused, match=r"stopped by ana since .*: ledger does not balance"):
        edge.check(edge.PAYMENTS)
    edge.check(edge.REFUNDS)


def test_stopping_and_lifting_are_a_row_each_and_slack_hears_of_both(
    change: Change, books: Books
) -> None:
    change("stop", *edge.NAMES)
    change("lift", edge.REFUNDS, changed_by="bruno", reason="refunds are fine")

    assert [
        (edge.PAYMENTS, "stopped", "ana", "ticket 4711"),
        (edge.REFUNDS, "stopped", "ana", "ticket 4711"),
        (edge.REFUNDS, "lifted", "bruno", "refunds are fine"),
    ] == told(books)
    assert (
        "[critical] emergency stop: REFUNDS_ENABLED lifted by bruno: refunds are fine"
        == books.messages()[-1]
    )
    assert 3 == len(books.messages())
    assert not may_pay()


def test_a_repeat_adds_nothing_and_another_reason_does(
    change: Change, books: Books, variables: Variables
) -> None:
    change("stop")
    before = dict(variables.values)
    change("stop")
    assert (1, before) == (len(told(books)), variables.values)

    change("stop", reason="ticket 4712")
    assert 2 == len(told(books))


def test_a_repeat_is_known_by_a_reason_that_is_longer_than_the_variable_tells(
    change: Change, books: Books, variables: Variables
) -> None:
    change("stop", reason="x" * 301)
    held = json.loads(variables.values[edge.PAYMENTS])
    before = {edge.PAYMENTS: json.dumps({**held, "since": "2026-01-01T00:00:00+00:00"})}
    variables.values.update(before)
    change("stop", reason="x" * 301)

    assert (1, before) == (len(told(books)), variables.values)


def test_the_gateway_is_told_what_to_answer_and_not_who_stopped_it(change: Change) -> None:
    change("stop", until=UNTIL)

    assert {
        "PAYMENTS_ENABLED": {
            "enabled": False,
            "status": 503,
            "answer": {
                "error": "PaymentMaintenanceMode",
                "message": "Payment system temporarily unavailable",
                "retryAfter": "2099-01-01T18:00:00Z",
            },
        },
        "REFUNDS_ENABLED": {"enabled": True},
    } == the_document()
    change("lift")
    assert {"enabled": True} == the_document()["PAYMENTS_ENABLED"]


def test_nobody_is_told_to_come_back_at_a_time_that_nobody_has_named() -> None:
    states = {"PAYMENTS_ENABLED": State(enabled=False)}

    assert "retryAfter" not in json.loads(document(states))["PAYMENTS_ENABLED"]["answer"]


def test_a_stop_works_while_the_warehouse_is_away_and_is_written_down_by_the_next_try(
    change: Change, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setenv("AIRFLOW_CONN_RECONCILIATION", '{"host": "127.0.0.1", "port": 9}')
        with pytest.raises(psycopg.OperationalError):
            change("stop")
    assert not may_pay()
    assert not the_document()["PAYMENTS_ENABLED"]["enabled"]
    assert [] == told(books)

    change("stop")
    assert [(edge.PAYMENTS, "stopped", "ana", "ticket 4711")] == told(books)


def test_nothing_starts_again_that_could_not_be_written_down(
    change: Change, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("stop")
    with monkeypatch.context() as away:
        away.setenv("AIRFLOW_CONN_RECONCILIATION", '{"host": "127.0.0.1", "port": 9}')
        with pytest.raises(psycopg.OperationalError):
            change("lift")

    assert not may_pay()


@pytest.mark.parametrize(
    ("action", "names", "changes"),
    [
        ("halt", (edge.PAYMENTS,), {}),
        ("stop", ("LUNCH_ENABLED",), {}),
        ("stop", (edge.PAYMENTS,), {"reason": " \n "}),
        ("stop", (edge.PAYMENTS,), {"until": datetime.now(UTC) - timedelta(seconds=1)}),
        ("lift", (edge.PAYMENTS,), {"until": UNTIL}),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    change: Change, books: Books, variables: Variables, action: str, names: Any, changes: Any
) -> None:
    with pytest.raises(RequestError):
        change(action, *names, **changes)

    assert ({}, []) == (variables.values, told(books))


def test_rows_of_the_stop_are_added_and_never_changed(change: Change, warehouse: Any) -> None:
    change("stop")
    for forbidden in (
        "update internal.emergency_stops set reason = 'x'",
        "delete from internal.emergency_stops",
        "truncate internal.emergency_stops",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            warehouse.execute(forbidden)
        warehouse.rollback()


def test_the_dag_stops_payments_in_airflow_itself(airflow_database: str, books: Books) -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    asked = {"variables": [edge.PAYMENTS], "reason": "ticket 4711"}
    run = bag.dags["emergency_stop"].test(run_conf={**asked, "action": "stop"})

    assert "success" == str(run.state)
    assert [(edge.PAYMENTS, "stopped", "dag_test", "ticket 4711")] == told(books)
    assert not the_document()["PAYMENTS_ENABLED"]["enabled"]
    run = bag.dags["emergency_stop"].test(run_conf={**asked, "action": "lift"})
    assert "success" == str(run.state)
    assert the_document()["PAYMENTS_ENABLED"]["enabled"]
