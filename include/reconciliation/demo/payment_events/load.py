"""Writes a made-up event store into its database, through the role of the company's own system."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Any

import psycopg
from psycopg import sql

from include.reconciliation.demo.payment_events.rows import EventStore

# In the order in which a foreign key allows.
TABLES = ("intents", "attempts", "events", "projections", "operator_actions", "rail_requests")


def load(session: psycopg.Connection[Any], store: EventStore) -> None:
    """Adds all rows in one transaction of the caller's session."""
    with session.transaction(), session.cursor() as cursor:
        for table in TABLES:
            rows = getattr(store, table)
            if not rows:
                continue
            columns = sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(rows[0]))
            into = sql.SQL("copy payments.{} ({}) from stdin").format(
                sql.Identifier(table), columns
            )
            with cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(astuple(row))
