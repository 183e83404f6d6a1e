"""What a run leaves behind, in a form in which two runs can be compared.

Numbers from sequences and moments of the clock differ between any two runs; everything else in the
public views and every byte of the report files must not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

VIEWS = (
    "runs",
    "run_totals",
    "discrepancies",
    "discrepancy_history",
    "pending_items",
    "statements",
    "statement_lines",
    "alerts",
)
NUMBERS = ("item_id", "match_id", "statement_id", "alert_id", "attempt_id")
MOMENTS = (
    "started_at",
    "published_at",
    "received_at",
    "opened_at",
    "updated_at",
    "closed_at",
)
# What two ways to the same position leave alike, and columns that only tell of the way.
POSITION = ("discrepancies", "pending_items", "statement_lines", "matches")
OF_THE_WAY = ("change", "episode")
MATCHES = """
    select
        matches.psp,
        matches.account,
        matches.leg,
        matches.rule,
        matches.rule_version,
        matches.absorbed_minor,
        matches.ledger_transactions,
        matches.first_run_id,
        array(
            select statement_lines.line_key || ' ' || statement_lines.occurrence
            from reconciliation.statement_lines
            where statement_lines.match_id = matches.match_id
            order by 1
        ) as lines
    from reconciliation.matches
"""
OUTBOX = (
    "select kind, dedupe_key, tries, delivered_at is not null as is_delivered from internal.outbox"
)


def of_views(warehouse: psycopg.Connection) -> dict[str, list[str]]:
    """Every row of the public views as text, without numbers and moments."""
    hidden = list(NUMBERS + MOMENTS)
    state = {
        view: rows_of(
            warehouse,
            sql.SQL("select * from reconciliation.{}").format(sql.Identifier(view)),
            hidden,
        )
        for view in VIEWS
    }
    state["matches"] = rows_of(warehouse, sql.SQL(MATCHES), hidden)
    state["outbox"] = rows_of(warehouse, sql.SQL(OUTBOX), hidden)
    return state


def position(views: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What stands at the heads, whatever the runs are called that led there and in which order."""
    return {view: sorted(map(_without_runs, views[view])) for view in POSITION}


def _without_runs(row: str) -> str:
    kept = {
        name: value
        for name, value in json.loads(row).items()
        if not name.endswith("run_id") and name not in OF_THE_WAY
    }
    return json.dumps(kept, sort_keys=True)


def of_files(folder: Path) -> dict[str, str]:
    """The SHA-256 of every finished file by its path; unfinished ones begin with a dot."""
    return {
        str(path): hashlib.sha256((folder / path).read_bytes()).hexdigest()
        for path in sorted(found.relative_to(folder) for found in folder.rglob("*"))
        if (folder / path).is_file() and not any(part.startswith(".") for part in path.parts)
    }


def rows_of(warehouse: psycopg.Connection, query: sql.Composable, hidden: list[str]) -> list[str]:
    """The rows of a query as text, sorted, without the columns that are hidden."""
    rows = warehouse.execute(
        sql.SQL("select (to_jsonb(shown) - {}::text[])::text from ({}) as shown").format(
            sql.Literal(hidden), query
        )
    ).fetchall()
    warehouse.commit()
    return sorted(row for (row,) in rows)
