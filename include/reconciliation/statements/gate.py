"""The gate: a delivery is proved by SQL and becomes canonical lines, or is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from include.reconciliation.config import Psp
from include.reconciliation.edges import store, warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import csv_reader, pages
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import (
    SIZE_BYTES_MAX,
    TEXT_BYTES_MAX,
    CsvFormat,
    Format,
    Gate,
    PagesFormat,
)
from include.reconciliation.statements.reasons import REASON_CODES, sentence
from include.reconciliation.statements.zones import ZONES

_WORK_TABLES = (
    "work_new_lines",
    "work_control",
    "work_booking_times",
    "work_statements",
    "work_raw_rows",
    "work_pages",
)


class Refusal(Exception):
    """A delivery is refused, in a sentence; `statements` are those that it was seen to hold."""

    def __init__(self, error: StatementError, statements: list[dict[str, Any]]) -> None:
        super().__init__(sentence(error))
        self.error = error
        self.statements = statements


def admit(cursor: Cursor, attempt: Attempt, delivery: Delivery, psp: Psp, format_: Format) -> None:
    """Adds the delivery's lines to `work_statement_lines`, its statements being 'accepted'.

    Raises Refusal, after which nothing of it is left.
    """
    binds = _binds(attempt, delivery, psp, format_)
    binds["first_item_id"] = warehouse.first_item_id(cursor)
    with cursor.connection.transaction():
        _drop_work_tables(cursor)
        try:
            if isinstance(format_, CsvFormat):
                _admit_csv(cursor, attempt, delivery, format_, binds)
            else:
                _admit_pages(cursor, attempt, delivery, format_, binds)
        except StatementError as error:
            raise Refusal(error, _named_statements(cursor, delivery, format_, binds)) from error
        _drop_work_tables(cursor)


def refuse(
    cursor: Cursor, attempt: Attempt, delivery: Delivery, format_: Format, refusal: Refusal
) -> list[int]:
    """Notes why a delivery was refused; returns the ids of the statements that were not before."""
    unnamed = {"statement_key": f"delivery {delivery.content_sha256[:12]}", "sequence_number": None}
    news = []
    for statement in refusal.statements or [unnamed]:
        row = warehouse.run(
            cursor,
            "statements/refuse_statement",
            {
                "account_id": attempt.account_id,
                "delivery_id": delivery.delivery_id,
                "attempt_id": attempt.attempt_id,
                "statement_key": statement["statement_key"],
                "sequence_number": statement["sequence_number"],
                "format": format_.name,
                "reason_code": refusal.error.reason_code,
                "sentence": str(refusal),
            },
        ).fetchone()
        if row is not None and row["is_new"]:
            news.append(int(row["statement_id"]))
    return news


def _admit_csv(
    cursor: Cursor,
    attempt: Attempt,
    delivery: Delivery,
    format_: CsvFormat,
    binds: Mapping[str, Any],
) -> None:
    if delivery.size_bytes > SIZE_BYTES_MAX:
        raise StatementError(
            "too_large",
            "the file is too large",
            file=delivery.name,
            expected=f"at most {SIZE_BYTES_MAX} bytes",
            found=f"{delivery.size_bytes} bytes",
        )
    with store.open(delivery.content_sha256) as stream:
        notices = csv_reader.load(cursor, stream, format_, delivery.name)
    # Without statistics the planner sorts a million rows to join them with three.
    cursor.execute("analyze work_raw_rows")
    warehouse.run(cursor, f"statements/{format_.name}_times", binds)
    cursor.execute("analyze work_booking_times")
    try:
        with cursor.connection.transaction():
            warehouse.run(cursor, f"statements/{format_.name}_control", binds)
    except psycopg.DataError:
        _check(cursor, delivery, format_, format_.row_gates, binds)
        raise
    _check(cursor, delivery, format_, format_.small_gates, binds)
    if _is_flagged(cursor, "statements/has_suspects"):
        _check(cursor, delivery, format_, format_.row_gates, binds)
    _check(cursor, delivery, format_, format_.sum_gates, binds)
    batches = warehouse.run(cursor, f"statements/{format_.name}_batches").fetchall()
    _open_statements(cursor, attempt, delivery, format_, batches, notices)
    warehouse.run(cursor, f"statements/{format_.name}_lines", binds)
    if _is_flagged(cursor, f"statements/{format_.name}_ties"):
        _check(cursor, delivery, format_, format_.row_gates, binds)
    warehouse.run(cursor, "statements/number_equal_lines")
    warehouse.run(cursor, "statements/describe_statements")
    warehouse.run(cursor, f"statements/{format_.name}_totals", binds)
    _stage_new_lines(cursor)


def _stage_new_lines(cursor: Cursor) -> None:
    # The first delivery's table is taken as it is: its rows need not be written twice.
    if _is_flagged(cursor, "statements/is_nothing_staged"):
        warehouse.run(cursor, "statements/take_new_lines")
    else:
        warehouse.run(cursor, "statements/add_new_lines")


def _admit_pages(
    cursor: Cursor,
    attempt: Attempt,
    delivery: Delivery,
    format_: PagesFormat,
    binds: Mapping[str, Any],
) -> None:
    warehouse.run(cursor, "statements/create_pages")
    try:
        with (
            cursor.connection.transaction(),
            cursor.copy("copy work_pages (page_number, body) from stdin") as copy,
        ):
            for page in pages.read(delivery, format_.page):
                copy.write_row(page)
    except psycopg.DataError as error:
        raise StatementError(
            "bad_json",
            "a page holds what the database can't",
            file=delivery.name,
            found=str(error.diag.message_primary),
        ) from None
    warehouse.run(cursor, f"statements/{format_.name}_raw")
    cursor.execute("analyze work_raw_rows")
    _check(cursor, delivery, format_, format_.gates, binds)
    read = {"statement_key": delivery.name, "sequence_number": None, "version_stamp": None}
    statement_ids = _open_statements(cursor, attempt, delivery, format_, [read], [])
    warehouse.run(cursor, f"statements/{format_.name}_lines", binds)
    values = {**binds, "statement_ids": statement_ids, "covers_until": delivery.read_to}
    warehouse.run(cursor, "statements/describe_read", values)
    warehouse.run(cursor, f"statements/{format_.name}_totals", binds)


def _named_statements(
    cursor: Cursor, delivery: Delivery, format_: Format, binds: Mapping[str, Any]
) -> list[dict[str, Any]]:
    if isinstance(format_, PagesFormat):
        return [{"statement_key": delivery.name, "sequence_number": None}]
    if cursor.connection.info.transaction_status == TransactionStatus.INERROR:
        # The rows did not even arrive: nothing says which statement it was.
        return []
    if not _is_flagged(cursor, "statements/has_raw_rows"):
        return []
    return warehouse.run(cursor, f"statements/{format_.name}_named", binds).fetchall()


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
            raise StatementError(
                gate.reason_code,
                REASON_CODES[gate.reason_code].meaning,
                file=delivery.name,
                row=row["row_number"],
                column=row["column_name"],
                expected=row["expected"],
                found=_shown(row["found"]),
            )


def _is_flagged(cursor: Cursor, question: str) -> bool:
    row = warehouse.run(cursor, question).fetchone()
    return row is not None and bool(row["is_flagged"])


def _open_statements(
    cursor: Cursor,
    attempt: Attempt,
    delivery: Delivery,
    format_: Format,
    statements: list[dict[str, Any]],
    notices: list[str],
) -> list[int]:
    warehouse.run(cursor, "statements/create_statements")
    opened_ids = []
    for statement in statements:
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
            opened_ids.append(int(opened["statement_id"]))
            cursor.execute(
                "insert into work_statements values (%s, %s, %s)",
                [opened["statement_id"], statement["statement_key"], statement["sequence_number"]],
            )
    cursor.execute("analyze work_statements")
    return opened_ids


def _binds(attempt: Attempt, delivery: Delivery, psp: Psp, format_: Format) -> dict[str, Any]:
    binds: dict[str, Any] = {
        "account_id": attempt.account_id,
        "account": attempt.account,
        "currencies": sorted(psp.limits),
        "expected": list(psp.expected_in_ledger),
        "types": Jsonb(
            {word: [line.type, line.economic_type] for word, line in format_.types.items()}
        ),
        "read_from": delivery.read_from,
        "read_to": delivery.read_to,
        "text_bytes_max": TEXT_BYTES_MAX,
        "zone": psp.zone,
        "zones": Jsonb(ZONES),
    }
    if isinstance(format_, PagesFormat):
        binds["divisors"] = Jsonb(dict(format_.minor_unit_divisors))
        binds["metadata_keys"] = list(format_.metadata_keys)
    return binds


def _drop_work_tables(cursor: Cursor) -> None:
    for name in _WORK_TABLES:
        cursor.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(name)))


def _shown(found: str) -> str:
    """What was found, short and printable: it comes from outside."""
    shown = "".join(character if character.isprintable() else "?" for character in found)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."
