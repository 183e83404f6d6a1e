"""What is wrong at the border of two windows is told by the check of one: the one it begins."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.invariants import Scope
from tests.books.conftest import Book
from tests.books.gateway_rows import HOUR, a_transaction, an_intent

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
AGO = MIDNIGHT - 9 * DAY
# A row that was made long ago and processed at midnight, and one that was made at midnight.
PROCESSED = {"created_at": AGO, "processed_at": MIDNIGHT}
MADE = {"created_at": MIDNIGHT, "processed_at": None}


def a_capture(book: Book, **times: datetime) -> None:
    an_intent(book, created_at=AGO)
    a_transaction(book, "capture", **times)


def a_refund(book: Book, **times: datetime) -> None:
    an_intent(book, created_at=AGO)
    a_transaction(book, "refund", **times)


def a_success_without_its_time(book: Book) -> None:
    an_intent(book, created_at=AGO)
    a_transaction(book, "void", created_at=MIDNIGHT, processed_at=None)


def an_orphan(book: Book) -> None:
    a_transaction(book, "void", intent="gone", created_at=MIDNIGHT)


def a_stranger(book: Book) -> None:
    an_intent(book, created_at=AGO, currency="USD")
    a_transaction(book, "void", created_at=MIDNIGHT)


def an_intent_with_a_sign(book: Book) -> None:
    an_intent(book, created_at=MIDNIGHT, amount_minor=-1)


def a_transaction_with_a_sign(book: Book) -> None:
    an_intent(book, created_at=AGO)
    a_transaction(book, "void", -1, created_at=MIDNIGHT)


def a_status_without_its_capture(book: Book) -> None:
    an_intent(book, created_at=MIDNIGHT)


def a_status_with_a_void(book: Book, **times: datetime) -> None:
    an_intent(book, created_at=AGO, status="created")
    a_transaction(book, "void", **times)


def an_event_again(book: Book, **times: datetime) -> None:
    an_intent(book, created_at=AGO)
    a_transaction(book, "void", provider_reference="E1", created_at=AGO, processed_at=None)
    a_transaction(book, "void", provider_reference="E1", **times)


def a_capture_before_its_authorisation(book: Book, *, processed_at: datetime) -> None:
    an_intent(book, created_at=AGO)
    a_transaction(book, "authorization", created_at=AGO, processed_at=processed_at)
    # It touches the intent on no day of these.
    late = {"created_at": AGO + HOUR, "processed_at": None}
    a_transaction(book, "capture", **late)


def a_capture_made_at_midnight(book: Book) -> None:
    an_intent(book, created_at=AGO)
    late = {"created_at": AGO, "processed_at": MIDNIGHT + 9 * DAY}
    a_transaction(book, "authorization", **late)
    a_transaction(book, "capture", created_at=MIDNIGHT, processed_at=None)


WRONG: list[tuple[str, Callable[[Book], None]]] = [
    ("captured_is_at_most_authorised", lambda book: a_capture(book, **MADE)),
    ("captured_is_at_most_authorised", lambda book: a_capture(book, **PROCESSED)),
    ("refunded_is_at_most_captured", lambda book: a_refund(book, **MADE)),
    ("refunded_is_at_most_captured", lambda book: a_refund(book, **PROCESSED)),
    ("every_success_says_when_it_was_processed", a_success_without_its_time),
    ("every_transaction_has_its_intent", an_orphan),
    ("every_transaction_has_its_intents_currency", a_stranger),
    ("no_amount_is_below_zero", an_intent_with_a_sign),
    ("no_amount_is_below_zero", a_transaction_with_a_sign),
    ("every_intent_says_what_its_transactions_say", a_status_without_its_capture),
    (
        "every_intent_says_what_its_transactions_say",
        lambda book: a_status_with_a_void(book, **MADE),
    ),
    (
        "every_intent_says_what_its_transactions_say",
        lambda book: a_status_with_a_void(book, **PROCESSED),
    ),
    ("no_provider_reference_succeeds_twice", lambda book: an_event_again(book, **MADE)),
    ("no_provider_reference_succeeds_twice", lambda book: an_event_again(book, **PROCESSED)),
    (
        "no_processing_is_later_than_what_followed_it",
        lambda book: a_capture_before_its_authorisation(book, processed_at=MIDNIGHT),
    ),
    ("no_processing_is_later_than_what_followed_it", a_capture_made_at_midnight),
]


@pytest.fixture
def book(book_of: Callable[[str], Book], gateway_owner: psycopg.Connection) -> Book:
    gateway_owner.execute(
        "alter table payment_transactions drop constraint payment_transactions_intent_id_fkey"
    )
    return book_of("billing_gateway")


@pytest.mark.parametrize(("name", "write"), WRONG)
def test_what_is_wrong_at_midnight_is_told_by_the_check_of_the_day_that_begins(
    book: Book, name: str, write: Callable[[Book], None]
) -> None:
    """Defect T3 of the runbooks: between two closed windows it would be told twice."""
    write(book)

    assert ["holds", "broken"] == [
        book.check(name, since=end - DAY, as_of=end) for end in (MIDNIGHT, MIDNIGHT + DAY)
    ]


def test_every_sentence_that_looks_at_a_window_is_asked_at_its_border() -> None:
    recent = {each.name for each in invariants_of("billing_gateway") if each.scope is Scope.RECENT}

    assert recent == {name for name, _ in WRONG}
