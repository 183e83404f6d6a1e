"""Histories of a payouts system: those in order break nothing, each violation is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from include.reconciliation.demo import book_rows
from include.reconciliation.demo.payouts_history import broken_history, history
from include.reconciliation.edges.invariant_files import invariants_of
from tests.books.conftest import AS_OF, Book

SENTENCES = [each.name for each in invariants_of("payouts")]


@pytest.fixture
def book(book_of) -> Book:
    return book_of("payouts")


def test_two_hundred_histories_in_order_break_nothing(book: Book) -> None:
    for seed in range(200):
        book_rows.write(book.session, history(seed, AS_OF, payouts=20).rows)

    # Many systems in one database: their queues are one, and small.
    assert dict.fromkeys(SENTENCES, "holds") == {name: book.check(name) for name in SENTENCES}
    assert [] == book.alerts()


@pytest.mark.parametrize("seed", range(10))
def test_each_planted_violation_is_found_under_its_name(book: Book, seed: int) -> None:
    made = broken_history(seed, AS_OF)
    book_rows.write(book.session, made.rows)

    planted = {name: [] for name in SENTENCES}
    for each in made.violations:
        planted[each.sentence].append((each.object, each.currency, each.amount_minor))
    found = {}
    for name in SENTENCES:
        assert "broken" == book.check(name), name
        rows = sorted(book.violations(name))
        found[name] = rows
        # A window that has all of the book says the same as a look at all of it.
        assert "broken" == book.check(name, since=AS_OF - timedelta(days=400))
        assert rows == sorted(book.violations(name))

    assert {name: sorted(rows) for name, rows in planted.items()} == found


def test_the_same_seed_gives_the_same_history() -> None:
    assert broken_history(7, AS_OF) == broken_history(7, AS_OF)
    assert broken_history(7, AS_OF).rows != broken_history(8, AS_OF).rows
