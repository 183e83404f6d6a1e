"""Damage to CSV files: rows and fields are changed, and the file stays a well-formed one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from include.reconciliation.lab.statement_files.digits import another_digit, unreadable

Rows = list[list[str]]
Damage = Callable[[bytes], bytes]


def of_rows(change: Callable[[Rows], Rows]) -> Damage:
    """Damage that changes the rows, the header among them."""

    def damage(content: bytes) -> bytes:
        rows = change(list(csv.reader(io.StringIO(content.decode()))))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        return text.getvalue().encode()

    return damage


def field(row: int, *columns: str, change: Callable[[str], str]) -> Damage:
    """Damage to the first of the columns in which a row has more than 0; row 0 is the header."""

    def changed(rows: Rows) -> Rows:
        places = [rows[0].index(column) for column in columns]
        place = next((place for place in places if rows[row][place].strip("0.")), places[-1])
        rows[row][place] = change(rows[row][place])
        return rows

    return of_rows(changed)


def without(row: int) -> Damage:
    """A row is lost."""
    return of_rows(lambda rows: rows[:row] + rows[row + 1 :])


def without_last() -> Damage:
    """The last row is lost."""
    return of_rows(lambda rows: rows[:-1])


def without_kinds(*kinds: str) -> Damage:
    """The rows whose first column is one of the kinds are lost (PayPal)."""
    return of_rows(lambda rows: [row for row in rows if row[0] not in kinds])


def twice(row: int) -> Damage:
    """A row stands there once more."""
    return of_rows(lambda rows: [*rows[: row + 1], *rows[row:]])


def other_amount(row: int, *columns: str) -> Damage:
    """An amount is another one."""
    return field(row, *columns, change=another_digit)


def unreadable_amount(row: int, *columns: str) -> Damage:
    """An amount is no number."""
    return field(row, *columns, change=unreadable)


def of_kind(kinds: tuple[str, ...], place: int, change: Callable[[str], str]) -> Damage:
    """Damage to a field of every row whose first column is one of the kinds (PayPal)."""

    def changed(rows: Rows) -> Rows:
        for row in rows:
            if row[0] in kinds:
                row[place] = change(row[place])
        return rows

    return of_rows(changed)
