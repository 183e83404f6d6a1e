"""The marketplace's book: each sentence holds of a book in order, or names what breaks it."""

from datetime import timedelta

import pytest

from tests.books.conftest import AS_OF, Book

HOUR = timedelta(hours=1)
BALANCE = "every_transaction_sums_to_zero"


@pytest.fixture
def book(book_of) -> Book:
    return book_of("marketplace")


def an_entry(book: Book, transaction: str | None, amount_minor: int, *, hours=1, currency="BRL"):
    """An entry that was made some hours ago."""
    book.runs += 1
    book.add(
        "ledger_entries",
        id=f"entry-{book.runs}",
        transaction_id=transaction,
        wallet_id="wallet",
        entry_type="ADJUSTMENT_CREDIT",
        amount_minor=amount_minor,
        currency=currency,
        created_at=AS_OF - hours * HOUR,
    )


def a_payment(book: Book, payment_id: str, *, hours: float, lifecycle="INITIATED"):
    book.add(
        "payments",
        id=payment_id,
        order_id=f"order of {payment_id}",
        lifecycle=lifecycle,
        payment_method="PREPAID",
        amount_minor=1000,
        currency="BRL",
        initiated_at=AS_OF - hours * HOUR,
        updated_at=AS_OF - hours * HOUR,
    )


def a_refund(book: Book, refund_id: str, *, minutes: float, status: str):
    moment = AS_OF - timedelta(minutes=minutes)
    book.add(
        "refunds",
        id=refund_id,
        payment_id="payment",
        amount_minor=300,
        currency="BRL",
        status=status,
        requested_at=moment,
        processed_at=moment,
        updated_at=moment,
    )


def test_a_transaction_that_sums_to_zero_in_each_currency_holds(book):
    for amount in (-1000, 950, 50):
        an_entry(book, "T1", amount)
    an_entry(book, "T1", -5, currency="USD")
    an_entry(book, "T1", 5, currency="USD")

    assert "holds" == book.check(BALANCE)
    assert [] == book.violations(BALANCE)
    assert [] == book.alerts()


def test_amounts_of_two_currencies_are_never_added_up(book):
    """Defect T7 of the runbooks: BRL -10.00 and USD +10.00 are two faults, not none."""
    an_entry(book, "T1", -1000, currency="BRL")
    an_entry(book, "T1", 1000, currency="USD")

    assert "broken" == book.check(BALANCE)
    assert [("T1", "BRL", -1000), ("T1", "USD", 1000)] == book.violations(BALANCE)


def test_a_balanced_transaction_whose_entries_straddle_the_window_is_no_fault(book):
    """Defect T1 of the runbooks: what was touched is chosen by the window, and summed whole."""
    an_entry(book, "T1", -1000, hours=25)
    an_entry(book, "T1", 1000, hours=23)

    assert "holds" == book.check(BALANCE, since=AS_OF - 24 * HOUR)


def test_an_entry_that_goes_wrong_long_after_its_transaction_is_seen(book):
    """The other half of T1: the transaction was touched in the window, whenever it was made."""
    an_entry(book, "T1", -1000, hours=500)
    an_entry(book, "T1", 1000, hours=500)
    an_entry(book, "T1", 7, hours=1)

    assert "broken" == book.check(BALANCE, since=AS_OF - 24 * HOUR)
    assert [("T1", "BRL", 7)] == book.violations(BALANCE)


def test_a_window_has_its_start_and_not_its_end(book):
    """Defect T3 of the runbooks: an entry at midnight is of one window."""
    an_entry(book, "at the start", 1, hours=24)
    an_entry(book, "at the end", 1, hours=0)

    book.check(BALANCE, since=AS_OF - 24 * HOUR)

    assert [("at the start", "BRL", 1)] == book.violations(BALANCE)


def test_an_entry_without_a_transaction_is_an_orphan(book):
    an_entry(book, None, 42)

    assert "broken" == book.check("every_entry_has_a_transaction")
    assert [("entry-1", "BRL", 42)] == book.violations("every_entry_has_a_transaction")
    assert [("marketplace-every_entry_has_a_transaction", "high", "open")] == book.alerts()


@pytest.mark.parametrize(("waiting", "outcome"), [(9, "holds"), (10, "holds"), (11, "broken")])
def test_more_than_ten_payments_may_not_wait_for_a_day(book, waiting, outcome):
    for number in range(waiting):
        a_payment(book, f"payment-{number:02}", hours=25)
    a_payment(book, "young", hours=24)

    assert outcome == book.check("few_payments_wait_for_a_day")
    assert waiting == len(book.violations("few_payments_wait_for_a_day"))


@pytest.mark.parametrize(("minutes", "outcome"), [(4.9, "holds"), (5, "holds"), (5.1, "broken")])
def test_a_refund_is_processed_for_five_minutes_at_most(book, minutes, outcome):
    a_refund(book, "R1", minutes=minutes, status="PROCESSING")

    assert outcome == book.check("no_refund_is_processed_for_minutes")


@pytest.mark.parametrize(("failed", "outcome"), [(4, "holds"), (5, "holds"), (6, "broken")])
def test_more_than_five_refunds_may_not_fail_in_an_hour(book, failed, outcome):
    for number in range(failed):
        a_refund(book, f"refund-{number}", minutes=59, status="FAILED")
    a_refund(book, "an hour ago", minutes=60, status="FAILED")

    assert outcome == book.check("few_refunds_fail_in_an_hour")


def test_a_state_that_nobody_knows_is_not_green(book):
    a_payment(book, "P1", hours=1, lifecycle="TELEPORTED")

    assert "could_not_check" == book.check("few_payments_wait_for_a_day")
    assert "holds" == book.check(BALANCE), "the entries can be relied on"
    assert [("book-could-not-check", "high", "open")] == book.alerts()
    assert "payments: lifecycle is 'TELEPORTED' in 1 rows" in book.messages()[0]


def test_an_amount_that_is_missing_is_not_green(book):
    an_entry(book, "T1", None)

    assert "could_not_check" == book.check(BALANCE)
