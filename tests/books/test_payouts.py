"""The payouts system's book: each sentence holds of a book in order, and names what breaks it."""

from datetime import datetime, timedelta

import pytest

from include.reconciliation.edges.invariant_files import invariants_of
from tests.books.conftest import AS_OF, Book

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
BALANCE = "every_ledger_group_balances"
FINALISED = "every_success_is_finalised"
KEY = "every_idempotency_key_has_one_provider_payout"
CLIMB = "pending_outbox_does_not_climb"
QUARANTINE = "no_payout_in_quarantine_has_a_live_outbox_task"
SENTENCES = {
    BALANCE,
    FINALISED,
    KEY,
    CLIMB,
    QUARANTINE,
    "no_critical_integrity_alert_is_open",
    "no_outbox_task_is_sending_for_minutes",
    "no_outbox_task_waits_for_minutes",
    "no_payout_is_finalised_twice",
    "no_provider_payout_stays_sent",
}


@pytest.fixture
def book(book_of) -> Book:
    return book_of("payouts")


def a_payout(
    book: Book,
    name: str,
    *,
    status: str | None = "SUCCEEDED",
    age: timedelta = 5 * MINUTE,
    key: str | None = None,
    intent: str = "PROCESSING",
    amount_minor: int = 125_00,
):
    """A provider payout that was touched so long ago, with what it is for."""
    moment = AS_OF - age
    amount = {"amount_minor": amount_minor, "currency": "BRL"}
    times = {"created_at": moment, "updated_at": moment}
    book.add(
        "payouts", id=f"for {name}", payee_reference="payee", status=intent, **amount, **times
    )
    book.add(
        "provider_payouts",
        id=name,
        payout_id=f"for {name}",
        provider="northbank",
        idempotency_key=key or f"key of {name}",
        status=status,
        sent_at=moment,
        **amount,
        **times,
    )


def a_task(book: Book, name: str, status: str, age: timedelta, claimed: timedelta | None = None):
    book.add(
        "outbox",
        provider_payout_id=name,
        status=status,
        queued_at=AS_OF - age,
        claimed_at=None if claimed is None else AS_OF - claimed,
    )


def a_group(book: Book, name: str, payout: str | None = None, kind: str = "payout_finalised"):
    book.add(
        "ledger_groups",
        id=name,
        provider_payout_id=payout,
        kind=kind,
        created_at=AS_OF - 5 * MINUTE,
    )


def an_entry(book: Book, group: str, amount_minor: int, *, at: datetime, currency: str = "BRL"):
    book.add(
        "ledger_entries",
        ledger_group_id=group,
        account="escrow",
        amount_minor=amount_minor,
        currency=currency,
        created_at=at,
    )


def test_an_empty_book_holds(book: Book) -> None:
    assert {each.name for each in invariants_of("payouts")} == SENTENCES
    assert dict.fromkeys(SENTENCES, "holds") == {name: book.check(name) for name in SENTENCES}
    assert [] == book.alerts()


def test_a_group_balances_in_each_of_its_currencies(book: Book) -> None:
    a_group(book, "G1")
    for amount, currency in ((100, "BRL"), (-100, "USD"), (-100, "BRL"), (100, "USD")):
        an_entry(book, "G1", amount, currency=currency, at=AS_OF - MINUTE)

    assert "holds" == book.check(BALANCE)


def test_a_group_that_sums_to_zero_only_across_currencies_is_unbalanced_in_both(book: Book) -> None:
    a_group(book, "G1")
    an_entry(book, "G1", 100, at=AS_OF - MINUTE)
    an_entry(book, "G1", -100, currency="USD", at=AS_OF - MINUTE)

    assert "broken" == book.check(BALANCE)
    assert [("G1", "BRL", 100), ("G1", "USD", -100)] == book.violations(BALANCE)


def test_an_unbalanced_group_goes_to_senior_engineering_at_once(book: Book) -> None:
    a_group(book, "G1")
    an_entry(book, "G1", 1, at=AS_OF - MINUTE)

    book.check(BALANCE)

    assert [("payouts-every_ledger_group_balances", "critical", "open")] == book.alerts()
    found = book.warehouse.execute(
        "select escalates_to, escalates_at <= opened_at + interval '1 second'"
        " from reconciliation.alerts"
    ).fetchall()
    assert [("senior engineering", True)] == found
    assert "LEDGER_UNBALANCED" in book.messages()[0]


def test_a_group_that_straddles_the_window_is_balanced_and_one_gone_wrong_late_is_seen(
    book: Book,
) -> None:
    """As the runbook of the ledger has it, summing what lies in the window, both are wrong."""
    since = AS_OF - 60 * MINUTE
    a_group(book, "straddles")
    an_entry(book, "straddles", 100, at=since - SECOND)
    an_entry(book, "straddles", -100, at=since)
    a_group(book, "late")
    an_entry(book, "late", 70, at=since - 5 * MINUTE)
    an_entry(book, "late", -70, at=since - 5 * MINUTE)
    an_entry(book, "late", 0, at=since + MINUTE)
    an_entry(book, "late", 3, at=since - 4 * MINUTE)

    assert "broken" == book.check(BALANCE, since=since)
    assert [("late", "BRL", 3)] == book.violations(BALANCE)
    literal = book.session.execute(
        "select ledger_group_id, sum(amount_minor)::bigint from ledger_entries"
        " where created_at >= %(since)s group by ledger_group_id having sum(amount_minor) <> 0",
        {"since": since},
    ).fetchall()
    assert [("straddles", -100)] == literal


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (AS_OF - 60 * MINUTE - SECOND, "holds"),
        (AS_OF - 60 * MINUTE, "broken"),
        (AS_OF - SECOND, "broken"),
        (AS_OF, "holds"),
    ],
)
def test_the_window_is_half_open(book: Book, at: datetime, expected: str) -> None:
    a_group(book, "G1")
    an_entry(book, "G1", 1, at=at)

    assert expected == book.check(BALANCE, since=AS_OF - 60 * MINUTE)


def test_a_success_that_was_never_finalised_is_critical_and_closes_when_it_is(book: Book) -> None:
    a_payout(book, "P1")
    a_payout(book, "P2")
    a_payout(book, "P3", status="SENT")
    a_payout(book, "P4", status="FAILED")
    a_group(book, "G2", "P2")
    a_group(book, "G1", "P1", kind="escrow_hold")

    assert "broken" == book.check(FINALISED)
    assert [("P1", "BRL", 125_00)] == book.violations(FINALISED)
    assert [("payouts-every_success_is_finalised", "critical", "open")] == book.alerts()

    a_group(book, "G1 at last", "P1")

    assert "holds" == book.check(FINALISED)
    assert [("payouts-every_success_is_finalised", "critical", "resolved")] == book.alerts()


def test_a_payout_that_was_finalised_twice_is_told_with_what_is_too_much(book: Book) -> None:
    a_payout(book, "P1")
    a_payout(book, "P2")
    for group, payout in (("G1", "P1"), ("G2", "P2"), ("G3", "P2"), ("G4", "P2")):
        a_group(book, group, payout)

    assert "broken" == book.check("no_payout_is_finalised_twice")
    assert [("P2", "BRL", 250_00)] == book.violations("no_payout_is_finalised_twice")


@pytest.mark.parametrize(
    ("sentence", "status", "limit"),
    [
        ("no_outbox_task_is_sending_for_minutes", "SENDING", 15 * MINUTE),
        ("no_outbox_task_waits_for_minutes", "PENDING", 15 * MINUTE),
    ],
)
def test_a_task_is_late_after_a_quarter_of_an_hour(
    book: Book, sentence: str, status: str, limit: timedelta
) -> None:
    for name, age in (("just", limit), ("before", limit - SECOND), ("after", limit + SECOND)):
        a_payout(book, name, status="CREATED")
        a_task(book, name, status, age, claimed=age if status == "SENDING" else None)

    assert "broken" == book.check(sentence)
    assert [("after", "BRL", 125_00)] == book.violations(sentence)


def test_a_payout_is_stuck_in_sent_after_ten_minutes(book: Book) -> None:
    for name, age in (("just", 10 * MINUTE), ("before", 599 * SECOND), ("after", 601 * SECOND)):
        a_payout(book, name, status="SENT", age=age)
    a_payout(book, "done", status="SUCCEEDED", age=60 * MINUTE)

    assert "broken" == book.check("no_provider_payout_stays_sent")
    assert [("after", "BRL", 125_00)] == book.violations("no_provider_payout_stays_sent")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((10, 20, 30, 40, 50), "holds"),
        ((10, 20, 30, 40, 51), "broken"),
        ((10, 20, 30, 40, 52), "broken"),
        ((40, 20, 30, 40, 60), "holds"),
        ((60, 60, 61, 62, 63), "holds"),
        ((0, 0, 0, 0, 200), "holds"),
    ],
)
def test_a_queue_that_climbs_all_through_the_hour_is_told(
    book: Book, counts: tuple[int, ...], expected: str
) -> None:
    """Counts a quarter of an hour apart; a count that falls means that tasks were claimed."""
    a_payout(book, "P1", status="CREATED")
    instants = [AS_OF - step * 15 * MINUTE for step in (4, 3, 2, 1, 0)]
    for place, (count, instant) in enumerate(zip(counts, instants, strict=True)):
        stays = min(counts[place:])
        waiting = stays - (min(counts[place - 1 :]) if place else 0)
        for number in range(max(0, waiting)):
            a_task(book, "P1", "PENDING", AS_OF - instant + SECOND * (1 + number % 5))
        for _ in range(count - stays):
            a_task(book, "P1", "SENT", AS_OF - instant + SECOND, AS_OF - instant - SECOND)

    assert expected == book.check(CLIMB)


def test_a_key_that_two_payouts_have_is_told_with_the_second_ones_amount(book: Book) -> None:
    a_payout(book, "P1", key="K", age=3 * 24 * 60 * MINUTE)
    a_payout(book, "P2", key="K", amount_minor=70)
    a_payout(book, "P3")

    assert "broken" == book.check(KEY, since=AS_OF - 60 * MINUTE)
    assert [("K", "BRL", 70)] == book.violations(KEY)


@pytest.mark.parametrize(
    ("status", "intent", "task", "expected"),
    [
        ("QUARANTINED", "PROCESSING", "PENDING", "broken"),
        ("QUARANTINED", "QUARANTINED", "SENDING", "broken"),
        ("CREATED", "QUARANTINED", "PENDING", "broken"),
        ("QUARANTINED", "QUARANTINED", "FAILED", "holds"),
        ("CREATED", "PROCESSING", "PENDING", "holds"),
    ],
)
def test_nothing_in_quarantine_can_be_sent(
    book: Book, status: str, intent: str, task: str, expected: str
) -> None:
    a_payout(book, "P1", status=status, intent=intent)
    a_task(book, "P1", task, MINUTE, MINUTE)

    assert expected == book.check(QUARANTINE)


def test_only_critical_alerts_that_nobody_resolved_are_told(book: Book) -> None:
    for kind, severity, status in (
        ("FINALIZE_MISSING", "CRITICAL", "OPEN"),
        ("LEDGER_UNBALANCED", "CRITICAL", "ACKNOWLEDGED"),
        ("LEDGER_UNBALANCED", "CRITICAL", "RESOLVED"),
        ("OUTBOX_OLD", "WARNING", "OPEN"),
    ):
        book.add(
            "integrity_alerts",
            kind=kind,
            severity=severity,
            status=status,
            created_at=AS_OF - MINUTE,
        )

    assert "broken" == book.check("no_critical_integrity_alert_is_open")
    assert 2 == len(book.violations("no_critical_integrity_alert_is_open"))


@pytest.mark.parametrize(
    ("sentence", "break_it"),
    [
        (FINALISED, "update provider_payouts set status = 'SETTLING'"),
        (FINALISED, "update provider_payouts set status = null"),
        (KEY, "update provider_payouts set idempotency_key = null"),
        (
            "no_provider_payout_stays_sent",
            "update provider_payouts set status = 'SENT', sent_at = null",
        ),
        ("no_outbox_task_is_sending_for_minutes", "update outbox set claimed_at = null"),
        ("no_outbox_task_waits_for_minutes", "update outbox set status = 'QUEUED'"),
        (BALANCE, "update ledger_entries set amount_minor = null"),
        (QUARANTINE, "update payouts set status = 'HELD'"),
        ("no_critical_integrity_alert_is_open", "update integrity_alerts set status = 'MUTED'"),
    ],
)
def test_what_nobody_knows_or_is_missing_could_not_be_checked(
    book: Book, sentence: str, break_it: str
) -> None:
    a_payout(book, "P1")
    a_group(book, "G1", "P1")
    an_entry(book, "G1", 0, at=AS_OF - MINUTE)
    a_task(book, "P1", "SENDING", MINUTE, MINUTE)
    book.add(
        "integrity_alerts", kind="X", severity="WARNING", status="OPEN", created_at=AS_OF - MINUTE
    )
    assert "holds" == book.check(sentence)

    book.session.execute(break_it)

    assert "could_not_check" == book.check(sentence)
    assert ["book-could-not-check"] == [name for name, _, _ in book.alerts()]
