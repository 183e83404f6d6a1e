"""The records of a BAI2 file, each with its continuations, however they lie on its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from include.reconciliation.statements.text_files import lines, refused, wrong_beginning

TITLES = {
    "01": "file header",
    "02": "group header",
    "03": "account",
    "16": "transaction",
    "49": "account trailer",
    "88": "continuation",
    "98": "group trailer",
    "99": "file trailer",
}
# Where a record may stand, and where the reader is after it.
ORDER = {
    "01": ("outside", "file"),
    "02": ("file", "group"),
    "03": ("group", "account"),
    "16": ("account", "account"),
    "49": ("account", "group"),
    "98": ("group", "file"),
    "99": ("file", "outside"),
}
RECORD_CHARACTERS_MAX = 1 << 18

_RECORD = re.compile(r"\s*+(01|02|03|16|49|88|98|99),(.*)", re.DOTALL)
_CODE = re.compile(r"\s*+[0-9]{2},")
# Several records may stand on one line: a slash, blanks, and what begins as a record does. Of a
# text that looks so by chance the control total tells.
_NEXT_ON_LINE = re.compile(
    r"/[ \t]++(?=01,[^,]{0,40},[^,]{0,40},[0-9]{6,8},|02,[^,]{0,40},[^,]{0,40},[1-4],"
    r"|03,[^,/]{1,60},[A-Z]{0,3},|16,[0-9]{3},[0-9]|49,[+-]?[0-9]|88,|9[89],[+-]?[0-9])"
)


@dataclass(slots=True)
class Record:
    """A record with its continuations: the parts that are left without code and last slash."""

    row: int
    code: str
    parts: list[str]
    records: int = 1
    characters: int = 0
    next_part: int = 0
    rest: str | None = None
    position: int = 0

    def next_field(self) -> str | None:
        """The next field; None after the last. A record's end is a field's end too."""
        if self.rest is None:
            if self.next_part == len(self.parts):
                return None
            self.rest = self.parts[self.next_part]
            self.next_part += 1
            self.position = 0
        begin, comma = self.position, self.rest.find(",", self.position)
        field = self.rest[begin : len(self.rest) if comma < 0 else comma].strip()
        self.position = comma + 1
        if comma < 0:
            self.rest = None
        return field

    def fields(self, count: int) -> list[str]:
        """So many fields; those that are not there are empty."""
        return [self.next_field() or "" for _ in range(count)]

    def text(self) -> str:
        """All that is left, commas and slashes in it included."""
        begun = [] if self.rest is None else [self.rest[self.position :]]
        pieces = [*begun, *self.parts[self.next_part :]]
        return " ".join(" ".join(pieces).split())


def records(stream: BinaryIO, file: str) -> Iterator[Record]:
    """The records of a file with their continuations."""
    current: Record | None = None
    for row, code, content in _physical_records(stream, file):
        if code in ORDER:
            if current is not None:
                yield current
            current = Record(row, code, [])
        elif current is None:
            raise wrong_beginning(content, file=file, row=row, expected="record 01, file header")
        elif code == "88":
            current.records += 1
        elif current.code != "16" or _CODE.match(content):
            expected = f"a record: {', '.join(TITLES)}"
            raise refused(
                "malformed_row",
                "this is no record",
                file=file,
                row=row,
                expected=expected,
                found=content,
            )
        current.characters += len(content) + 1
        if current.characters > RECORD_CHARACTERS_MAX:
            raise refused("beyond_limits", "a record is too long", file=file, row=row)
        current.parts.append(content.rstrip().removesuffix("/"))
    if current is not None:
        yield current


def _physical_records(stream: BinaryIO, file: str) -> Iterator[tuple[int, str, str]]:
    """Row, code and content; without a code where a text was broken over two lines."""
    for row, line in lines(stream, file):
        begin = 0
        for end in [*(match.end() for match in _NEXT_ON_LINE.finditer(line)), len(line)]:
            match = _RECORD.fullmatch(line[begin:end])
            yield (row, match[1], match[2]) if match else (row, "", line[begin:end])
            begin = end
