"""The gateway's log of runs: a chain without gaps; and what of the book nobody can rely on."""

from typing import Any

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.books.conftest import AS_OF, Book
from tests.books.gateway_rows import HOUR, MICROSECOND, a_consistent_book, a_run

CAPTURED = "captured_is_at_most_authorised"
REFUNDED = "refunded_is_at_most_captured"
CURRENCY = "every_transaction_has_its_intents_currency"
PROCESSED = "every_success_says_when_it_was_processed"
TWICE = "no_provider_reference_succeeds_twice"
WAITS = "no_intent_waits_unfinished"
SAYS = "every_intent_says_what_its_transactions_say"
GAP = "every_run_begins_where_the_one_before_ended"
WHOLE = "every_run_says_all_of_itself"


@pytest.fixture
def book(book_of) -> Book:
    return book_of("billing_gateway")


# -- the log of runs ------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "outcome"), [(-1, "broken"), (0, "holds"), (1, "broken")])
def test_a_run_begins_where_the_one_before_ended(book, gateway_log, off, outcome):
    """Defect T3 of the runbooks: windows that share an instant count it twice."""
    a_run(gateway_log, AS_OF - 2 * HOUR, AS_OF - HOUR)
    second = a_run(gateway_log, AS_OF - HOUR + off * MICROSECOND, AS_OF)

    assert outcome == book.check(GAP)
    assert ([(second, None, None)] if outcome == "broken" else []) == book.violations(GAP)


def test_each_account_has_a_chain_of_its_own(book, gateway_log):
    a_run(gateway_log, AS_OF - 4 * HOUR, AS_OF - 3 * HOUR)
    a_run(gateway_log, AS_OF - 3 * HOUR, AS_OF - 2 * HOUR, account="Outlet")
    a_run(gateway_log, AS_OF - HOUR, AS_OF, provider="stripe")

    assert "holds" == book.check(GAP)


def test_rows_that_are_delivered_out_of_order_leave_no_gap(book, gateway_log):
    a_run(gateway_log, AS_OF - HOUR, AS_OF)
    a_run(gateway_log, AS_OF - 2 * HOUR, AS_OF - HOUR)

    assert "holds" == book.check(GAP)


def test_a_gap_is_seen_though_what_came_after_it_was_delivered_first(book, gateway_log):
    late = a_run(gateway_log, AS_OF - HOUR, AS_OF)
    a_run(gateway_log, AS_OF - 3 * HOUR, AS_OF - 2 * HOUR)

    assert "broken" == book.check(GAP)
    assert [(late, None, None)] == book.violations(GAP)


def test_a_run_by_hand_closes_a_gap(book, gateway_log):
    a_run(gateway_log, AS_OF - 3 * HOUR, AS_OF - 2 * HOUR)
    a_run(gateway_log, AS_OF - 2 * HOUR, AS_OF - HOUR, notes="run manual; requested by ana")
    a_run(gateway_log, AS_OF - HOUR, AS_OF)

    assert "holds" == book.check(GAP)


def test_a_run_by_hand_may_look_again_and_hides_no_gap(book, gateway_log):
    a_run(gateway_log, AS_OF - 4 * HOUR, AS_OF - 3 * HOUR)
    a_run(gateway_log, AS_OF - 3 * HOUR, AS_OF - 2 * HOUR)
    a_run(gateway_log, AS_OF - 3.5 * HOUR, AS_OF - 2.5 * HOUR, notes="run manual; requested by ana")
    a_run(gateway_log, AS_OF - 3 * HOUR, AS_OF - 2 * HOUR)
    assert "holds" == book.check(GAP)

    late = a_run(gateway_log, AS_OF - HOUR, AS_OF, notes="run manual; requested by ana")
    assert "broken" == book.check(GAP)
    assert [(late, None, None)] == book.violations(GAP)


GOOD = {"verdict": "discrepancies", "discrepancies": 2, "divergence": Jsonb({"BRL": 0, "USD": 5})}


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({}, None),
        ({"verdict": "incomplete", "discrepancies": 1, "divergence": Jsonb({})}, None),
        ({"window_end": AS_OF - HOUR}, "a window that ends after"),
        ({"matched": -1}, "counts from 0 on, found -1"),
        ({"pending": -1}, "counts from 0 on, found -1"),
        ({"discrepancies": -1}, "counts from 0 on, found -1"),
        ({"divergence": Jsonb(500)}, "divergence as an object, found number"),
        ({"divergence": Jsonb([500])}, "divergence as an object, found array"),
        ({"divergence": Jsonb({"BRL": 5.5})}, "divergence in whole minor units per currency"),
        ({"divergence": Jsonb({"BRL": -5})}, "divergence in whole minor units per currency"),
        ({"divergence": Jsonb({"BRL": "5"})}, "divergence in whole minor units per currency"),
        ({"divergence": Jsonb({"R$": 5})}, "divergence in whole minor units per currency"),
        ({"verdict": "reconciled"}, "no discrepancies of a run that is reconciled, found 2"),
        ({"discrepancies": 0}, "no divergence without discrepancies"),
        (
            {"verdict": "reconciled", "discrepancies": 0, "divergence": Jsonb({}), "pending": 1},
            "nothing pending of a run that is reconciled, found 1",
        ),
        ({"notes": None}, "notes that say what made the run, found NULL"),
        ({"notes": "done"}, "notes that say what made the run, found 'done'"),
    ],
)
def test_a_run_says_all_of_itself(book, gateway_log, columns, complaint):
    run = a_run(gateway_log, AS_OF - HOUR, **{"end": AS_OF, **GOOD, **_end(columns)})

    assert ("broken" if complaint else "holds") == book.check(WHOLE)
    assert ([(run, None, None)] if complaint else []) == book.violations(WHOLE)
    if complaint:
        assert f"adyen Shop: expected {complaint}" in book.messages()[0]


@pytest.mark.parametrize(
    ("column", "complaint"),
    [
        ("matched", "three counts, found NULL"),
        ("pending", "three counts, found NULL"),
        ("discrepancies", "three counts, found NULL"),
        ("divergence", "divergence as an object, found NULL"),
    ],
)
def test_a_run_that_lacks_a_figure_says_too_little(
    book, gateway_log, gateway_owner, column, complaint
):
    """The log of a gateway of your own may allow it."""
    run = a_run(gateway_log, AS_OF - HOUR, AS_OF)
    for statement in (
        "alter table payment_reconciliation_logs alter {column} drop not null",
        "update payment_reconciliation_logs set {column} = null",
    ):
        gateway_owner.execute(sql.SQL(statement).format(column=sql.Identifier(column)))

    assert "broken" == book.check(WHOLE)
    assert [(run, None, None)] == book.violations(WHOLE)
    assert f"adyen Shop: expected {complaint}" in book.messages()[0]


def _end(columns: dict[str, Any]) -> dict[str, Any]:
    return {"end" if name == "window_end" else name: value for name, value in columns.items()}


# -- what can't be relied on ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "value", "unsure", "sure"),
    [
        ("payment_intents", "status", "teleported", WAITS, PROCESSED),
        ("payment_transactions", "status", "teleported", CAPTURED, GAP),
        ("payment_transactions", "transaction_type", "gift", REFUNDED, GAP),
        ("payment_reconciliation_logs", "verdict", "fine", WHOLE, CAPTURED),
        ("payment_intents", "currency", None, CURRENCY, PROCESSED),
        ("payment_intents", "status", None, SAYS, PROCESSED),
        ("payment_transactions", "amount_minor", None, CAPTURED, GAP),
        ("payment_transactions", "status", None, TWICE, GAP),
        ("payment_reconciliation_logs", "window_end", None, GAP, CAPTURED),
    ],
)
def test_a_word_that_nobody_knows_or_none_is_not_green(
    book, gateway_log, gateway_owner, table, column, value, unsure, sure
):
    a_consistent_book(book, gateway_log)
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    for statement in (
        "alter table {table} alter column {column} drop not null",
        "update {table} set {column} = {value} where id = (select min(id) from {table})",
    ):
        gateway_owner.execute(sql.SQL(statement).format(value=sql.Literal(value), **names))

    assert "could_not_check" == book.check(unsure)
    assert "holds" == book.check(sure)
    assert ["book-could-not-check"] == [name for name, _, _ in book.alerts()]
    assert f"{table}: " in book.messages()[0]
    assert column in book.messages()[0]
