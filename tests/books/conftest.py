"""A book as the company's systems write it, and its checks as the DAG asks them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges import pause_variable
from include.reconciliation.errors import Broken, ConfigurationError, SourceError, Transient
from include.reconciliation.steps.run_check import run_check

AS_OF = datetime(2026, 11, 20, 6, tzinfo=UTC)
OUTCOMES = {
    Broken: "broken",
    ConfigurationError: "could_not_check",
    SourceError: "could_not_check",
    Transient: "could_not_check",
}


class Book:
    """The tables of a book: rows are added, and its invariants asked."""

    def __init__(self, name: str, session: psycopg.Connection, warehouse: psycopg.Connection):
        self.name = name
        self.session = session
        self.warehouse = warehouse
        self.runs = 0

    def add(self, table: str, **row: Any) -> None:
        """One row of a table."""
        self.session.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(*table.split(".")),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(map(sql.Placeholder, row)),
            ),
            row,
        )

    def check(
        self,
        name: str,
        *,
        since: datetime | None = None,
        as_of: datetime = AS_OF,
        run: str | None = None,
    ) -> str:
        """The outcome of one check; over all of the book unless `since` is given."""
        self.runs += 1
        try:
            return run_check(
                self.name,
                name,
                airflow_run_id=run or f"run {self.runs}",
                window_start=since,
                window_end=as_of,
            )
        except tuple(OUTCOMES) as error:
            return next(word for kind, word in OUTCOMES.items() if isinstance(error, kind))

    def violations(self, name: str) -> list[tuple[Any, ...]]:
        """Object, currency and amount of what broke a check when it was last asked."""
        return self._rows(
            "select object, currency, amount_minor from reconciliation.violations "
            "where check_run_id = (select max(check_run_id) from reconciliation.check_runs "
            "where book = %s and check_name = %s) order by place",
            [self.name, name],
        )

    def alerts(self) -> list[tuple[Any, ...]]:
        """Name, severity and life of the book's alerts, the oldest first."""
        return self._rows(
            "select name, severity, life from reconciliation.alerts where book = %s "
            "order by alert_id",
            [self.name],
        )

    def messages(self) -> list[str]:
        """What Slack will hear of, in its order."""
        rows = self._rows(
            "select payload ->> 'text' from internal.outbox where kind = 'slack' "
            "order by message_id"
        )
        return [text for (text,) in rows]

    def _rows(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:
        rows = self.warehouse.execute(query, values).fetchall()
        self.warehouse.rollback()
        return rows


@pytest.fixture
def book_of(databases, warehouse) -> Iterator[Callable[[str], Book]]:
    """Gives a book by its name, to be filled by a test."""
    sessions = []

    def make(name: str) -> Book:
        session = psycopg.connect(databases.conninfo(name, "source_writer"), autocommit=True)
        sessions.append(session)
        return Book(name, session, warehouse)

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def gateway_log(databases, warehouse) -> Iterator[Book]:
    """The billing gateway's book as the pipeline writes it: it may add to the log of runs."""
    address = databases.conninfo("billing_gateway", "billing_gateway_app")
    with psycopg.connect(address, autocommit=True) as session:
        yield Book("billing_gateway", session, warehouse)


@pytest.fixture
def gateway_owner(databases) -> Iterator[psycopg.Connection]:
    """Whoever may change the gateway's tables themselves."""
    address = databases.conninfo("billing_gateway", "postgres")
    with psycopg.connect(address, autocommit=True) as session:
        yield session


class Variables:
    """Airflow's Variables; what is in `values` is set."""

    def __init__(self):
        self.values = {}

    def names(self, prefix):
        return [name for name in self.values if name.startswith(prefix)]

    def value(self, name):
        return self.values[name]


@pytest.fixture
def variables():
    """Where the code under test looks for a stop: nothing is stopped until a test says so."""
    stand_in = Variables()
    with pause_variable.reading_from(stand_in):
        yield stand_in
