"""One incident per PSP: at which figure it opens, how long it holds, what closes it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from include.reconciliation.edges import warehouse
from include.reconciliation.steps import incidents
from tests.operations.conftest import BRAZIL, EUROPE, PSP, Books

# include/psps.toml: adyen in EUR and stripe in USD alert above 1,000.00 and recover below 100.00.
LIMIT = 100_000
RECOVERED = 10_000
OPEN = ("open", ["divergence"])
CLOSED = ("closed", ["divergence"])


def stripe(books: Books, exposure_minor: int = 0, **changes: Any) -> int:
    """A run of a PSP that has one account."""
    return books.publish(
        "default",
        {"USD": exposure_minor} if exposure_minor else None,
        psp="stripe",
        **changes,
    )


@pytest.mark.parametrize(
    ("exposure_minor", "expected"),
    [(LIMIT - 1, []), (LIMIT, []), (LIMIT + 1, [OPEN])],
)
def test_an_incident_opens_above_the_limit_and_not_at_it(
    books: Books, exposure_minor: int, expected: list[tuple[str, list[str]]]
) -> None:
    books.publish(open_minor={"EUR": exposure_minor})

    assert expected == books.alerts()
    assert len(expected) == len(books.messages())


def test_an_incident_is_told_once_however_long_it_lasts(books: Books) -> None:
    for more in (1, 2, 2, 3):
        books.publish(open_minor={"EUR": LIMIT + more})

    assert [OPEN] == books.alerts()
    assert [
        "[high] billing_gateway-reconciliation: Adyen: divergence EUR 1,000.01 "
        "(limit EUR 1,000.00; n/a of the statement gross since the oldest open one); "
        "1 payment concerned"
    ] == books.messages()


def test_the_row_of_an_incident_shows_the_newest_figure(books: Books) -> None:
    for more in (1, 2):
        books.publish(open_minor={"EUR": LIMIT + more})

    query = """
        select reasons -> 'divergence' -> 'EUR' ->> 'exposure_minor' as minor
        from reconciliation.alerts
    """
    assert [{"minor": str(LIMIT + 2)}] == books.rows(query)


def test_a_second_currency_above_its_limit_is_news(books: Books) -> None:
    books.publish(open_minor={"EUR": LIMIT + 1})
    books.publish(open_minor={"EUR": LIMIT + 1, "BRL": 500_001})

    assert [OPEN] == books.alerts()
    assert 2 == len(books.messages())


def test_currencies_are_never_added_up(books: Books) -> None:
    books.publish(open_minor={"EUR": LIMIT, "USD": LIMIT, "BRL": LIMIT})

    assert [] == books.alerts()


def test_accounts_of_a_psp_are_added_up(books: Books) -> None:
    books.publish(EUROPE, {"EUR": LIMIT})
    books.publish(BRAZIL, {"EUR": 1})

    assert [OPEN] == books.alerts()


def test_a_currency_without_a_limit_alerts_from_the_first_unit(books: Books) -> None:
    books.publish(open_minor={"GBP": 1})

    assert [OPEN] == books.alerts()


def test_an_event_counts_once_with_its_largest_exposure(books: Books) -> None:
    on_two_legs = tuple(
        {"event_id": "one", "currency": "EUR", "exposure_minor": minor}
        for minor in (LIMIT, LIMIT - 5)
    )
    books.publish(discrepancies=on_two_legs)

    assert [] == books.alerts()


@pytest.mark.parametrize(
    "settled", [{"status": "accepted"}, {"status": "closed", "change": "resolved"}]
)
def test_what_is_accepted_or_resolved_is_no_divergence(
    books: Books, settled: dict[str, str]
) -> None:
    books.publish(discrepancies=({"currency": "EUR", "exposure_minor": LIMIT * 2, **settled},))

    assert [] == books.alerts()


def test_two_good_cycles_close_an_incident_and_one_does_not(books: Books) -> None:
    stripe(books, LIMIT + 1)
    stripe(books, RECOVERED - 1)
    after_one = books.alerts()
    stripe(books, RECOVERED - 1)

    assert [OPEN] == after_one
    assert [CLOSED] == books.alerts()
    assert [
        "[closed] billing_gateway-reconciliation: Stripe: recovered, two complete runs in a row; "
        "divergence USD 99.99, 1 payment concerned"
    ] == books.messages()[1:]


@pytest.mark.parametrize(
    ("last_cycle", "expected"),
    [
        ({"exposure_minor": RECOVERED - 1}, CLOSED),
        ({"exposure_minor": RECOVERED}, OPEN),
        ({"exposure_minor": 1, "payments": 9}, CLOSED),
        ({"exposure_minor": 1, "payments": 10}, OPEN),
        ({"exposure_minor": 1, "verdict": "incomplete"}, OPEN),
        ({"exposure_minor": 1, "is_gapped": True}, OPEN),
        ({"exposure_minor": 1, "residual_minor": 1}, OPEN),
        ({"exposure_minor": 1, "is_published": False, "verdict": "incomplete"}, OPEN),
    ],
)
def test_both_cycles_must_meet_every_condition_of_the_recovery(
    books: Books, last_cycle: dict[str, Any], expected: tuple[str, list[str]]
) -> None:
    stripe(books, LIMIT + 1)
    stripe(books)
    stripe(books, **last_cycle)

    assert [expected] == books.alerts()


@pytest.mark.parametrize(
    "between",
    [
        {"verdict": "incomplete"},
        {"verdict": "incomplete", "is_published": False},
        {"exposure_minor": RECOVERED},
    ],
)
def test_a_bad_cycle_between_two_good_ones_starts_the_count_again(
    books: Books, between: dict[str, Any]
) -> None:
    stripe(books, LIMIT + 1)
    stripe(books)
    stripe(books, **between)
    stripe(books)
    before = books.alerts()
    stripe(books)

    assert [OPEN] == before
    assert [CLOSED] == books.alerts()


def test_an_incident_of_two_accounts_waits_for_two_good_cycles_of_each(books: Books) -> None:
    books.publish(EUROPE, {"EUR": LIMIT + 1})
    for account in (BRAZIL, BRAZIL, BRAZIL, EUROPE):
        books.publish(account)
    before = books.alerts()
    books.publish(EUROPE)

    assert [OPEN] == before
    assert [CLOSED] == books.alerts()


def test_what_comes_back_after_the_recovery_is_a_new_incident(books: Books) -> None:
    stripe(books, LIMIT + 1)
    stripe(books)
    stripe(books)
    stripe(books, LIMIT + 1)

    assert [CLOSED, OPEN] == books.alerts()
    assert 3 == len(books.messages())


def test_an_incident_of_one_psp_leaves_the_others_alone(books: Books) -> None:
    books.publish(open_minor={"EUR": LIMIT + 1})
    stripe(books, LIMIT + 1)

    query = "select psp, state from reconciliation.alerts order by psp"
    expected = [{"psp": "adyen", "state": "open"}, {"psp": "stripe", "state": "open"}]
    assert expected == books.rows(query)


def test_a_cause_is_told_once_and_closed_once(books: Books) -> None:
    def refuse() -> bool:
        with warehouse.transaction() as cursor:
            return incidents.open_alert(
                cursor,
                fingerprint=incidents.quarantine_fingerprint(1),
                name="reconciliation-refused-statement",
                severity="high",
                psp=PSP,
                account=EUROPE,
                summary="file a.csv, row 3:\na total differs",
                reasons={"file": "a.csv"},
            )

    def accept() -> bool:
        with warehouse.transaction() as cursor:
            return incidents.close_alert(
                cursor, incidents.quarantine_fingerprint(1), "a good one has come"
            )

    assert [True, False, True, False] == [refuse(), refuse(), accept(), accept()]
    assert [("closed", ["file"])] == books.alerts("reconciliation-refused-statement")
    assert [
        "[high] reconciliation-refused-statement: file a.csv, row 3: a total differs",
        "[closed] reconciliation-refused-statement: a good one has come",
    ] == books.messages()


def test_a_failed_identity_is_over_when_the_account_publishes_again(books: Books) -> None:
    with warehouse.transaction() as cursor:
        for account in (EUROPE, BRAZIL):
            incidents.open_alert(
                cursor,
                incidents.identity_fingerprint(PSP, account),
                incidents.FAILED_IDENTITY,
                "critical",
                PSP,
                account,
                "a residual of EUR 0.01",
                {"ledger_statement.EUR.gross": {"residual_minor": 1}},
            )
    books.publish(EUROPE, is_published=False, verdict="incomplete")
    after_failure = [state for state, _ in books.alerts(incidents.FAILED_IDENTITY)]
    books.publish(EUROPE)

    assert ["open", "open"] == after_failure
    assert ["closed", "open"] == [state for state, _ in books.alerts(incidents.FAILED_IDENTITY)]


def test_an_alert_whose_transaction_fails_was_never_there(books: Books) -> None:
    def find_and_die() -> None:
        with warehouse.transaction() as cursor:
            incidents.open_alert(cursor, "f", "n", "high", PSP, None, "s", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        find_and_die()

    assert [] == books.alerts("n")
    assert [] == books.messages()


def test_two_accounts_that_publish_at_once_are_added_up_all_the_same(books: Books) -> None:
    """Without a lock per PSP each would weigh the other's old head, and nobody the sum."""
    with warehouse.connect() as session:
        other = Books(session, number=100)
        other.account(BRAZIL)
        session.commit()
        books.publish(EUROPE, {"EUR": LIMIT}, is_committed=False)
        second = threading.Thread(target=other.publish, args=(BRAZIL, {"EUR": 1}))
        second.start()
        second.join(0.5)
        is_waiting = second.is_alive()
        books.session.commit()
        second.join()

    assert is_waiting
    assert [OPEN] == books.alerts()


def test_two_that_open_the_same_alert_at_once_open_one(books: Books) -> None:
    """The second waits for the unique index, then finds the alert of the first."""
    opened: list[bool] = []

    def open_it() -> None:
        with warehouse.transaction() as cursor:
            opened.append(incidents.open_alert(cursor, "f", "n", "high", PSP, None, "s", {}))

    with warehouse.transaction() as cursor:
        opened.append(incidents.open_alert(cursor, "f", "n", "high", PSP, None, "s", {}))
        second = threading.Thread(target=open_it)
        second.start()
        second.join(0.3)
        is_waiting = second.is_alive()
    second.join()

    assert is_waiting
    assert [True, False] == opened
    assert 1 == len(books.messages())
