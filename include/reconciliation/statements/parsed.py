"""What a parser of a format that is no plain table yields: statements, line by line.

A parser is a pure function `read(stream, file)`. It streams: of a statement it gives a
StatementStart, its Lines, and a StatementEnd, and never holds a whole file. It raises
StatementError for what can't be read; whether the sums hold is proved in SQL, from what it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class StatementStart:
    """What stands before the lines of a statement, as the file has it."""

    statement_key: str  # natural key inside the account: camt Id, MT940 28C with 20, as-of date
    account: str  # IBAN, number, merchant id
    currency: str | None  # of the account; None where lines have several
    sequence_number: int | None
    page: int | None = None  # of a statement that comes in several (60M, MsgPgntn)
    is_last_page: bool = True
    opening_minor: int | None = None
    opening_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    created_at: datetime | None = None  # the version stamp, where there is one
    row: int = 1  # line (or entry) number in the file, for errors


@dataclass(frozen=True, slots=True)
class Line:
    """One movement, signed from the account holder's side."""

    row: int
    provider_type: str  # the provider's own word or words
    type: str  # ours: payment, refund, …, bank_entry, unknown
    economic_type: str  # whose total it belongs to; usually the type
    gross_minor: int | None
    gross_currency: str | None
    fee_minor: int | None  # a cost is positive
    tax_minor: int | None
    net_minor: int | None
    net_currency: str | None
    booked_at: datetime  # aware, UTC
    booked_on: date  # the local date as written
    source_zone: str  # IANA name, offset or "date only"
    value_date: date | None
    line_key: str  # natural key; equal ones of a statement are numbered later
    psp_reference: str | None = None
    event_reference: str | None = None
    merchant_reference: str | None = None
    payout_reference: str | None = None
    further_references: tuple[tuple[str, str], ...] = ()  # (kind, value)


@dataclass(frozen=True, slots=True)
class StatementEnd:
    """What stands after the lines, and what it claims about them."""

    closing_minor: int | None = None
    closing_on: date | None = None
    # (what, currency, value) as trailers write them: ("credits", "EUR", 1234), ("lines", "", 7)
    control: tuple[tuple[str, str, int], ...] = ()
    proved_by: str = "none"  # what its identity would be: "opening + entries = closing"
    notices: tuple[str, ...] = ()


Event = StatementStart | Line | StatementEnd
Parser = Callable[[BinaryIO, str], Iterator[Event]]
