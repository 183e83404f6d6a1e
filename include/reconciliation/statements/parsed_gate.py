"""The gate of parsed formats: what a parser yields streams into work tables, and SQL proves it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from typing import Any, BinaryIO

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import admission, pages
from include.reconciliation.statements.admission import Case
from include.reconciliation.statements.description import Gate, ParsedFormat
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart

GATES = (
    Gate("every_text_is_short", "beyond_limits"),
    Gate("every_statement_is_of_this_account", "wrong_account"),
    Gate("every_currency_is_known", "unknown_currency"),
    Gate("every_currency_is_configured", "currency_not_configured"),
    Gate("every_line_is_in_its_currency", "wrong_currency"),
    Gate("every_page_is_there", "page_missing"),
    Gate("every_line_ties", "row_does_not_tie"),
    Gate("every_figure_is_the_sum_of_the_lines", "wrong_total"),
    Gate("opening_and_lines_are_closing", "wrong_total"),
)
# What is promised where account and key name one statement.
NAME_GATES = (
    Gate("no_statement_contradicts_its_copy", "statement_repeated"),
    Gate("no_entry_is_in_two_of_one_name", "statement_repeated"),
)
# What is promised by the pages that were read for a range of time.
RANGE_GATES = (Gate("no_line_in_force_is_missing", "page_missing"),)
WORK_TABLES = (
    "work_parsed_pages",
    "work_parsed_figures",
    "work_parsed_statements",
    "work_parsed_sums",
    "work_raw_rows",
)
FIGURES = frozenset(
    {"lines", "credit_lines", "debit_lines", "credits", "debits", "gross_credits", "gross_debits"}
    | {"fee_credits", "fee_debits", "net", "opening", "closing"}
)
STATEMENTS_MAX = 100_000
OTHERS_MAX = 20
_LINES = """
copy work_raw_rows (
    page_number, row_number, provider_type, type, economic_type, gross_minor, gross_currency,
    fee_minor, tax_minor, net_minor, net_currency, booked_at, booked_on, source_zone, value_date,
    line_key, psp_reference, event_reference, merchant_reference, payout_reference,
    further_references
) from stdin
"""
_PAGES = """
copy work_parsed_pages (
    page_number, row_number, statement_key, account, currency, sequence_number, page, is_last_page,
    opening_minor, opened_on, closing_minor, covers_from, covers_to, version_stamp
) from stdin
"""
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]")
_FIGURES = "copy work_parsed_figures (page_number, what, currency, amount) from stdin"


class _Pages:
    """What a parser yields around the lines: a start and an end for each page of a statement."""

    def __init__(self, events: Iterator[Event], file: str, account: str | None) -> None:
        self.found: list[tuple[StatementStart, StatementEnd | None]] = []
        self.notices: list[str] = []
        # Account and key of statements of which further copies were not read.
        self.copies: set[tuple[str, str]] = set()
        self._events = events
        self._file = file
        self._account = account

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Each line with the number of its page; the pages are noted on the way."""
        for event in self._events:
            if isinstance(event, Line):
                yield len(self.found), event
            elif isinstance(event, StatementStart):
                named = replace(event, account=_as_configured(event.account, self._account))
                self.found.append((named, None))
                self._refuse_too_many()
            else:
                self.found[-1] = (self.found[-1][0], event)

    def ended(self) -> Iterator[tuple[int, StatementStart, StatementEnd]]:
        """The pages that came to their end, by number."""
        for number, (start, end) in enumerate(self.found, 1):
            if end is not None:
                yield number, start, end

    def _refuse_too_many(self) -> None:
        if len(self.found) > STATEMENTS_MAX:
            raise StatementError(
                "too_large",
                "the file holds too many statements",
                file=self._file,
                row=self.found[-1][0].row,
                expected=f"at most {STATEMENTS_MAX}",
            )


def admit(case: Case, format_: ParsedFormat) -> None:
    """Makes the file's lines in `work_new_lines`; StatementError when a promise is broken."""
    cursor = case.cursor
    case.binds["line_scope"] = format_.line_scope
    case.binds["divides_days"] = format_.divides_days
    warehouse.run(cursor, "statements/create_parsed")
    # A parser that is not read to its end still holds the stream.
    with case.content() as stream, closing(_events(case, format_, stream)) as events:
        found = _Pages(events, case.file, case.binds["account"])
        try:
            with cursor.connection.transaction(), cursor.copy(_LINES) as copy:
                for number, line in found.lines():
                    copy.write_row(_row(number, line))
        except psycopg.errors.NumericValueOutOfRange:
            raise
        except psycopg.DataError as error:
            raise StatementError(
                "bad_encoding",
                "a text holds what the database can't",
                file=case.file,
                found=admission.shown(str(error.diag.message_primary)),
            ) from None
        finally:
            _note_pages(case, format_, found)
    _refuse_empty(case, found)
    # Where the database can't calculate, what was parsed stays: it names the statement.
    with cursor.connection.transaction():
        _prove(case, format_, found)


def _prove(case: Case, format_: ParsedFormat, found: _Pages) -> None:
    cursor = case.cursor
    cursor.execute("analyze work_raw_rows, work_parsed_statements")
    is_range = case.delivery.read_from is not None
    names = NAME_GATES if format_.names_statements else ()
    admission.check(case, "parsed", (*names, *GATES, *(RANGE_GATES if is_range else ())))
    _open(case, found)
    warehouse.run(cursor, "statements/parsed_lines", case.binds)
    admission.finish_lines(cursor)
    warehouse.run(cursor, "statements/describe_parsed")
    if is_range:
        warehouse.run(cursor, "statements/describe_range", case.binds)
    if format_.api is None:
        # An API's range covers its whole days, and has lines of others as well.
        warehouse.run(cursor, "statements/note_outside_days", {"near_days": 0})
    warehouse.run(cursor, "statements/parsed_totals")


def named_statements(case: Case) -> list[dict[str, Any]]:
    """The statements that a refused file seems to hold, as far as its parser came."""
    if not admission.is_flagged(case.cursor, "statements/has_parsed_sums"):
        return []
    if admission.is_flagged(case.cursor, "statements/parsed_is_only_of_others", case.binds):
        return [admission.of_others(case)]
    return warehouse.run(case.cursor, "statements/parsed_named", case.binds).fetchall()


def _events(case: Case, format_: ParsedFormat, stream: BinaryIO) -> Generator[Event, None, None]:
    """What the parser yields: of a file, or of the pages that were read for a range of time."""
    delivery, zone = case.delivery, case.binds["fixed_zone"]
    if format_.api is None:
        yield from format_.read(stream, case.file)
    elif delivery.read_from is None or delivery.read_to is None:
        yield from format_.api.read(stream, case.file, zone)
    else:
        yield from format_.api.read_range(
            pages.bodies(delivery),
            account=case.attempt.account,
            read_from=delivery.read_from,
            read_to=delivery.read_to,
            zone=zone,
            name=case.file,
        )


def _as_configured(found: str, account: str | None) -> str:
    """The configured name of an account that a file writes with what no name may hold, such as `/`.

    An account of psps.toml is a folder too: it has `-` in the place of each such character.
    """
    is_same = account is not None and _NOT_IN_A_NAME.sub("-", found) == account
    return account if is_same and account is not None else found


def _row(number: int, line: Line) -> tuple[Any, ...]:
    return (
        number,
        line.row,
        line.provider_type,
        line.type,
        line.economic_type,
        line.gross_minor,
        line.gross_currency,
        line.fee_minor,
        line.tax_minor,
        line.net_minor,
        line.net_currency,
        line.booked_at,
        line.booked_on,
        line.source_zone,
        line.value_date,
        line.line_key,
        line.psp_reference,
        line.event_reference,
        line.merchant_reference,
        line.payout_reference,
        Jsonb([list(pair) for pair in line.further_references])
        if line.further_references
        else None,
    )


def _note_pages(case: Case, format_: ParsedFormat, pages: _Pages) -> None:
    """Also where the parser gave up: then the pages say which statement it was."""
    with case.cursor.connection.transaction():
        _copy_pages(case, pages)
    others = warehouse.run(case.cursor, "statements/drop_other_accounts", case.binds).fetchall()
    pages.notices += _told(others)
    if format_.names_statements:
        copies = warehouse.run(
            case.cursor, "statements/drop_repeated_statements", case.binds
        ).fetchall()
        pages.copies |= {(row["account"], row["statement_key"]) for row in copies}
    warehouse.run(case.cursor, "statements/parsed_statements", case.binds)
    warehouse.run(case.cursor, "statements/parsed_sums")


def _told(others: list[dict[str, Any]]) -> list[str]:
    """A file of a bank may hold several accounts: what is not this one's is named."""
    told = [
        f"{row['statement_key']!r:.80} of account {row['account']!r:.80} is in the file:"
        f" {row['lines']} lines, not read here"
        for row in others[:OTHERS_MAX]
    ]
    more = len(others) - OTHERS_MAX
    return [*told, f"{more} more statements of other accounts, not read here"] if more > 0 else told


def _copy_pages(case: Case, pages: _Pages) -> None:
    with case.cursor.copy(_PAGES) as copy:
        for number, (start, end) in enumerate(pages.found, 1):
            copy.write_row(
                (
                    number,
                    start.row,
                    start.statement_key,
                    start.account,
                    start.currency,
                    start.sequence_number,
                    start.page,
                    start.is_last_page,
                    start.opening_minor,
                    start.opening_on,
                    end.closing_minor if end else None,
                    start.period_from,
                    start.period_to or (end.closing_on if end else None),
                    start.created_at.astimezone(UTC).isoformat() if start.created_at else None,
                )
            )
    with case.cursor.copy(_FIGURES) as copy:
        for number, _, end in pages.ended():
            for what, currency, amount in end.control:
                assert what in FIGURES, f"nothing knows the figure {what!r}"
                copy.write_row((number, what, currency, amount))


def _refuse_empty(case: Case, pages: _Pages) -> None:
    if not pages.found:
        raise StatementError(
            "empty",
            "there is no statement in the file",
            file=case.file,
            expected="at least one statement",
            found="none",
        )


def _open(case: Case, pages: _Pages) -> None:
    """Opens the statements one by one: each has its own notices and its own proof."""
    warehouse.run(case.cursor, "statements/create_statements")
    ends = {number: end for number, _, end in pages.ended()}
    seen: set[tuple[str, str]] = set()
    for statement in warehouse.run(case.cursor, "statements/parsed_opened").fetchall():
        numbers = statement.pop("pages")
        own = [ends[number] for number in numbers if number in ends]
        notices = [*pages.notices, *(notice for end in own for notice in end.notices)]
        start = pages.found[numbers[0] - 1][0]
        name = (start.account, start.statement_key)
        if name in seen:
            notices.append(f"{start.statement_key!r:.80} stands in the file before: both were read")
        elif name in pages.copies:
            notices.append(f"{start.statement_key!r:.80} has copies in the file: it was read once")
        seen.add(name)
        admission.open_statement(case, statement, notices, own[-1].proved_by if own else "none")
    case.cursor.execute("analyze work_statements")
