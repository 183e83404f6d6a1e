"""Two copies at once, and a copy that dies at every step: nothing is sent or told twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from include.reconciliation.edges import pause_variable, payouts_source, warehouse
from include.reconciliation.steps import payout_batches
from include.reconciliation.steps.payout_reconcile_pull import payout_reconcile_pull
from include.reconciliation.steps.payout_stuck_repair import payout_stuck_repair
from tests.payouts.conftest import Desk


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, and what comes after it in a round is not done."""


def beside(desk: Desk, operation: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with pause_variable.reading_from(desk.variables):
            return operation()

    return run


def test_copies_at_once_ask_about_each_payout_once_and_send_each_once(desk: Desk) -> None:
    desk.declare(key_retention="1d")
    names = [str(number) for number in range(10, 40)]
    for name in names:
        desk.book.payout(name, state="SENDING")

    with ThreadPoolExecutor(3) as pool:
        copies = [pool.submit(beside(desk, payout_stuck_repair)) for _ in range(3)]
        for copy in copies:
            copy.result()

    written = [row for row in desk.decisions() if row[3] == "written"]
    assert len(names) == len(written)
    assert {"PENDING"} == {status for _, status in desk.book.tasks()}
    desk.book.work(desk.provider.url)
    assert sorted(f"key-{name}" for name in names) == sorted(desk.provider.paid)
    assert sorted(desk.provider.sent) == sorted(desk.provider.paid)


def test_a_payout_that_somebody_asks_about_is_left_to_them_until_the_claim_runs_out(
    desk: Desk,
) -> None:
    desk.book.payout("1", state="SENT")
    with warehouse.transaction() as cursor:
        values = {"provider_payout_id": "pp-1", "lease_seconds": 300}
        warehouse.run(cursor, "payouts/claim", values)

    assert 0 == payout_reconcile_pull()["asked"]

    with warehouse.transaction() as cursor:
        cursor.execute("update internal.payout_claims set claimed_until = clock_timestamp()")
    assert 1 == payout_reconcile_pull()["asked"]


def test_a_copy_that_comes_back_late_puts_nothing_back_a_second_time(desk: Desk) -> None:
    """It asked, slept past its claim, and wakes when the task has been sent again and is stuck."""
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING")
    late = payouts_source.sending(payout_batches.LEASE)[0]
    payout_stuck_repair()
    desk.provider.loses_replies = True
    assert ["lost"] == desk.book.work(desk.provider.url)

    assert not payouts_source.requeue(late)

    assert ["key-1"] == desk.provider.sent
    assert [("pp-1", "SENDING")] == desk.book.tasks()


PLACES = ("before the answer is kept", "before the write", "after the write", "after its note")


def dies_once(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Lets the first payout's handling end in the given place."""
    state: dict[str, Any] = {"is_dead": False}

    def around(module: Any, name: str, *, before: bool) -> None:
        real = getattr(module, name)

        def wrapped(*arguments: Any, **named: Any) -> Any:
            if before and not state["is_dead"]:
                state["is_dead"] = True
                raise Killed
            result = real(*arguments, **named)
            if not before and not state["is_dead"]:
                state["is_dead"] = True
                raise Killed
            return result

        monkeypatch.setattr(module, name, wrapped)

    if place == PLACES[0]:
        around(payout_batches, "_decide", before=True)
    elif place == PLACES[1]:
        around(payout_batches, "_carry_out", before=True)
    elif place == PLACES[2]:
        around(payouts_source, "requeue", before=False)
        around(payouts_source, "deliver", before=False)
    else:
        around(payout_batches, "_carry_out", before=False)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("state", ["SENDING", "SENT"])
def test_a_round_that_dies_is_made_up_for_by_the_next_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str, state: str
) -> None:
    desk.declare(key_retention="1d")
    operation = payout_stuck_repair if state == "SENDING" else payout_reconcile_pull
    for number in "123":
        desk.book.payout(number, state=state)
        if state == "SENT":
            desk.provider.has(f"key-{number}", "paid", 125_00)
    dies_once(monkeypatch, place)
    # A killed process gives no claim back.
    real = warehouse.run
    monkeypatch.setattr(
        warehouse,
        "run",
        lambda cursor, name, values=None: (
            cursor if name == "payouts/release" else real(cursor, name, values)
        ),
    )
    with pytest.raises(Killed):
        operation()
    monkeypatch.setattr(warehouse, "run", real)
    with warehouse.transaction() as cursor:
        cursor.execute("update internal.payout_claims set claimed_until = clock_timestamp()")

    operation()
    operation()

    written = [row for row in desk.decisions() if row[3] == "written"]
    # Where it died between the write and its note, the write is there and the note is not.
    assert len(written) == (2 if place == PLACES[2] else 3)
    if state == "SENT":
        assert ["pp-1", "pp-2", "pp-3"] == sorted(row[0] for row in desk.book.events())
        return
    assert ["PENDING"] * 3 == [status for _, status in desk.book.tasks()]
    desk.book.work(desk.provider.url)
    desk.book.work(desk.provider.url)
    assert ["key-1", "key-2", "key-3"] == sorted(desk.provider.sent)
