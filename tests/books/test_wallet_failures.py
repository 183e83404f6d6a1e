"""When the wallets' reconciliation fails, is killed or is stopped, and what its role may not do."""

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges import emergency_stop, wallet_balances, warehouse
from include.reconciliation.errors import Paused
from include.reconciliation.steps import reconcile_wallets as steps
from include.reconciliation.steps.reconcile_wallets import Request
from tests.books.conftest import AS_OF
from tests.books.wallets import alerts, balances, moved, reconciled, repairs, wallets_that_drift


@pytest.fixture
def book(book_of, variables):
    return book_of("wallet_balances")


def failing(run, **changes):
    with pytest.raises(RuntimeError):
        reconciled(run, **changes)


@pytest.fixture
def broken(monkeypatch):
    """The book can't be looked at."""

    def fail(values):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(wallet_balances, "next_batch", fail)


def test_the_third_failure_in_a_row_escalates_at_once(book, broken, warehouse, monkeypatch):
    failing("run 1")
    failing("run 2")
    failing("dry", dry_run=True)
    failing("one", scope="one", wallet_id="W1")
    failing("run 2")
    assert [] == book.alerts(), "two runs have failed, one of them twice"
    failing("run 3")

    assert [(steps.FAILING, "critical", "open")] == book.alerts()
    due = "select escalates_at <= now(), escalates_to from reconciliation.alerts"
    assert (True, "the engineering team") == warehouse.execute(due).fetchone()
    warehouse.rollback()
    monkeypatch.undo()


def test_a_good_run_in_between_begins_the_count_again_and_closes_the_alert(book, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr(wallet_balances, "next_batch", lambda values: 1 / 0)
        for run in ("run 1", "run 2", "run 3"):
            with pytest.raises(ZeroDivisionError):
                reconciled(run)
        assert 1 == len(alerts(book))
    reconciled("run 4")
    assert [] == alerts(book)
    with monkeypatch.context() as away:
        away.setattr(wallet_balances, "next_batch", lambda values: 1 / 0)
        for run in ("run 5", "run 6"):
            with pytest.raises(ZeroDivisionError):
                reconciled(run)
    assert [] == alerts(book)


def test_a_run_that_was_killed_counts_as_failed(book, warehouse):
    for run in ("run 1", "run 2", "run 3"):
        steps._begin(Request(run, "recent", dry_run=False, reason="r", as_of=AS_OF))
    assert [] == book.alerts(), "two are dead, the third goes on"
    steps._begin(Request("run 4", "recent", dry_run=False, reason="r", as_of=AS_OF))

    assert [(steps.FAILING, "critical", "open")] == book.alerts()


def test_the_emergency_stop_holds_every_write(book, databases, variables):
    wallets_that_drift(book, 1)
    variables.values[emergency_stop.PAYMENTS] = "false"

    with pytest.raises(Paused):
        reconciled()
    assert ([("W1", "EGP", 110)], []) == (balances(book), repairs(databases))
    assert 1 == reconciled("run 2", dry_run=True)["drifting"]


def test_one_wallet_may_be_repaired_in_spite_of_the_stop_and_the_log_says_who(
    book, databases, variables
):
    wallets_that_drift(book, 2)
    variables.values[emergency_stop.PAYMENTS] = "false"

    assert 1 == reconciled(scope="one", wallet_id="W1", in_spite_of_stop=True)["repaired"]
    assert [("W1", "ticket 4711", "ana")] == [(row[1], *row[6:8]) for row in repairs(databases)]


FORBIDDEN = [
    "insert into transactions (id, wallet_id, created_at, created_by) "
    "values ('x', 'W1', now(), 'x')",
    "update transactions set amount_minor = 0",
    "delete from transactions",
    "truncate transactions",
    "select * from transactions for update",
    "alter table transactions add column x text",
    "drop table transactions",
    "create trigger x before update on transactions for each row "
    "execute function suppress_redundant_updates_trigger()",
    "insert into wallets (id, user_id, created_at) values ('x', 'x', now())",
    "update wallets set currency = 'USD'",
    "delete from wallets",
    "update wallet_balances set wallet_id = 'W9'",
    "update wallet_balances set currency = 'USD'",
    "delete from wallet_balances",
    "truncate wallet_balances",
    "update user_balances set user_id = 'U9'",
    "delete from user_balances",
    "update balance_repairs set reason = 'x'",
    "delete from balance_repairs",
    "truncate balance_repairs",
    "insert into balance_repairs (relation, object, currency, after_minor, ledger_rows, reason, "
    "repaired_by, run_id, repaired_at) "
    "values ('wallet_balances', 'W1', 'EGP', 1, 1, 'r', 'x', 'x', now())",
    "update balance_drifts set drift_minor = 0",
    "delete from balance_drifts",
    "insert into requests (type, requested_at) values ('x', now())",
    "update requests set outcome = 'succeeded'",
    "delete from requests",
    "create table mine (x text)",
]  # fmt: skip


@pytest.mark.parametrize("connection_id", ["wallet_operations", "wallet_balances"])
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_no_role_of_ours_may_write_anything_else(book, connection_id, statement):
    wallets_that_drift(book, 1)
    with warehouse.connect(connection_id) as session:
        session.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)
        session.rollback()


@pytest.mark.parametrize("relation", ["wallet_balances", "user_balances"])
def test_the_role_that_checks_may_not_even_rebuild(book, relation):
    wallets_that_drift(book, 1)
    statement = sql.SQL("update {} set balance_minor = 0")
    with warehouse.connect("wallet_balances") as session:
        session.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement.format(sql.Identifier(relation)))
        session.rollback()


def test_the_health_of_the_book_is_what_it_holds(book):
    wallets_that_drift(book, 2)
    moved(book, "W1", 1)

    expected = {"wallets": 2, "transactions": 3, "projections": 2}
    assert expected == wallet_balances.health()
