"""What a PSP's entry declares as over-capture is no fault of the gateway's book either."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.books.conftest import Book
from tests.books.gateway_rows import a_transaction, an_intent
from tests.scenarios.conftest import CONFIGURATION

CAPTURED = "captured_is_at_most_authorised"
BOTH = 'EUR = { minor = 120, percent = "15" }'


@pytest.fixture
def book(book_of: Callable[[str], Book]) -> Book:
    return book_of("billing_gateway")


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Declares the over-capture of the PSP adyen in these words."""

    def write(over_capture: str) -> None:
        path = tmp_path / "psps.toml"
        path.write_text(f"{CONFIGURATION}[psp.gateway.over_capture]\n{over_capture}\n")
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return write


def captured(book: Book, *amounts_minor: int, authorised_minor: int = 1000, intent="I1") -> None:
    """An intent of 10.00 EUR with so many captures."""
    an_intent(book, intent, currency="EUR")
    a_transaction(book, "authorization", authorised_minor, intent, currency="EUR")
    for amount_minor in amounts_minor:
        a_transaction(book, "capture", amount_minor, intent, currency="EUR")


@pytest.mark.parametrize(
    ("over_capture", "authorised_minor", "allowed_minor"),
    [
        ('EUR = { percent = "15" }', 1000, 150),
        ('EUR = { percent = "15" }', 1006, 150),
        ('EUR = { percent = "15" }', 1007, 151),
        ("EUR = { minor = 120 }", 1000, 120),
        (BOTH, 1000, 120),
        (BOTH, 700, 105),
        ('USD = { percent = "15" }', 1000, 0),
        ("", 1000, 0),
    ],
)
def test_captures_may_exceed_their_authorisation_as_far_as_is_declared(
    book: Book,
    declare: Callable[[str], None],
    over_capture: str,
    authorised_minor: int,
    allowed_minor: int,
) -> None:
    declare(over_capture)
    for intent, more in (("one below", -1), ("at the limit", 0), ("one above", 1)):
        rest_minor = authorised_minor - 500 + allowed_minor + more
        captured(book, 500, rest_minor, authorised_minor=authorised_minor, intent=intent)

    assert "broken" == book.check(CAPTURED)
    # All of the excess, as on the leg.
    assert [("one above", "EUR", allowed_minor + 1)] == book.violations(CAPTURED)
    # The limit is the warehouse's own, which the leg of authorisations asks.
    assert [(allowed_minor,)] == book.warehouse.execute(
        "select coalesce(internal.tolerated_minor(%s::bigint, %s::bigint, %s::bigint), 0)",
        [authorised_minor, *_criteria(over_capture)],
    ).fetchall()


def _criteria(over_capture: str) -> tuple[int | None, int | None]:
    """The minor units and the parts per million that these words declare in EUR."""
    is_of_eur = over_capture.startswith("EUR")
    minor = 120 if is_of_eur and "minor" in over_capture else None
    return minor, 150_000 if is_of_eur and "percent" in over_capture else None


def test_what_was_declared_stands_in_what_is_told(
    book: Book, declare: Callable[[str], None]
) -> None:
    declare(BOTH)
    captured(book, 1121)

    book.check(CAPTURED)

    assert (
        "expected captures of 1120 at most, 120 of it as declared over-capture, found 1121"
        in book.messages()[0]
    )


def test_an_over_capture_is_that_of_its_psp(book: Book, declare: Callable[[str], None]) -> None:
    declare(BOTH)
    captured(book, 1001)
    book.session.execute("update payment_intents set provider = 'stripe'")

    assert "broken" == book.check(CAPTURED)
    assert [("I1", "EUR", 1)] == book.violations(CAPTURED)


@pytest.mark.parametrize("released", ["void", "expiry"])
def test_what_was_void_or_expired_beside_leaves_no_over_capture(
    book: Book, declare: Callable[[str], None], released: str
) -> None:
    declare(BOTH)
    captured(book, 1001)
    a_transaction(book, released, 1, currency="EUR", status="failed")
    assert "holds" == book.check(CAPTURED)

    a_transaction(book, released, 1, currency="EUR")
    assert "broken" == book.check(CAPTURED)
    assert [("I1", "EUR", 1)] == book.violations(CAPTURED)


def test_nothing_is_over_an_authorisation_that_is_not_there(
    book: Book, declare: Callable[[str], None]
) -> None:
    declare("EUR = { minor = 120 }\nUSD = { minor = 120 }")
    an_intent(book, currency="EUR")
    a_transaction(book, "capture", 1, currency="EUR")
    an_intent(book, "I2", currency="EUR")
    a_transaction(book, "authorization", 1000, "I2", currency="EUR")
    a_transaction(book, "capture", 1001, "I2", currency="EUR")
    a_transaction(book, "authorization", 1000, "I2", currency="USD")

    assert "broken" == book.check(CAPTURED)
    assert [("I1", "EUR", 1), ("I2", "EUR", 1)] == book.violations(CAPTURED)


def test_a_sale_authorises_what_it_captures_and_nothing_more(
    book: Book, declare: Callable[[str], None]
) -> None:
    declare('EUR = { percent = "15" }')
    captured(book, 1150)
    for currency in ("EUR", "USD"):
        a_transaction(book, "sale", 4000, currency=currency)
    assert "holds" == book.check(CAPTURED)

    a_transaction(book, "capture", 1, currency="EUR")
    assert "broken" == book.check(CAPTURED)
    assert [("I1", "EUR", 151)] == book.violations(CAPTURED)


def test_an_entry_that_can_not_be_read_is_told_and_no_other_check_needs_it(
    book: Book, declare: Callable[[str], None]
) -> None:
    declare("EUR = { minor = 0 }")
    captured(book, 1000)

    assert "could_not_check" == book.check(CAPTURED)
    assert [("book-could-not-check", "critical", "open")] == book.alerts()
    assert "gateway.over_capture.EUR" in book.messages()[0]
    assert "holds" == book.check("refunded_is_at_most_captured")
