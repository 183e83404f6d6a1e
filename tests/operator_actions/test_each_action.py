"""Each action once where its object's state allows it, and once where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.reconciliation.errors import RequestError
from include.reconciliation.operator_actions import ACTIONS
from include.reconciliation.operator_rules import Standing, refuse_state
from tests.operator_actions.conftest import Desk

Setting = Callable[[Desk], str]
CALLED = "/api/admin/ops/payouts/pp-1/"


def failed_at_the_rail(desk: Desk) -> str:
    desk.provider.has("p1-1", "failed", 1050, "AUD")
    desk.provider.payouts["p1-1"]["id"] = "rail_p1-1"
    return desk.books.intent("p1", "FAILED", "RAIL")


def sent_and_failed_at_the_rail(desk: Desk) -> str:
    desk.provider.has("p1-1", "failed", 1050, "AUD")
    desk.provider.payouts["p1-1"]["id"] = "rail_p1-1"
    return desk.books.intent("p1", "SENT")


def stuck_while_sending(desk: Desk) -> str:
    desk.declare("northbank", key_retention="1d")
    return desk.books.payouts.payout("1", state="SENDING")


def succeeded(desk: Desk) -> str:
    return desk.books.payouts.payout("1", state="SENT", status="SUCCEEDED")


def a_refund(status: str, payment: str = "CAPTURED") -> Setting:
    def setting(desk: Desk) -> str:
        return desk.books.refund("r1", status, desk.books.payment("p1", payment))

    return setting


# Action, what is there before it, its form, where it is called, what the book shows afterwards.
ALLOWED: list[tuple[str, Setting, dict[str, Any], str, str]] = [
    ("retry_payment", failed_at_the_rail, {}, "/api/payments/p1/retry", "AUTHORISED"),
    (
        "cancel_payment",
        lambda desk: desk.books.intent("p1", "AUTHORISED"),
        {"reference": "cust_12345"},
        "/api/payments/p1/cancel",
        "FAILED_CANCELLED",
    ),
    (
        "mark_payment_failed",
        sent_and_failed_at_the_rail,
        {"failure_reason": "TIMEOUT"},
        "/api/payments/p1/mark-failed",
        "FAILED_TIMEOUT",
    ),
    (
        "capture_payment",
        lambda desk: desk.books.payment("p1", "AUTHORIZED"),
        {"reason_code": "stuck", "reference": "gw-12345"},
        "/payments/p1/capture",
        "CAPTURED",
    ),
    (
        "capture_payment",
        lambda desk: desk.books.payment("p1", "INITIATED", "COD"),
        {"reason_code": "stuck"},
        "/payments/p1/capture",
        "CAPTURED",
    ),
    (
        "approve_refund",
        a_refund("PENDING"),
        {"reason_code": "stuck"},
        "/refunds/r1/approve",
        "APPROVED",
    ),
    (
        "process_refund",
        a_refund("APPROVED"),
        {"reason_code": "stuck"},
        "/refunds/r1/process",
        "COMPLETED",
    ),
    (
        "freeze_wallet",
        lambda desk: desk.books.market_wallet("w1"),
        {},
        "/wallets/w1/freeze",
        "FROZEN",
    ),
    (
        "unfreeze_wallet",
        lambda desk: desk.books.market_wallet("w1", "FROZEN"),
        {},
        "/wallets/w1/unfreeze",
        "ACTIVE",
    ),
    ("force_finalise_payout", succeeded, {}, f"{CALLED}force-finalize", "FINALISED"),
    (
        "force_reconcile_payout",
        lambda desk: desk.books.payouts.payout("1", state="SENT"),
        {"reason_code": "stuck"},
        f"{CALLED}force-reconcile",
        "SENT",
    ),
    ("rerun_outbox", stuck_while_sending, {}, f"{CALLED}rerun-outbox", "CREATED"),
    (
        "quarantine_payout",
        lambda desk: desk.books.payouts.payout("1", state="SENT", minutes=1),
        {},
        f"{CALLED}quarantine",
        "QUARANTINED",
    ),
    (
        "adjust_wallet",
        lambda desk: desk.books.wallet("w1"),
        {"amount": "-50.25"},
        "/api/finance/admin-adjust",
        "ADJUSTED",
    ),
]
REFUSED: list[tuple[str, Setting, dict[str, Any], str]] = [
    ("retry_payment", lambda desk: desk.books.intent("p1", "FAILED", "FRAUD"), {}, "not safe"),
    ("cancel_payment", lambda desk: desk.books.intent("p1", "ACKNOWLEDGED"), {}, "acknowledged it"),
    (
        "mark_payment_failed",
        lambda desk: desk.books.intent("p1", "AUTHORISED"),
        {"failure_reason": "RAIL"},
        "cancel it instead",
    ),
    (
        "capture_payment",
        lambda desk: desk.books.payment("p1", "CAPTURED"),
        {"reason_code": "stuck", "reference": "gw-1"},
        "captured already",
    ),
    (
        "capture_payment",
        lambda desk: desk.books.payment("p1", "AUTHORIZED"),
        {"reason_code": "stuck"},
        "expected the gateway's transaction",
    ),
    ("approve_refund", a_refund("APPROVED"), {"reason_code": "stuck"}, "approved already"),
    ("process_refund", a_refund("PROCESSING"), {"reason_code": "stuck"}, "wait a minute"),
    ("process_refund", a_refund("APPROVED", "INITIATED"), {"reason_code": "stuck"}, "not captured"),
    ("freeze_wallet", lambda desk: desk.books.market_wallet("w1", "FROZEN"), {}, "frozen already"),
    ("unfreeze_wallet", lambda desk: desk.books.market_wallet("w1"), {}, "not frozen"),
    (
        "force_finalise_payout",
        lambda desk: desk.books.payouts.payout("1", state="SENT"),
        {},
        "reconcile it first",
    ),
    (
        "force_reconcile_payout",
        lambda desk: desk.books.payouts.payout("1", state="SENT", minutes=9),
        {"reason_code": "stuck"},
        "not stuck yet",
    ),
    (
        "rerun_outbox",
        lambda desk: desk.books.payouts.payout("1", state="SENDING", minutes=14),
        {},
        "not stuck yet",
    ),
    ("quarantine_payout", succeeded, {}, "the money has left"),
    (
        "adjust_wallet",
        lambda desk: desk.books.wallet("w1", projected_minor=9_999),
        {"amount": "1.00"},
        "repair that first",
    ),
]


@pytest.mark.parametrize(("action", "setting", "form", "path", "after"), ALLOWED)
def test_an_action_is_asked_for_approved_called_once_and_verified(
    desk: Desk, action: str, setting: Setting, form: dict[str, Any], path: str, after: str
) -> None:
    request = desk.ask(action, setting(desk), **form)

    assert "waiting" == request["state"]
    assert [] == desk.service.calls
    desk.approve()
    desk.call()
    assert f"the book shows {after}" in desk.verify()

    assert [(path, request["request_id"])] == [call[:2] for call in desk.service.calls]
    assert [("applied", action), ("verified", action)] == desk.log()
    found = desk.result()
    assert ("verified", "accepted", 1, "ana", "bea") == (
        found["outcome"], found["answer"], found["calls"], found["requested_by"],
        found["approved_by"],
    )  # fmt: skip
    # Both tasks again do nothing.
    desk.call()
    desk.verify()
    assert 1 == len(desk.service.calls)
    assert 2 == len(desk.log())


@pytest.mark.parametrize(("action", "setting", "form", "why"), REFUSED)
def test_an_action_that_the_state_does_not_allow_is_refused_before_anybody_is_asked(
    desk: Desk, action: str, setting: Setting, form: dict[str, Any], why: str
) -> None:
    object_id = setting(desk)

    with pytest.raises(RequestError, match=why):
        desk.ask(action, object_id, **form)
    assert [] == desk.rows("select * from reconciliation.action_requests")
    assert ([], [], []) == (desk.service.calls, desk.log(), desk.provider.asked)


def test_every_action_is_shown_allowed_and_refused() -> None:
    assert set(ACTIONS) == {case[0] for case in ALLOWED} == {case[0] for case in REFUSED}


@pytest.mark.parametrize("name", ACTIONS)
def test_every_state_that_does_not_allow_an_action_says_why(name: str) -> None:
    action = ACTIONS[name]
    for state, why in action.refusals.items():
        assert state not in action.moves
        with pytest.raises(RequestError) as refused:
            refuse_state(action, "o1", Standing(state, {}))
        assert why in str(refused.value)
    for state in action.moves:
        refuse_state(action, "o1", Standing(state, {}, is_stuck=True))
    with pytest.raises(RequestError, match="investigate"):
        refuse_state(action, "o1", Standing("NEVER_HEARD_OF", {}))


@pytest.mark.parametrize(
    ("reason", "is_allowed"),
    [
        ("RAIL", True),
        ("TIMEOUT", True),
        ("INSUFFICIENT_FUNDS", False),
        ("INVALID_ACCOUNT", False),
        ("FRAUD", False),
        ("CANCELLED", False),
        ("EXPIRED", False),
    ],
)
def test_which_failure_may_be_retried_is_the_table_of_runbook_002(
    desk: Desk, reason: str, is_allowed: bool
) -> None:
    desk.books.intent("p1", "FAILED", reason, attempts=0)

    if is_allowed:
        assert "waiting" == desk.ask("retry_payment", "p1")["state"]
        return
    with pytest.raises(RequestError, match="not safe to retry"):
        desk.ask("retry_payment", "p1")


def test_the_call_says_who_asked_why_and_on_which_approval(desk: Desk) -> None:
    request = desk.ask("retry_payment", failed_at_the_rail(desk))
    desk.approve()
    desk.call()

    path, key, body = desk.service.calls[0]
    identity = request["request_id"]
    assert ("/api/payments/p1/retry", identity) == (path, key)
    assert (
        f'{{"approvalId":"{identity}","attemptId":"att_{identity[:32]}","operatorId":"ana",'
        '"reason":"ticket 4711 says so"}' == body
    )


def test_an_amount_above_the_limit_needs_two_others(desk: Desk) -> None:
    desk.books.payment("p1", "AUTHORIZED")
    desk.books.run("marketplace", "update public.payments set amount_minor = 1000001")
    request = desk.ask("capture_payment", "p1", reason_code="stuck", reference="gw-1")

    assert (2, 1000001, "EUR") == (
        request["approvals_needed"], request["amount_minor"], request["currency"]
    )  # fmt: skip
    desk.approve("bea")
    with pytest.raises(RequestError):
        desk.call()
    assert [] == desk.service.calls
    desk.approve("carl")
    desk.call()
    desk.verify()


def test_an_adjustment_of_another_amount_in_the_ledger_is_no_success(desk: Desk) -> None:
    desk.books.wallet("w1")
    desk.ask("adjust_wallet", "w1", amount="12.34")
    desk.approve()
    do = desk.service.do
    desk.service.do = lambda path, body, key: do(path, {**body, "amount": body["amount"] + 1}, key)
    desk.call()

    with pytest.raises(RequestError, match="failed"):
        desk.verify()
    assert ("failed", "adjust_wallet") == desk.log()[-1]


def test_after_its_outcome_the_same_may_be_asked_for_again_and_is_approved_anew(desk: Desk) -> None:
    desk.books.market_wallet("w1")
    identities = []
    for _ in range(2):
        identities.append(desk.ask("freeze_wallet", "w1")["request_id"])
        desk.approve()
        desk.call()
        desk.verify()
        desk.ask("unfreeze_wallet", "w1")
        desk.approve()
        desk.call()
        desk.verify()

    assert 2 == len(set(identities))
    assert 4 == len(desk.service.done)
