"""The slow matcher says what the semantics say, and the SQL says the same on random small books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.reconciliation.lab import databases
from include.reconciliation.lab.second_opinion import LEDGER, STATEMENT, Opinion, Row, opinions
from include.reconciliation.lab.trial import try_small_books
from include.reconciliation.local.server import Server


def line(amount_minor: int, event: str | None = "a", **changes: object) -> Row:
    values = {"type": "payment", "economic_type": "payment", "currency": "EUR", **changes}
    return Row(STATEMENT, "line", event=event, amount_minor=amount_minor, **values)  # type: ignore[arg-type]


def entry(amount_minor: int, event: str | None = "a", **changes: object) -> Row:
    values = {"type": "payment", "economic_type": "payment", "currency": "EUR", **changes}
    return Row(LEDGER, "entry", event=event, amount_minor=amount_minor, **values)  # type: ignore[arg-type]


def said(*rows: Row) -> list[tuple[str, int, int]]:
    return sorted(
        (opinion.kind, opinion.delta_minor, opinion.exposure_minor)
        for opinion in opinions(rows).elements()
    )


def test_equal_rows_of_one_event_are_no_discrepancy() -> None:
    assert [] == said(line(100), entry(100))
    assert Counter() == opinions([])


def test_a_missing_side_is_the_full_amount() -> None:
    assert [("missing_in_ledger", 100, 100)] == said(line(100))
    assert [("missing_in_statement", -100, 100)] == said(entry(100))


def test_the_surplus_of_an_event_is_a_duplicate() -> None:
    assert [("duplicate_settlement", 100, 100)] == said(line(100), line(100), entry(100))
    assert [("duplicate_in_ledger", -100, 100)] == said(line(100), entry(100), entry(100))


def test_what_is_left_on_both_sides_is_one_mismatch_of_the_group() -> None:
    rows = (line(30, "a"), line(45, "b"), entry(31, None), entry(50, None))

    assert [("amount_mismatch", -6, 6)] == said(*rows)


def test_a_charge_and_its_reversal_are_the_capture() -> None:
    reversal = line(-40, "r", type="reversal")

    assert [] == said(line(100, "c"), reversal, entry(60, "c"))


def test_another_currency_is_two_rows_counted_once() -> None:
    assert [("currency_mismatch", -100, 0), ("currency_mismatch", 100, 100)] == said(
        line(100), entry(100, currency="USD")
    )


def test_a_line_against_a_failed_row_is_of_another_state() -> None:
    failed = entry(100, moves_money=False)

    assert [("status_mismatch", 100, 100)] == said(line(100), failed)
    assert [] == said(failed)
    assert [("missing_in_ledger", 50, 50), ("status_mismatch", 100, 100)] == said(
        line(100), line(50), failed
    )


def test_a_status_that_nobody_knows_is_unclassified() -> None:
    unknown = entry(100, moves_money=None)

    assert Opinion("unclassified_line", "existence", "EUR", -100, 100) in opinions([unknown])


@pytest.fixture(scope="module")
def server(test_server: Server) -> Iterator[Server]:
    """The server of the tests, with the lab's templates."""
    databases.make_templates(test_server)
    yield test_server
    databases.drop_all(test_server)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.integers(min_value=0, max_value=10**9))
def test_the_sql_says_the_same_of_three_hundred_random_books(server: Server, first: int) -> None:
    outcome = try_small_books(server, range(first, first + 100))

    assert {} == outcome.problems
    assert outcome.planted == outcome.found
    assert outcome.planted.total() > 100
