"""The gate: a delivery is proved by SQL and becomes canonical lines, or is refused whole."""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from include.reconciliation.config import Psp
from include.reconciliation.edges import store, warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import admission, archives, csv_gate, parsed_gate
from include.reconciliation.statements.admission import Case
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import (
    SIZE_BYTES_MAX,
    TEXT_BYTES_MAX,
    CsvFormat,
    Format,
)
from include.reconciliation.statements.reasons import sentence

# What eight bytes hold.
MINOR_MAX = (1 << 63) - 1
_WORK_TABLES = (
    "work_equal_keys",
    "work_line_days",
    "work_new_lines",
    "work_statements",
    *csv_gate.WORK_TABLES,
    *parsed_gate.WORK_TABLES,
)


class Refusal(Exception):
    """A delivery is refused, in a sentence; `statements` are those that it was seen to hold."""

    def __init__(
        self, error: StatementError, statements: list[dict[str, Any]], *, is_read: bool
    ) -> None:
        super().__init__(sentence(error, is_read=is_read))
        self.error = error
        self.statements = statements


def case_of(cursor: Cursor, attempt: Attempt, delivery: Delivery, psp: Psp) -> Case:
    """A kept delivery of a PSP's account on its way in."""
    return Case(
        cursor,
        attempt,
        delivery,
        psp.format,
        content=partial(store.open, delivery.content_sha256),
        binds={
            "account_id": attempt.account_id,
            "account": attempt.account,
            "currencies": sorted(psp.limits),
            "all_currencies": False,
            "expected": list(psp.expected_in_ledger),
            "read_from": delivery.read_from,
            "read_to": delivery.read_to,
            "fixed_zone": psp.zone,
            "first_item_id": warehouse.first_item_id(cursor),
        },
        # Where a PSP's account has one currency, files that name none are in it.
        default_currency=next(iter(psp.limits)) if len(psp.limits) == 1 else None,
    )


def admit(case: Case, format_: Format) -> None:
    """Adds the delivery's lines to `work_statement_lines`, its statements being 'accepted'.

    Raises Refusal, after which nothing of it is left.
    """
    case.binds["text_bytes_max"] = TEXT_BYTES_MAX
    with case.cursor.connection.transaction():
        _drop_work_tables(case.cursor)
        try:
            _admit(case, format_)
        except StatementError as error:
            raise _refusal(case, format_, error) from error
        except psycopg.DataError as error:
            raise _refusal(case, format_, _out_of_range(case, error)) from error
        _drop_work_tables(case.cursor)


def refuse(case: Case, refusal: Refusal) -> list[int]:
    """Notes why a delivery was refused; returns the ids of the statements that were not before."""
    unnamed = {
        "statement_key": f"delivery {case.file}",
        "sequence_number": None,
    }
    # A key may be what is too long: no index would take it.
    named = [
        statement
        for statement in refusal.statements
        if len(statement["statement_key"].encode()) <= TEXT_BYTES_MAX
    ]
    news = []
    for statement in named or [unnamed]:
        row = warehouse.run(
            case.cursor,
            "statements/refuse_statement",
            {
                "account_id": case.attempt.account_id,
                "delivery_id": case.delivery.delivery_id,
                "attempt_id": case.attempt.attempt_id,
                "statement_key": statement["statement_key"],
                "sequence_number": statement["sequence_number"],
                "format": case.format_name,
                "reason_code": refusal.error.reason_code,
                "sentence": str(refusal),
            },
        ).fetchone()
        if row is not None and row["is_new"]:
            news.append(int(row["statement_id"]))
    return news


def _admit(case: Case, format_: Format) -> None:
    if case.delivery.size_bytes > SIZE_BYTES_MAX:
        raise StatementError(
            "too_large",
            "the file is too large",
            file=case.file,
            expected=f"at most {SIZE_BYTES_MAX} bytes",
            found=f"{case.delivery.size_bytes} bytes",
        )
    _refuse_archive(case)
    if isinstance(format_, CsvFormat):
        csv_gate.admit(case, format_)
    else:
        parsed_gate.admit(case, format_)
    _stage_new_lines(case.cursor)


def _refusal(case: Case, format_: Format, error: StatementError) -> Refusal:
    is_read = case.delivery.read_from is not None
    return Refusal(error, _named_statements(case, format_), is_read=is_read)


def _out_of_range(case: Case, error: psycopg.DataError) -> StatementError:
    """What the database could not calculate: the file's amounts are too large, one by one or added.

    Which row it was the database does not say.
    """
    return StatementError(
        "beyond_limits",
        "the amounts, or their sum, are larger than the database can hold",
        file=case.file,
        expected=f"at most {MINOR_MAX} minor units per currency",
        found=admission.shown(str(error.diag.message_primary)),
        next_step="look at the amounts of the file: they are damaged, or it has to come in parts",
    )


def _refuse_archive(case: Case) -> None:
    """What is still packed could not be unpacked when it arrived; says why."""
    with case.content() as stream:
        head = stream.read(len(archives.ZIP))
        stream.seek(0)
        if not archives.is_archive(head):
            return
        for _, member in archives.members(stream, case.delivery.size_bytes, case.file):
            while member.read(archives.CHUNK_BYTES):
                pass
    raise StatementError("bad_archive", "the file was kept packed", file=case.file)


def _stage_new_lines(cursor: Cursor) -> None:
    # The first delivery's table is taken as it is: its rows need not be written twice.
    if admission.is_flagged(cursor, "statements/is_nothing_staged"):
        warehouse.run(cursor, "statements/take_new_lines")
    else:
        warehouse.run(cursor, "statements/add_new_lines")


def _named_statements(case: Case, format_: Format) -> list[dict[str, Any]]:
    if case.delivery.read_from is not None:
        return [{"statement_key": case.file, "sequence_number": None}]
    if case.cursor.connection.info.transaction_status == TransactionStatus.INERROR:
        # The rows did not even arrive: nothing says which statement it was.
        return []
    if isinstance(format_, CsvFormat):
        return csv_gate.named_statements(case)
    return parsed_gate.named_statements(case)


def _drop_work_tables(cursor: Cursor) -> None:
    for name in _WORK_TABLES:
        # With the view on it.
        cursor.execute(sql.SQL("drop table if exists {} cascade").format(sql.Identifier(name)))
