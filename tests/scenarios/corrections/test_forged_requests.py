"""Requests and answers that are written by hand: the database believes none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import IsolationLevel

from include.reconciliation.errors import RequestError
from include.reconciliation.verify_evidence import folded
from tests.scenarios.conftest import Desk
from tests.scenarios.corrections.conftest import People
from tests.scenarios.corrections.forging import (
    NEXT_YEAR,
    WALLET,
    Forger,
    Missing,
    Session,
    answer,
    refused,
)
from tests.scenarios.corrections.test_life import FIFTH


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"account_id": 2}, "the request names another"),
        ({"psp": "stripe"}, "the request names another"),
        ({"leg": "gateway_statement"}, "the request names another"),
        ({"episode": 99}, "the request names another"),
        ({"currency": "USD"}, "does not lie between 0 and the difference of 10000 EUR"),
        ({"currency": "eur"}, "expected a code of ISO 4217, found eur"),
        ({"amount_minor": -100}, "does not lie between 0"),
        ({"amount_minor": 0}, "does not lie between 0"),
        ({"amount_minor": 10001}, "does not lie between 0"),
        ({"amount_minor": -(2**63)}, "does not lie between 0"),
        ({"amount_minor": None, "currency": None, "post_by": None}, "amount: a compensating_entry"),
        ({"action": "accept", "accept_until": NEXT_YEAR}, "amount: a compensating_entry"),
        ({"post_by": None}, "post_by: expected a day"),
        ({"post_by": "1999-12-31"}, "post_by: expected a day"),
        ({"post_by": "2026-06-04"}, "post_by: expected a day from 2026-03-05 to 2026-06-03"),
        ({"post_by": "infinity"}, "post_by: expected a day"),
        ({"expires_at": "infinity"}, "expires_at: expected a moment within 90 days"),
        ({"expires_at": NEXT_YEAR.replace(year=2999)}, "expires_at"),
        ({"link_to": "P2"}, "link_to: compensating_entry with P2"),
        ({"accept_until": "infinity"}, "accept_until: compensating_entry has none"),
        ({"action": "reverse_correction"}, "amount: a compensating_entry"),
        ({**WALLET, "action": "print_money"}, "action_is_known"),
        ({**WALLET, "action": "write_off"}, "action_is_known"),
        ({**WALLET, "currency": "ZZZ"}, "expected a code of ISO 4217, found ZZZ"),
        ({"state_before": "oops"}, "state_before: it is not that of discrepancy"),
        ({"state_after": '{"a": "\\u0000"}'}, "states_are_json"),
        ({"state_after": '{"a": 1e999999}'}, "states_are_json"),
        ({"reason": "x" * 501}, "texts_are_plain"),
        ({"reason": "paid\u202e twice"}, "texts_are_plain"),
        ({"ticket": "A\r\nB"}, "texts_are_plain"),
        ({"preview": "x" * 20000}, "texts_are_plain"),
        ({"preview": "a \u200b b"}, "texts_are_plain"),
        ({"requested_by": "a\u200bna"}, "names_are_in_latin_letters"),
        ({"requested_by": "\u0430na"}, "names_are_in_latin_letters"),
        ({"on_behalf_of": "be\u0430"}, "names_are_in_latin_letters"),
        ({"object_kind": "correction", "object_id": "f" * 64}, "is not open any more"),
        ({"state_sha256": "0" * 64}, "has changed since it was previewed"),
    ],
)
def test_a_request_that_says_what_is_not_so_is_not_written_down(
    forger: Forger, changes: dict[str, Any], says: str
) -> None:
    with refused(says):
        forger.ask(**changes)


@pytest.mark.parametrize(
    ("until", "is_taken"),
    [("2026-03-05", False), ("2027-03-06", True), ("2027-03-07", False), ("infinity", False)],
)
def test_an_acceptance_ends_within_a_year(forger: Forger, until: str, is_taken: bool) -> None:
    accepted: dict[str, Any] = {
        "action": "accept", "amount_minor": None, "currency": None, "post_by": None,
        "accept_until": f"{until} 00:00:00+00" if until != "infinity" else until,
    }  # fmt: skip
    if is_taken:
        assert forger.ask(**accepted)
    else:
        with refused("accept_until: expected a moment within 366 days"):
            forger.ask(**accepted)


def test_the_state_before_is_that_of_the_discrepancy(forger: Forger) -> None:
    told = {**json.loads(forger.base["state_before"]), "psp_reference": "P-of-another"}

    with refused("state_before: it is not that of discrepancy"):
        forger.ask(state_before=json.dumps(told))


@pytest.mark.parametrize(
    ("currency", "amount_minor", "approvers"),
    [("EUR", 1000000, 1), ("EUR", -1000001, 2), ("CHF", 1, 2), ("KWD", 10**15, 2)],
)
def test_a_currency_without_a_limit_needs_two(
    forger: Forger, currency: str, amount_minor: int, approvers: int
) -> None:
    asked = forger.ask(**WALLET, currency=currency, amount_minor=amount_minor)

    assert approvers == forger.row(asked)["approvals_needed"]


def test_a_preview_can_not_hide_what_is_booked(
    forger: Forger, sessions: Callable[[str], Session]
) -> None:
    asked = forger.ask(amount_minor=10000, on_behalf_of="zoe", preview="an entry of EUR 1.00")

    row = sessions("reconciliation_approver").execute(
        "select preview from reconciliation.action_requests where request_id = %s", [asked]
    ).fetchone()
    assert row is not None
    facts, _, told = row["preview"].partition("an entry of EUR 1.00")
    assert "" == told
    assert [
        "**What is approved: compensating_entry**",
        "",
        "- Entry on the ledger's side: 100.00 EUR",
        "- Account: adyen / Shop, leg ledger_statement",
        f"- discrepancy `{forger.base['discrepancy_id']}`",
        "- To be posted by: 2026-03-10",
        "- For: ana, on behalf of zoe",
    ] == facts.strip().split("\n")


def test_what_the_approver_reads_is_in_the_hash_that_is_approved(forger: Forger) -> None:
    first, second = (
        forger.row(forger.ask(amount_minor=100, preview="the same", request_id=letter * 64))
        for letter in "ab"
    )
    assert first["preview"] == second["preview"]
    assert first["content_sha256"] != second["content_sha256"]


ALIKE = (
    "ANA", " ana ", "ana\t", "ana\n", "ana\u00a0", "ana\u200b", "ａｎａ", "a\u00adna", "àná",
    "a\u0300na", "An\u2060a", "\ufeffana", "ana\u3000",
)  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_no_spelling_of_a_name_is_somebody_else(
    forger: Forger, sessions: Callable[[str], Session], name: str
) -> None:
    with refused("somebody else must answer"):
        answer(sessions("reconciliation_approver"), forger.base, name)


@pytest.mark.parametrize("name", ["\u0430na", "αna", "ana⃝", "", "\u3164", "安娜"])
def test_a_name_in_other_letters_answers_nothing(
    forger: Forger, sessions: Callable[[str], Session], name: str
) -> None:
    with refused("name_is_in_latin_letters|answered_by_check"):
        answer(sessions("reconciliation_approver"), forger.base, name)


def test_the_verifier_folds_names_as_the_database_does(forger: Forger) -> None:
    names = [
        *ALIKE, "Álex", "A\u0301LEX", "İpek", "ıpek", "Łukasz", "Søren Ægir", "STRAßE", "Ðóra",
        "o'Brien, P. (ops)", "CORP\\ana|x", "\u0410\u043d\u043d\u0430", "ﬁona", "①", "Nguyễn",
    ]  # fmt: skip
    for name in names:
        row = forger.session.execute("select internal.folded_name(%s) as name", [name]).fetchone()
        assert row is not None
        assert (name, folded(name)) == (name, row["name"])
    assert {"ana"} == {folded(name) for name in ALIKE}


def test_one_person_in_two_spellings_is_one_approver(
    people: People, missing: Missing, sessions: Callable[[str], Session]
) -> None:
    request = people.ask(missing("30000.00"))
    session = sessions("reconciliation_approver")
    answer(session, request, "bea")

    with refused("BÉA has answered request"):
        answer(session, request, "BÉA")
    with pytest.raises(RequestError, match="1 of 2 approvals"):
        people.apply()


@pytest.mark.parametrize(
    "level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
)
def test_in_a_snapshot_of_its_own_nothing_is_answered_or_applied(
    people: People, missing: Missing, sessions: Callable[[str], Session], level: IsolationLevel
) -> None:
    request = people.ask(missing())
    approver, application = sessions("reconciliation_approver"), sessions("reconciliation_rw")
    approver.isolation_level = application.isolation_level = level
    with approver.transaction(), refused("answered and applied in read committed"):
        answer(approver, request, "bea")
    people.answer("bea")

    with application.transaction(), refused("answered and applied in read committed"):
        application.execute("select internal.apply_request(%s, null)", [request["request_id"]])
    assert 1 == people.apply()


def test_nobody_refuses_what_nothing_refuses(
    people: People, missing: Missing, sessions: Callable[[str], Session]
) -> None:
    request = people.ask(missing())
    session = sessions("reconciliation_rw")
    end = "select internal.end_request(%s, 'refused', 'because')"
    with refused("0 of 1 approvals"):
        session.execute(end, [request["request_id"]])
    people.answer("bea")
    with refused("holds: nothing refuses it"):
        session.execute(end, [request["request_id"]])

    assert 1 == people.apply()


def test_a_refusal_is_logged_in_the_databases_own_words(
    desk: Desk, people: People, missing: Missing, sessions: Callable[[str], Session]
) -> None:
    request = people.ask(missing())
    people.answer("bea")
    desk.ledger("L1", 10000)
    desk.run(*FIFTH)
    sessions("reconciliation_rw").execute(
        "select internal.end_request(%s, 'refused', 'bea changed her mind')",
        [request["request_id"]],
    )

    (row,) = desk.rows("select event, result from reconciliation.correction_log")

    assert ("refused", f"discrepancy {request['object_id']} is not open any more") == (
        row["event"], row["result"],
    )
