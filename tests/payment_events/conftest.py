"""The event store of a test, and the invariants run on it as its own read-only role."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore
from include.reconciliation.edges import emergency_stop, pause_variable
from include.reconciliation.edges.invariant_files import invariant_of
from include.reconciliation.steps.verify_payment_replay import verify_payment_replay
from tests.payment_events.replays import Airflow

INVARIANTS = PROJECT_ROOT / "include" / "sql" / "invariants" / "payment_events"
BOOK_FILE = PROJECT_ROOT / "include" / "sql" / "books" / "payment_events.sql"
NAMES = sorted(path.stem for path in INVARIANTS.glob("*.sql"))
Broken = dict[str, list[dict[str, Any]]]


@pytest.fixture
def store() -> EventStore:
    """An event store to write payments into."""
    return EventStore()


@pytest.fixture
def payment_events(databases) -> Iterator[psycopg.Connection]:  # type: ignore[no-untyped-def]
    """The event store as the company's own system writes it."""
    address = databases.conninfo("payment_events", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        yield session


@pytest.fixture
def reader(databases) -> Iterator[psycopg.Connection]:  # type: ignore[no-untyped-def]
    """The event store as the checks see it."""
    address = databases.conninfo("payment_events", "payment_events_ro")
    with psycopg.connect(address, autocommit=True, row_factory=dict_row) as session:
        yield session


@pytest.fixture
def check(reader: psycopg.Connection) -> Callable[..., list[dict[str, Any]]]:
    """Runs one invariant over a window that ends at `as_of`."""

    def run(name: str, as_of: datetime, hours: int = 24) -> list[dict[str, Any]]:
        text = invariant_of("payment_events", name).query
        start = as_of - timedelta(hours=hours)
        values = {"window_start": start, "window_end": as_of, "as_of": as_of}
        return reader.execute(text, values).fetchall()  # type: ignore[call-overload]

    return run


@pytest.fixture
def broken(payment_events, check) -> Callable[[EventStore, datetime], Broken]:  # type: ignore[no-untyped-def]
    """What each invariant finds in a store; those that find nothing are left out."""

    def run(store: EventStore, as_of: datetime) -> Broken:
        load(payment_events, store)
        found = {name: check(name, as_of) for name in NAMES}
        return {name: rows for name, rows in found.items() if rows}

    return run


@pytest.fixture
def unreliable(reader: psycopg.Connection) -> Callable[[], list[tuple[str, str]]]:
    """What the store holds that no check can rely on: relation and sentence."""

    def run() -> list[tuple[str, str]]:
        rows = reader.execute(BOOK_FILE.read_text(encoding="utf-8"), {"relations": None}).fetchall()  # type: ignore[call-overload]
        return [(row["relation"], row["what"]) for row in rows]

    return run


@pytest.fixture
def seen(databases):  # type: ignore[no-untyped-def]
    """The warehouse as finance tools see it, rows as dictionaries."""
    address = databases.conninfo("reconciliation", "reconciliation_rw")
    with psycopg.connect(address, autocommit=True, row_factory=dict_row) as session:
        yield lambda query: session.execute(query).fetchall()


@pytest.fixture
def airflow(monkeypatch):  # type: ignore[no-untyped-def]
    stand_in = Airflow()
    monkeypatch.setattr(emergency_stop, "write", stand_in.write)
    with pause_variable.reading_from(stand_in):
        yield stand_in


@pytest.fixture
def verify(airflow):  # type: ignore[no-untyped-def]
    def run(**asked: object) -> int:
        return verify_payment_replay(airflow_run_id="run", **asked)  # type: ignore[arg-type]

    return run
