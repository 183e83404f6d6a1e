"""Brings a CSV statement into PostgreSQL: looked through in chunks, then COPYed as it is.

Python sees bytes, never rows. What the file claims to be is checked before and while it streams;
PostgreSQL's own CSV parser refuses ragged rows and quotes that never end.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import psycopg
from psycopg import sql

from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements.description import SIZE_BYTES_MAX, CsvFormat

RAW_TABLE = "work_raw_rows"
CHUNK_BYTES = 1 << 18
HEADER_BYTES_MAX = 1 << 16
COLUMNS_MAX = 400
HEADER_ROW = 1
_END_OF_DATA = re.compile(rb"(?:^|[\r\n])\\\.(?:[\r\n]|$)")
_LINE = re.compile(r"line ([0-9]+)")


@dataclass(frozen=True, slots=True)
class Header:
    """The header as read: our column names in the file's order, and what it cost in bytes."""

    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    lines: int
    rest: bytes


def load(cursor: Cursor, stream: BinaryIO, format_: CsvFormat, file: str) -> list[str]:
    """Fills `work_raw_rows` (row_number and one text column per column); returns notices.

    Raises StatementError for anything that is not a whole CSV file of this format.
    """
    header = _header(stream, format_, file)
    _create_raw_table(cursor, format_, header.columns)
    names = sql.SQL(", ").join(map(sql.Identifier, header.columns))
    # An empty field is NULL whether the provider writes it with quotes or without.
    command = sql.SQL(
        "copy {} ({}) from stdin (format csv, force_null ({}), encoding 'UTF8')"
    ).format(sql.Identifier(RAW_TABLE), names, names)
    try:
        with cursor.copy(command) as copy:
            for chunk in _checked_chunks(header.rest, stream, file):
                copy.write(chunk)
    except psycopg.DataError as error:
        raise _statement_error(error, header, file) from None
    if cursor.rowcount == 0:
        raise StatementError(
            "empty",
            "there is no row after the header",
            file=file,
            row=HEADER_ROW + 1,
            expected="at least one row",
            found="the end of the file",
        )
    return [f"the column {name!r} is not known: kept, not read" for name in header.unknown]


def _header(stream: BinaryIO, format_: CsvFormat, file: str) -> Header:
    head = stream.read(HEADER_BYTES_MAX)
    if head.startswith(codecs.BOM_UTF8):
        head = head[len(codecs.BOM_UTF8) :]
    _refuse_other_content(head, file)
    record, lines = _first_record(head, file)
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_encoding(file, error.reason, row=HEADER_ROW) from None
    try:
        names = next(csv.reader(text.splitlines(keepends=True), strict=True))
    except (csv.Error, StopIteration) as error:
        raise StatementError(
            "bad_header", f"the header can't be read as CSV ({error})", file=file, row=HEADER_ROW
        ) from None
    columns, unknown = _mapped([" ".join(name.split()) for name in names], format_, file)
    return Header(columns, unknown, lines, head[len(record) :])


def _refuse_other_content(head: bytes, file: str) -> None:
    if not head.strip():
        raise StatementError(
            "empty", "the file is empty", file=file, expected="a header and rows", found="nothing"
        )
    if head.lstrip()[:1] == b"<":
        raise StatementError(
            "html_page",
            "this is a page of markup, not a statement",
            file=file,
            row=HEADER_ROW,
            expected="a CSV header",
            found=repr(head.lstrip()[:40].decode("utf-8", "replace")),
        )
    if b"\0" in head:
        raise _bad_encoding(file, "a NUL byte", row=HEADER_ROW)


def _first_record(head: bytes, file: str) -> tuple[bytes, int]:
    """The bytes of the first CSV record with its line end, and how many lines it takes."""
    line_end = b"\n" if b"\n" in head else b"\r"
    position = -1
    lines = 0
    while (position := head.find(line_end, position + 1)) >= 0:
        lines += 1
        if head.count(b'"', 0, position) % 2 == 0:
            return head[: position + 1], lines
    if len(head) < HEADER_BYTES_MAX:
        return head, 1
    raise StatementError(
        "bad_header",
        "the header does not end",
        file=file,
        row=HEADER_ROW,
        expected=f"a header of at most {HEADER_BYTES_MAX} bytes",
    )


def _mapped(
    names: list[str], format_: CsvFormat, file: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known: Mapping[str, str] = {header.casefold(): ours for header, ours in format_.columns.items()}
    columns: list[str] = []
    unknown: list[str] = []
    for name in names:
        ours = known.get(name.casefold())
        if ours is None:
            unknown.append(name)
            ours = f"unknown_{len(unknown)}"
        columns.append(ours)
    for header, ours in format_.columns.items():
        if ours in format_.required and ours not in columns:
            raise StatementError(
                "missing_column",
                "a column that the format needs is not there",
                file=file,
                row=HEADER_ROW,
                column=header,
                expected=f"the columns of {format_.title}",
                found=", ".join(names)[:2000],
            )
    twice = [name for name, ours in zip(names, columns, strict=True) if columns.count(ours) > 1]
    if twice or len(set(unknown)) != len(unknown):
        name = twice[0] if twice else next(name for name in unknown if unknown.count(name) > 1)
        raise StatementError(
            "duplicate_column", "a column occurs twice", file=file, row=HEADER_ROW, column=name
        )
    if len(columns) > COLUMNS_MAX:
        raise StatementError(
            "bad_header",
            "there are too many columns",
            file=file,
            row=HEADER_ROW,
            expected=f"at most {COLUMNS_MAX}",
            found=str(len(columns)),
        )
    return tuple(columns), tuple(unknown)


def _create_raw_table(cursor: Cursor, format_: CsvFormat, columns: tuple[str, ...]) -> None:
    absent = [name for name in format_.columns.values() if name not in columns]
    texts = [sql.SQL("{} text").format(sql.Identifier(name)) for name in (*columns, *absent)]
    cursor.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(RAW_TABLE)))
    # Not temporary: a temporary table can't be read by two processes at once.
    cursor.execute(
        sql.SQL(
            "create unlogged table {} (row_number integer generated always as identity"
            " (start with {} cache 1000), {})"
        ).format(sql.Identifier(RAW_TABLE), sql.Literal(HEADER_ROW + 1), sql.SQL(", ").join(texts))
    )


def _checked_chunks(first: bytes, stream: BinaryIO, file: str) -> Iterator[bytes]:
    """The file's bytes; line ends at the very end are held back, so that no empty row is read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    held = b""
    before = b"\n"
    size_bytes = 0
    chunk = first or stream.read(CHUNK_BYTES)
    while chunk:
        size_bytes += len(chunk)
        _refuse_bad_bytes(chunk, before, decoder, size_bytes, file)
        before = chunk[-3:]
        chunk = held + chunk
        body = chunk.rstrip(b"\r\n")
        held = chunk[len(body) :]
        if body:
            yield body
        chunk = stream.read(CHUNK_BYTES)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _bad_encoding(file, f"{error.reason} at the end of the file") from None


def _refuse_bad_bytes(
    chunk: bytes, before: bytes, decoder: codecs.IncrementalDecoder, size_bytes: int, file: str
) -> None:
    if size_bytes > SIZE_BYTES_MAX:
        raise StatementError(
            "too_large",
            "the file is too large",
            file=file,
            expected=f"at most {SIZE_BYTES_MAX} bytes",
        )
    if b"\0" in chunk:
        raise _bad_encoding(file, "a NUL byte")
    # PostgreSQL before 18 takes a line that holds only this mark as the end of the data.
    if b"\\." in (window := before + chunk) and _END_OF_DATA.search(window):
        raise StatementError(
            "malformed_row", r"a line holds nothing but '\.'", file=file, expected="a row"
        )
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        place = f"{error.reason} near byte {size_bytes - len(chunk) + error.start} of the rows"
        raise _bad_encoding(file, place) from None


def _bad_encoding(file: str, found: str, row: int | None = None) -> StatementError:
    return StatementError(
        "bad_encoding",
        "the bytes are not UTF-8 text",
        file=file,
        row=row,
        expected="UTF-8 without NUL",
        found=found,
    )


def _statement_error(error: psycopg.DataError, header: Header, file: str) -> StatementError:
    line = _LINE.search(error.diag.context or "")
    row = int(line[1]) + header.lines if line else None
    if isinstance(error, psycopg.errors.CharacterNotInRepertoire):
        return _bad_encoding(file, "bytes that are no character", row=row)
    found = (error.diag.message_primary or "a broken row").replace('"', "'")
    return StatementError(
        "malformed_row",
        "the row can't be read",
        file=file,
        row=row,
        expected=f"{len(header.columns)} columns, as the header has",
        found=found,
        next_step="the file was probably cut: fetch it again",
    )
