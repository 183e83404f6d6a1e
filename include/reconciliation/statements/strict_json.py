"""JSON from outside, strictly read, and the values in it, each refused at its place."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, BinaryIO, NoReturn

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import amounts
from include.reconciliation.statements.bank_entries import YEARS, YEARS_SAID

DEPTH_MAX = 32
# A file of pages is held while it is read; an API's answer is much smaller.
FILE_BYTES_MAX = 64 << 20
_WHOLE_NUMBERS = frozenset({"amount", "fee", "net", "created", "available_on"})
# Moments of our time: nothing overflows when a zone is looked up.
_SECONDS_MAX = 7_258_118_399  # the last one of them
_BLANKS = re.compile(r"[ \t\r\n]*")
# What the database can't hold: a NUL, and halves of characters.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):([0-5]\d))",
    re.ASCII,
)


def parse(body: bytes, file: str) -> Any:
    """The one value of a page; StatementError for anything but strict JSON."""
    values = _values(body, file)
    if len(values) != 1:
        raise _bad_json(file, f"{len(values)} values")
    return values[0]


def read(stream: BinaryIO, file: str) -> list[Any]:
    """The pages in a file: one JSON value, or several one after the other."""
    content = stream.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise StatementError(
            "too_large",
            "the file is too large",
            file=file,
            expected=f"at most {FILE_BYTES_MAX} bytes of JSON",
            found="more",
        )
    return _values(content, file)


def _values(body: bytes, file: str) -> list[Any]:
    body = body.removeprefix(codecs.BOM_UTF8)
    start = body.lstrip()[:1]
    if not start:
        raise StatementError("empty", "the page is empty", file=file, expected="a JSON list")
    if start == b"<":
        raise StatementError(
            "html_page",
            "this is a page of markup, not a statement",
            file=file,
            expected="a JSON list",
            found=repr(body.lstrip()[:40].decode("utf-8", "replace")),
        )
    try:
        values = list(_decoded(body.decode("utf-8")))
        for value in values:
            _refuse_depth(value)
    except UnicodeDecodeError as error:
        raise StatementError(
            "bad_encoding", "the bytes are not UTF-8 text", file=file, found=error.reason
        ) from None
    except (ValueError, RecursionError) as error:
        raise _bad_json(file, str(error)[:200]) from None
    return values


def _decoded(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=_number, parse_constant=_no_number
    )
    place = _past_blanks(text, 0)
    while place < len(text):
        value, place = decoder.raw_decode(text, place)
        yield value
        place = _past_blanks(text, place)


def _past_blanks(text: str, place: int) -> int:
    match = _BLANKS.match(text, place)
    return match.end() if match else place


def _bad_json(file: str, found: str) -> StatementError:
    return StatementError(
        "bad_json",
        "the page is not strict JSON, or was cut",
        file=file,
        expected="one complete JSON value",
        found=found,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} twice in one object")
    for name in _WHOLE_NUMBERS & found.keys():
        if isinstance(found[name], Decimal):
            raise ValueError(f"{name} is {found[name]}, no whole number")
    return found


def _number(text: str) -> Decimal:
    # PostgreSQL would unfold an exponent into as many digits.
    if "e" in text.lower() and abs(int(text.lower().partition("e")[2])) > 30:
        raise ValueError(f"the number {text[:40]}")
    return Decimal(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _refuse_depth(value: object, depth: int = 0) -> None:
    if depth > DEPTH_MAX:
        raise ValueError(f"values nested deeper than {DEPTH_MAX}")
    children: Any = ()
    if isinstance(value, dict):
        children = value.values()
    elif isinstance(value, list):
        children = value
    for child in children:
        if isinstance(child, dict | list):
            _refuse_depth(child, depth + 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """An object on a page; `row` is the number of the line in the order of reading."""

    file: str
    row: int
    value: Mapping[str, Any]
    path: str = ""

    def text(self, name: str) -> str | None:
        """A text; None where it is missing, null or empty."""
        value = self.value.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or _NO_TEXT.search(value):
            raise self.error("bad_page", name, "a text", value)
        return value

    def needed(self, name: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if text is None:
            raise self.error("missing_value", name, "a text", None)
        return text

    def whole(self, name: str) -> int:
        """A whole number that must be there."""
        value = self.value.get(name)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if value is None or not is_whole or abs(value) >= 10**amounts.DIGITS_MAX:
            expected = f"a whole number of at most {amounts.DIGITS_MAX} digits"
            raise self.error("bad_page", name, expected, value)
        return int(value)

    def part(self, name: str) -> Entry:
        """An object inside; an empty one where it is missing or null."""
        value = self.value.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error("bad_page", name, "an object", value)
        return Entry(self.file, self.row, value, f"{self.path}{name}.")

    def parts(self, name: str) -> list[Entry]:
        """The objects of a list inside; none where it is missing or null."""
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self.error("bad_page", name, "a list of objects", value)
        return [
            Entry(self.file, self.row, part, f"{self.path}{name}[{place}].")
            for place, part in enumerate(value)
        ]

    def minor(self, name: str, currency: str) -> int:
        """Minor units of an amount in major units that is written as a text."""
        return amounts.minor_units(
            self.needed(name), currency, file=self.file, row=self.row, column=self.path + name
        )

    def currency(self, name: str) -> str:
        """A currency in capitals; StatementError for one that ISO 4217 does not have."""
        code = self.needed(name).upper()
        amounts.exponent_of(code, file=self.file, row=self.row, column=self.path + name)
        return code

    def seconds(self, name: str) -> datetime:
        """A moment that is counted in seconds since 1970."""
        value = self.whole(name)
        if not 0 <= value <= _SECONDS_MAX:
            raise self.error("bad_date", name, "seconds since 1970", value)
        return datetime.fromtimestamp(value, UTC)

    def moment(self, name: str) -> datetime:
        """A moment that is written with its offset, as RFC 3339 has it."""
        text = self.needed(name)
        match = _TIME.fullmatch(text)
        try:
            if match is None or int(match[1]) not in YEARS:
                raise ValueError(text)
            offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
            zone = timezone(-offset if match[8] == "-" else offset)
            numbers = [int(number) for number in match.groups()[:6]]
            micro = int((match[7] or "0").ljust(6, "0")[:6])
            local = datetime(*numbers[:6], micro, tzinfo=zone)  # type: ignore[misc,arg-type]
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            expected = f"a time with its offset, such as 2025-06-10T09:30:00Z, {YEARS_SAID}"
            raise self.error("bad_date", name, expected, text) from None

    def untied(self, name: str, expected: str, found: str) -> StatementError:
        """A refusal since the value is not what the others make it."""
        return StatementError(
            "row_does_not_tie",
            "the values of the line do not tie",
            file=self.file,
            row=self.row,
            column=self.path + name,
            expected=expected,
            found=found,
        )

    def error(self, reason_code: str, name: str, expected: str, found: object) -> StatementError:
        """A refusal of the value of that name."""
        return StatementError(
            reason_code,
            "a value is missing" if found is None else "a value can't be read",
            file=self.file,
            row=self.row,
            column=self.path + name,
            expected=expected,
            found="nothing" if found is None else repr(found)[:60],
        )
