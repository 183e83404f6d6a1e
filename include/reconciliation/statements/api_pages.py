"""A statement that is the answers of an API, in a file: pages, one after the other.

What differs between providers is described by an `Api`; what is the same stands here: each line
once, no page missing, one statement with the lines of all pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import strict_json
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.strict_json import Entry


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its entries, and what it says of the others.

    `number` counts from 0 where the provider numbers its pages. `read_from` and `read_to` are the
    range that was asked for, where the answer repeats it.
    """

    entries: list[Entry]
    has_more: bool
    number: int | None = None
    read_from: datetime | None = None
    read_to: datetime | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What a provider's list looks like: its pages, the lines that an entry is, its business day.

    `page` and `lines` raise StatementError for what is not as the provider documents it.
    """

    page: Callable[[Entry], Page]
    lines: Callable[[Entry], Iterator[Line]]
    zone: str
    proved_by: str

    def read(self, stream: BinaryIO, file: str) -> Iterator[Event]:
        """The one statement in a file of pages."""
        pages: list[Page] = []
        row = 0
        for number, value in enumerate(strict_json.read(stream, file), 1):
            page = self._page(value, f"{file}, page {number}", row, pages)
            row += len(page.entries)
            pages.append(page)
        if pages[-1].has_more:
            raise StatementError(
                "page_missing",
                "the last page says that more follows",
                file=file,
                expected=f"page {len(pages) + 1}",
                found="nothing",
            )
        lines = [line for page in pages for entry in page.entries for line in self.lines(entry)]
        _refuse_repetition(lines, file)
        yield _start(pages, lines, self.zone, file)
        yield from lines
        notices = tuple(dict.fromkeys(notice for page in pages for notice in page.notices))
        yield StatementEnd(proved_by=self.proved_by, notices=notices)

    def _page(self, value: object, file: str, row: int, earlier: list[Page]) -> Page:
        if not isinstance(value, dict):
            raise StatementError(
                "bad_page",
                "the page is not the list that the API documents",
                file=file,
                expected="a JSON object",
                found=type(value).__name__,
            )
        page = self.page(Entry(file, row + 1, value))
        expected = len(earlier)
        if page.number not in (None, expected) or (earlier and not earlier[-1].has_more):
            is_repeated = page.number is not None and page.number < expected
            raise StatementError(
                "page_repeated" if is_repeated else "page_missing",
                "the pages do not follow each other",
                file=file,
                expected=f"page {expected} counted from 0, after one that says that more follows",
                found=f"page {page.number}",
            )
        return page


def entries(page: Entry, found: list[Entry]) -> list[Entry]:
    """The entries of a page, numbered in the order of reading."""
    return [Entry(page.file, page.row + place, entry.value) for place, entry in enumerate(found)]


def local_day(moment: datetime, zone: str) -> date:
    """The day that a moment falls on in the provider's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _refuse_repetition(lines: list[Line], file: str) -> None:
    rows: dict[str, int] = {}
    for line in lines:
        if line.line_key in rows:
            raise StatementError(
                "page_repeated",
                "a line came twice in one read",
                file=file,
                row=line.row,
                expected="each id once",
                found=f"{line.line_key} in row {rows[line.line_key]} too",
            )
        rows[line.line_key] = line.row


def _start(pages: list[Page], lines: list[Line], zone: str, file: str) -> StatementStart:
    read_from, read_to = pages[0].read_from, pages[0].read_to
    if read_from is not None and read_to is not None:
        # Of a day that was not asked for as a whole nothing is proved.
        first = local_day(read_from + timedelta(days=1) - timedelta(microseconds=1), zone)
        last = local_day(read_to + timedelta(seconds=1), zone) - timedelta(days=1)
    elif lines:
        moments = [line.booked_at for line in lines]
        read_from, read_to = min(moments), max(moments)
        days = [line.booked_on for line in lines]
        first, last = min(days), max(days)
    else:
        raise StatementError(
            "empty",
            "there is no line, and nothing says which time was asked for",
            file=file,
            expected="at least one line",
            found="none",
        )
    return StatementStart(
        statement_key=f"{read_from:%Y%m%dT%H%M%SZ}/{read_to:%Y%m%dT%H%M%SZ}",
        account="",
        currency=None,
        sequence_number=None,
        period_from=first if first <= last else None,
        period_to=last if first <= last else None,
    )
