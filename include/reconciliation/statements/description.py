"""How a statement format is described: data that the shared readers and SQL files follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from include.reconciliation.statements import roles
from include.reconciliation.statements.api_pages import Api
from include.reconciliation.statements.parsed import Parser

# Larger files are refused; ten million lines of the widest format need 3.3 GB.
SIZE_BYTES_MAX = 4 << 30
# Three texts make the key of a line, and an index of PostgreSQL takes 2,700 bytes.
TEXT_BYTES_MAX = 800
# Rows of these types are balances and sums of the statement, never lines of it.
OPENING, CLOSING, SUBTOTAL = "opening", "closing", "subtotal"
NOT_LINES = (OPENING, CLOSING, SUBTOTAL)

Unit = Literal["major", "hundredths", "minor"]
Scope = Literal["statement", "account"]
Identity = Literal["rows_tie", "statements_sum_to_zero", "opening_and_lines_are_closing"]
PROOFS: Mapping[Identity, str] = {
    "rows_tie": "rows tie to their net",
    "statements_sum_to_zero": "statements sum to 0 per currency, payouts included",
    "opening_and_lines_are_closing": "opening + lines = closing",
}


@dataclass(frozen=True, slots=True)
class LineType:
    """What a provider's type word means: the canonical type, and whose total it belongs to.

    `negative` is the type of a line that takes money away, where the word says nothing of it.
    `leaves`: money of this word never comes in.
    """

    type: str
    economic_type: str
    negative: str | None = None
    leaves: bool = False

    @classmethod
    def plain(cls, type_: str) -> LineType:
        """A type that belongs to its own total."""
        return cls(type_, type_)


@dataclass(frozen=True, slots=True)
class Gate:
    """One promise of the gate: `include/sql/gate/<folder>/<promise>.sql` returns what breaks it."""

    promise: str
    reason_code: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """How amounts are written: the marks, and what a 1 is worth.

    `unit` is major units with the decimals of ISO 4217, hundredths whatever the currency is, or
    minor units. `own_exponents` are currencies whose minor unit the provider counts otherwise.
    Debit and credit columns never have a sign; the others may where `is_signed`.
    `rounds_sums`: gross and net have more decimals than their currency, and only what is paid out
    is rounded; they become whole so that the sum of a statement is the rounded sum.
    """

    decimal: str = "."
    thousands: str = ""
    is_signed: bool = True
    unit: Unit = "major"
    own_exponents: Mapping[str, int] = field(default_factory=dict)
    rounds_sums: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether PostgreSQL reads them as they are."""
        return (self.decimal, self.thousands) == (".", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """A statement that is a CSV file with a header.

    `columns` maps headers to roles (`roles.py` says what each means); the roles in `required` must
    be there. `ignored` are headers that are known and not read; any other is named in a notice.
    `types` maps the provider's words, in small letters, to ours; with a subtype the word is
    "type / subtype", or the type alone for whatever subtype is not listed.

    `zone` is "abbreviation" (the zone columns hold CET, PST, …), "offset" (the times do), "psp"
    (the zone of the PSP's entry) or a name of the IANA list. `time_layouts` are tried in order.

    A statement is what has one value in the role `statement`: `statement_key` is its key with "{}"
    for that value, which `statement_is_number` holds to be a whole number. Without such a column
    the file is one statement, known by its first and last day. `statement_is_payout`: the value is
    the payout that a line is paid out with; the rows without one are a statement by their days.
    `payouts_have_no_row`: the payout itself is told by its lines alone.

    `line_scope` is "account" where the provider gives each line an id of its own for ever.
    `cost_sign` is −1 where costs are written as negative amounts; `sign_is_open` where files write
    them and the gross with and without a sign: then the net decides.
    `balance_words`: where a file has no column of types, the words of a row that is of no payment
    and has no subtype: with a time it opens, without one it closes.
    `encoding` is what files without a byte order mark are in. `rows_above_max`: as many rows may
    stand above the header.
    `dialects` are patterns of the same report in a form that is not read, each with what to do
    instead.
    `account_rows_hold_text`: on rows without a payment the event reference is a text, of which a
    payout's first word names the payout.
    """

    name: str
    title: str
    how_to_fetch: str
    columns: Mapping[str, str]
    required: frozenset[str]
    types: Mapping[str, LineType]
    time_layouts: tuple[str, ...]
    zone: str
    identities: tuple[Identity, ...]
    ignored: frozenset[str] = frozenset()
    delimiters: tuple[str, ...] = (",",)
    numbers: Numbers = Numbers()
    statement_key: str = "{}"
    statement_is_number: bool = False
    statement_is_payout: bool = False
    payouts_have_no_row: bool = False
    line_scope: Scope = "statement"
    cost_sign: int = 1
    sign_is_open: bool = False
    currency_in_any_case: bool = False
    encoding: str = "utf-8"
    rows_above_max: int = 0
    balance_words: tuple[str, str] | None = None
    account_rows_hold_text: bool = False
    dialects: Mapping[str, str] = field(default_factory=dict)
    further_kinds: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def header_of(self, role: str) -> str:
        """The header that has the role, for sentences; several where the role is their sum."""
        headers = [header for header, own in self.columns.items() if own == role]
        parts = [self.header_of(part) for part in roles.PARTS.get(role, ()) if self.has(part)]
        return headers[0] if headers else roles.JOINED.get(role, " and ").join(parts) or role

    def has(self, role: str) -> bool:
        """Whether some header of the format has the role, or a part of it."""
        own = set(self.columns.values())
        return role in own or any(part in own for part in roles.PARTS.get(role, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFormat:
    """A statement that is no plain table: a parser yields it line by line, and SQL proves it.

    `begins_with` are patterns, one of which the beginning of a file matches; what `may_begin_with`
    matches can be other formats' as well. With an `api` that can
    be asked the same pages are read over the network where the PSP's entry has an endpoint.
    `line_types` are the types that a line may have beside those that a word stands for.
    `names_statements`: account and key name one statement, which a file holds once. With
    `divides_days` lines of one day may be divided among several without balances, and others of
    the name may be other accounts whose numbers were masked. With `lines_name_payout` every line
    that was paid out says with which payout; `payouts_have_no_row`: which only its lines tell.
    """

    name: str
    title: str
    how_to_fetch: str
    read: Parser
    begins_with: tuple[bytes, ...]
    identity: str
    units: str
    signs: str
    zones: str
    references: str
    may_begin_with: tuple[bytes, ...] = ()
    line_scope: Scope = "statement"
    notes: tuple[str, ...] = ()
    types: Mapping[str, LineType] = field(default_factory=dict)
    line_types: tuple[str, ...] = ()
    names_statements: bool = False
    divides_days: bool = False
    lines_name_payout: bool = False
    payouts_have_no_row: bool = False
    api: Api | None = None


Format = CsvFormat | ParsedFormat
