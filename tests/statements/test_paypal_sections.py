"""PayPal's settlement report of several merchants: sections with footers, and without."""

from __future__ import annotations

import io
import re

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import paypal_settlement
from include.reconciliation.statements.parsed import Event, Line
from tests.statements.paypal_reports import COLUMNS, HEAD, SECTION, a_row

PAYMENT = a_row("PAY1", "T0006", "CR", 10000, fee=("DR", 390))
OTHER_SECTION = (SECTION.replace("MERCHANT1", "MERCHANT2"), COLUMNS)
OTHER = a_row("PAY2", "T0006", "CR", 5000)
BALANCES = '"CR",0,"CR",0,"CR",0,"CR",0,"CR",0,"CR",0'


def events(text: str) -> list[Event]:
    return list(paypal_settlement.read(io.BytesIO(text.encode()), "STL.csv"))


def a_report_of_two(*rows: str, of_first: str = "", of_report: str) -> str:
    """A payment of 100.00 USD less 3.90, rows of a second merchant, and the report's footer."""
    footers = [f'"SF",{of_first},{BALANCES},1'] if of_first else []
    last = f'"RF",{of_report},{BALANCES},{1 + len(rows)}'
    return "\r\n".join([*HEAD, PAYMENT, *footers, *OTHER_SECTION, *rows, last])


def test_the_footer_of_the_report_sums_sections_that_have_none() -> None:
    withdrawal = a_row("OUT1", "T0400", "DR", 9000)
    first = '"USD",10000,0,0,390'
    reports = (
        a_report_of_two(OTHER, of_report='"USD",15000,0,0,390'),
        a_report_of_two(OTHER, of_report='"USD",15000,0,0,390', of_first=first),
        a_report_of_two(OTHER, withdrawal, of_report='"USD",15000,9000,0,390'),
        a_report_of_two(OTHER, withdrawal, of_report='"USD",15000,0,0,390'),
    )

    assert [2, 2, 3, 3] == [
        sum(isinstance(event, Line) for event in events(report)) for report in reports
    ]


@pytest.mark.parametrize("of_first", ["", '"USD",10000,0,0,390'])
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "RF USD"),
        ((OTHER, OTHER), "RF USD"),
        ((OTHER.replace("5000", "5001"),), "expected (15000, 0, 0, 390); found (15001, 0, 0, 390)"),
        ((OTHER, a_row("PAY3", "T0006", "CR", 1, "EUR")), "a footer for EUR"),
    ],
)
def test_a_section_without_footers_is_held_against_that_of_the_report(
    of_first: str, rows: tuple[str, ...], words: str
) -> None:
    with pytest.raises(StatementError, match=re.escape(words)) as refused:
        events(a_report_of_two(*rows, of_report='"USD",15000,0,0,390', of_first=of_first))

    assert "wrong_total" == refused.value.reason_code


def a_report_with_balances(first: str, second: str, report: str) -> str:
    """Two sections of a payment each, and what they and the report open and close with."""
    rest = '"CR",0,"CR",0,"CR",0,"CR",0'
    sums = ('"USD",10000,0,0,390', '"USD",5000,0,0,0', '"USD",15000,0,0,390')
    one, two, both = (
        f"{footer},{balances},{rest}"
        for footer, balances in zip(sums, (first, second, report), strict=True)
    )
    sections = [*HEAD, PAYMENT, f'"SF",{one},1', *OTHER_SECTION, OTHER, f'"SF",{two},1']
    return "\r\n".join([*sections, f'"RF",{both},2'])


FIRST, SECOND, NEXT = '"CR",100,"CR",9710', '"DR",5000,"CR",0', '"CR",9710,"CR",14710'


@pytest.mark.parametrize(
    ("second", "report"),
    [(SECOND, '"DR",4900,"CR",9710'), (NEXT, '"CR",100,"CR",14710')],
    ids=["of two accounts", "one after another"],
)
def test_the_balances_of_the_report_are_those_of_its_sections(second: str, report: str) -> None:
    found = events(a_report_with_balances(FIRST, second, report))

    assert 2 == sum(isinstance(event, Line) for event in found)


@pytest.mark.parametrize(
    ("second", "report"),
    [
        (SECOND, '"DR",4900,"CR",9711'),
        (SECOND, '"CR",100,"CR",0'),
        (SECOND, '"CR",0,"CR",0'),
        (NEXT, '"CR",100,"CR",9710'),
    ],
)
def test_a_report_that_opens_or_closes_otherwise_is_refused(second: str, report: str) -> None:
    with pytest.raises(StatementError, match="column 'RF USD'") as refused:
        events(a_report_with_balances(FIRST, second, report))

    assert "wrong_total" == refused.value.reason_code
