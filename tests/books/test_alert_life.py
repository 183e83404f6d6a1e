"""What becomes of an alert about a book: opened once, taken on, silenced, escalated, resolved."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from include.reconciliation.errors import RequestError
from include.reconciliation.steps import alert_life, check_alerts
from tests.books.conftest import AS_OF, Book
from tests.books.test_marketplace import BALANCE, HOUR, a_payment, a_refund, an_entry

ORPHANS = "every_entry_has_a_transaction"
REFUNDS = "no_refund_is_processed_for_minutes"


@pytest.fixture
def book(book_of) -> Book:
    return book_of("marketplace")


def history(book: Book, alert_id: int) -> list[tuple]:
    return book._rows(
        "select event, changed_by from reconciliation.alert_changes where alert_id = %s "
        "order by change_id",
        [alert_id],
    )


def pass_time(book: Book, minutes: int) -> dict[str, int]:
    """The clock of the alerts goes on by so many minutes."""
    book.warehouse.execute(
        "update internal.alerts set opened_at = opened_at - %(past)s, "
        "escalates_at = escalates_at - %(past)s, snoozed_until = snoozed_until - %(past)s, "
        "accepted_until = accepted_until - %(past)s",
        {"past": timedelta(minutes=minutes)},
    )
    book.warehouse.commit()
    return alert_life.let_time_pass()


def soon() -> datetime:
    return datetime.now(UTC) + HOUR


def test_what_stays_broken_is_told_once(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)
    an_entry(book, None, 2)
    book.check(ORPHANS)

    assert [("marketplace-every_entry_has_a_transaction", "high", "open")] == book.alerts()
    assert 1 == len(book.messages())
    assert "1 row (BRL 1 minor units in 1)" in book.messages()[0]


def test_a_repeat_of_the_same_run_is_an_answer_more_and_tells_nothing_twice(book):
    """What the first try said stays, also where it has been mended meanwhile."""
    an_entry(book, None, 1)
    book.check(ORPHANS, run="the run")
    book.check(ORPHANS, run="the run")
    assert 1 == len(book.messages())

    book.session.execute("delete from ledger_entries")
    book.check(ORPHANS, run="the run")

    assert [("broken", 0, 1), ("broken", 1, 1), ("holds", 2, 0)] == book._rows(
        "select outcome, repeat, rows from reconciliation.check_runs order by check_run_id"
    )
    assert "resolved" == book.alerts()[0][2]


def test_what_was_so_at_an_earlier_moment_neither_opens_nor_closes_anything_now(book):
    """An old run that is cleared sees fewer payments that wait: the alert of today stays."""
    for number in range(11):
        a_payment(book, f"P{number}", hours=25)
    assert "broken" == book.check("few_payments_wait_for_a_day")

    assert "holds" == book.check("few_payments_wait_for_a_day", as_of=AS_OF - 24 * HOUR)
    assert ["open"] == [life for _, _, life in book.alerts()]


def test_a_look_at_the_whole_book_that_ends_after_a_younger_look_at_a_part_is_told(book):
    """The morning's sweep is delayed, and the hour's look at what was touched lately came first."""
    an_entry(book, "T1", 1, hours=500)
    assert "holds" == book.check(BALANCE, since=AS_OF - HOUR, as_of=AS_OF + HOUR)

    assert "broken" == book.check(BALANCE)
    assert [(f"marketplace-{BALANCE}", "critical", "open")] == book.alerts()


def test_what_is_wrong_in_two_currencies_is_two_alerts(book):
    an_entry(book, "T1", 1)
    an_entry(book, "T1", 2, currency="USD")
    book.check(BALANCE)

    assert 2 == len(book.alerts())
    assert ["T1:BRL", "T1:USD"] == [text.split(": ")[3] for text in book.messages()]


def test_a_fault_that_grows_changes_its_alert_and_says_nothing_again(book):
    an_entry(book, "T1", 1)
    book.check(BALANCE)
    an_entry(book, "T1", 41)
    book.check(BALANCE)

    assert 1 == len(book.messages())
    ((summary,),) = book._rows("select summary from reconciliation.alerts")
    assert "found 42 in 2 entries" in summary


def test_beside_an_unknown_state_the_faults_are_counted_and_kept_and_not_told_as_sure(book):
    a_refund(book, "R1", minutes=9, status="PROCESSING")
    a_refund(book, "R2", minutes=9, status="VANISHED")

    assert "could_not_check" == book.check(REFUNDS)
    assert ["book-could-not-check"] == [name for name, _, _ in book.alerts()]
    assert "as far as anybody can tell, 1 rows break it" in book.messages()[0]
    assert [("R1", "BRL", -300)] == book.violations(REFUNDS)


def test_it_resolves_by_itself_when_all_of_the_book_was_looked_at(book):
    an_entry(book, None, 1, hours=30)
    book.check(ORPHANS)
    book.session.execute("update ledger_entries set transaction_id = 'T1'")

    book.check(ORPHANS, since=AS_OF - HOUR)
    assert "open" == book.alerts()[0][2], "what was touched lately says nothing of the rest"

    book.check(ORPHANS)
    assert "resolved" == book.alerts()[0][2]
    assert [("opened", None), ("resolved", None)] == history(book, 1)


def test_each_object_has_an_alert_of_its_own_and_resolves_alone(book):
    for refund in ("R1", "R2"):
        a_refund(book, refund, minutes=9, status="PROCESSING")
    book.check(REFUNDS)
    book.session.execute("update refunds set status = 'COMPLETED' where id = 'R1'")
    book.check(REFUNDS)

    assert ["resolved", "open"] == [life for _, _, life in book.alerts()]
    assert "R1:BRL: expected to end within 5 minutes" in book.messages()[0]


@pytest.mark.parametrize(("new", "alerts"), [(200, 200), (201, 1)])
def test_more_than_two_hundred_at_once_are_one_alert_and_resolve_none(book, new, alerts):
    a_refund(book, "old", minutes=9, status="PROCESSING")
    book.check(REFUNDS)
    book.session.execute("update refunds set status = 'COMPLETED'")
    for number in range(new):
        a_refund(book, f"R{number:03}", minutes=9, status="PROCESSING")
    book.check(REFUNDS)

    old, *others = book.alerts()
    assert ("resolved" if new == 200 else "open") == old[2]
    assert alerts == len(others)
    expected = check_alerts.SYSTEMIC if new == 201 else f"marketplace-{REFUNDS}"
    assert {expected} == {name for name, _, _ in others}


def test_what_cannot_be_checked_neither_opens_nor_resolves_anything_else(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)
    an_entry(book, "T1", None)

    assert "could_not_check" == book.check(ORPHANS)
    assert [
        ("marketplace-every_entry_has_a_transaction", "high", "open"),
        ("book-could-not-check", "high", "open"),
    ] == book.alerts()

    book.session.execute("delete from ledger_entries")
    book.check(ORPHANS)
    assert ["resolved", "resolved"] == [life for _, _, life in book.alerts()]


@pytest.mark.parametrize("damage", ["drop table refunds", "alter table refunds drop status"])
def test_a_table_that_is_missing_is_not_green(book, databases, damage):
    with psycopg.connect(databases.conninfo("marketplace", "postgres")) as owner:
        owner.execute(damage)

    assert "could_not_check" == book.check(REFUNDS)
    assert ["book-could-not-check"] == [name for name, _, _ in book.alerts()]


def test_a_book_that_cannot_be_reached_is_not_green(book, monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_MARKETPLACE",
        '{"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "schema": "x", "login": "x"}',
    )

    assert "could_not_check" == book.check(REFUNDS)
    assert "marketplace can't be asked now" in book.messages()[0] or (
        "can't be read now" in book.messages()[0]
    )


def test_nobody_acknowledges_it_so_it_goes_to_somebody_else_once(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)

    assert {"expired": 0, "escalated": 0} == pass_time(book, 14)
    assert {"expired": 0, "escalated": 1} == pass_time(book, 1)
    assert {"expired": 0, "escalated": 0} == pass_time(book, 60)
    assert "to senior engineering: nobody has acknowledged it" in book.messages()[-1]
    assert 2 == len(book.messages())


def test_a_critical_one_goes_there_at_once(book):
    an_entry(book, "T1", 1)
    book.check(BALANCE)

    assert {"expired": 0, "escalated": 1} == pass_time(book, 0)


def test_what_is_acknowledged_goes_to_nobody_else(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)
    alert_life.acknowledge_alert(1, changed_by="ana", note="I look after it")

    assert {"expired": 0, "escalated": 0} == pass_time(book, 60)
    assert [("opened", None), ("acknowledged", "ana")] == history(book, 1)
    assert "acknowledged" == book.alerts()[0][2]


def test_what_is_snoozed_says_nothing_until_its_moment(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)
    alert_life.acknowledge_alert(1, changed_by="ana", note="tomorrow", snooze_until=soon())
    before = len(book.messages())
    an_entry(book, None, 1, currency="USD")
    book.check(ORPHANS)
    assert before == len(book.messages()), "another currency is told, but not now"

    assert {"expired": 1, "escalated": 0} == pass_time(book, 61)
    assert "[snooze_ended]" in book.messages()[-1]
    assert "open" == book.alerts()[0][2]
    assert {"expired": 0, "escalated": 1} == pass_time(book, 16)


def test_what_is_accepted_opens_again_at_its_moment(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)
    alert_life.resolve_alert(1, changed_by="ana", note="known since May", accept_until=soon())
    assert "accepted" == book.alerts()[0][2]
    assert {"expired": 0, "escalated": 0} == pass_time(book, 59)

    assert {"expired": 1, "escalated": 0} == pass_time(book, 2)
    assert "open" == book.alerts()[0][2]
    assert {"expired": 0, "escalated": 1} == pass_time(book, 16)
    assert ["opened", "accepted", "acceptance_expired", "escalated"] == [
        event for event, _ in history(book, 1)
    ]


def test_what_is_resolved_by_hand_and_not_mended_opens_a_new_alert(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)
    alert_life.resolve_alert(1, changed_by="ana", note="mended")
    book.check(ORPHANS)

    assert ["resolved", "open"] == [life for _, _, life in book.alerts()]
    assert [("opened", None), ("resolved", "ana")] == history(book, 1)


def test_an_alert_that_is_not_there_or_resolved_or_a_moment_that_is_past_is_refused(book):
    a_payment(book, "P1", hours=1)
    an_entry(book, None, 1)
    book.check(ORPHANS)

    with pytest.raises(RequestError, match="there is no alert 99"):
        alert_life.acknowledge_alert(99, changed_by="ana", note="mine")
    with pytest.raises(RequestError, match="accept_until: expected a moment to come"):
        alert_life.resolve_alert(1, changed_by="ana", note="ok", accept_until=AS_OF - 99 * HOUR)
    alert_life.resolve_alert(1, changed_by="ana", note="mended")
    with pytest.raises(RequestError, match=r"alert 1 .* is resolved"):
        alert_life.resolve_alert(1, changed_by="ana", note="mended again")
    assert [("opened", None), ("resolved", "ana")] == history(book, 1)


def test_the_history_of_an_alert_is_only_added_to(book):
    an_entry(book, None, 1)
    book.check(ORPHANS)

    for forbidden in (
        "update internal.alert_changes set note = 'x'",
        "delete from internal.alert_changes",
        "truncate internal.alert_changes",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            book.warehouse.execute(forbidden)
        book.warehouse.rollback()


def test_a_check_reads_and_never_writes(databases):
    with psycopg.connect(databases.conninfo("marketplace", "marketplace_ro")) as session:
        session.execute("set transaction read write")
        row = session.execute("select current_user").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("delete from ledger_entries")

    assert ("marketplace_ro",) == row
