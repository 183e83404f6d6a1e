"""Each round of a payout operation leaves a row, so that a missing one is missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from include.reconciliation.edges import emergency_stop, payouts_source
from include.reconciliation.errors import Paused, Transient
from include.reconciliation.steps.payout_reconcile_pull import payout_reconcile_pull
from include.reconciliation.steps.payout_stuck_repair import payout_stuck_repair
from tests.payouts.conftest import Desk

Operation = Callable[[], dict[str, int]]
BOTH = pytest.mark.parametrize(
    ("operation", "name"),
    [(payout_reconcile_pull, "reconcile_pull"), (payout_stuck_repair, "stuck_repair")],
)


def rounds(desk: Desk) -> list[tuple[Any, ...]]:
    """Operation, outcome and problem of each, the oldest first."""
    query = "select * from reconciliation.payout_rounds order by round_id"
    return [(row["operation"], row["outcome"], row["problem"]) for row in desk.rows(query)]


@BOTH
def test_a_round_with_nothing_to_ask_is_a_round(
    desk: Desk, operation: Operation, name: str
) -> None:
    counted = operation()

    assert [(name, "done", None)] == rounds(desk)
    (row,) = desk.rows("select counts from reconciliation.payout_rounds")
    assert (counted, 0) == (row["counts"], counted["asked"])


@BOTH
def test_a_round_that_the_emergency_stop_holds_says_so(
    desk: Desk, operation: Operation, name: str
) -> None:
    desk.variables.values[emergency_stop.PAYMENTS] = "false"

    with pytest.raises(Paused):
        operation()

    assert [(name, "stopped", "Paused: PAYMENTS_ENABLED is false: stopped")] == rounds(desk)


@BOTH
def test_a_round_that_fails_says_why(
    desk: Desk, operation: Operation, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Transient("the payouts system can't be read now")

    monkeypatch.setattr(payouts_source, "sent", away)
    with pytest.raises(Transient):
        operation()

    problem = "Transient: the payouts system can't be read now"
    assert [(name, "failed", problem)] == rounds(desk)


def test_a_round_that_can_not_be_written_down_ends_with_its_own_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying() -> None:
        monkeypatch.setenv("AIRFLOW_CONN_RECONCILIATION", '{"host": "127.0.0.1", "port": 9}')
        raise Transient("the payouts system can't be read now")

    monkeypatch.setattr(payouts_source, "sent", dying)
    with pytest.raises(Transient, match="the payouts system"):
        payout_reconcile_pull()


def test_rounds_are_added_and_never_changed(desk: Desk) -> None:
    payout_reconcile_pull()
    for forbidden in (
        "update internal.payout_rounds set outcome = 'done'",
        "delete from internal.payout_rounds",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.session.execute(forbidden)
        desk.session.rollback()
