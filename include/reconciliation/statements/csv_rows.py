"""Rows of a CSV file whose lines are of several kinds, one by one and bounded.

A table goes through `csv_reader` straight into PostgreSQL; this is for files that are none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.encodings import as_utf8

LINE_CHARACTERS_MAX = 1 << 16
# A field in quotes may hold line ends, but not the rest of the file.
ROW_LINES_MAX = 100


def read(stream: BinaryIO, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line; blank rows are left out.

    Raises StatementError for what is not UTF-8 or not CSV.
    """
    lines = _Lines(stream, file)
    rows = csv.reader(lines, strict=True)
    has_row = False
    try:
        while True:
            lines.begin_row()
            try:
                fields = next(rows)
            except StopIteration:
                break
            if len(fields) > 1 or any(field.strip() for field in fields):
                has_row = True
                yield lines.row, fields
    except UnicodeDecodeError as error:
        raise StatementError(
            "bad_encoding",
            "the bytes are not UTF-8 text",
            file=file,
            row=lines.row,
            expected="UTF-8",
            found=error.reason,
        ) from None
    except csv.Error as error:
        raise StatementError(
            "malformed_row",
            "the row can't be read as CSV",
            file=file,
            row=lines.row,
            expected="fields with commas between them, every quote closed",
            found=str(error),
        ) from None
    finally:
        lines.close()
    if not has_row:
        raise StatementError(
            "empty", "the file is empty", file=file, expected="rows", found="nothing"
        )


class _Lines:
    """The lines of the stream as text; refuses what would fill the memory."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._text = io.TextIOWrapper(as_utf8(stream, "utf-8", file), "utf-8-sig", newline="")
        self._file = file
        self._number = 0
        self.row = 1

    def begin_row(self) -> None:
        self.row = self._number + 1

    def close(self) -> None:
        # The stream is the caller's.
        self._text.detach()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LINE_CHARACTERS_MAX)
        if not line:
            raise StopIteration
        self._number += 1
        self._refuse(line)
        return line

    def _refuse(self, line: str) -> None:
        if self._number == 1 and line.lstrip()[:1] == "<":
            raise StatementError(
                "html_page",
                "this is a page of markup, not a statement",
                file=self._file,
                row=1,
                expected="rows of CSV",
                found=repr(line.lstrip()[:40]),
            )
        if "\0" in line:
            raise StatementError(
                "bad_encoding",
                "a row holds a NUL",
                file=self._file,
                row=self._number,
                expected="UTF-8 text",
                found="a NUL byte",
            )
        if len(line) >= LINE_CHARACTERS_MAX or self._number - self.row >= ROW_LINES_MAX:
            raise StatementError(
                "malformed_row",
                "the row does not end",
                file=self._file,
                row=self.row,
                expected=f"at most {LINE_CHARACTERS_MAX} characters a line, {ROW_LINES_MAX} lines",
                found=repr(line[:40]),
            )
