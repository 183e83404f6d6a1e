"""A replay that finds a difference stops payments, as somebody stops them by hand."""

import json
from datetime import UTC, datetime

import pytest

from include.reconciliation import config
from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.edges import emergency_stop, payment_event_store
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.steps import emergency_stop as emergency_stop_step
from include.reconciliation.steps import verify_payment_replay as steps
from include.reconciliation.steps.emergency_stop import carry_out_requests
from include.reconciliation.steps.emergency_stop import emergency_stop as stop_by_hand
from tests.payment_events.replays import messages, stops


def die(*_: object) -> None:
    raise MemoryError


def start_payments() -> None:
    stop_by_hand(
        [emergency_stop.PAYMENTS], "lift", changed_by="ana", reason="the projector is mended"
    )


def test_a_stop_by_a_replay_is_the_same_as_one_by_hand(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)

    verify()

    ((variable, event, changed_by, reason),) = stops(seen)
    assert ("PAYMENTS_ENABLED", "stopped") == (variable, event)
    assert "payment_replay_verification" == changed_by
    assert reason.startswith("replay 1: 1 of 120 payments are not what their events say")
    held = json.loads(airflow.values["PAYMENTS_ENABLED"])
    assert (False, changed_by, reason) == (held["enabled"], held["by"], held["reason"])
    assert datetime.fromisoformat(held["since"]) <= datetime.now(UTC)
    document = json.loads((config.notices_folder() / "emergency_stop.json").read_text())
    assert "PaymentMaintenanceMode" == document["PAYMENTS_ENABLED"]["answer"]["error"]
    assert {"enabled": True} == document["REFUNDS_ENABLED"]
    told = f"[critical] emergency stop: PAYMENTS_ENABLED stopped by {changed_by}: {reason}"
    assert told in messages(seen)


def test_a_replay_that_still_finds_it_stops_payments_that_somebody_has_started(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    verify()
    start_payments()
    assert "true" == airflow.values["PAYMENTS_ENABLED"]

    verify()

    assert ["stopped", "lifted", "stopped"] == [event for _, event, _, _ in stops(seen)]
    assert not json.loads(airflow.values["PAYMENTS_ENABLED"])["enabled"]


def test_a_stop_of_somebody_else_does_not_hide_that_of_a_replay(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    """Who lifts it after the maintenance reads that it is another one now."""
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    stop_by_hand([emergency_stop.PAYMENTS], "stop", changed_by="ana", reason="maintenance")

    verify()

    assert ["ana", "payment_replay_verification"] == [by for _, _, by, _ in stops(seen)]
    held = json.loads(airflow.values["PAYMENTS_ENABLED"])
    assert "payment_replay_verification" == held["by"]


def test_a_stop_that_could_not_be_written_down_is_written_down_by_the_next_try(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow, monkeypatch
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)

    with monkeypatch.context() as dying:
        dying.setattr(emergency_stop_step, "_write_down", die)
        with pytest.raises(MemoryError):
            verify()
    assert (1, []) == (len(airflow.set), stops(seen))

    assert (1, 0) == (carry_out_requests(), carry_out_requests())
    assert 1 == len(airflow.set) == len(stops(seen))


def test_a_stop_that_the_environment_overrules_is_no_stop(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow, monkeypatch
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    airflow.environment["PAYMENTS_ENABLED"] = "true"

    verify()

    assert [None] == [row["set_at"] for row in seen("select * from reconciliation.stop_requests")]
    with pytest.raises(ConfigurationError, match="AIRFLOW_VAR_PAYMENTS_ENABLED has the last word"):
        carry_out_requests()
    assert [] == stops(seen)


def test_payments_are_stopped_with_the_first_batch_that_differs(  # type: ignore[no-untyped-def]
    payment_events, verify, airflow, monkeypatch
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    monkeypatch.setattr(payment_event_store, "PAYMENTS_PER_BATCH", 7)
    stopped_after: list[int] = []
    judge = steps._judge

    def counting(*arguments):  # type: ignore[no-untyped-def]
        stopped_after.append(len(airflow.set))
        return judge(*arguments)

    monkeypatch.setattr(steps, "_judge", counting)
    verify()

    assert 18 == len(stopped_after)
    assert 1 == stopped_after[1], "the first payment of the history is the broken one"


def test_an_airflow_that_does_not_answer_is_asked_again_by_the_next_task(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    airflow.is_away = True

    verify()

    assert [None] == [row["set_at"] for row in seen("select * from reconciliation.stop_requests")]
    with pytest.raises(ConnectionError):
        carry_out_requests()
    assert [] == stops(seen)
    airflow.is_away = False
    assert (1, 0) == (carry_out_requests(), carry_out_requests())
    assert 1 == len(airflow.set) == len(stops(seen))
