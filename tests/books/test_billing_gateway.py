"""The billing gateway's book: each sentence holds of a book in order, or names what breaks it."""

from datetime import UTC, datetime

import psycopg
import pytest

from include.reconciliation.edges.invariant_files import invariants_of
from tests.books.conftest import AS_OF, Book
from tests.books.gateway_rows import (
    HOUR,
    MICROSECOND,
    a_consistent_book,
    a_transaction,
    an_intent,
)

CAPTURED = "captured_is_at_most_authorised"
REFUNDED = "refunded_is_at_most_captured"
CURRENCY = "every_transaction_has_its_intents_currency"
INTENT = "every_transaction_has_its_intent"
PROCESSED = "every_success_says_when_it_was_processed"
BETWEEN = "processed_at_lies_between_creation_and_now"
FOLLOWED = "no_processing_is_later_than_what_followed_it"
TWICE = "no_provider_reference_succeeds_twice"
WAITS = "no_intent_waits_unfinished"
SAYS = "every_intent_says_what_its_transactions_say"
SIGN = "no_amount_is_below_zero"


@pytest.fixture
def book(book_of) -> Book:
    return book_of("billing_gateway")


def test_a_book_in_order_holds_every_sentence(book, gateway_log):
    a_consistent_book(book, gateway_log)

    for check in invariants_of("billing_gateway"):
        assert ("holds", []) == (book.check(check.name), book.violations(check.name)), check.name
    assert [] == book.alerts()


def test_its_checks_read_through_a_role_that_may_only_read(databases):
    with psycopg.connect(databases.conninfo("billing_gateway", "billing_gateway_ro")) as session:
        session.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("insert into payment_reconciliation_logs (provider) values ('x')")


def test_its_checks_do_not_use_the_connection_that_may_write(book, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_BILLING_GATEWAY")
    assert "holds" == book.check(SIGN)

    monkeypatch.setenv("AIRFLOW_CONN_BILLING_GATEWAY_READ", '{"conn_type": "postgres", "port": 1}')
    assert "could_not_check" == book.check(SIGN)


# -- amounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("captured", "violations"), [(999, []), (1000, []), (1001, [("I1", "BRL", 1)])]
)
def test_no_more_is_captured_than_was_authorised(book, captured, violations):
    an_intent(book)
    a_transaction(book, "authorization", 400)
    a_transaction(book, "authorisation", 600)
    a_transaction(book, "capture", 500)
    a_transaction(book, "capture", captured - 500)

    assert ("broken" if violations else "holds") == book.check(CAPTURED)
    assert violations == book.violations(CAPTURED)


def test_what_did_not_succeed_neither_authorises_nor_captures(book):
    an_intent(book)
    a_transaction(book, "authorization", status="failed")
    a_transaction(book, "capture", 1000, status="failed")
    assert "holds" == book.check(CAPTURED)

    a_transaction(book, "capture", 1000)
    book.check(CAPTURED)
    assert [("I1", "BRL", 1000)] == book.violations(CAPTURED)


def test_an_authorisation_in_one_currency_is_none_in_another(book):
    """Defect T7 of the runbooks: amounts are compared within their currency."""
    an_intent(book)
    a_transaction(book, "authorization", 1000, currency="BRL")
    a_transaction(book, "capture", 1000, currency="USD")

    assert "broken" == book.check(CAPTURED)
    assert [("I1", "USD", 1000)] == book.violations(CAPTURED)


@pytest.mark.parametrize("name", [CAPTURED, REFUNDED])
def test_an_intent_that_straddles_the_window_is_summed_whole(book, name):
    """Defect T1 of the runbooks: the window chooses intents, not the rows that are summed."""
    an_intent(book)
    a_transaction(book, "authorization", created_at=AS_OF - 60 * HOUR)
    a_transaction(book, "capture", created_at=AS_OF - 50 * HOUR)
    a_transaction(book, "refund", 1000)

    assert "holds" == book.check(name, since=AS_OF - 24 * HOUR)


def test_a_capture_that_is_processed_long_after_it_was_made_is_touched_by_it(book):
    an_intent(book)
    a_transaction(book, "capture", 7, created_at=AS_OF - 99 * HOUR, processed_at=AS_OF - HOUR)

    book.check(CAPTURED, since=AS_OF - 24 * HOUR)

    assert [("I1", "BRL", 7)] == book.violations(CAPTURED)


@pytest.mark.parametrize(("hours", "violations"), [(24, [("I1", "BRL", 7)]), (0, []), (25, [])])
def test_a_window_has_its_start_and_not_its_end(book, hours, violations):
    """Defect T3 of the runbooks: BETWEEN would count the row at the end in two windows."""
    an_intent(book)
    a_transaction(book, "capture", 7, created_at=AS_OF - hours * HOUR)

    book.check(CAPTURED, since=AS_OF - 24 * HOUR)

    assert violations == book.violations(CAPTURED)


@pytest.mark.parametrize(
    ("refunded", "violations"), [(999, []), (1000, []), (1001, [("I1", "BRL", 1)])]
)
def test_no_more_is_refunded_than_was_captured(book, refunded, violations):
    an_intent(book)
    a_transaction(book, "authorization", 5000)
    a_transaction(book, "capture", 600)
    a_transaction(book, "sale", 400)
    a_transaction(book, "refund", 500)
    a_transaction(book, "refund", refunded - 500)
    a_transaction(book, "refund", 9000, status="failed")
    a_transaction(book, "chargeback", 1000)

    assert ("broken" if violations else "holds") == book.check(REFUNDED)
    assert violations == book.violations(REFUNDED)


@pytest.mark.parametrize(("amount", "outcome"), [(1, "holds"), (0, "holds"), (-1, "broken")])
def test_an_amount_has_no_sign(book, amount, outcome):
    an_intent(book, amount_minor=amount)
    transaction = a_transaction(book, "refund", amount)

    assert outcome == book.check(SIGN)
    expected = [("I1", "BRL", -1), (transaction, "BRL", -1)] if outcome == "broken" else []
    assert expected == book.violations(SIGN)


# -- whose, when and how often --------------------------------------------------------------------


def test_a_transaction_has_the_currency_of_its_intent(book):
    an_intent(book)
    a_transaction(book, "capture")
    assert "holds" == book.check(CURRENCY)

    stranger = a_transaction(book, "refund", 70, currency="USD")
    assert "broken" == book.check(CURRENCY)
    assert [(stranger, "USD", 70)] == book.violations(CURRENCY)


def test_a_transaction_has_its_intent(book, gateway_owner):
    an_intent(book)
    a_transaction(book, "capture")
    assert "holds" == book.check(INTENT)

    gateway_owner.execute(
        "alter table payment_transactions drop constraint payment_transactions_intent_id_fkey"
    )
    orphan = a_transaction(book, "capture", 80, "archived")
    assert "broken" == book.check(INTENT)
    assert [(orphan, "BRL", 80)] == book.violations(INTENT)


def test_what_succeeded_says_when_it_was_processed(book):
    an_intent(book)
    a_transaction(book, "capture", status="pending", processed_at=None)
    assert "holds" == book.check(PROCESSED)

    silent = a_transaction(book, "capture", 90, processed_at=None)
    assert "broken" == book.check(PROCESSED)
    assert [(silent, "BRL", 90)] == book.violations(PROCESSED)


@pytest.mark.parametrize(("late", "outcome"), [(-1, "broken"), (0, "holds"), (1, "holds")])
def test_nothing_is_processed_before_it_was_made(book, late, outcome):
    an_intent(book)
    made = a_transaction(book, "capture", processed_at=AS_OF - HOUR + late * MICROSECOND)

    assert outcome == book.check(BETWEEN)
    assert ([(made, "BRL", 1000)] if outcome == "broken" else []) == book.violations(BETWEEN)


@pytest.mark.parametrize(("late", "outcome"), [(-1, "holds"), (0, "holds"), (1, "broken")])
def test_nothing_is_processed_in_the_future(book, late, outcome):
    far = datetime(2190, 1, 1, tzinfo=UTC)
    an_intent(book)
    made = a_transaction(book, "capture", processed_at=far + late * MICROSECOND)

    assert outcome == book.check(BETWEEN, as_of=far)
    assert ([(made, "BRL", 1000)] if outcome == "broken" else []) == book.violations(BETWEEN)


def test_what_happened_since_the_run_was_due_is_no_future(book):
    an_intent(book)
    a_transaction(book, "capture", created_at=datetime(2020, 1, 1, 6, tzinfo=UTC))

    assert "holds" == book.check(BETWEEN, as_of=datetime(2020, 1, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize(("late", "outcome"), [(-1, "holds"), (0, "holds"), (1, "broken")])
@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("authorization", "capture"),
        ("authorisation", "sale"),
        ("capture", "refund"),
        ("sale", "refund"),
    ],
)
def test_nothing_is_processed_after_what_followed_it(book, first, then, late, outcome):
    an_intent(book)
    followed_at = AS_OF - HOUR
    made = a_transaction(
        book,
        first,
        created_at=followed_at - HOUR,
        processed_at=followed_at + late * MICROSECOND,
    )
    a_transaction(book, then, created_at=followed_at)

    assert outcome == book.check(FOLLOWED)
    assert ([(made, "BRL", 1000)] if outcome == "broken" else []) == book.violations(FOLLOWED)


def test_a_time_that_the_runbook_s_correction_rewrote_gives_itself_away(book):
    """Defect T5: UPDATE … SET status, processed_at = NOW() destroys when it was processed."""
    an_intent(book)
    a_transaction(book, "authorization", created_at=AS_OF - 9 * HOUR)
    capture = a_transaction(book, "capture", created_at=AS_OF - 8 * HOUR)
    a_transaction(book, "refund", created_at=AS_OF - 2 * HOUR)
    assert "holds" == book.check(FOLLOWED)

    book.session.execute(
        "update payment_transactions set status = 'succeeded', processed_at = %s where id = %s",
        [AS_OF - HOUR, capture],
    )
    assert "broken" == book.check(FOLLOWED)
    assert [(capture, "BRL", 1000)] == book.violations(FOLLOWED)


def test_a_step_is_compared_with_the_next_one_that_succeeded_in_its_currency(book):
    an_intent(book)
    for kind, hours in (("authorization", 9), ("capture", 5), ("refund", 1)):
        a_transaction(book, kind, created_at=AS_OF - hours * HOUR)
        # Made before the step ahead of it was processed.
        early = AS_OF - (hours + 5) * HOUR
        a_transaction(book, kind, created_at=early, status="failed", processed_at=None)
        a_transaction(book, kind, created_at=early, currency=f"US{hours}")
    an_intent(book, "I2")
    a_transaction(book, "authorization", intent="I2", created_at=AS_OF - HOUR)
    a_transaction(book, "refund", intent="I2", created_at=AS_OF - 2 * HOUR)

    assert "holds" == book.check(FOLLOWED)


def test_the_first_of_several_captures_is_what_an_authorisation_comes_before(book):
    an_intent(book)
    made = a_transaction(
        book, "authorization", created_at=AS_OF - 9 * HOUR, processed_at=AS_OF - 5 * HOUR
    )
    a_transaction(book, "capture", 400, created_at=AS_OF - 6 * HOUR)
    a_transaction(book, "capture", 600)

    assert "broken" == book.check(FOLLOWED)
    assert [(made, "BRL", 1000)] == book.violations(FOLLOWED)


def test_a_second_capture_may_be_processed_after_the_first_one_was_refunded(book):
    an_intent(book)
    a_transaction(book, "capture", created_at=AS_OF - 3 * HOUR)
    a_transaction(book, "refund", created_at=AS_OF - 2 * HOUR)
    a_transaction(book, "capture", created_at=AS_OF - HOUR)

    assert "holds" == book.check(FOLLOWED)


def test_one_event_of_the_provider_succeeds_once(book):
    an_intent(book)
    a_transaction(book, "capture", provider_reference="E1", created_at=AS_OF - 99 * HOUR)
    again = a_transaction(book, "capture", 50, provider_reference="E1")

    assert "broken" == book.check(TWICE, since=AS_OF - 24 * HOUR)
    assert [(again, "BRL", 50)] == book.violations(TWICE)


def test_an_authorisation_is_one_type_in_both_spellings(book):
    an_intent(book)
    a_transaction(book, "authorization", provider_reference="E1", created_at=AS_OF - 2 * HOUR)
    again = a_transaction(book, "authorisation", provider_reference="E1")

    book.check(TWICE)

    assert [(again, "BRL", 1000)] == book.violations(TWICE)


def test_a_reference_may_stand_again_for_another_type_account_provider_or_after_a_failure(book):
    an_intent(book)
    an_intent(book, "elsewhere", provider_account="Outlet")
    an_intent(book, "other", provider="stripe")
    for intent in ("I1", "elsewhere", "other"):
        a_transaction(book, "capture", intent=intent, provider_reference="E1")
    a_transaction(book, "refund", provider_reference="E1")
    a_transaction(book, "capture", provider_reference="E1", status="failed")
    a_transaction(book, "capture", provider_reference=None)
    a_transaction(book, "capture", provider_reference=None)

    assert "holds" == book.check(TWICE)


# -- the state of intents -------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "outcome"), [(-1, "holds"), (0, "holds"), (1, "broken")])
@pytest.mark.parametrize(("status", "hours"), [("created", 24), ("authorized", 168)])
def test_an_intent_waits_for_a_day_or_authorised_for_a_week(book, status, hours, late, outcome):
    an_intent(book, status=status, created_at=AS_OF - hours * HOUR - late * MICROSECOND)
    an_intent(book, "ended", status="voided", created_at=AS_OF - 9999 * HOUR)

    assert outcome == book.check(WAITS)
    assert ([("I1", "BRL", 1000)] if outcome == "broken" else []) == book.violations(WAITS)


def test_the_week_begins_with_the_last_authorisation_that_succeeded(book):
    an_intent(book, status="authorised", created_at=AS_OF - 500 * HOUR)
    a_transaction(book, "authorisation", created_at=AS_OF - 169 * HOUR)
    a_transaction(book, "authorisation", created_at=AS_OF - HOUR, status="failed")
    assert "broken" == book.check(WAITS)

    a_transaction(book, "authorisation", created_at=AS_OF - 168 * HOUR)
    assert "holds" == book.check(WAITS)


@pytest.mark.parametrize(
    ("status", "kinds", "complaint"),
    [
        ("captured", ["authorization"], "a capture that succeeded, found none"),
        ("settled", [], "a capture that succeeded, found none"),
        ("refunded", ["sale"], "a refund that succeeded, found none"),
        ("authorized", [], "an authorisation that succeeded, found none"),
        ("authorised", ["authorisation", "capture"], "no capture, found one that succeeded"),
        ("authorised", ["authorisation", "expiry"], "no void or expiry, found one"),
        ("voided", ["sale"], "no capture, found one that succeeded"),
        ("expired", ["sale"], "no capture, found one that succeeded"),
        ("cancelled", ["sale"], "no capture, found one that succeeded"),
        ("failed", ["sale"], "no capture, found one that succeeded"),
        ("created", ["authorization"], "no authorisation, found one that succeeded"),
        ("created", ["void"], "no void or expiry, found one"),
    ],
)
def test_an_intent_says_what_its_transactions_say(book, status, kinds, complaint):
    an_intent(book, status=status)
    for kind in kinds:
        a_transaction(book, kind)
    for kind in ("authorization", "capture", "refund", "void"):
        a_transaction(book, kind, status="failed")

    assert "broken" == book.check(SAYS, since=AS_OF - 24 * HOUR)
    assert [("I1", "BRL", 1000)] == book.violations(SAYS)
    assert f"expected of an intent that is {status} {complaint}" in book.messages()[0]
