"""An approval is of one difference and its size: what grows, or comes in parts, needs its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from include.reconciliation.errors import RequestError
from include.reconciliation.steps import answer_request
from include.reconciliation.steps.export_postings import postings
from tests.scenarios.conftest import Desk, a_line
from tests.scenarios.corrections.conftest import People
from tests.scenarios.corrections.test_life import FIFTH, SEVENTH, SIXTH, identity, post, shown

Missing = Callable[..., str]
Correct = Callable[..., str]
ACCEPTED = {"action": "accept", "accept_until": datetime(2027, 3, 1, tzinfo=UTC)}
WITH_PSP = {"action": "mark_as_provider_error", "psp_ticket": "ADY-4711"}
STATUS_ONLY = pytest.mark.parametrize(
    ("form", "status"), [(ACCEPTED, "accepted"), (WITH_PSP, "with_psp")]
)


@pytest.fixture
def correct(people: People) -> Correct:
    """Asks, has as many approve as it needs, and applies; the id of the correction."""

    def do(discrepancy_id: str, **form: Any) -> str:
        request = people.ask(discrepancy_id, **form)
        for name in ("bea", "carl")[: request["approvals_needed"]]:
            people.answer(name)
        people.apply()
        return str(request["request_id"])

    return do


def one_cent(desk: Desk) -> str:
    """Statement EUR 100.00, ledger EUR 100.01; the id of the discrepancy."""
    desk.ledger("L1", 10001)
    desk.batch(1, a_line(amount="100.00"))
    desk.run()
    (row,) = desk.rows("select discrepancy_id from reconciliation.discrepancies")
    return str(row["discrepancy_id"])


def divergence(desk: Desk) -> list[int]:
    """What is at risk at the head, in minor units."""
    rows = desk.rows(
        "select exposure_minor from internal.run_divergences"
        " where run_number = (select run_number from internal.heads)"
    )
    return [row["exposure_minor"] for row in rows]


def entries() -> list[int]:
    """The amounts that are to be posted."""
    return [row["amount_minor"] for row in postings(None)]


@STATUS_ONLY
def test_an_accepted_cent_hides_no_later_million(
    desk: Desk, correct: Correct, form: dict[str, Any], status: str
) -> None:
    correct(one_cent(desk), **form)
    desk.run(*FIFTH)
    assert [("amount_mismatch", "persisting", status, -1, 1)] == shown(desk)
    assert [0] == (divergence(desk) or [0])

    desk.ledger("L1", 5000000001)
    desk.run(*SIXTH)

    assert [("amount_mismatch", "restated", "open", -4999990001, 4999990001)] == shown(desk)
    assert [4999990001] == divergence(desk)


def test_what_comes_back_to_what_was_accepted_is_accepted_again(
    desk: Desk, correct: Correct
) -> None:
    correct(one_cent(desk), **ACCEPTED)
    desk.ledger("L1", 10002)
    desk.run(*FIFTH)
    desk.ledger("L1", 10001)
    desk.run(*SIXTH)

    assert [("amount_mismatch", "restated", "accepted", -1, 1)] == shown(desk)


@pytest.mark.parametrize("form", [ACCEPTED, WITH_PSP])
@pytest.mark.parametrize(("amount", "approvers"), [("10000.00", 1), ("10000.01", 2)])
def test_what_moves_no_money_needs_two_above_the_limit_too(
    people: People, missing: Missing, form: dict[str, Any], amount: str, approvers: int
) -> None:
    request = people.ask(missing(amount), **form)

    assert (None, approvers) == (request["amount_minor"], request["approvals_needed"])


def unmatched_ledger_row(desk: Desk, amount_minor: int) -> str:
    """A ledger row that the statement lacks, beside a matched payment P1; its discrepancy."""
    desk.ledger("L1", 10000)
    desk.ledger("L9", amount_minor, payment="P9", event="C9")
    desk.batch(1, a_line())
    desk.run()
    (row,) = desk.rows(
        "select discrepancy_id from reconciliation.discrepancies"
        " where kind = 'missing_in_statement'"
    )
    return str(row["discrepancy_id"])


def test_a_link_of_a_large_row_needs_two(desk: Desk, people: People) -> None:
    request = people.ask(unmatched_ledger_row(desk, 1000001), action="relink", link_to="P1")

    assert 2 == request["approvals_needed"]


def test_a_link_to_a_payment_that_is_not_there_is_refused(desk: Desk, people: People) -> None:
    found = unmatched_ledger_row(desk, 500)

    with pytest.raises(RequestError, match="Shop has no statement line of a payment P77"):
        people.ask(found, action="relink", link_to="P77")


def test_a_link_that_makes_no_match_leaves_the_discrepancy_open(
    desk: Desk, correct: Correct
) -> None:
    # P1 has its ledger row: the row that is linked to it finds no line that is free.
    correct(unmatched_ledger_row(desk, 500), action="relink", link_to="P1")
    run = desk.run(*FIFTH)

    assert {"open"} == {status for _, change, status, *_ in shown(desk) if change != "resolved"}
    assert [-500] == [delta for _, change, _, delta, _ in shown(desk) if change != "resolved"]
    assert 0 == identity(desk, run)[-1]


def test_parts_of_a_difference_need_as_many_as_all_of_it(
    desk: Desk, people: People, missing: Missing, correct: Correct
) -> None:
    found = missing("20000.00")
    assert 2 == people.ask(found, amount="10000.00")["approvals_needed"]
    correct(found, amount="12000.00", reason="the first part")
    desk.run(*FIFTH)
    assert [("missing_in_ledger", "restated", "open", 800000, 800000)] == shown(desk)

    # Of 8,000.00 one would be enough, were they all.
    assert 2 == people.ask(found, reason="the second part")["approvals_needed"]


def test_what_was_taken_back_counts_no_more(
    desk: Desk, people: People, missing: Missing, correct: Correct
) -> None:
    found = missing("9000.00")
    assert 1 == people.ask(found, amount="5000.00")["approvals_needed"]
    taken_back = correct(found, amount="2000.00", reason="in the wrong place")
    desk.run(*FIFTH)
    assert 1 == people.ask(found, amount="1000.00", reason="a part")["approvals_needed"]
    correct(taken_back, action="reverse_correction", reason="it was the wrong place")
    desk.run(*SIXTH)

    assert 1 == people.ask(found, reason="all of it")["approvals_needed"]


def test_the_other_differences_of_a_payment_count_with_it(
    desk: Desk, people: People, correct: Correct
) -> None:
    desk.batch(
        1, a_line(amount="9000.00"), a_line(event="R1", type="Refunded", amount="-8000.00")
    )
    desk.run()
    rows = desk.rows(
        "select discrepancy_id, payment_key from internal.standing_discrepancies"
        " order by abs(delta_minor)"
    )
    assert ["P1", "P1"] == [row["payment_key"] for row in rows]
    refund, capture = (str(row["discrepancy_id"]) for row in rows)
    assert 1 == people.ask(capture)["approvals_needed"]
    correct(refund)

    assert 2 == people.ask(capture, reason="and the capture")["approvals_needed"]


def test_what_was_corrected_after_the_approval_is_counted_when_it_is_used(
    desk: Desk, people: People, correct: Correct
) -> None:
    desk.batch(
        1, a_line(amount="9000.00"), a_line(event="R1", type="Refunded", amount="-8000.00")
    )
    desk.run()
    refund, capture = (
        str(row["discrepancy_id"])
        for row in desk.rows(
            "select discrepancy_id from internal.standing_discrepancies order by abs(delta_minor)"
        )
    )
    people.ask(capture)
    people.answer("bea")
    approved = people.asked[-1]
    correct(refund)

    with pytest.raises(RequestError, match="it needs 2 approvers, not 1: ask for it anew"):
        answer_request.apply_request(approved)
    assert [-800000] == entries()
    assert ["applied", "refused"] == [event for event, _, _ in people.log()]


def test_a_posting_on_another_payment_is_posted_otherwise(
    desk: Desk, missing: Missing, correct: Correct
) -> None:
    correction = correct(missing())
    desk.run(*FIFTH)
    post(desk, correction, 10000, payment="P777", event="C777")
    run = desk.run(*SIXTH)

    assert ["posted_otherwise"] == [
        row["posted_as"] for row in desk.rows("select posted_as from reconciliation.corrections")
    ]
    assert ("missing_in_ledger", "restated", "open", 10000, 10000) in shown(desk)
    assert 0 == identity(desk, run)[-1]


def test_a_posting_by_the_merchants_reference_is_one_on_its_payment(
    desk: Desk, missing: Missing, correct: Correct
) -> None:
    correction = correct(missing())
    desk.run(*FIFTH)
    post(desk, correction, 10000, payment=None, merchant="order-P1", event=None)
    desk.run(*SIXTH)

    assert ["confirmed"] == [
        row["posted_as"] for row in desk.rows("select posted_as from reconciliation.corrections")
    ]


def test_what_was_taken_back_may_be_asked_for_again(
    desk: Desk, people: People, missing: Missing, correct: Correct
) -> None:
    found = missing()
    first = correct(found)
    with pytest.raises(RequestError, match="nothing is left to do"):
        people.ask(found)
    correct(first, action="reverse_correction", reason="too early")
    desk.run(*FIFTH)

    second = correct(found)
    assert second != first
    assert [10000] == entries()
    desk.run(*SEVENTH)
    assert [("missing_in_ledger", "restated", "in_correction", 0, 0)] == shown(desk)


def test_a_reversal_has_a_day_of_its_own(
    desk: Desk, missing: Missing, correct: Correct
) -> None:
    correction = correct(missing())
    post(desk, correction, 10000)
    desk.run(*FIFTH)
    desk.run("2026-03-06T00:00:00Z", "2026-03-20T00:00:00Z")
    correct(correction, action="reverse_correction", reason="it was posted twice")

    assert ["2026-03-25"] == [str(row["due_on"]) for row in postings(None)]


def test_an_acceptance_needs_a_zone(people: People, missing: Missing) -> None:
    with pytest.raises(RequestError, match="accept_until: expected a moment with its zone"):
        people.ask(missing(), action="accept", accept_until=datetime(2026, 4, 1))  # noqa: DTZ001
