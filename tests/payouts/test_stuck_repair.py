"""Stuck payouts: what may be sent again goes back with its key, all else goes to a person."""

from __future__ import annotations

from typing import Any

import pytest

from include.reconciliation.edges import payout_status
from include.reconciliation.steps import payout_batches, payout_stuck_repair
from include.reconciliation.steps.payout_reconcile_pull import payout_reconcile_pull
from tests.payouts.conftest import Desk
from tests.payouts.provider_server import answers, drips, hangs_up, is_slow, says

repair = payout_stuck_repair.payout_stuck_repair
HUMAN = (payout_batches.NEEDS_A_HUMAN, "high", "open")


def an_earlier_answer_was(desk: Desk, minutes: int, seconds: int = 0) -> None:
    """Lets the answers so far have been given so long ago; no role of ours may do that."""
    with desk.warehouse_owner() as owner:
        owner.execute(
            "update internal.payout_answers set asked_at = asked_at - make_interval(secs => %(s)s),"
            " answered_at = answered_at - make_interval(secs => %(s)s)",
            {"s": minutes * 60 + seconds},
        )


def test_unknown_twice_a_quarter_of_an_hour_apart_goes_back_with_the_same_key(desk: Desk) -> None:
    desk.book.payout("1", state="SENDING")

    repair()

    assert [("pp-1", "SENDING")] == desk.book.tasks()
    an_earlier_answer_was(desk, 15)

    repair()

    assert [("pp-1", "PENDING")] == desk.book.tasks()
    assert [
        ("unknown", "wait", "unknown_once", None),
        ("unknown", "requeue", "unknown_twice", "written"),
    ] == desk.decisions()
    assert [] == desk.alerts()
    assert ["sent"] == desk.book.work(desk.provider.url)
    assert (["key-1"], ["key-1"]) == (desk.provider.sent, desk.provider.paid)


def test_a_second_unknown_that_comes_too_early_waits(desk: Desk) -> None:
    desk.book.payout("1", state="SENDING")
    repair()
    an_earlier_answer_was(desk, 14, 30)

    repair()

    assert [("unknown", "wait", "unknown_once", None)] * 2 == desk.decisions()
    assert [("pp-1", "SENDING")] == desk.book.tasks()


def test_a_key_that_replays_goes_back_at_the_first_unknown(desk: Desk) -> None:
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING")

    repair()

    assert [("unknown", "requeue", "key_replays", "written")] == desk.decisions()
    assert [("pp-1", "PENDING")] == desk.book.tasks()


def test_a_key_whose_retention_has_passed_waits_for_the_second_unknown(desk: Desk) -> None:
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING", key_minutes=24 * 60)

    repair()

    assert [("unknown", "wait", "unknown_once", None)] == desk.decisions()


@pytest.mark.parametrize(
    ("minutes", "seconds", "expected"), [(14, 59, "SENDING"), (15, 1, "PENDING")]
)
def test_sending_is_stuck_after_more_than_fifteen_minutes(
    desk: Desk, minutes: int, seconds: int, expected: str
) -> None:
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING", minutes=minutes, seconds=seconds)

    repair()

    assert [("pp-1", expected)] == desk.book.tasks()


def test_a_sent_payout_that_was_unknown_is_asked_again_by_the_repair(desk: Desk) -> None:
    desk.book.payout("1", state="SENT", minutes=11)
    desk.book.payout("2", state="SENT", minutes=11)
    desk.provider.has("key-2", "pending", 125_00)
    assert 0 == repair()["asked"]

    payout_reconcile_pull()
    an_earlier_answer_was(desk, 16)
    repair()

    assert [("pp-1", "PENDING"), ("pp-2", "SENT")] == desk.book.tasks()
    status = "select status, sent_at from public.provider_payouts order by id limit 1"
    assert [("CREATED", None)] == desk.book.session.execute(status).fetchall()


def test_what_the_provider_has_is_told_to_the_application_and_to_a_person(desk: Desk) -> None:
    for number, status in {"1": "paid", "2": "returned", "3": "pending"}.items():
        desk.book.payout(number, state="SENDING")
        desk.provider.has(f"key-{number}", status, 125_00)

    repair()

    told = [(row[0], row[2], row[6]) for row in desk.book.events()]
    assert [
        ("pp-1", "SUCCEEDED", "stuck_repair"),
        ("pp-2", "FAILED", "stuck_repair"),
        ("pp-3", "ACCEPTED", "stuck_repair"),
    ] == told
    assert [(payout_batches.NEEDS_A_HUMAN, "warning", "open")] * 3 == desk.alerts()
    assert ["SENDING"] * 3 == [status for _, status in desk.book.tasks()]


FAILURES: dict[str, tuple[Any, str]] = {
    "500": (answers(500), "no_answer"),
    "503 with a page": (answers(503, b"<html>"), "no_answer"),
    "404": (answers(404, b'{"status": "not_found", "idempotency_key": "key-1"}'), "no_answer"),
    "409": (answers(409), "no_answer"),
    "401": (answers(401), "no_answer"),
    "204": (answers(204), "no_answer"),
    "redirect": (answers(302, Location="http://127.0.0.1:9/"), "no_answer"),
    "hangs up": (hangs_up, "no_answer"),
    "slow": (is_slow(0.8), "no_answer"),
    "drips": (drips(0.05), "no_answer"),
    "too much": (answers(200, b" " * (1 << 16) + b"{}"), "no_answer"),
    "malformed": (answers(200, b'{"status": "not_found"'), "unreadable"),
    "html": (answers(200, b"<html>not found</html>"), "unreadable"),
    "a list": (answers(200, b"[]"), "unreadable"),
    "another word": (says(status="NOT_FOUND"), "unreadable"),
    "unknown without a key": (says(idempotency_key=None), "unreadable"),
    "unknown of another key": (says(idempotency_key="key-2"), "contradiction"),
    "another amount": (says(status="paid", id="po_1", amount=1, currency="BRL"), "contradiction"),
    "another currency": (
        says(status="paid", id="po_1", amount=125_00, currency="USD"),
        "contradiction",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_every_other_answer_and_none_goes_to_a_person_and_is_never_sent_again(
    desk: Desk, failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the key would replay, and where the next answers are unknown."""
    behaviour, expected = FAILURES[failure]
    desk.declare(key_retention="7d")
    desk.book.payout("1", state="SENDING")
    desk.provider.behaviour = behaviour

    with monkeypatch.context() as impatient:
        if failure in ("slow", "drips"):
            impatient.setattr(payout_status, "REQUEST_SECONDS_MAX", 0.4)
        repair()

    assert [(expected, "hand_over", expected, None)] == desk.decisions()
    assert [HUMAN] == desk.alerts()

    desk.provider.behaviour = None
    an_earlier_answer_was(desk, 60)
    repair()
    an_earlier_answer_was(desk, 60)
    repair()

    again = ("unknown", "hand_over", "handed_over_before", None)
    assert [again, again] == desk.decisions()[1:]
    assert [("pp-1", "SENDING")] == desk.book.tasks()
    assert [] == desk.book.events()
    assert [HUMAN] == desk.alerts()


def test_a_reply_that_got_lost_is_found_and_nothing_is_paid_twice(desk: Desk) -> None:
    """The provider took the payout, the worker heard nothing, and the status lags behind."""
    desk.declare(visibility_delay="15m")
    desk.book.payout("1", state="PENDING")
    desk.provider.loses_replies = True
    assert ["lost"] == desk.book.work(desk.provider.url)
    desk.provider.hidden.add("key-1")
    desk.book.age(16)

    repair()
    an_earlier_answer_was(desk, 14)
    desk.provider.hidden.clear()
    repair()

    assert [
        ("unknown", "wait", "unknown_once", None),
        ("in_progress", "deliver", "provider_has_it", "written"),
    ] == desk.decisions()
    assert (["key-1"], ["key-1"]) == (desk.provider.sent, desk.provider.paid)


def test_a_lost_reply_that_is_sent_again_with_the_same_key_is_paid_once(desk: Desk) -> None:
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="PENDING")
    desk.provider.loses_replies = True
    desk.book.work(desk.provider.url)
    desk.provider.hidden.add("key-1")
    desk.provider.loses_replies = False
    desk.book.age(16)

    repair()
    desk.book.work(desk.provider.url)

    assert (["key-1", "key-1"], ["key-1"]) == (desk.provider.sent, desk.provider.paid)


def test_an_unknown_about_an_earlier_send_does_not_count_for_the_next_one(desk: Desk) -> None:
    desk.book.payout("1", state="SENDING")
    repair()
    an_earlier_answer_was(desk, 20)
    # Somebody has put it back by hand, and the worker died again.
    desk.book.session.execute("update public.outbox set claimed_at = now() - interval '16 min'")

    repair()

    assert ("unknown", "wait", "unknown_once", None) == desk.decisions()[-1]


def test_a_payout_in_quarantine_is_neither_asked_about_nor_put_back(desk: Desk) -> None:
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING")
    desk.book.session.execute("update public.payouts set status = 'QUARANTINED'")

    repair()

    assert [] == desk.provider.asked
    assert [("pp-1", "SENDING")] == desk.book.tasks()


def test_a_payout_put_in_quarantine_while_it_is_asked_about_stays_where_it_is(desk: Desk) -> None:
    desk.declare(key_retention="1d")
    desk.book.payout("1", state="SENDING")

    def quarantine(handler: Any, told: dict[str, Any]) -> Any:
        desk.book.session.execute("update public.payouts set status = 'QUARANTINED'")
        return says()(handler, told)

    desk.provider.behaviour = quarantine
    repair()

    assert [("unknown", "requeue", "key_replays", "nothing_to_write")] == desk.decisions()
    assert [("pp-1", "SENDING")] == desk.book.tasks()


def test_a_batch_is_two_hundred(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 200 == payout_stuck_repair.BATCH_SIZE
    monkeypatch.setattr(payout_stuck_repair, "BATCH_SIZE", 3)
    for number in "12345":
        desk.book.payout(number, state="SENDING")

    assert (3, 5) == tuple(repair()[name] for name in ("asked", "candidates"))
