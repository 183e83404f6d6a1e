"""Razorpay's settlement recon: debit, credit, and a fee that holds its tax."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.razorpay_settlements import RAZORPAY_SETTLEMENTS
from tests.statements.api_answers import a_collection, an_item, events, lines, start_and_end


def one_line(**fields: Any) -> Line:
    return lines(RAZORPAY_SETTLEMENTS, a_collection(an_item(**fields)))[0]


def test_a_payment_is_credited_without_its_fee_and_the_tax_on_it() -> None:
    assert (
        Line(
            row=1,
            provider_type="payment",
            type="payment",
            economic_type="payment",
            gross_minor=50000,
            gross_currency="INR",
            fee_minor=1000,
            tax_minor=180,
            net_minor=48820,
            net_currency="INR",
            booked_at=datetime(2025, 6, 10, 18, 30, tzinfo=UTC),
            booked_on=date(2025, 6, 11),
            source_zone="Asia/Kolkata",
            value_date=None,
            line_key="pay_1",
            psp_reference="pay_1",
            event_reference="pay_1",
            merchant_reference="ORD-1",
            payout_reference="setl_1",
            further_references=(("order", "order_1"), ("utr", "UTR1")),
        )
        == one_line()
    )


# What is given: type, amount, debit, credit, fee, dispute; what it is: type, gross, fee, net.
ROWS = [
    (("refund", 20000, 20000, 0, 0, None), ("refund", -20000, 0, -20000)),
    (("transfer", 30000, 30100, 0, 100, None), ("adjustment", -30000, 100, -30100)),
    (("adjustment", 700, 0, 700, 0, None), ("adjustment", 700, 0, 700)),
    (("adjustment", 50000, 50000, 0, 0, "disp_1"), ("chargeback", -50000, 0, -50000)),
    (("adjustment", 50000, 0, 50000, 0, "disp_1"), ("reversal", 50000, 0, 50000)),
    (("payment", 100, 0, 0, 100, None), ("payment", 100, 100, 0)),
    (("payment", 100, 100, 0, 0, None), ("unknown", -100, 0, -100)),
    (("brand_new", 100, 0, 100, 0, None), ("unknown", 100, 0, 100)),
]


@pytest.mark.parametrize(("given", "expected"), ROWS)
def test_each_type_has_its_sign(
    given: tuple[str, int, int, int, int, str | None], expected: tuple[str, int, int, int]
) -> None:
    word, amount, debit, credit, fee, dispute = given

    line = one_line(
        type=word, amount=amount, debit=debit, credit=credit, fee=fee, tax=0, dispute_id=dispute
    )

    assert expected == (line.type, line.gross_minor, line.fee_minor, line.net_minor)


def test_a_refund_names_the_payment_that_it_gives_back() -> None:
    line = one_line(type="refund", entity_id="rfnd_1", payment_id="pay_1", debit=1, credit=0)

    assert ("pay_1", "rfnd_1") == (line.psp_reference, line.event_reference)


def test_what_is_not_settled_yet_is_told_and_booked_when_it_was_made() -> None:
    page = a_collection(an_item(settled=False, settled_at=None))

    _, end = start_and_end(RAZORPAY_SETTLEMENTS, page)

    assert ("1 lines are not settled yet",) == end.notices
    assert date(2025, 6, 10) == lines(RAZORPAY_SETTLEMENTS, page)[0].booked_on


@pytest.mark.parametrize(
    ("page", "reason_code", "words"),
    [
        (a_collection(an_item(debit=1)), "debit_and_credit", "[1, 48820]"),
        (a_collection(an_item(amount=-1)), "bad_amount", "without a sign"),
        (a_collection(an_item(fee=None)), "bad_page", "column 'fee'"),
        (a_collection(an_item(currency="XXX")), "unknown_currency", "XXX"),
        (a_collection(an_item(), an_item()), "page_repeated", "pay_1 in row 1"),
        (a_collection(an_item(), count=2), "page_missing", "column 'count'"),
        (a_collection(), "empty", "no line"),
        (a_collection(entity="payment"), "bad_page", "a collection"),
        (a_collection(an_item(entity_id="")), "missing_value", "entity_id"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(page: str, reason_code: str, words: str) -> None:
    with pytest.raises(StatementError) as refused:
        events(RAZORPAY_SETTLEMENTS, page)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused


def pages_of(*sizes: int) -> str:
    """Pages with as many lines, each line once."""
    ids = iter(range(sum(sizes)))
    return "\n".join(
        a_collection(*(an_item(entity_id=f"pay_{next(ids)}") for _ in range(size)))
        for size in sizes
    )


@pytest.mark.parametrize(
    ("sizes", "is_told"),
    [
        ((10,), True),
        ((25,), True),
        ((100,), True),
        ((9,), False),
        ((100, 100), True),
        ((100, 57), False),
        ((100, 0), False),
        ((20, 20, 10), False),
    ],
)
def test_a_file_that_may_end_with_a_full_page_is_told(
    sizes: tuple[int, ...], is_told: bool
) -> None:
    _, end = start_and_end(RAZORPAY_SETTLEMENTS, pages_of(*sizes))

    told = [notice for notice in end.notices if f"the last page lists {sizes[-1]} lines" in notice]
    assert (sum(sizes), is_told) == (
        len(lines(RAZORPAY_SETTLEMENTS, pages_of(*sizes))),
        bool(told),
    )
