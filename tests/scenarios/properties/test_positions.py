"""What holds of every book: made-up ones, over the real steps and a real PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from tests.scenarios.properties.books import MIRRORED, agreed, random_book
from tests.scenarios.properties.conftest import Place

SEEDS = (1, 2, 3)


def all_at_once(place: Callable[..., Place], book, **settings) -> Place:
    """The book in one batch and one run."""
    there = place(**settings)
    there.book(book)
    there.batch(1, book.lines)
    there.run()
    return there


def assert_same(expected: dict[str, list[str]], found: dict[str, list[str]]) -> None:
    """Shows what one position has and the other lacks, which is little of both."""
    for name, rows in expected.items():
        more, less = Counter(found[name]) - Counter(rows), Counter(rows) - Counter(found[name])
        assert (name, [], []) == (name, sorted(less.elements()), sorted(more.elements()))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_row_is_matched_twice_and_the_buckets_add_up_to_the_input(
    place: Callable[..., Place], seed: int
) -> None:
    book = random_book(seed)
    there = all_at_once(place, book)

    # Beside the lines of the book a batch has a payout in each of its currencies.
    payouts = len({line.currency for line in book.lines})
    expected = {
        ("ledger_statement", "ledger"): len(book.entries),
        ("ledger_statement", "statement"): len(book.lines) + payouts,
        ("gateway_ledger", "statement"): len(book.takings),
    }
    found = {
        (row["leg"], row["side"]): row["in_force_rows"]
        for row in there.desk.rows(
            "select * from internal.run_buckets inner join internal.heads using (run_number)"
        )
    }
    assert expected == {key: found[key] for key in expected}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_input_and_of_arrival_changes_no_position(
    place: Callable[..., Place], seed: int
) -> None:
    """One file in one run; and three files in another order, that come between four runs."""
    book = random_book(seed)
    expected = all_at_once(place, book).position()

    there = place()
    other = book.shuffled(Random(-seed))
    thirds = [
        type(book)(other.entries[n::3], other.lines[n::3], other.takings[n::3]) for n in range(3)
    ]
    for number, third in enumerate(thirds):
        # Now the ledger is first, now the statement, and the gateway is behind.
        there.batch(number + 1, third.lines)
        there.run(number * 2)
        there.book(third)
        there.run(number * 2 + 1)

    assert_same(expected, there.position())


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_one_file_or_several_end_in_the_same_position(
    place: Callable[..., Place], seed: int
) -> None:
    book = random_book(seed)
    expected = all_at_once(place, book).position()

    there = place()
    there.book(book)
    for number in range(4):
        there.batch(number + 1, book.lines[number::4])
    there.run()

    assert_same(expected, there.position())


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_a_matched_pair_more_changes_nothing_else(place: Callable[..., Place], seed: int) -> None:
    book = random_book(seed)
    without = all_at_once(place, book).position()
    found = all_at_once(place, book.plus(agreed("PAIR", 4321))).position()

    assert without["open"] == found["open"]
    assert without["pending"] == found["pending"]
    more = Counter(found["matches"]) - Counter(without["matches"])
    assert not Counter(without["matches"]) - Counter(found["matches"])
    assert 4 == sum(more.values())
    assert all("PAIR" in match for match in more)


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_mirrored_sides_flip_every_sign(place: Callable[..., Place], seed: int) -> None:
    book = random_book(seed, MIRRORED)
    mirror = {
        "missing_in_ledger": "missing_in_statement",
        "missing_in_statement": "missing_in_ledger",
        "duplicate_settlement": "duplicate_in_ledger",
        "duplicate_in_ledger": "duplicate_settlement",
    }
    found = all_at_once(place, book, gateway="").desk.open_discrepancies()
    mirrored = all_at_once(place, book.mirrored(), gateway="").desk.open_discrepancies()

    assert {"amount_mismatch", "currency_mismatch", *mirror} <= {row[0] for row in found}
    assert sorted((mirror.get(kind, kind), code, -delta) for kind, code, delta, _ in found) == (
        sorted((kind, code, delta) for kind, code, delta, _ in mirrored)
    )
