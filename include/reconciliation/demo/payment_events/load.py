"""Writes a made-up event store into its database, through the role of the company's own system."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import psycopg

from include.reconciliation.demo import book_rows
from include.reconciliation.demo.payment_events.rows import EventStore

# In the order in which a foreign key allows.
TABLES = ("intents", "attempts", "events", "projections", "operator_actions", "rail_requests")


def rows_of(store: EventStore) -> dict[str, list[dict[str, Any]]]:
    """The rows of a store, by table."""
    return {f"payments.{name}": [asdict(row) for row in getattr(store, name)] for name in TABLES}


def load(session: psycopg.Connection[Any], store: EventStore) -> None:
    """Adds all rows in one transaction of the caller's session."""
    with session.transaction():
        book_rows.write(session, rows_of(store))
