"""Writes the rows of a made-up book into its tables, as the company's own systems would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql


def write(
    session: psycopg.Connection[Any], rows_of_tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Adds all rows, table by table, to the caller's transaction; what a row lacks is NULL."""
    for table, rows in rows_of_tables.items():
        if not rows:
            continue
        columns = sorted({column for row in rows for column in row})
        into = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with session.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row([row.get(column) for column in columns])
