"""The wallets' book: each promise holds of a book in order, and its limit is where it says."""

from datetime import timedelta

import pytest

from include.reconciliation.edges.wallet_balances import keep_measurement
from tests.books.conftest import AS_OF, Book

HOUR = timedelta(hours=1)
EQUAL = "every_projection_equals_the_ledger"
WITHIN_ONE = "no_projection_drifts_by_more_than_a_minor_unit"
CACHE = "every_cached_balance_equals_the_ledger"
NEGATIVE = "no_balance_is_negative"
CURRENCY = "every_movement_has_the_currency_of_its_wallet"
KEYS = "every_idempotency_key_is_used_once"
TRANSFERS = "every_transfer_has_two_sides_that_sum_to_zero"
TREND = "drift_does_not_keep_growing"
ERRORS = "request_error_rate_stays_at_or_below_5_percent"
LATENCY = "request_latency_stays_within_twice_its_baseline"
VOLUME = "transaction_volume_stays_within_three_times_its_baseline"


@pytest.fixture
def book(book_of) -> Book:
    return book_of("wallet_balances")


def a_wallet(book, name="W1", *, currency="EGP", user="U1", **changes):
    book.add(
        "wallets", id=name, user_id=user, currency=currency, created_at=AS_OF - 900 * HOUR,
        **changes,
    )  # fmt: skip


def moved(book, minor, *, wallet="W1", currency="EGP", hours=1.0, type="DEPOSIT", **changes):
    """A row of the ledger, made some hours ago."""
    book.runs += 1
    book.add(
        "transactions", id=f"T{book.runs:04}", wallet_id=wallet, amount_minor=minor,
        currency=currency, type=type, created_at=AS_OF - hours * HOUR, created_by="app", **changes,
    )  # fmt: skip


def projected(book, minor, *, wallet="W1", currency="EGP", hours=1):
    book.add(
        "wallet_balances", wallet_id=wallet, currency=currency, balance_minor=minor,
        last_updated=AS_OF - hours * HOUR,
    )  # fmt: skip


def requested(book, count, *, outcome="succeeded", milliseconds=100, seconds=60.0):
    for _ in range(count):
        book.add(
            "requests", type="transaction", outcome=outcome, duration_ms=milliseconds,
            requested_at=AS_OF - timedelta(seconds=seconds),
        )  # fmt: skip


def measured(book, *drifts, currency="EGP", scope="recent"):
    """What the hourly runs found, the oldest first, the last one an hour ago."""
    for place, minor in enumerate(reversed(drifts), start=1):
        keep_measurement(
            {
                "run_id": f"{scope} {currency} {place}",
                "scope": scope,
                "measured_at": AS_OF - place * HOUR,
            },
            [{"currency": currency, "wallets": 9, "wallets_drifting": 1, "drift_minor": minor}],
        )


@pytest.mark.parametrize(
    ("balance", "equal", "within"),
    [
        (98, "broken", "broken"),
        (99, "broken", "holds"),
        (100, "holds", "holds"),
        (101, "broken", "holds"),
        (102, "broken", "broken"),
    ],
)
def test_a_drift_of_one_minor_unit_is_a_warning_and_of_two_is_critical(
    book, balance, equal, within
):
    a_wallet(book)
    moved(book, 130)
    moved(book, -30)
    projected(book, balance)

    assert (equal, within) == (book.check(EQUAL), book.check(WITHIN_ONE))
    expected = [] if equal == "holds" else [("W1", "EGP", balance - 100)]
    assert expected == book.violations(EQUAL)
    told = [("wallet_balances-" + WITHIN_ONE, "critical", "open")]
    assert (within == "broken") is (told[0] in book.alerts())


def test_balances_of_two_currencies_are_never_added_up(book):
    """EGP 1.00 too much and USD 1.00 too little are two faults, not none."""
    a_wallet(book)
    moved(book, 100)
    moved(book, 100, currency="USD")
    projected(book, 200)
    projected(book, 0, currency="USD")

    book.check(WITHIN_ONE)

    assert [("W1", "EGP", 100), ("W1", "USD", -100)] == book.violations(WITHIN_ONE)


def test_a_wallet_that_was_touched_lately_is_summed_whole(book):
    a_wallet(book)
    moved(book, 100, hours=500)
    moved(book, 20, hours=1)
    projected(book, 120, hours=1)

    assert "holds" == book.check(EQUAL, since=AS_OF - 24 * HOUR)


def test_a_balance_that_was_written_past_the_ledger_counts_as_touched(book):
    a_wallet(book)
    moved(book, 100, hours=500)
    projected(book, 900, hours=1)

    assert "broken" == book.check(WITHIN_ONE, since=AS_OF - 24 * HOUR)


def test_a_cached_balance_is_that_of_all_wallets_of_its_user_in_a_currency(book):
    for name, currency in (("W1", "EGP"), ("W2", "EGP"), ("W3", "USD")):
        a_wallet(book, name, currency=currency)
        moved(book, 50, wallet=name, currency=currency)
    for currency, minor in (("EGP", 100), ("USD", 49)):
        book.add(
            "user_balances", user_id="U1", currency=currency, balance_minor=minor, cached_at=AS_OF
            - HOUR,
        )  # fmt: skip

    assert "broken" == book.check(CACHE)
    assert [("U1", "USD", -1)] == book.violations(CACHE)


@pytest.mark.parametrize(("taken", "outcome"), [(99, "holds"), (100, "holds"), (101, "broken")])
def test_a_wallet_may_be_emptied_and_not_overdrawn(book, taken, outcome):
    a_wallet(book)
    moved(book, 100)
    moved(book, -taken)
    a_wallet(book, "credit line", may_be_negative=True)
    moved(book, -1, wallet="credit line")

    assert outcome == book.check(NEGATIVE)
    assert ([("W1", "EGP", -1)] if outcome == "broken" else []) == book.violations(NEGATIVE)


def test_a_balance_that_was_negative_for_a_while_is_seen_in_history(book):
    a_wallet(book)
    # By the first time that it was: one minor unit, in one of its currencies.
    for minor, hours in ((10, 9), (-11, 8), (50, 7), (-60, 6), (60, 5)):
        moved(book, minor, hours=hours)
    moved(book, 99, currency="USD", hours=10)
    a_wallet(book, "emptied")
    a_wallet(book, "credit line", may_be_negative=True)
    moved(book, -1, wallet="credit line", hours=2)
    moved(book, -2, wallet="nobody's", hours=2)
    for minor, hours in ((5, 3), (-5, 2)):
        moved(book, minor, wallet="emptied", hours=hours)

    name = "no_balance_was_ever_negative"
    assert ("broken", [("nobody's", "EGP", -2)]) == (
        book.check(NEGATIVE),
        book.violations(NEGATIVE),
    )
    assert "broken" == book.check(name)
    assert [("W1", "EGP", -1), ("nobody's", "EGP", -2)] == book.violations(name)


def test_a_balance_is_negative_in_the_ledger_or_in_the_projection(book):
    for name in ("in the ledger", "in the projection", "in both"):
        a_wallet(book, name)
        moved(book, 5 if name == "in the projection" else -1, wallet=name)
        projected(book, 5 if name == "in the ledger" else -3, wallet=name)

    book.check(NEGATIVE)

    assert [
        ("in both", "EGP", -3),
        ("in the ledger", "EGP", -1),
        ("in the projection", "EGP", -3),
    ] == book.violations(NEGATIVE)


def test_a_row_in_another_currency_and_a_row_without_a_wallet_are_named(book):
    a_wallet(book)
    moved(book, 5, currency="USD")
    moved(book, 6, wallet="nobody's")
    moved(book, 7)

    book.check(CURRENCY)

    assert [("T0001", "USD", 5), ("T0002", "EGP", 6)] == book.violations(CURRENCY)


def test_a_key_that_is_used_again_is_found_however_long_ago_it_was_used_first(book):
    moved(book, 5, hours=900, idempotency_key="K")
    moved(book, 5, hours=1, idempotency_key="K")
    moved(book, 5, hours=1, idempotency_key="other")
    moved(book, 5, hours=1)
    moved(book, 5, hours=1)

    assert "broken" == book.check(KEYS, since=AS_OF - 24 * HOUR)
    assert [("K", "EGP", 5)] == book.violations(KEYS)


def test_a_transfer_has_two_sides_that_sum_to_zero_in_one_currency(book):
    for name, sides in {
        "good": ((-5, "EGP"), (5, "EGP")),
        "half": ((-5, "EGP"),),
        "lossy": ((-5, "EGP"), (4, "EGP")),
        "mixed": ((-5, "EGP"), (5, "USD")),
        "three": ((-5, "EGP"), (2, "EGP"), (3, "EGP")),
    }.items():
        for place, (minor, currency) in enumerate(sides):
            moved(book, minor, currency=currency, type="TRANSFER", transfer_id=name,
                  hours=25 - 2 * place)  # fmt: skip

    book.check(TRANSFERS, since=AS_OF - 30 * HOUR)

    assert [
        ("half", "EGP", -5),
        ("lossy", "EGP", -1),
        ("mixed", "EGP", -5),
        ("mixed", "USD", 5),
        ("three", "EGP", 0),
    ] == book.violations(TRANSFERS)


def test_a_transfer_that_straddles_the_window_is_taken_whole(book):
    moved(book, -5, type="TRANSFER", transfer_id="F", hours=25)
    moved(book, 5, type="TRANSFER", transfer_id="F", hours=23)

    assert "holds" == book.check(TRANSFERS, since=AS_OF - 24 * HOUR)


@pytest.mark.parametrize(
    ("drifts", "outcome"),
    [
        ((1, 2, 3), "broken"),
        ((9, 1, 2, 3), "broken"),
        ((1, 2, 2), "holds"),
        ((1, 1, 2), "holds"),
        ((3, 2, 1), "holds"),
        ((0, 0, 0), "holds"),
        ((1, 2), "could_not_check"),
        ((), "could_not_check"),
    ],
)
def test_drift_that_grows_twice_in_a_row_is_a_trend(book, drifts, outcome):
    measured(book, *drifts)

    assert outcome == book.check(TREND)


def test_growth_of_one_currency_is_not_hidden_by_another_nor_by_the_weekly_run(book):
    measured(book, 1, 2, 3)
    measured(book, 9, 8, 7, currency="USD")
    measured(book, 0, 0, 0, scope="full")

    book.check(TREND)

    assert [("EGP", "EGP", 3)] == book.violations(TREND)


def test_what_is_measured_at_the_moment_of_the_check_is_of_the_next_one(book):
    measured(book, 1, 1, 2, 3)

    assert "holds" == book.check(TREND, as_of=AS_OF - HOUR)
    assert "broken" == book.check(TREND)


def test_a_trend_of_the_day_before_yesterday_is_not_one_of_today(book):
    measured(book, 1, 1, 1)

    assert "holds" == book.check(TREND, as_of=AS_OF + 2 * HOUR)
    assert "could_not_check" == book.check(TREND, as_of=AS_OF + 3 * HOUR)


@pytest.mark.parametrize(("failed", "outcome"), [(4, "holds"), (5, "holds"), (6, "broken")])
def test_more_than_five_of_a_hundred_requests_may_not_fail(book, failed, outcome):
    requested(book, 100 - failed)
    requested(book, failed, outcome="failed")

    assert outcome == book.check(ERRORS)


def test_the_five_minutes_have_their_start_and_not_their_end(book):
    requested(book, 1, outcome="failed", seconds=300.001)
    requested(book, 1, outcome="failed", seconds=0)
    assert "holds" == book.check(ERRORS)

    requested(book, 1, outcome="failed", seconds=300)
    assert "broken" == book.check(ERRORS)


def test_a_request_log_that_nobody_writes_is_not_green(book):
    assert "could_not_check" == book.check(ERRORS)

    requested(book, 1, seconds=23 * 3600)
    assert "holds" == book.check(ERRORS), "a quiet night"


@pytest.mark.parametrize(
    ("milliseconds", "outcome"), [(199, "holds"), (200, "holds"), (201, "broken")]
)
def test_requests_may_take_twice_as_long_as_they_used_to(book, milliseconds, outcome):
    requested(book, 7, seconds=400, milliseconds=100)
    requested(book, 3, milliseconds=milliseconds)

    assert outcome == book.check(LATENCY)


def test_without_history_nobody_knows_what_is_slow(book):
    requested(book, 3)
    requested(book, 3, seconds=8 * 24 * 3600)

    assert "could_not_check" == book.check(LATENCY)


@pytest.mark.parametrize(("rows", "outcome"), [(5, "holds"), (6, "holds"), (7, "broken")])
def test_an_hour_may_have_three_times_the_rows_of_the_hours_before(book, rows, outcome):
    # Fifty in the 25 hours before.
    for hour in range(25):
        moved(book, 1, hours=hour + 1.5)
        moved(book, 1, hours=hour + 2)
    for number in range(rows):
        moved(book, 1, hours=0.1 + 0.1 * number)

    assert outcome == book.check(VOLUME)


@pytest.mark.parametrize(
    ("hours", "outcome"), [(24.9, "could_not_check"), (25, "holds"), (200, "could_not_check")]
)
def test_without_history_nobody_knows_what_is_much(book, hours, outcome):
    moved(book, 1, hours=hours)

    assert outcome == book.check(VOLUME)


@pytest.mark.parametrize(
    "changes", [{"type": "GIFT"}, {"type": None}, {"minor": None}, {"currency": None}]
)
def test_what_nobody_can_add_up_is_not_green(book, changes):
    a_wallet(book)
    moved(book, **{"minor": 5, **changes})

    assert "could_not_check" == book.check(EQUAL)
    assert [("book-could-not-check", "warning", "open")] == book.alerts()


def test_a_wallet_without_a_projection_is_named(book):
    a_wallet(book)
    a_wallet(book, "W2")
    a_wallet(book, "W3")
    projected(book, 0)
    projected(book, 0, wallet="W3", currency="USD")

    book.check("every_wallet_has_a_projection")

    assert [("W2", "EGP", None), ("W3", "EGP", None)] == book.violations(
        "every_wallet_has_a_projection"
    )
