"""The five rates of runbook 002: one below, at and one above each limit, and tiny windows."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter

AT = datetime(2026, 11, 19, 8, tzinfo=UTC)
HOUR = "2026-11-19T08:00Z"
AS_OF = AT + timedelta(hours=1)
SUCCESS = "success_rate_stays_at_or_above_90_percent"
RETRY = "retry_rate_stays_at_or_below_10_percent"
CANCELLATION = "cancellation_rate_stays_at_or_below_5_percent"
LATE_FAILURE = "late_failure_rate_stays_at_or_below_3_percent"
LATENCY = "rail_answers_within_1_second"


def ends(store: EventStore, how: str, count: int, at: datetime = AT) -> None:
    """So many payments that begin at that moment, seconds before they end in that way."""
    for number in range(count):
        payment = PaymentWriter(store, f"{how} {number:04} {at:%H:%M:%S}", at)
        payment.create(1_050, "AUD")
        payment.authorise()
        if how == "cancelled":
            payment.cancel()
            continue
        payment.attempt()
        payment.send()
        if how == "failed":
            payment.fail("FRAUD")
            continue
        if how == "retried":
            payment.fail("RAIL")
            payment.retry()
            payment.send()
        payment.acknowledge()
        if how == "failed late":
            payment.fail("INVALID_ACCOUNT")
        elif how == "expired":
            payment.expire()
        else:
            payment.settle()


def counts(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Start of each window that broke the rule, with the two counts of its sentence."""
    return [(row["object"], *map(int, re.findall(r"[0-9]+", str(row["what"]))[:2])) for row in rows]


@pytest.mark.parametrize(
    ("settled", "failed", "is_broken"),
    [
        (91, 9, False),
        (90, 10, False),
        (89, 11, True),
        (900, 100, False),
        (899, 101, True),
        # One that fails never breaks it alone; two do, however few there are.
        (0, 1, False),
        (8, 1, False),
        (0, 2, True),
        (17, 2, True),
        (18, 2, False),
        (0, 0, False),
    ],
)
def test_success_below_90_percent(payment_events, check, settled, failed, is_broken) -> None:  # type: ignore[no-untyped-def]
    store = EventStore()
    ends(store, "settled", settled)
    ends(store, "failed", failed)
    load(payment_events, store)

    assert [(HOUR, settled, settled + failed)] * is_broken == counts(check(SUCCESS, AS_OF))


@pytest.mark.parametrize(
    ("first", "retried", "is_broken"),
    [
        # A payment that is retried has two attempts, of which one is a retry.
        (82, 9, False),
        (80, 10, False),
        (78, 11, True),
        (800, 100, False),
        (799, 101, True),
        (0, 1, False),
        (0, 2, True),
        (0, 0, False),
    ],
)
def test_retries_above_10_percent(payment_events, check, first, retried, is_broken) -> None:  # type: ignore[no-untyped-def]
    store = EventStore()
    ends(store, "settled", first)
    ends(store, "retried", retried)
    load(payment_events, store)

    assert [(HOUR, retried, first + 2 * retried)] * is_broken == counts(check(RETRY, AS_OF))


@pytest.mark.parametrize(
    ("settled", "cancelled", "is_broken"),
    [(96, 4, False), (95, 5, False), (94, 6, True), (0, 1, False), (0, 2, True), (0, 0, False)],
)
def test_cancellations_above_5_percent(
    payment_events, check, settled, cancelled, is_broken
) -> None:  # type: ignore[no-untyped-def]
    store = EventStore()
    ends(store, "settled", settled)
    ends(store, "cancelled", cancelled)
    load(payment_events, store)

    found = counts(check(CANCELLATION, AS_OF))

    assert [(HOUR, cancelled, settled + cancelled)] * is_broken == found
    assert [] == check(SUCCESS, AS_OF), "what a customer cancels is no failure of the rail"


@pytest.mark.parametrize(
    ("settled", "late", "is_broken"),
    [(98, 2, False), (97, 3, False), (96, 4, True), (10, 1, False), (0, 2, True), (0, 0, False)],
)
def test_late_failures_above_3_percent(payment_events, check, settled, late, is_broken) -> None:  # type: ignore[no-untyped-def]
    store = EventStore()
    ends(store, "settled", settled)
    ends(store, "failed late", late)
    # Failed before an acknowledgement: not late, and no part of the rate.
    ends(store, "failed", 3)
    load(payment_events, store)

    assert [(HOUR, late, settled + late)] * is_broken == counts(check(LATE_FAILURE, AS_OF))


def test_an_expired_payment_did_not_succeed_and_did_not_fail_late(payment_events, check) -> None:  # type: ignore[no-untyped-def]
    store = EventStore()
    ends(store, "expired", 2)
    load(payment_events, store)

    assert [(HOUR, 0, 2)] == counts(check(SUCCESS, AS_OF))
    assert [] == check(LATE_FAILURE, AS_OF)


def test_a_payment_that_fails_and_settles_in_the_same_five_minutes_succeeded(  # type: ignore[no-untyped-def]
    payment_events, check
) -> None:
    store = EventStore()
    ends(store, "retried", 3)
    load(payment_events, store)

    assert [] == check(SUCCESS, AS_OF)


def test_each_five_minutes_are_judged_alone_and_whole(payment_events, check) -> None:  # type: ignore[no-untyped-def]
    """Wherever the as-of lies within five minutes: neither they nor those of a day ago are cut."""
    store = EventStore()
    ends(store, "failed", 2, AT + timedelta(minutes=4))
    ends(store, "settled", 18, AT + timedelta(minutes=5))
    ends(store, "failed", 2, AT + timedelta(minutes=10))
    load(payment_events, store)

    def seen(minutes: int, days: int = 0) -> list[int]:
        rows = check(SUCCESS, AT + timedelta(days=days, minutes=minutes))
        return [int(row["object"][-3:-1]) for row in rows]

    assert [] == seen(4)
    assert [0] == seen(5)
    assert [0] == seen(14)
    assert [0, 10] == seen(15)
    assert [0, 10] == seen(4, days=1)
    assert [10] == seen(5, days=1)
    assert [] == seen(15, days=1)


@pytest.mark.parametrize(
    ("after_the_hour", "is_judged"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(0), True),
        (timedelta(days=1, seconds=-1), True),
        (timedelta(days=1), False),
    ],
)
def test_an_hour_is_judged_when_it_is_over_and_for_a_day(  # type: ignore[no-untyped-def]
    payment_events, check, after_the_hour, is_judged
) -> None:
    store = EventStore()
    ends(store, "cancelled", 2)
    load(payment_events, store)

    assert [(HOUR, 2, 2)] * is_judged == counts(check(CANCELLATION, AS_OF + after_the_hour))


@pytest.mark.parametrize(
    ("milliseconds", "rows"),
    [(999, 0), (1_000, 0), (1_001, 1)],
)
def test_five_requests_in_a_row_above_a_second(payment_events, check, milliseconds, rows) -> None:  # type: ignore[no-untyped-def]
    load(payment_events, requests([milliseconds] * 5))

    found = check(LATENCY, AS_OF)

    assert [
        {
            "object": "2026-11-19T08:00:04Z",
            "currency": None,
            "amount_minor": None,
            "occurred_at": AT + timedelta(seconds=4),
            "what": "1 requests were each the fifth or a later one in a row above a second; "
            f"the slowest took {milliseconds} ms",
        }
    ] * rows == found


def completing(rows: list[dict[str, object]]) -> int:
    """How many requests were the fifth or a later one in a row."""
    return sum(int(str(row["what"]).partition(" ")[0]) for row in rows)


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        ([1_001] * 4, 0),
        ([1_001] * 5, 1),
        ([1_001] * 6, 2),
        ([1_001] * 4 + [1_000] + [1_001] * 4, 0),
        ([1_001] * 4 + [1_000] + [1_001] * 5, 1),
        ([], 0),
        # Never answered: it has waited since.
        ([None] * 5, 1),
    ],
)
def test_fewer_than_five_or_a_fast_one_between_is_fine(  # type: ignore[no-untyped-def]
    payment_events, check, milliseconds, expected
) -> None:
    load(payment_events, requests(milliseconds))

    assert expected == completing(check(LATENCY, AS_OF))


def test_a_request_that_waits_for_less_than_a_second_is_not_known_yet(
    payment_events, check
) -> None:  # type: ignore[no-untyped-def]
    load(payment_events, requests([1_001, 1_001, 1_001, 1_001, None, 1_001]))

    # At five seconds the fifth has waited for one exactly; at six it is slow, and so is the sixth.
    assert [0, 2, 2] == [
        completing(check(LATENCY, AT + timedelta(seconds=seconds))) for seconds in (5, 6, 7)
    ]


def test_the_requests_before_the_last_day_count_for_the_row_of_five(payment_events, check) -> None:  # type: ignore[no-untyped-def]
    load(payment_events, requests([1_001] * 5))

    assert 1 == len(check(LATENCY, AT + timedelta(days=1, seconds=4)))
    assert [] == check(LATENCY, AT + timedelta(days=1, seconds=5))


def requests(milliseconds: list[int | None]) -> EventStore:
    """A request each second that takes so long."""
    store = EventStore()
    payment = PaymentWriter(store, "payment", AT)
    for taken in milliseconds:
        payment.request(taken)
        payment.wait(1)
    return store
