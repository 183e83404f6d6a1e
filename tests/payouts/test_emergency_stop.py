"""PAYMENTS_ENABLED: only certainty lets anything be written."""

from __future__ import annotations

import json

import pytest

from include.reconciliation.edges import emergency_stop, pause_variable
from include.reconciliation.errors import Paused
from include.reconciliation.steps.payout_reconcile_pull import payout_reconcile_pull
from include.reconciliation.steps.payout_stuck_repair import payout_stuck_repair
from tests.payouts.conftest import Desk, Variables
from tests.payouts.provider_server import says

NAME = emergency_stop.PAYMENTS


@pytest.mark.parametrize("text", ["true", "True", " TRUE ", '{"enabled": true}'])
def test_payments_are_enabled_where_the_variable_says_so(text: str) -> None:
    with pause_variable.reading_from(Variables({NAME: text})):
        assert emergency_stop.read(NAME) is None


def test_payments_are_enabled_where_the_names_are_listed_without_it() -> None:
    with pause_variable.reading_from(Variables({"REFUNDS_ENABLED": "false"})):
        assert emergency_stop.read(NAME) is None
        assert emergency_stop.read(emergency_stop.REFUNDS) is not None


@pytest.mark.parametrize("text", ["false", "False", '{"enabled": false}'])
def test_false_is_a_stop(text: str) -> None:
    with pause_variable.reading_from(Variables({NAME: text})):
        stop = emergency_stop.read(NAME)

    assert stop is not None
    assert stop.problem is None
    assert "PAYMENTS_ENABLED is false: stopped" == stop.sentence()


def test_who_stopped_and_why_is_told() -> None:
    text = json.dumps({"enabled": False, "by": "ana", "reason": "ticket\n 4711"})
    with (
        pause_variable.reading_from(Variables({NAME: text})),
        pytest.raises(Paused, match="PAYMENTS_ENABLED is false: stopped by ana: ticket 4711"),
    ):
        emergency_stop.check(NAME)


@pytest.mark.parametrize(
    "text", ["", "1", "0", "yes", "null", "enabled", "[true]", '{"enabled": 1}', "{}", "truefalse"]
)
def test_what_is_not_understood_is_a_stop(text: str) -> None:
    with pause_variable.reading_from(Variables({NAME: text})):
        stop = emergency_stop.read(NAME)

    assert stop is not None
    assert "could not check" in stop.sentence()


def test_what_can_t_be_listed_or_read_is_a_stop() -> None:
    class Forgetful(Variables):
        def value(self, name: str) -> str:
            raise TimeoutError

    for reader in (Variables(error=ConnectionError("500")), Forgetful({NAME: "true"})):
        with pause_variable.reading_from(reader):
            stop = emergency_stop.read(NAME)

        assert stop is not None
        assert "could not be read" in stop.sentence()


def test_a_variable_in_the_environment_stops_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_PAYMENTS_ENABLED", "false")
    monkeypatch.setattr("airflow.sdk.Variable.keys", lambda prefix: iter(()))

    stop = emergency_stop.read(NAME)

    assert stop is not None
    assert stop.problem is None


@pytest.mark.parametrize("operation", [payout_reconcile_pull, payout_stuck_repair])
@pytest.mark.parametrize("problem", ["false", None])
def test_while_payments_are_stopped_nobody_is_asked_and_nothing_is_written(
    desk: Desk, operation, problem: str | None
) -> None:  # type: ignore[no-untyped-def]
    desk.book.payout("1", state="SENT")
    desk.book.payout("2", state="SENDING")
    if problem is None:
        desk.variables.error = ConnectionError("the API is away")
    else:
        desk.variables.values[NAME] = problem

    with pytest.raises(Paused):
        operation()

    assert [] == desk.provider.asked
    assert [] == desk.decisions()


@pytest.mark.parametrize("state", ["SENT", "SENDING"])
def test_a_stop_that_comes_while_the_provider_is_asked_stops_the_write(
    desk: Desk, state: str
) -> None:
    """The answer is kept, the write is not made; after the stop it is decided anew."""
    desk.declare(key_retention="1d")
    desk.book.payout("1", state=state)
    operation = payout_stuck_repair if state == "SENDING" else payout_reconcile_pull
    if state == "SENT":
        desk.provider.has("key-1", "paid", 125_00)

    def stop(handler, told):  # type: ignore[no-untyped-def]
        desk.variables.values[NAME] = "false"
        return says()(handler, told)

    desk.provider.behaviour = stop
    with pytest.raises(Paused):
        operation()

    assert 1 == len(desk.decisions())
    assert ([("pp-1", state)], []) == (desk.book.tasks(), desk.book.events())
    assert desk.decisions()[0][3] is None

    desk.provider.behaviour = None
    desk.variables.values[NAME] = "true"
    operation()

    assert "written" == desk.decisions()[1][3]
