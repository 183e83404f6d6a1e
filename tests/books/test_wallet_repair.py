"""Drift and its repair: a projection is rebuilt and logged, a ledger row is never changed."""

import logging
import threading
from contextlib import suppress
from contextvars import copy_context

import psycopg
import pytest

from include.reconciliation.edges import wallet_balances, warehouse
from include.reconciliation.errors import RequestError, SourceError
from tests.books.conftest import AS_OF
from tests.books.wallets import (
    HOUR,
    alerts,
    balances,
    ledger,
    moved,
    reconciled,
    repairs,
    wallets_that_drift,
)


@pytest.fixture
def book(book_of, variables):
    return book_of("wallet_balances")


def test_a_projection_is_rebuilt_from_the_ledger_and_logged_with_before_and_after(book, databases):
    """Defect T6 of the runbooks: what is mended by machine is a projection, never a ledger row."""
    wallets_that_drift(book, 1, drift=10)
    moved(book, "W1", -30)
    before = ledger(book)

    assert {"wallets": 1, "drifting": 2, "repaired": 2} == reconciled()
    assert [("W1", "EGP", 70)] == balances(book)
    assert [("U1", "EGP", 70)] == balances(book, "user_balances")
    by = ("ticket 4711", "ana", "run 1")
    assert [
        ("wallet_balances", "W1", "EGP", 110, 70, 2, *by),
        ("user_balances", "U1", "EGP", 100, 70, 2, *by),
    ] == repairs(databases)
    assert before == ledger(book)


def test_a_repeat_does_nothing(book, databases):
    wallets_that_drift(book, 3)
    reconciled()
    logged = repairs(databases)

    assert {"wallets": 3, "drifting": 0, "repaired": 0} == reconciled("run 2")
    assert logged == repairs(databases)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(book, databases, caplog):
    wallets_that_drift(book, 1)
    caplog.set_level(logging.INFO)

    assert {"wallets": 1, "drifting": 1, "repaired": 0} == reconciled(dry_run=True)
    assert (
        "would repair: projections of W1: EGP 110 becomes 100 minor units, as 1 ledger rows add "
        "up to" in caplog.messages
    )
    assert [("W1", "EGP", 110)] == balances(book)
    assert [] == repairs(databases)
    assert [] == book.alerts()


def test_each_currency_of_a_wallet_is_a_balance_of_its_own(book, databases):
    wallets_that_drift(book, 1, drift=0)
    moved(book, "W1", 5, currency="USD")

    reconciled()

    assert [("W1", "EGP", 100), ("W1", "USD", 5)] == balances(book)
    assert ("wallet_balances", "W1", "USD", None, 5) == repairs(databases)[0][:5]


def test_a_missing_projection_is_made_even_of_nothing(book, databases):
    book.add("wallets", id="W1", user_id="U1", currency="EGP", created_at=AS_OF)

    assert 1 == reconciled(scope="full")["repaired"]
    assert [("W1", "EGP", 0)] == balances(book)
    assert 0 == reconciled("run 2", scope="full")["repaired"]


def test_recent_is_what_was_touched_in_two_days_and_full_is_all(book):
    for name, hours in (("W1", 1), ("W2", 48), ("W3", 49)):
        book.add("wallets", id=name, user_id="U1", currency="EGP", created_at=AS_OF)
        moved(book, name, 100, hours=hours)
    book.add("wallets", id="W4", user_id="U1", currency="EGP", created_at=AS_OF)
    book.add(
        "wallet_balances", wallet_id="W4", currency="EGP", balance_minor=9, last_updated=AS_OF
        - HOUR,
    )  # fmt: skip

    assert 3 == reconciled()["wallets"]
    assert [("W1", 100), ("W2", 100), ("W4", 0)] == [(row[0], row[2]) for row in balances(book)]
    assert 4 == reconciled("run 2", scope="full")["wallets"]
    assert ("W3", "EGP", 100) in balances(book)


def test_one_wallet_is_repaired_and_no_other(book):
    wallets_that_drift(book, 3)

    assert 1 == reconciled(scope="one", wallet_id="W2")["wallets"]
    assert [110, 100, 110] == [minor for _, _, minor in balances(book)]


def test_a_wallet_that_is_not_there_is_refused(book):
    with pytest.raises(RequestError, match="there is no wallet 'W9'"):
        reconciled(scope="one", wallet_id="W9")


@pytest.mark.parametrize("batch_size", [1, 2, 3, 50])
def test_batches_of_any_size_reach_every_wallet_once(book, databases, batch_size):
    wallets_that_drift(book, 5)

    assert {"wallets": 5, "drifting": 5, "repaired": 5} == reconciled(batch_size=batch_size)
    assert 5 == len(repairs(databases))


def test_a_run_that_dies_at_any_statement_leaves_each_wallet_whole(book, databases, monkeypatch):
    wallets_that_drift(book, 4)
    statements = 0
    run = warehouse.run

    def dying(cursor, name, values=None):
        nonlocal statements
        statements += 1
        if statements == last and not name.startswith("wallets/end"):
            cursor.connection.close()
            raise KeyboardInterrupt
        return run(cursor, name, values)

    monkeypatch.setattr(warehouse, "run", dying)
    for last in range(1, 200):
        statements = 0
        with suppress(KeyboardInterrupt, psycopg.OperationalError):
            reconciled(f"run {last}", batch_size=1)
        logged = {row[1] for row in repairs(databases)}
        rebuilt = {wallet for wallet, _, minor in balances(book) if minor == 100}
        assert logged == rebuilt, f"killed at statement {last}"
        if statements < last:
            break

    assert 4 == len(repairs(databases))
    assert 20 < last < 199


def test_a_session_that_is_killed_before_its_commit_has_changed_nothing(book, databases):
    wallets_that_drift(book, 1)
    keys = {"objects": ["W1"], "currencies": ["EGP"]}
    names = wallet_balances.RELATIONS["projections"]
    log = {"relation": names["balances"], "reason": "r", "repaired_by": "ana", "run_id": "run 1"}
    made = {**keys, **log}
    session = warehouse.connect("wallet_operations")
    with session.cursor() as cursor:
        warehouse.run_over(cursor, "wallets/lock", keys, **names)
        rebuilt = warehouse.run_over(cursor, "wallets/rebuild", made, **names).fetchall()
        assert 1 == len(rebuilt)
        with psycopg.connect(
            databases.conninfo("wallet_balances", "postgres"), autocommit=True
        ) as killer:
            killer.execute("select pg_terminate_backend(%s)", [session.info.backend_pid])
    session.close()

    assert [("W1", "EGP", 110)] == balances(book)
    assert [] == repairs(databases)


def pay(session, minor):
    """What the application does for a payment: a ledger row and the projection, at once."""
    session.execute(
        "insert into transactions (id, wallet_id, amount_minor, currency, type, created_at, "
        "created_by) values ('paid', 'W1', %s, 'EGP', 'DEPOSIT', now(), 'app')",
        [minor],
    )
    session.execute(
        "update wallet_balances set balance_minor = balance_minor + %s "
        "where wallet_id = 'W1' and currency = 'EGP'",
        [minor],
    )


def test_a_payment_under_way_when_the_repair_comes_is_not_lost(book, databases):
    """The application holds the balance: the repair waits, and then sees the payment."""
    wallets_that_drift(book, 1)
    with psycopg.connect(databases.conninfo("wallet_balances", "source_writer")) as application:
        pay(application, 7)
        repair = threading.Thread(target=copy_context().run, args=[reconciled])
        repair.start()
        wait_for_a_lock(databases)
        application.commit()
        repair.join(20)

    assert [("W1", "EGP", 107)] == balances(book)


def test_a_payment_that_comes_while_the_repair_holds_the_balance_is_not_lost(book, databases):
    """The repair holds the balance: the payment waits, and is added to the rebuilt one."""
    wallets_that_drift(book, 1)
    keys = {"objects": ["W1"], "currencies": ["EGP"]}
    names = wallet_balances.RELATIONS["projections"]
    log = {"relation": names["balances"], "reason": "r", "repaired_by": "ana", "run_id": "run 1"}
    made = {**keys, **log}

    def payment():
        with psycopg.connect(databases.conninfo("wallet_balances", "source_writer")) as application:
            pay(application, 7)

    with warehouse.connect("wallet_operations") as session, session.cursor() as cursor:
        warehouse.run_over(cursor, "wallets/lock", keys, **names)
        application = threading.Thread(target=payment)
        application.start()
        wait_for_a_lock(databases)
        warehouse.run_over(cursor, "wallets/rebuild", made, **names)
    application.join(20)

    assert [("W1", "EGP", 107)] == balances(book)


def wait_for_a_lock(databases):
    """Until some session of the book waits for another one."""
    query = """
        select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
    """
    with psycopg.connect(
        databases.conninfo("wallet_balances", "postgres"), autocommit=True
    ) as session:
        for _ in range(2000):
            row = session.execute(query).fetchone()
            if row[0]:
                return
            session.execute("select pg_sleep(0.005)")
    raise AssertionError("nobody waits")


def test_what_is_in_order_by_the_time_it_is_locked_stays_as_it_is(book, databases):
    wallets_that_drift(book, 1)
    seen = wallet_balances.next_batch(
        {"after": "", "wallet_id": None, "since": None, "batch_size": 9}
    ).drifts
    book.session.execute("update wallet_balances set balance_minor = 100")

    done = wallet_balances.rebuild(
        "projections", seen, reason="r", repaired_by="ana", run_id="run 1"
    )

    assert ([], []) == (done, repairs(databases))


def test_a_wallet_that_nobody_can_add_up_stays_as_it_is_and_the_others_are_repaired(
    book, databases
):
    wallets_that_drift(book, 3)
    book.add(
        "transactions", id="T-null", wallet_id="W2", currency="EGP", type="DEPOSIT",
        created_at=AS_OF - HOUR, created_by="app",
    )  # fmt: skip

    with pytest.raises(SourceError, match=r"1 wallets have ledger rows without amount.*: W2"):
        reconciled()
    assert [100, 110, 100] == [minor for _, _, minor in balances(book)]


@pytest.mark.parametrize(("drift", "told"), [(1, []), (2, ["critical"]), (-2, ["critical"])])
def test_drift_above_one_minor_unit_is_told_even_though_it_is_mended(book, drift, told):
    wallets_that_drift(book, 1, drift=drift)

    reconciled()

    assert told == [severity for _, severity, _ in alerts(book)]
    assert [("W1", "EGP", 100)] == balances(book)


def test_what_was_found_is_kept_per_currency_before_it_is_mended(book, databases):
    wallets_that_drift(book, 2, drift=-5)

    reconciled(requested_by=None)
    reconciled("run 2")
    reconciled("run 3", dry_run=True)
    reconciled("run 4", scope="one", wallet_id="W1")

    with psycopg.connect(databases.conninfo("wallet_balances", "wallet_balances_ro")) as session:
        rows = session.execute(
            "select run_id, scope, currency, wallets, wallets_drifting, drift_minor "
            "from balance_drifts order by run_id"
        ).fetchall()
    assert [("run 1", "recent", "EGP", 2, 2, 10), ("run 2", "recent", "EGP", 2, 0, 0)] == rows
