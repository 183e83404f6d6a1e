"""Wallets that drift, and their reconciliation as the DAG asks for it."""

from datetime import timedelta

import psycopg
from psycopg import sql

from include.reconciliation.steps.reconcile_wallets import Request, reconcile_wallets
from tests.books.conftest import AS_OF

HOUR = timedelta(hours=1)


def wallets_that_drift(book, count, *, drift=10):
    """So many wallets of 100 in the ledger, each with a projection that says more."""
    for number in range(1, count + 1):
        name = f"W{number}"
        book.add("wallets", id=name, user_id=f"U{number}", currency="EGP", created_at=AS_OF)
        moved(book, name, 100)
        book.add(
            "wallet_balances", wallet_id=name, currency="EGP", balance_minor=100 + drift,
            last_updated=AS_OF - HOUR,
        )  # fmt: skip
        book.add(
            "user_balances", user_id=f"U{number}", currency="EGP", balance_minor=100,
            cached_at=AS_OF - HOUR,
        )  # fmt: skip


def moved(book, wallet, minor, *, currency="EGP", hours=1):
    book.runs += 1
    book.add(
        "transactions", id=f"T{book.runs}", wallet_id=wallet, amount_minor=minor, currency=currency,
        type="DEPOSIT", created_at=AS_OF - hours * HOUR, created_by="app",
    )  # fmt: skip


def reconciled(run="run 1", **changes):
    asked = {"scope": "recent", "dry_run": False, "reason": "ticket 4711", "requested_by": "ana"}
    return reconcile_wallets(Request(airflow_run_id=run, as_of=AS_OF, **{**asked, **changes}))


def balances(book, relation="wallet_balances"):
    key = "wallet_id" if relation == "wallet_balances" else "user_id"
    query = sql.SQL("select {}, currency, balance_minor from {} order by 1, 2")
    composed = query.format(sql.Identifier(key), sql.Identifier(relation))
    return book.session.execute(composed).fetchall()


def repairs(databases):
    """What the log says, in its order."""
    query = """
        select relation, object, currency, before_minor, after_minor, ledger_rows, reason,
            repaired_by, run_id
        from balance_repairs order by repair_id
    """
    with psycopg.connect(databases.conninfo("wallet_balances", "wallet_balances_ro")) as session:
        return session.execute(query).fetchall()


def ledger(book):
    return book.session.execute("select * from transactions order by id").fetchall()


def alerts(book):
    return [alert for alert in book.alerts() if alert[2] == "open"]
