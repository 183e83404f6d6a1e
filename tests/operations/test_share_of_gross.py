"""How much of the statement gross is in doubt: the per cent that an incident shows."""

from __future__ import annotations

from typing import Any

from tests.operations.conftest import BRAZIL, EUROPE, Books

# So large that it would show wherever it is counted by mistake.
ELSEWHERE = (77_777_777,)


def a_discrepancy(currency: str, exposure_minor: int, **changes: Any) -> dict[str, Any]:
    """An open discrepancy, a day old."""
    money = {"currency": currency, "exposure_minor": exposure_minor}
    return {"event_id": f"event {currency} {exposure_minor}", **money, **changes}


def shares(books: Books) -> dict[str, str]:
    """What the open incident says, per currency above its limit."""
    [row] = books.rows("select reasons -> 'divergence' as told from internal.alerts")
    return {code: detail["per_cent"] for code, detail in row["told"].items()}


def test_it_counts_amounts_of_either_sign_from_the_oldest_open_one_to_the_cut(
    books: Books,
) -> None:
    books.statement_lines((-300_000, 700_000), currency="EUR", hours_ago=20)
    books.statement_lines(ELSEWHERE, currency="EUR", hours_ago=25)
    books.statement_lines(ELSEWHERE, currency="EUR", hours_ago=-2)
    books.publish(discrepancies=(a_discrepancy("EUR", 120_000),))

    assert {"EUR": "12.0 %"} == shares(books)


def test_each_currency_counts_from_its_own_oldest_open_one(books: Books) -> None:
    for hours_ago, euros, reais in ((20, 100_000, 1_000_000), (60, *ELSEWHERE, 4_000_000)):
        books.statement_lines((euros,), currency="EUR", hours_ago=hours_ago)
        books.statement_lines((reais,), currency="BRL", hours_ago=hours_ago)
    books.statement_lines((40_000,), currency="EUR", hours_ago=12)
    books.statement_lines(ELSEWHERE, currency="BRL", hours_ago=80)
    books.statement_lines(ELSEWHERE, currency="USD", hours_ago=12)
    books.publish(
        discrepancies=(
            a_discrepancy("EUR", 140_000),
            a_discrepancy("BRL", 550_000),
            a_discrepancy("BRL", 150_000, open_days=3),
        )
    )

    assert {"EUR": "100.0 %", "BRL": "14.0 %"} == shares(books)


def test_the_oldest_open_one_of_any_account_counts_for_the_lines_of_all(books: Books) -> None:
    books.publish(BRAZIL, discrepancies=(a_discrepancy("EUR", 1, open_days=2),))
    books.statement_lines((400_000,), currency="EUR", hours_ago=40)
    books.statement_lines((600_000,), currency="EUR", hours_ago=40, account=BRAZIL)
    books.publish(EUROPE, discrepancies=(a_discrepancy("EUR", 249_999),))

    assert {"EUR": "25.0 %"} == shares(books)


def test_what_is_accepted_or_resolved_does_not_lengthen_the_span(books: Books) -> None:
    books.statement_lines((1_000_000,), currency="EUR", hours_ago=20)
    books.statement_lines(ELSEWHERE, currency="EUR", hours_ago=40)
    books.publish(
        discrepancies=(
            a_discrepancy("EUR", 200_000),
            a_discrepancy("EUR", 1, open_days=9, status="accepted"),
            a_discrepancy("EUR", 2, open_days=9, change="resolved"),
        )
    )

    assert {"EUR": "20.0 %"} == shares(books)


def test_a_gap_without_a_moment_spans_no_line(books: Books) -> None:
    books.statement_lines((1_000_000,), currency="EUR", hours_ago=20)
    books.statement_lines((2_000_000,), currency="BRL", hours_ago=20)
    books.statement_lines(ELSEWHERE, currency="BRL", hours_ago=40)
    gap = {"kind": "statement_gap", "open_days": None}
    books.publish(
        discrepancies=(
            a_discrepancy("EUR", 200_000, **gap),
            a_discrepancy("BRL", 500_000),
            a_discrepancy("BRL", 100_000, **gap),
            {**gap, "event_id": "all", "exposure_minor": None},
        )
    )

    assert {"EUR": "n/a", "BRL": "30.0 %"} == shares(books)


def test_without_a_line_in_the_span_there_is_no_per_cent(books: Books) -> None:
    books.statement_lines(ELSEWHERE, currency="EUR", hours_ago=40)
    books.statement_lines(ELSEWHERE, currency="EUR", hours_ago=20, is_expected=False)
    books.statement_lines(ELSEWHERE, currency="EUR", hours_ago=20, last_run_number=1)
    books.publish(discrepancies=(a_discrepancy("EUR", 200_000),))

    assert {"EUR": "n/a"} == shares(books)
