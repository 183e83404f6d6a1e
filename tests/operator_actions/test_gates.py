"""What stops an action: a changed object, an emergency stop, an action in doubt, bad input."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from include.reconciliation.edges import approvals, emergency_stop, service_calls, warehouse
from include.reconciliation.errors import ConfigurationError, ProviderUnavailable, RequestError
from include.reconciliation.operator_actions import ACTIONS, PAYMENTS, REFUNDS
from tests.conftest import Databases
from tests.operator_actions.conftest import Desk, connection


def test_the_names_of_the_stops_are_those_of_the_emergency_stop() -> None:
    assert (emergency_stop.PAYMENTS, emergency_stop.REFUNDS) == (PAYMENTS, REFUNDS)
    assert {"freeze_wallet", "quarantine_payout"} == {
        name for name, action in ACTIONS.items() if action.held_by is None
    }


def test_what_changed_between_approval_and_action_is_refused_and_logged(desk: Desk) -> None:
    desk.ask("cancel_payment", desk.books.intent("p1", "SENT"))
    desk.approve()
    desk.books.event("p1", "ACKNOWLEDGED")

    with pytest.raises(RequestError, match="has changed since it was previewed"):
        desk.call()
    assert ([], [("refused", "cancel_payment")]) == (desk.service.calls, desk.log())
    with pytest.raises(RequestError, match="has ended: refused"):
        desk.call()


def test_what_is_gone_at_the_moment_of_acting_is_refused_and_logged(desk: Desk) -> None:
    desk.ask("freeze_wallet", desk.books.market_wallet("w1"))
    desk.approve()
    desk.books.run("marketplace", "delete from public.wallets")

    with pytest.raises(RequestError, match="has changed"):
        desk.call()
    assert ([], [("refused", "freeze_wallet")]) == (desk.service.calls, desk.log())


def test_nothing_is_called_without_an_approval_or_after_a_rejection(desk: Desk) -> None:
    desk.ask("freeze_wallet", desk.books.market_wallet("w1"))

    with pytest.raises(RequestError, match="waiting"):
        desk.call()
    with pytest.raises(RequestError, match="not carried out"):
        desk.verify()
    desk.approve("carl")
    desk.ask("freeze_wallet", desk.books.market_wallet("w2"), by="carl")
    with pytest.raises(RequestError, match="somebody else"):
        desk.approve("Carl")
    with pytest.raises(RequestError):
        desk.call()
    assert [] == desk.service.calls


@pytest.mark.parametrize("text", ["false", "perhaps"])
def test_an_emergency_stop_holds_an_approved_action_until_it_is_lifted(
    desk: Desk, text: str
) -> None:
    desk.ask("cancel_payment", desk.books.intent("p1", "SENT"))
    desk.approve()
    desk.variables.values[PAYMENTS] = text

    with pytest.raises(RequestError, match=r"PAYMENTS_ENABLED.*nothing was sent"):
        desk.call()
    assert ([], []) == (desk.service.calls, desk.log())

    desk.variables.values[PAYMENTS] = "true"
    desk.call()
    desk.verify()
    assert 1 == len(desk.service.calls)


def test_a_stop_of_which_nobody_can_tell_holds_too(desk: Desk) -> None:
    desk.ask("cancel_payment", desk.books.intent("p1", "SENT"))
    desk.approve()
    desk.variables.error = ConnectionError("the API is away")

    with pytest.raises(RequestError, match="could not be read"):
        desk.call()
    assert [] == desk.service.calls


def test_refunds_are_held_by_their_own_stop_and_not_by_that_of_payments(desk: Desk) -> None:
    desk.books.payment("p1", "CAPTURED")
    desk.ask("process_refund", desk.books.refund("r1", "APPROVED", "p1"), reason_code="stuck")
    desk.approve()
    desk.variables.values = {REFUNDS: "false", PAYMENTS: "true"}
    with pytest.raises(RequestError, match="REFUNDS_ENABLED"):
        desk.call()

    desk.variables.values = {REFUNDS: "true", PAYMENTS: "false"}
    desk.call()
    desk.verify()


def test_what_stops_money_itself_is_held_by_no_stop(desk: Desk) -> None:
    desk.variables.values = {REFUNDS: "false", PAYMENTS: "false"}
    desk.ask("freeze_wallet", desk.books.market_wallet("w1"))
    desk.approve()
    desk.call()
    desk.verify()


def test_a_stop_that_comes_between_the_repeats_holds_the_repeat(desk: Desk) -> None:
    desk.ask("cancel_payment", desk.books.intent("p1", "SENT"))
    desk.approve()
    desk.service.is_idle = desk.service.loses_answers = True
    with pytest.raises(ProviderUnavailable):
        desk.call()
    desk.variables.values[PAYMENTS] = "false"

    with pytest.raises(RequestError, match="stopped"):
        desk.call()
    assert 1 == len(desk.service.calls)


def test_while_an_action_is_in_doubt_another_on_the_same_object_is_refused(desk: Desk) -> None:
    desk.books.wallet("w1")
    desk.ask("adjust_wallet", "w1", amount="1.00")
    desk.approve()
    desk.service.is_idle = desk.service.loses_answers = True
    with pytest.raises(ProviderUnavailable):
        desk.call()
    desk.ask("adjust_wallet", "w1", amount="2.00")
    desk.approve()

    with pytest.raises(RequestError, match="nobody knows yet what became of request"):
        desk.call()
    assert 1 == len(desk.service.calls)
    assert [("applied", "adjust_wallet"), ("refused", "adjust_wallet")] == desk.log()


def test_but_a_suspicious_payout_goes_into_quarantine_all_the_same(desk: Desk) -> None:
    desk.books.payouts.payout("1", state="SENT")
    desk.ask("force_reconcile_payout", "pp-1", reason_code="stuck")
    desk.approve()
    desk.service.is_idle = desk.service.loses_answers = True
    with pytest.raises(ProviderUnavailable):
        desk.call()
    desk.service.is_idle = desk.service.loses_answers = False

    desk.ask("quarantine_payout", "pp-1")
    desk.approve()
    desk.call()
    desk.verify()


def test_the_very_same_action_in_doubt_can_not_be_asked_for_again(desk: Desk) -> None:
    desk.books.wallet("w1")
    desk.ask("adjust_wallet", "w1", amount="1.00")
    desk.approve()
    desk.service.is_idle = desk.service.loses_answers = True
    with pytest.raises(ProviderUnavailable):
        desk.call()

    with pytest.raises(RequestError, match="was applied already"):
        desk.ask("adjust_wallet", "w1", amount="1.00")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"object_id": "w2"}, "has no wallet 'w2'"),
        ({"object_id": "../w1"}, "expected the id of a wallet"),
        ({"object_id": "w1/freeze?x"}, "expected the id of a wallet"),
        ({"object_id": ""}, "expected the id of a wallet"),
        ({"amount": "1.001"}, "more than 2 decimals"),
        ({"amount": "1,00"}, "is not a decimal number"),
        ({"amount": "1e2"}, "is not a decimal number"),
        ({"amount": "0.00"}, "other than 0"),
        ({"amount": ""}, "other than 0"),
        ({"amount": "-100.01"}, "may not be negative"),
        ({"reason": "   "}, "found nothing"),
        ({"reason": "=HYPERLINK(1)"}, "markup, a formula"),
        ({"reason": "<b>why</b>"}, "markup, a formula"),
        ({"reason": "{{ var.value.x }}"}, "markup, a formula"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"reason_code": "stuck"}, "takes one of"),
        ({"ticket": "<1>"}, "ticket: expected"),
        ({"requester": "=ana"}, "markup, a formula"),
        ({"reference": "[x](y)"}, "markup, a formula"),
        ({"failure_reason": "RAIL"}, "takes none"),
    ],
)
def test_bad_input_is_refused_with_its_field_and_nothing_is_done(
    desk: Desk, form: dict[str, Any], why: str
) -> None:
    desk.books.wallet("w1")
    given = {"object_id": "w1", "amount": "1.00", **form}
    object_id = given.pop("object_id")

    with pytest.raises(RequestError) as refused:
        desk.ask("adjust_wallet", object_id, **given)
    assert why in str(refused.value)
    assert ([], []) == (desk.service.calls, desk.rows("select * from internal.action_requests"))


def test_an_amount_for_an_action_that_takes_none_is_refused(desk: Desk) -> None:
    with pytest.raises(RequestError, match="amount: freeze wallet takes none"):
        desk.ask("freeze_wallet", desk.books.market_wallet("w1"), amount="1.00")


@pytest.mark.parametrize(
    "other",
    [
        {"host": "10.0.0.1", "schema": "ftp"},
        {"port": None},
        {"password": None},
        {"host": "api.example.com"},
        {"host": "127.0.0.1/x"},
    ],
)
def test_a_connection_that_does_not_name_scheme_host_and_port_exactly_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]
) -> None:
    entry = connection(desk.service.port, **other)
    monkeypatch.setenv("AIRFLOW_CONN_MARKETPLACE_API", entry)

    with pytest.raises(ConfigurationError):
        desk.ask("freeze_wallet", desk.books.market_wallet("w1"))


def test_link_local_addresses_are_never_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LOCAL_API", connection(80, host="169.254.169.254"))

    found = service_calls.call(service_calls.service("local_api"), "/x", "{}", "key")

    assert "may not be called" in found.detail


def test_an_outcome_is_written_down_once(desk: Desk) -> None:
    request = desk.ask("freeze_wallet", desk.books.market_wallet("w1"))
    desk.approve()
    desk.call()
    desk.verify()

    with pytest.raises(RequestError), warehouse.transaction() as cursor:
        approvals.note_outcome(cursor, request["request_id"], "failed", "it did not")


def test_the_role_of_the_application_changes_no_call_and_no_answer(
    databases: Databases, desk: Desk
) -> None:
    desk.ask("freeze_wallet", desk.books.market_wallet("w1"))
    desk.approve()
    desk.call()
    for forbidden in (
        "update internal.action_calls set body = '{}'",
        "delete from internal.action_call_answers",
        "truncate internal.operator_questions",
        "update internal.operator_questions set answer = 'failed'",
    ):
        with (
            psycopg.connect(databases.conninfo("reconciliation", "reconciliation_rw")) as session,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            session.execute(forbidden)
