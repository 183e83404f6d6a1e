"""Wallets at the edges of windows and baselines, and where one side is not there."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.invariants import Scope
from tests.books.conftest import AS_OF, Book
from tests.books.test_wallet_balances import (
    CACHE,
    CURRENCY,
    EQUAL,
    ERRORS,
    HOUR,
    KEYS,
    LATENCY,
    NEGATIVE,
    TRANSFERS,
    VOLUME,
    WITHIN_ONE,
    a_wallet,
    moved,
    projected,
    requested,
)

MINUTES = timedelta(minutes=1) / HOUR


@pytest.fixture
def book(book_of: Callable[[str], Book]) -> Book:
    return book_of("wallet_balances")


def cached(book: Book, minor: int, *, user: str = "U1", hours: float = 1) -> None:
    book.add(
        "user_balances", user_id=user, currency="EGP", balance_minor=minor,
        cached_at=AS_OF - hours * HOUR,
    )  # fmt: skip


def moved_back(book: Book, hours: float) -> None:
    """Of a wallet whose projection and cache say more, without having been touched."""
    projected(book, 900, hours=500)
    cached(book, 900, hours=500)
    moved(book, 5, hours=hours)


def taken_twice(book: Book, hours: float) -> None:
    for each in (500, hours):
        moved(book, -5, hours=each, idempotency_key="K")


WRONG: list[tuple[str, Callable[[Book, float], None]]] = [
    (EQUAL, moved_back),
    (EQUAL, lambda book, hours: projected(book, 900, hours=hours)),
    (WITHIN_ONE, moved_back),
    (WITHIN_ONE, lambda book, hours: projected(book, 900, hours=hours)),
    (CACHE, moved_back),
    (CACHE, lambda book, hours: cached(book, 900, hours=hours)),
    (NEGATIVE, lambda book, hours: moved(book, -1, hours=hours)),
    (NEGATIVE, lambda book, hours: projected(book, -1, hours=hours)),
    (CURRENCY, lambda book, hours: moved(book, 1, currency="USD", hours=hours)),
    (CURRENCY, lambda book, hours: projected(book, 1, currency="USD", hours=hours)),
    (KEYS, taken_twice),
    (
        TRANSFERS,
        lambda book, hours: moved(book, 1, type="TRANSFER", transfer_id="half", hours=hours),
    ),
    (TRANSFERS, lambda book, hours: moved(book, 1, type="TRANSFER", hours=hours)),
]


@pytest.mark.parametrize(("name", "write"), WRONG)
def test_what_is_wrong_at_the_border_of_two_windows_is_told_by_the_one_that_begins(
    book: Book, name: str, write: Callable[[Book, float], None]
) -> None:
    """Defect T3 of the runbooks: between two closed windows it would be told twice."""
    a_wallet(book)
    write(book, 24)

    assert ["holds", "broken"] == [
        book.check(name, since=end - 24 * HOUR, as_of=end) for end in (AS_OF - 24 * HOUR, AS_OF)
    ]


def test_every_sentence_that_looks_at_a_window_is_asked_at_its_border() -> None:
    recent = {
        each.name for each in invariants_of("wallet_balances") if each.scope is Scope.RECENT
    }

    assert recent == {name for name, _ in WRONG}


def test_what_is_not_there_counts_as_nothing(book: Book) -> None:
    for number in (1, 2):
        a_wallet(book, f"W{number}", user=f"U{number}")
    moved(book, 5)
    projected(book, 7, wallet="W2")
    cached(book, 7, user="U2")

    for name, objects in ((EQUAL, "W"), (WITHIN_ONE, "W"), (CACHE, "U")):
        book.check(name)
        assert [(f"{objects}1", "EGP", -5), (f"{objects}2", "EGP", 7)] == book.violations(name)


def test_what_drifts_by_two_minor_units_either_way_is_told_of_its_wallet(book: Book) -> None:
    for name, minor in (("less", 98), ("one less", 99), ("one more", 101), ("more", 102)):
        a_wallet(book, name)
        moved(book, 100, wallet=name)
        projected(book, minor, wallet=name)

    book.check(WITHIN_ONE)

    assert [("less", "EGP", -2), ("more", "EGP", 2)] == book.violations(WITHIN_ONE)


def test_a_request_that_was_refused_is_no_failure(book: Book) -> None:
    requested(book, 10, outcome="refused")

    assert "could_not_check" == book.check(ERRORS), "a word that nobody has declared"


@pytest.mark.parametrize(
    ("hours", "outcome"), [(168 + 5 * MINUTES, "holds"), (168 + 6 * MINUTES, "broken")]
)
def test_what_is_usual_is_that_of_seven_days(book: Book, hours: float, outcome: str) -> None:
    """Slow requests of long ago make today's look fast."""
    requested(book, 1, seconds=400, milliseconds=100)
    requested(book, 1, seconds=hours * 3600, milliseconds=1000)
    requested(book, 1, milliseconds=300)
    # At the moment of the check: of the next five minutes.
    requested(book, 9, seconds=0, milliseconds=9_000)

    assert outcome == book.check(LATENCY)


def test_the_usual_volume_is_that_of_the_seven_days_before_the_hour(book: Book) -> None:
    moved(book, 1, hours=900)
    for _ in range(169):
        moved(book, 1, hours=169.01)
    for hour in range(56):
        moved(book, 1, hours=3 * hour + 1.5)
    moved(book, 1, hours=0.5)
    moved(book, 1, hours=0)

    assert "holds" == book.check(VOLUME), "56 in 168 hours, and one in this one"

    moved(book, 1, hours=0.5)
    assert "broken" == book.check(VOLUME)
