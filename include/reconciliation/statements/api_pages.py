"""A statement that is the answers of an API: pages, asked for one after the other.

What differs between providers is described by an `Api`; what is the same stands here: each line
once, no page missing, one statement with the lines of all pages. The walk that asks for the pages
is also what proves that all of them are there: it is walked again over the pages that were kept.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import strict_json
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.strict_json import Entry


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the provider's one host.

    `number`, `read_from` and `read_to` are there where the answer repeats them: the page, counted
    from 0 in each list, and the list's range. What lies at the very end of a range is not taken:
    the next range begins with it.
    """

    path: str
    query: tuple[tuple[str, str], ...]
    number: int | None = None
    read_from: datetime | None = None
    read_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its entries, and what it says of the others.

    `cursor` is where the next page starts, `oldest` how far back this one reaches, where a walk
    needs to know. `number` counts from 0 where the provider numbers its
    pages. `read_from` and `read_to` are the range asked for, where the answer repeats it,
    and `stated` how many entries all pages have, where it says so. `ends_silently`: no answer says
    whether more follows, and only a page that is not full tells.
    """

    entries: list[Entry]
    has_more: bool
    cursor: str | None = None
    oldest: datetime | None = None
    number: int | None = None
    read_from: datetime | None = None
    read_to: datetime | None = None
    stated: int | None = None
    ends_silently: bool = False
    notices: tuple[str, ...] = ()


# Asks for the pages of an account and a half-open range of time, and is told each of them.
Walk = Generator[Request, Page, None]
Ask = Callable[[str, datetime, datetime], Walk]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What a provider's list looks like: its pages, the lines that an entry is, its business day.

    `page` and `lines` raise StatementError for what is not as the provider documents it. `ask` is
    there where the list can be read over the network. `asks_exactly` is false where a request
    brings entries from beside the range as well; they belong to another read. `happened_at` is when
    an entry happened, where requests name the ranges that they are for. `overlooked` tells of what
    lies before the range, and perhaps was in no read of that time. Without a `zone` the days
    are those of the PSP's entry.
    """

    page: Callable[[Entry], Page]
    lines: Callable[[Entry, str], Iterator[Line]]
    zone: str | None
    proved_by: str
    ask: Ask | None = None
    asks_exactly: bool = True
    happened_at: Callable[[Entry], datetime] | None = None
    overlooked: Callable[[list[Entry], datetime], Iterator[str]] | None = None

    def read(self, stream: BinaryIO, file: str, zone: str = "UTC") -> Iterator[Event]:
        """The one statement in a file of pages."""
        zone = self.zone or zone
        pages: list[Page] = []
        for number, value in enumerate(strict_json.read(stream, file), 1):
            page = self.page(entry_of(value, f"{file}, page {number}", pages))
            _refuse_disorder(page, pages, f"{file}, page {number}")
            pages.append(page)
        if pages[-1].has_more:
            raise _missing(file, len(pages))
        _refuse_fewer(pages, file)
        lines = self._lines(pages, zone, file)
        yield _start_of_file(pages, lines, zone, file)
        yield from self._rest(pages, lines, _open_end(pages))

    def read_range(
        self,
        bodies: Iterable[tuple[str, bytes]],
        *,
        account: str,
        read_from: datetime,
        read_to: datetime,
        zone: str,
        name: str,
    ) -> Iterator[Event]:
        """The one statement of the pages that were read for a range, in the order of asking."""
        zone = self.zone or zone
        pages = self._walked(bodies, account, read_from, read_to, name)
        lines = [
            line
            for line in self._lines(pages, zone, name)
            if self.asks_exactly or read_from <= line.booked_at < read_to
        ]
        for line in lines:
            if not read_from <= line.booked_at < read_to:
                raise StatementError(
                    "outside_range",
                    "a line lies outside of the range that was asked for",
                    file=name,
                    row=line.row,
                    expected=f"from {read_from} until before {read_to}",
                    found=str(line.booked_at),
                )
        yield _start(name, read_from, read_to, zone)
        entries = [entry for page in pages for entry in page.entries]
        told = self.overlooked(entries, read_from) if self.overlooked else ()
        yield from self._rest(pages, lines, tuple(told))

    def _walked(
        self,
        bodies: Iterable[tuple[str, bytes]],
        account: str,
        read_from: datetime,
        read_to: datetime,
        name: str,
    ) -> list[Page]:
        """The pages, after the walk that asked for them has been walked again."""
        assert self.ask is not None
        walk = self.ask(account, read_from, read_to)
        request: Request | None = next(walk)
        asked: dict[Request, Page] = {}
        for file, body in bodies:
            page = self.page(entry_of(strict_json.parse(body, file), file, asked.values()))
            if request is None:
                raise _missing(file, len(asked), found="a page that nobody asked for")
            if request in asked:
                raise _repeated(file)
            _refuse_other_answer(request, page, file)
            asked[request] = page
            request = following(walk, page)
        if request in asked:
            raise _repeated(name)
        if request is not None or (page.has_more and not page.entries):
            raise _missing(name, len(asked))
        _refuse_other_counts(asked, name)
        return [self._taken(request, page) for request, page in asked.items()]

    def _taken(self, request: Request, page: Page) -> Page:
        """The page without what lies at the very end of its range."""
        if self.happened_at is None or request.read_to is None:
            return page
        until = request.read_to
        return replace(page, entries=[one for one in page.entries if self.happened_at(one) < until])

    def _lines(self, pages: list[Page], zone: str, file: str) -> list[Line]:
        lines = [
            line for page in pages for entry in page.entries for line in self.lines(entry, zone)
        ]
        _refuse_repetition(lines, file)
        return lines

    def _rest(
        self, pages: list[Page], lines: list[Line], told: tuple[str, ...] = ()
    ) -> Iterator[Event]:
        yield from lines
        own = (notice for page in pages for notice in page.notices)
        notices = tuple(dict.fromkeys((*own, *told)))
        yield StatementEnd(proved_by=self.proved_by, notices=notices)


def following(walk: Walk, page: Page) -> Request | None:
    """What the walk asks for after this page; None when it has all of them."""
    try:
        return walk.send(page)
    except StopIteration:
        return None


def entry_of(value: object, file: str, earlier: Iterable[Page] = ()) -> Entry:
    """A whole answer; StatementError when it is no object."""
    if not isinstance(value, dict):
        raise StatementError(
            "bad_page",
            "the page is not the list that the API documents",
            file=file,
            expected="a JSON object",
            found=type(value).__name__,
        )
    return Entry(file, 1 + sum(len(page.entries) for page in earlier), value)


def numbered(page: Entry, found: list[Entry]) -> list[Entry]:
    """The entries of a page, numbered in the order of reading."""
    return [Entry(page.file, page.row + place, entry.value) for place, entry in enumerate(found)]


def local_day(moment: datetime, zone: str) -> date:
    """The day that a moment falls on in the provider's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _missing(file: str, pages: int, *, found: str = "nothing") -> StatementError:
    return StatementError(
        "page_missing",
        "the last page says that more follows" if found == "nothing" else "a page is missing",
        file=file,
        expected=f"page {pages + 1}",
        found=found,
    )


def _repeated(file: str) -> StatementError:
    return StatementError(
        "page_repeated",
        "the page came before",
        file=file,
        expected="other lines than before",
        found="an answer that leads to itself",
    )


def _refuse_disorder(page: Page, earlier: list[Page], file: str) -> None:
    expected = len(earlier)
    is_after_the_end = bool(earlier) and not (earlier[-1].has_more or earlier[-1].ends_silently)
    if page.number not in (None, expected) or is_after_the_end:
        is_repeated = page.number is not None and page.number < expected
        raise StatementError(
            "page_repeated" if is_repeated else "page_missing",
            "the pages do not follow each other",
            file=file,
            expected=f"page {expected} counted from 0, after one that says that more follows",
            found=f"page {page.number}",
        )


def _refuse_other_answer(request: Request, page: Page, file: str) -> None:
    """A page that says itself what it is must be the one that was asked for."""
    if request.number is None:
        return
    if page.number != request.number:
        raise StatementError(
            "page_missing",
            "the answer is another page than the one that was asked for",
            file=file,
            expected=f"page {request.number} counted from 0",
            found=f"page {page.number}",
        )
    if (page.read_from, page.read_to) != (request.read_from, request.read_to):
        raise StatementError(
            "outside_range",
            "the answer is for another range than the one that was asked for",
            file=file,
            expected=f"from {request.read_from} to {request.read_to}",
            found=f"from {page.read_from} to {page.read_to}",
        )


def _refuse_other_counts(asked: dict[Request, Page], file: str) -> None:
    """Each list has a last page, and as many entries as each of its pages states."""
    lists: list[list[Page]] = []
    for request, page in asked.items():
        if request.number is None:
            return
        if request.number == 0:
            lists.append([])
        lists[-1].append(page)
    for pages in lists:
        if pages[-1].has_more:
            raise _missing(file, len(pages))
        stated = sorted({page.stated for page in pages if page.stated is not None})
        listed = sum(len(page.entries) for page in pages)
        if stated != [listed]:
            raise StatementError(
                "page_missing",
                "the list holds another number of entries than its pages state, or changed while "
                "it was read",
                file=file,
                expected=f"{' and '.join(map(str, stated))} entries from {pages[0].read_from}",
                found=str(listed),
            )


def _refuse_fewer(pages: list[Page], file: str) -> None:
    listed = sum(len(page.entries) for page in pages)
    stated = max((page.stated or 0 for page in pages), default=0)
    if stated > listed:
        raise StatementError(
            "page_missing",
            "the list holds fewer entries than it states",
            file=file,
            expected=f"{stated} entries",
            found=str(listed),
            next_step="ask the provider for every page of the range again",
        )


def _open_end(pages: list[Page]) -> tuple[str, ...]:
    """What is to be told of a file whose last page may be full: which size was asked is not in it.

    A page is full when no other one has more; sizes that one asks for are round.
    """
    listed = len(pages[-1].entries)
    is_full = listed >= max(len(page.entries) for page in pages)
    if not pages[-1].ends_silently or not is_full or (listed % 10 and listed % 25):
        return ()
    return (
        f"the last page lists {listed} lines: if as many were asked for, more may follow; put the"
        " next page into the file too, an empty one proves the end",
    )


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


def _start_of_file(pages: list[Page], lines: list[Line], zone: str, file: str) -> StatementStart:
    read_from, read_to = pages[0].read_from, pages[0].read_to
    if read_from is not None and read_to is not None:
        # The last second that was asked for is asked for as a whole.
        start = _start("", read_from, read_to + timedelta(seconds=1), zone)
        first, last = start.period_from, start.period_to
    elif lines:
        moments = [line.booked_at for line in lines]
        read_from, read_to = min(moments), max(moments)
        first, last = min(line.booked_on for line in lines), max(line.booked_on for line in lines)
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
        period_from=first,
        period_to=last,
    )


def _start(key: str, read_from: datetime, read_to: datetime, zone: str) -> StatementStart:
    # Of a day that was not asked for as a whole nothing is proved.
    first = local_day(read_from + timedelta(days=1) - timedelta(microseconds=1), zone)
    last = local_day(read_to, zone) - timedelta(days=1)
    return StatementStart(
        statement_key=key,
        account="",
        currency=None,
        sequence_number=None,
        period_from=first,
        period_to=last,
    )
