"""SEMANTICS 16 for operators: nothing that may have left the house is repeated on our own state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from include.reconciliation import payout_providers
from include.reconciliation.errors import ConfigurationError, RequestError, Transient
from include.reconciliation.operator_actions import PAYMENTS
from tests.operator_actions.conftest import Desk
from tests.payouts.provider_server import answers, hangs_up, says


def test_a_payout_unknown_to_a_provider_that_replays_its_key_is_sent_again(desk: Desk) -> None:
    desk.declare("northbank", key_retention="1d")
    request = desk.ask("rerun_outbox", desk.books.payouts.payout("1", state="SENDING"))
    assert "says unknown: unknown, and the provider replays this key" in request["preview"]
    desk.approve()
    desk.call()
    desk.verify()

    assert [("pp-1", "PENDING")] == desk.books.payouts.tasks()
    # Once for the preview, once at the moment of acting.
    assert 2 == len(desk.provider.asked)
    assert ["unknown", "unknown"] == [
        row["answer"] for row in desk.rows("select * from reconciliation.operator_questions")
    ]


def test_without_replay_unknown_must_be_said_twice_the_visibility_delay_apart(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.declare("northbank", visibility_delay="15m")
    request = desk.ask("rerun_outbox", desk.books.payouts.payout("1", state="SENDING"))
    assert "it must say so again, 15 minutes later" in request["preview"]
    desk.approve()

    with pytest.raises(Transient, match="nothing was sent"):
        desk.call()
    assert ([], []) == (desk.service.calls, desk.log())

    northbank = payout_providers.load()["northbank"]
    short = {"northbank": replace(northbank, visibility_delay=timedelta(milliseconds=100))}
    monkeypatch.setattr(payout_providers, "load", lambda: short)
    desk.rows("select pg_sleep(0.2)")
    desk.call()
    desk.verify()
    assert 1 == len(desk.service.calls)


@pytest.mark.parametrize("status", ["paid", "failed", "pending"])
def test_a_payout_that_the_provider_knows_is_never_sent_again(desk: Desk, status: str) -> None:
    desk.declare("northbank", key_retention="1d")
    desk.books.payouts.payout("1", state="SENDING")
    desk.provider.has("key-1", status, 125_00)

    with pytest.raises(RequestError, match="the provider has it"):
        desk.ask("rerun_outbox", "pp-1")
    assert [] == desk.rows("select * from reconciliation.action_requests")


@pytest.mark.parametrize(
    "behaviour",
    [answers(404), answers(500), answers(302, Location="/x"), hangs_up, answers(200, b"<p>")],
)
def test_without_an_answer_nothing_is_asked_for(desk: Desk, behaviour) -> None:  # type: ignore[no-untyped-def]
    desk.declare("northbank", key_retention="1d")
    desk.books.payouts.payout("1", state="SENDING")
    desk.provider.behaviour = behaviour

    with pytest.raises(RequestError, match="northbank was asked"):
        desk.ask("rerun_outbox", "pp-1")


def test_a_contradiction_is_a_refusal(desk: Desk) -> None:
    desk.declare("northbank", key_retention="1d")
    desk.books.payouts.payout("1", state="SENDING")
    desk.provider.has("key-1", "failed", 124_99)

    with pytest.raises(RequestError, match="contradiction"):
        desk.ask("rerun_outbox", "pp-1")


def test_what_the_provider_knows_by_the_moment_of_acting_is_refused_and_logged(desk: Desk) -> None:
    desk.declare("northbank", key_retention="1d")
    desk.ask("rerun_outbox", desk.books.payouts.payout("1", state="SENDING"))
    desk.approve()
    desk.provider.has("key-1", "paid", 125_00)

    with pytest.raises(RequestError, match="the provider has it"):
        desk.call()
    assert ([], [("refused", "rerun_outbox")]) == (desk.service.calls, desk.log())


def test_a_silent_provider_at_the_moment_of_acting_leaves_the_approval_good(desk: Desk) -> None:
    desk.declare("northbank", key_retention="1d")
    desk.ask("rerun_outbox", desk.books.payouts.payout("1", state="SENDING"))
    desk.approve()
    desk.provider.behaviour = hangs_up

    with pytest.raises(Transient, match="did not answer; nothing was sent"):
        desk.call()
    assert ([], []) == (desk.service.calls, desk.log())
    desk.provider.behaviour = None
    desk.call()
    desk.verify()


def test_a_stop_that_comes_while_the_provider_is_asked_stops_the_call(desk: Desk) -> None:
    desk.declare("northbank", key_retention="1d")
    desk.ask("rerun_outbox", desk.books.payouts.payout("1", state="SENDING"))
    desk.approve()

    def stop(handler, told):  # type: ignore[no-untyped-def]
        desk.variables.values[PAYMENTS] = "false"
        return says()(handler, told)

    desk.provider.behaviour = stop
    with pytest.raises(RequestError, match="stopped"):
        desk.call()
    assert ([], []) == (desk.service.calls, desk.log())


def test_an_answer_to_an_operator_counts_for_the_machine_and_the_other_way_round(
    desk: Desk,
) -> None:
    """The provider knew the payout when the operator asked: the repair never re-queues it."""
    from include.reconciliation.steps.payout_stuck_repair import payout_stuck_repair

    desk.declare("northbank", key_retention="1d")
    desk.books.payouts.payout("1", state="SENDING")
    desk.provider.has("key-1", "pending", 125_00)
    with pytest.raises(RequestError):
        desk.ask("rerun_outbox", "pp-1")
    desk.provider.hidden.add("key-1")

    assert 1 == payout_stuck_repair()["hand_over"]
    with pytest.raises(RequestError, match="the provider knew it before"):
        desk.ask("rerun_outbox", "pp-1")


def test_while_the_machine_asks_about_a_payout_an_operator_waits(desk: Desk) -> None:
    desk.declare("northbank", key_retention="1d")
    desk.books.payouts.payout("1", state="SENDING")
    desk.rows(
        "insert into internal.payout_claims values ('pp-1', now() + interval '1 minute')"
        " returning provider_payout_id"
    )

    with pytest.raises(Transient, match="is being asked about"):
        desk.ask("rerun_outbox", "pp-1")


def test_a_payment_is_retried_only_where_the_rail_says_that_its_attempt_failed(desk: Desk) -> None:
    desk.books.intent("p1", "FAILED", "TIMEOUT")
    desk.provider.has("p1-1", "pending", 1050, "AUD")
    desk.provider.payouts["p1-1"]["id"] = "rail_p1-1"

    with pytest.raises(RequestError, match="payment_rail was asked and says in_progress"):
        desk.ask("retry_payment", "p1")
    desk.provider.payouts["p1-1"]["status"] = "returned"
    request = desk.ask("retry_payment", "p1")
    assert "that attempt has failed for good" in request["preview"]
    assert ["rail_p1-1", "rail_p1-1"] == [query["reference"][0] for query in desk.provider.asked]


def test_a_new_attempt_has_a_key_of_its_own_so_that_replay_of_the_old_one_says_nothing(
    desk: Desk,
) -> None:
    desk.declare(key_retention="1d", visibility_delay="15m")
    request = desk.ask("retry_payment", desk.books.intent("p1", "FAILED", "TIMEOUT"))

    assert "it must say so again, 15 minutes later" in request["preview"]
    desk.approve()
    with pytest.raises(Transient):
        desk.call()
    assert [] == desk.service.calls


def test_a_rail_that_nobody_has_declared_can_not_be_asked_and_nothing_is_retried(
    desk: Desk,
) -> None:
    desk.declare("northbank")
    with pytest.raises(ConfigurationError, match="'payment_rail' has no entry"):
        desk.ask("retry_payment", desk.books.intent("p1", "FAILED", "RAIL"))


def test_a_payment_at_the_rail_without_an_attempt_can_not_be_asked_about(desk: Desk) -> None:
    with pytest.raises(RequestError, match="the book lacks the key"):
        desk.ask(
            "mark_payment_failed", desk.books.intent("p1", "SENT", attempts=0),
            reason_code="stuck", failure_reason="RAIL",
        )  # fmt: skip
