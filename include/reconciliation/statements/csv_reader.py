"""Brings a CSV statement into PostgreSQL: looked through in chunks, then COPYed as it is.

Python sees bytes, never rows. What the file claims to be is checked before and while it streams;
PostgreSQL's own CSV parser refuses ragged rows and quotes that never end. A column arrives under
its role; of one that nothing reads, a single byte is kept.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import psycopg
from psycopg import sql

from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import csv_tables
from include.reconciliation.statements.description import SIZE_BYTES_MAX, CsvFormat
from include.reconciliation.statements.encodings import as_utf8
from include.reconciliation.statements.roles import ROLES

CHUNK_BYTES = 1 << 18
HEADER_BYTES_MAX = 1 << 16
COLUMNS_MAX = 400
HEADER_ROW = 1
_DELIMITERS = (",", ";", "\t", "|")
_END_OF_DATA = re.compile(rb"(?:^|[\r\n])\\\.(?:[\r\n]|$)")
_LINE = re.compile(r"line ([0-9]+)")


@dataclass(frozen=True, slots=True)
class Header:
    """The header as read: the raw table's columns in the file's order, and what it cost in bytes.

    `names` are the file's own; `unread` are the columns that have no role, `unknown` the names that
    nobody knows. `row` is the header's own; `lines` are those to its end.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    unread: tuple[str, ...]
    unknown: tuple[str, ...]
    delimiter: str
    row: int
    lines: int
    rest: bytes

    @property
    def roles(self) -> frozenset[str]:
        """The roles that the file has."""
        return frozenset(self.columns) - frozenset(self.unread)

    @property
    def notices(self) -> list[str]:
        """What the statement's row says of columns that are not known, and of rows above."""
        above = [f"{self.row - 1} rows above the header: kept, not read"] if self.row > 1 else []
        return above + [
            f"the column {name!r} is not known: kept, not read" for name in self.unknown
        ]


def load(
    cursor: Cursor,
    stream: BinaryIO,
    format_: CsvFormat,
    file: str,
    default_currency: str | None,
) -> Header:
    """Fills the table of the file's rows: a text per role, and a byte per unread column.

    A file without a column of currencies is in the default one. Raises StatementError for anything
    that is not a whole CSV file of this format.
    """
    stream = as_utf8(stream, format_.encoding, file)
    header = read_header(stream, format_, file)
    csv_tables.create(
        cursor,
        format_,
        header.roles,
        header.unread,
        first_row=header.row + 1,
        default_currency=default_currency,
    )
    # An empty field is NULL whether the provider writes it with quotes or without. Frozen rows of a
    # table that nobody else sees yet need not be looked at for whom they are visible to.
    command = sql.SQL(
        "copy {table} ({names}) from stdin (format csv, freeze, delimiter {delimiter},"
        " force_null ({names}), encoding 'UTF8')"
    ).format(
        table=csv_tables.FILE_TABLE,
        names=sql.SQL(", ").join(map(sql.Identifier, header.columns)),
        delimiter=sql.Literal(header.delimiter),
    )
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
            row=header.row + 1,
            expected="at least one row",
            found="the end of the file",
        )
    return header


def read_header(stream: BinaryIO, format_: CsvFormat, file: str) -> Header:
    """The header at the beginning of the stream; StatementError when it is not this format's.

    Where rows may stand above it, it is the first one with all columns that the format needs.
    """
    head = stream.read(HEADER_BYTES_MAX)
    if head.startswith(codecs.BOM_UTF8):
        head = head[len(codecs.BOM_UTF8) :]
    refuse_other_content(head, file)
    beginning = head
    above = 0
    closest: tuple[int, StatementError | None] = (-1, None)
    while head and above <= format_.rows_above_max:
        record, lines = _first_record(head, file)
        head = head[len(record) :]
        names: list[str] = []
        try:
            names, delimiter = _names(record, format_, file, above + HEADER_ROW)
            columns, unread, unknown = _mapped(names, format_, file, above + HEADER_ROW)
        except StatementError as error:
            # What is wrong is told of the row that looks the most like a header.
            closest = max(closest, (_known(names, format_), error), key=lambda pair: pair[0])
            above += lines
            continue
        row = above + HEADER_ROW
        return Header(tuple(names), columns, unread, unknown, delimiter, row, above + lines, head)
    assert closest[1] is not None
    refuse_other_dialect(beginning, format_, file)
    raise closest[1]


def refuse_other_dialect(head: bytes, format_: CsvFormat, file: str) -> None:
    """StatementError where a file begins as the format's report in another form."""
    text = head.decode("utf-8", "replace")
    for pattern, next_step in format_.dialects.items():
        if match := re.search(pattern, text, re.IGNORECASE):
            required = [name for name, role in format_.columns.items() if role in format_.required]
            raise StatementError(
                "bad_header",
                f"this is a form of the {format_.title} that is not read",
                file=file,
                row=HEADER_ROW + text.count("\n", 0, match.start()),
                expected=f"the columns {', '.join(required)}",
                found=repr(match[0]),
                next_step=next_step,
            )


def _names(record: bytes, format_: CsvFormat, file: str, row: int) -> tuple[list[str], str]:
    """The fields of a row that may be the header, and what stands between them."""
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_encoding(file, error.reason, row=row) from None
    delimiter = max(format_.delimiters, key=text.count)
    try:
        rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
        return [" ".join(name.split()) for name in next(rows)], delimiter
    except (csv.Error, StopIteration) as error:
        raise StatementError(
            "bad_header", f"the header can't be read as CSV ({error})", file=file, row=row
        ) from None


def _known(names: list[str], format_: CsvFormat) -> int:
    return len({name.casefold() for name in names} & {name.casefold() for name in format_.columns})


def _other_delimiter(names: list[str], format_: CsvFormat) -> str | None:
    """What to do where the columns are there, with something else between them."""
    for mark in _DELIMITERS:
        parts = [" ".join(part.strip(' "').split()) for name in names for part in name.split(mark)]
        if _known(parts, format_) > 1 + _known(names, format_):
            own = " or ".join(map(repr, format_.delimiters))
            return (
                f"the delimiter seems to be {mark!r}, where the format has {own}: a spreadsheet may"
                " have saved the file; fetch it again"
            )
    return None


def refuse_other_content(head: bytes, file: str) -> None:
    """StatementError where the beginning of a file is that of no CSV file at all."""
    if not head.removeprefix(codecs.BOM_UTF8).strip():
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
    names: list[str], format_: CsvFormat, file: str, row: int
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The raw table's columns, those of them that nothing reads, and the unknown headers."""
    roles = {header.casefold(): role for header, role in format_.columns.items()}
    ignored = {header.casefold() for header in format_.ignored}
    columns = [roles.get(name.casefold(), f"unread_{n}") for n, name in enumerate(names, 1)]
    unread = [column for column in columns if column not in ROLES]
    unknown = [name for name in names if name.casefold() not in roles.keys() | ignored]
    for header, role in format_.columns.items():
        if role in format_.required and role not in columns:
            raise StatementError(
                "missing_column",
                "a column that the format needs is not there",
                file=file,
                row=row,
                column=header,
                expected=f"the columns of {format_.title}",
                found=", ".join(names)[:2000],
                next_step=_other_delimiter(names, format_),
            )
    folded = [name.casefold() for name in names]
    twice = [name for name, column in zip(names, columns, strict=True) if columns.count(column) > 1]
    twice += [name for name in names if folded.count(name.casefold()) > 1]
    if twice:
        raise StatementError(
            "duplicate_column", "a column occurs twice", file=file, row=row, column=twice[0]
        )
    if len(columns) > COLUMNS_MAX:
        raise StatementError(
            "bad_header",
            "there are too many columns",
            file=file,
            row=row,
            expected=f"at most {COLUMNS_MAX}",
            found=str(len(columns)),
        )
    return tuple(columns), tuple(unread), tuple(unknown)


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
    for name, column in zip(header.names, header.columns, strict=True):
        found = found.replace(f"column '{column}'", f"column '{name}'")
    return StatementError(
        "malformed_row",
        "the row can't be read",
        file=file,
        row=row,
        expected=f"{len(header.columns)} columns, as the header has",
        found=found,
        next_step="the file was probably cut: fetch it again",
    )
