"""What the service answers, and what is done when nobody knows: never green, never twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.reconciliation.edges import service_calls
from include.reconciliation.errors import ProviderUnavailable, RequestError, Transient
from include.reconciliation.lab.service_server import TOKEN, Reply
from include.reconciliation.steps import call_service
from tests.operator_actions.conftest import Desk

IN_DOUBT = "operator-action-in-doubt"


class Killed(BaseException):
    """The process ends here, and nothing after it runs."""


def approved(desk: Desk) -> str:
    """A wallet whose ledger is to get EGP 50.00 more; the request's id."""
    desk.books.wallet("w1")
    request = desk.ask("adjust_wallet", "w1", amount="50.00")
    desk.approve()
    return str(request["request_id"])


def test_an_answer_lost_after_the_effect_is_found_in_the_book_and_not_repeated(desk: Desk) -> None:
    key = approved(desk)
    desk.service.loses_answers = True

    with pytest.raises(ProviderUnavailable, match="nobody knows whether it was done"):
        desk.call()
    assert [("applied", "adjust_wallet")] == desk.log()
    assert ("in_doubt", "unknown") == (desk.result()["outcome"], desk.result()["answer"])
    assert [(IN_DOUBT, "open")] == desk.alerts()

    desk.call()
    desk.verify()

    assert [(key, 5000)] == desk.books.adjustments()
    assert 1 == len(desk.service.calls)
    assert ("verified", "adjust_wallet") == desk.log()[-1]
    assert [(IN_DOUBT, "closed")] == desk.alerts()


def both_tasks(desk: Desk) -> None:
    """As Airflow runs them."""
    desk.call()
    desk.verify()


@pytest.mark.parametrize("place", ["before the call", "after the call", "after the effect"])
def test_killed_at_any_point_and_run_again_is_one_effect(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    key = approved(desk)

    def dies(*arguments: Any, **options: Any) -> Any:
        raise Killed

    where = {
        "before the call": (service_calls, "begin"),
        "after the call": (service_calls, "note"),
        "after the effect": (call_service, "_note"),
    }
    with monkeypatch.context() as patched:
        patched.setattr(*where[place], dies)
        with pytest.raises(Killed):
            both_tasks(desk)
    assert [("applied", "adjust_wallet")] == desk.log()

    desk.call()
    desk.verify()

    assert [(key, 5000)] == desk.books.adjustments()
    assert [key] == desk.service.done
    assert [("applied", "adjust_wallet"), ("verified", "adjust_wallet")] == desk.log()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b'{"error": "boom"}'),
        Reply(503),
        Reply(429),
        Reply(302, headers=(("Location", "/api/finance/admin-adjust"),)),
        Reply(200, b"<html>maintenance</html>", "text/html"),
        Reply(200, b"not json"),
        Reply(200, b"[]"),
        Reply(200, b'{"status": "' + b"x" * (1 << 17) + b'"}'),
    ],
    ids=["500", "503", "429", "redirect", "html", "no json", "no object", "huge"],
)
def test_an_answer_that_says_nothing_is_never_green_and_the_same_call_is_made_again(
    desk: Desk, reply: Reply
) -> None:
    key = approved(desk)
    desk.service.reply, desk.service.is_idle = reply, True

    with pytest.raises(Transient):
        desk.call()
    assert "in_doubt" == desk.result()["outcome"]
    with pytest.raises(Transient, match="IN_BALANCE"):
        desk.verify()
    assert [("applied", "adjust_wallet")] == desk.log()

    desk.service.reply, desk.service.is_idle = Reply(), False
    desk.call()
    desk.verify()

    assert [(key, 5000)] == desk.books.adjustments()
    first, second = desk.service.calls
    assert first == second


def test_a_redirect_is_not_followed_and_its_body_is_not_read_beyond_the_cap(desk: Desk) -> None:
    approved(desk)
    desk.service.is_idle = True
    elsewhere = (("Location", "/api/finance/admin-adjust"),)
    for body, why in ((b"{}", "HTTP 302, a redirect"), (b"x" * (1 << 17), "more than 65536 bytes")):
        desk.service.reply = Reply(302, body, headers=elsewhere)
        with pytest.raises(ProviderUnavailable, match=why):
            desk.call()
    assert 2 == len(desk.service.calls)


def test_a_slow_service_is_in_doubt_until_the_book_shows_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(desk)
    desk.service.seconds = 1.5

    with monkeypatch.context() as impatient:
        impatient.setattr(service_calls, "REQUEST_SECONDS_MAX", 1.0)
        with pytest.raises(ProviderUnavailable, match="over its deadline"):
            desk.call()
    desk.call()
    desk.verify()
    assert 1 == len(desk.service.calls)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_a_refusal_is_the_outcome_and_is_not_repeated(desk: Desk, status: int) -> None:
    approved(desk)
    desk.service.reply = Reply(status, b'{"error": "POLICY_REJECTED", "message": "no"}')
    desk.service.is_idle = True

    with pytest.raises(RequestError, match=f"HTTP {status}: error POLICY_REJECTED, message no"):
        desk.call()
    with pytest.raises(RequestError, match="has ended: failed"):
        desk.call()
    with pytest.raises(RequestError, match="was not carried out"):
        desk.verify()
    assert 1 == len(desk.service.calls)
    assert [("applied", "adjust_wallet"), ("failed", "adjust_wallet")] == desk.log()
    assert ("failed", "refused") == (desk.result()["outcome"], desk.result()["answer"])


def test_a_refusal_of_what_the_lost_call_has_done_is_a_success(desk: Desk) -> None:
    """The book is late: the repeat is refused since the first call has done it."""
    approved(desk)
    desk.service.loses_answers = True
    do = desk.service.do
    late: list[tuple[Any, ...]] = []
    desk.service.do = lambda *call: late.append(call)
    with pytest.raises(ProviderUnavailable):
        desk.call()

    desk.service.loses_answers = False
    desk.service.reply = Reply(409, b'{"error": "DUPLICATE_TRANSACTION"}')
    desk.service.before_reply = lambda: do(*late[0])
    desk.call()

    desk.verify()
    assert 1 == len(desk.books.adjustments())


def test_a_refusal_after_a_lost_answer_is_believed_when_the_lost_call_is_old(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(desk)
    desk.service.is_idle = desk.service.loses_answers = True
    with pytest.raises(ProviderUnavailable):
        desk.call()
    desk.service.loses_answers, desk.service.reply = False, Reply(409, b"{}")

    with pytest.raises(Transient, match="a call without an answer is"):
        desk.call()
    assert [("applied", "adjust_wallet")] == desk.log()
    monkeypatch.setattr(call_service, "SETTLED_SECONDS", 0)
    with pytest.raises(RequestError, match="failed"):
        desk.call()
    assert ("failed", "adjust_wallet") == desk.log()[-1]


def test_what_changed_after_a_lost_answer_is_not_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(desk)
    desk.service.is_idle = desk.service.loses_answers = True
    with pytest.raises(ProviderUnavailable):
        desk.call()
    desk.books.run("wallet_balances", "update public.wallets set user_id = 'user-2'")
    desk.service.is_idle = desk.service.loses_answers = False

    with pytest.raises(Transient, match="holds no more"):
        desk.call()
    monkeypatch.setattr(call_service, "SETTLED_SECONDS", 0)
    with pytest.raises(RequestError, match="holds no more"):
        desk.call()
    assert (1, []) == (len(desk.service.calls), desk.books.adjustments())


def test_an_accepted_call_that_the_book_does_not_show_is_red_and_not_repeated(desk: Desk) -> None:
    approved(desk)
    desk.service.is_idle = True
    desk.call()

    with pytest.raises(Transient, match="the book shows IN_BALANCE"):
        desk.verify()
    assert [(IN_DOUBT, "open")] == desk.alerts()
    desk.call()
    assert 1 == len(desk.service.calls)
    assert "in_doubt" == desk.result()["outcome"]

    path, key, body = desk.service.calls[0]
    desk.books.do(path, json.loads(body), key)
    desk.verify()
    assert "verified" == desk.result()["outcome"]


def test_no_secret_and_nothing_unprintable_is_kept_of_an_answer(desk: Desk) -> None:
    approved(desk)
    message = f"token {TOKEN} \\u202e ring\\u0007 " + "long " * 200
    desk.service.reply = Reply(422, f'{{"message": "{message}"}}'.encode())
    desk.service.is_idle = True

    with pytest.raises(RequestError) as refused:
        desk.call()
    kept = [str(row) for row in desk.rows("select * from reconciliation.correction_log")]
    kept += [str(row) for row in desk.rows("select * from internal.action_call_answers")]
    for text in (*kept, str(refused.value)):
        assert TOKEN not in text
        assert "\u202e" not in text and "\x07" not in text
        assert len(text) < 4000


def test_two_copies_of_the_task_call_one_after_the_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = approved(desk)
    desk.service.is_idle, desk.service.reply = True, Reply(500)
    with pytest.raises(ProviderUnavailable):
        desk.call()
    # A copy wrote its call down a moment ago, and waits for the answer.
    service_calls.begin(key, "/api/finance/admin-adjust", "{}")
    monkeypatch.setattr(service_calls, "LEASE_SECONDS", 3)

    desk.service.is_idle, desk.service.reply = False, Reply()
    waits: list[int] = []

    def sleep(seconds: Any) -> None:
        # Meanwhile nothing has left.
        waits.append(len(desk.service.calls))
        desk.rows("select pg_sleep(0.3)")

    monkeypatch.setattr(service_calls.time, "sleep", sleep)
    desk.call()
    assert waits and {1} == set(waits)
    assert [key] == desk.service.done
