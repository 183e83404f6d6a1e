"""The fields of an MT940 file, gathered into statements: head, entries, closing balance.

Where a field begins is decided by its place: in the wrapped text of an entry, `:20:37` is the rest
of a time. What moves money and stands outside of a statement is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.text_files import lines, refused, wrong_beginning

# Of one statement, and of one of its fields.
STATEMENT_CHARACTERS_MAX = 1 << 24
FIELD_CHARACTERS_MAX = 1 << 14
MONEY = ("60", "61", "62")
HEAD = frozenset({"13", "20", "21", "25", "28", "34", "60"})
_TAG = re.compile(r":([0-9]{2})([A-Z]?):(.*)", re.ASCII | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(slots=True)
class Field:
    """A field by its number and letter, with the number of its first line."""

    number: str
    letter: str
    row: int
    lines: list[str]
    characters: int = 0

    @property
    def tag(self) -> str:
        """The tag as it is written, without colons."""
        return self.number + self.letter


@dataclass(slots=True)
class Entry:
    """An entry (61) and what is said about it (86)."""

    booking: Field
    details: list[Field] = field(default_factory=list)


@dataclass(slots=True)
class Statement:
    """A statement, or a page of one, from its reference (20) to its closing balance (62)."""

    head: dict[str, Field]
    entries: list[Entry] = field(default_factory=list)
    closing: Field | None = None
    characters: int = 0

    def row(self) -> int:
        """The number of its first line."""
        return self.head["20"].row


def statements(stream: BinaryIO, file: str) -> Iterator[Statement]:
    """The statements of a file, each with its closing balance; StatementError for what is cut."""
    found: Statement | None = None
    current: Field | None = None
    first_line = None
    for row, raw in lines(stream, file):
        line = _CONTROL.sub("", raw)
        first_line = first_line or line
        match = _TAG.match(line)
        if match is not None and _is_tag(match[1], found):
            if match[1] == "20":
                if found is not None:
                    yield _closed(found, file)
                found = Statement({})
            current = Field(match[1], match[2], row, [match[3]])
            _place(current, found, file)
        elif current is not None and line.strip() not in ("", "-"):
            current.lines.append(line)
        if found is not None and current is not None:
            _bound(found, current, len(line), file)
    if found is None:
        expected = "a line that begins with :20:"
        if first_line is not None:
            raise wrong_beginning(first_line, file=file, row=1, expected=expected)
        raise refused("empty", "there is no statement in the file", file=file, expected=expected)
    yield _closed(found, file)


def _is_tag(number: str, statement: Statement | None) -> bool:
    if statement is None:
        return number in ("20", *MONEY)
    if statement.closing is not None:
        return number in ("20", "64", "65", "86", *MONEY)
    if statement.entries:
        return number in ("60", "61", "62", "86")
    return number in HEAD or number in ("61", "62", "86")


def _place(field_: Field, statement: Statement | None, file: str) -> None:
    """Puts a field where it belongs; what moves money has to be inside of a statement."""
    if statement is None or statement.closing is not None:
        if field_.number in MONEY:
            raise _misplaced(field_, file, "a field stands outside of a statement")
    elif field_.number == "61":
        statement.entries.append(Entry(field_))
    elif field_.number == "62":
        statement.closing = field_
    elif field_.number == "86":
        # Before the first entry it is about the account.
        if statement.entries:
            statement.entries[-1].details.append(field_)
    elif field_.number in statement.head or statement.entries:
        raise _misplaced(field_, file, "a field comes twice: a closing balance may be missing")
    else:
        statement.head[field_.number] = field_


def _misplaced(field_: Field, file: str, problem: str) -> StatementError:
    return refused(
        "malformed_row",
        problem,
        file=file,
        row=field_.row,
        column=field_.tag,
        expected="20, 25, 28C, 60, then 61 with 86, then 62",
        found=field_.lines[0],
    )


def _closed(statement: Statement, file: str) -> Statement:
    if statement.closing is None:
        raise refused(
            "missing_value",
            "the statement has no closing balance: the file was probably cut",
            file=file,
            row=statement.row(),
            column="62F",
            expected="a closing balance in 62F or 62M",
        )
    return statement


def _bound(statement: Statement, current: Field, characters: int, file: str) -> None:
    current.characters += characters
    statement.characters += characters
    for found, most in (
        (current.characters, FIELD_CHARACTERS_MAX),
        (statement.characters, STATEMENT_CHARACTERS_MAX),
    ):
        if found > most:
            raise refused(
                "beyond_limits",
                "a field or statement is longer than any",
                file=file,
                row=current.row,
                column=current.tag,
                expected=f"at most {most} characters",
            )
