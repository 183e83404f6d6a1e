"""The gate: a delivery is proved by SQL and becomes canonical lines, or is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.config import Psp
from include.reconciliation.edges import store, warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import csv_reader
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import CsvFormat, Format, Gate
from include.reconciliation.statements.reasons import REASON_CODES
from include.reconciliation.statements.zones import ZONES

_WORK_TABLES = ("work_control", "work_booking_times", "work_statements", "work_raw_rows")


def admit(cursor: Cursor, attempt: Attempt, delivery: Delivery, psp: Psp, format_: Format) -> None:
    """Adds the delivery's lines to `work_statement_lines`, its statements being 'accepted'.

    Raises StatementError, after which nothing of it is left.
    """
    with cursor.connection.transaction():
        _drop_work_tables(cursor)
        binds = _binds(attempt, psp, format_)
        assert isinstance(format_, CsvFormat)
        notices = _prove_csv(cursor, delivery, format_, binds)
        _open_statements(cursor, attempt, delivery, format_, notices)
        warehouse.run(cursor, f"statements/{format_.name}_lines", binds)
        if _is_flagged(cursor, f"statements/{format_.name}_ties"):
            _check(cursor, delivery, format_, format_.row_gates, binds)
        _finish(cursor, delivery, format_)
        _drop_work_tables(cursor)


def refuse(
    cursor: Cursor, attempt: Attempt, delivery: Delivery, format_: Format, error: StatementError
) -> tuple[int, bool]:
    """Notes why a delivery was refused; returns the statement's id and whether that is news."""
    row = warehouse.run(
        cursor,
        "statements/refuse_statement",
        {
            "account_id": attempt.account_id,
            "delivery_id": delivery.delivery_id,
            "attempt_id": attempt.attempt_id,
            "statement_key": f"delivery {delivery.content_sha256[:12]}",
            "sequence_number": None,
            "format": format_.name,
            "reason_code": error.reason_code,
            "sentence": str(error),
        },
    ).fetchone()
    assert row is not None
    return int(row["statement_id"]), bool(row["is_new"])


def _prove_csv(
    cursor: Cursor, delivery: Delivery, format_: CsvFormat, binds: Mapping[str, Any]
) -> list[str]:
    with store.open(delivery.content_sha256) as stream:
        notices = csv_reader.load(cursor, stream, format_, delivery.name)
    # Without statistics the planner sorts a million rows to join them with three.
    cursor.execute("analyze work_raw_rows")
    warehouse.run(cursor, f"statements/{format_.name}_times", binds)
    cursor.execute("analyze work_booking_times")
    try:
        with cursor.connection.transaction():
            warehouse.run(cursor, f"statements/{format_.name}_control")
    except psycopg.DataError:
        _check(cursor, delivery, format_, format_.row_gates, binds)
        raise
    _check(cursor, delivery, format_, format_.small_gates, binds)
    if _is_flagged(cursor, "statements/has_suspects"):
        _check(cursor, delivery, format_, format_.row_gates, binds)
    _check(cursor, delivery, format_, format_.sum_gates, binds)
    return notices


def _is_flagged(cursor: Cursor, question: str) -> bool:
    row = warehouse.run(cursor, question).fetchone()
    return row is not None and bool(row["is_flagged"])


def _check(
    cursor: Cursor,
    delivery: Delivery,
    format_: Format,
    gates: tuple[Gate, ...],
    binds: Mapping[str, Any],
) -> None:
    for gate in gates:
        row = warehouse.run(cursor, f"gate/{format_.name}/{gate.promise}", binds).fetchone()
        if row is not None:
            reason = REASON_CODES[gate.reason_code]
            raise StatementError(
                gate.reason_code,
                reason.meaning,
                file=delivery.name,
                row=row["row_number"],
                column=row["column_name"],
                expected=row["expected"],
                found=_shown(row["found"]),
                next_step=reason.next_step,
            )


def _open_statements(
    cursor: Cursor, attempt: Attempt, delivery: Delivery, format_: Format, notices: list[str]
) -> None:
    cursor.execute(
        "create unlogged table work_statements"
        " (statement_id bigint, statement_key text, sequence_number bigint)"
    )
    for statement in warehouse.run(cursor, f"statements/{format_.name}_batches").fetchall():
        opened = warehouse.run(
            cursor,
            "statements/open_statement",
            {
                **statement,
                "account_id": attempt.account_id,
                "delivery_id": delivery.delivery_id,
                "attempt_id": attempt.attempt_id,
                "format": format_.name,
                "notices": notices,
                "proved_by": format_.proved_by,
            },
        ).fetchone()
        if opened is not None:
            cursor.execute(
                "insert into work_statements values (%s, %s, %s)",
                [opened["statement_id"], statement["statement_key"], statement["sequence_number"]],
            )
    cursor.execute("analyze work_statements")


def _finish(cursor: Cursor, delivery: Delivery, format_: Format) -> None:
    found = cursor.execute("select statement_id from work_statements").fetchall()
    statement_ids = [row["statement_id"] for row in found]
    values = {"statement_ids": statement_ids, "covers_until": delivery.read_to}
    warehouse.run(cursor, "statements/number_equal_lines", values)
    warehouse.run(cursor, "statements/describe_statements", values)
    warehouse.run(cursor, f"statements/{format_.name}_totals")


def _binds(attempt: Attempt, psp: Psp, format_: Format) -> dict[str, Any]:
    types = {word: [line.type, line.economic_type] for word, line in format_.types.items()}
    return {
        "account": attempt.account,
        "currencies": sorted(psp.limits),
        "expected": list(psp.expected_in_ledger),
        "types": Jsonb(types),
        "zones": Jsonb(ZONES),
    }


def _drop_work_tables(cursor: Cursor) -> None:
    for name in _WORK_TABLES:
        cursor.execute(f"drop table if exists {name}")  # noqa: S608 - a constant of this module


def _shown(found: str) -> str:
    """What was found, short and printable: it comes from outside."""
    shown = "".join(character if character.isprintable() else "?" for character in found)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."
