"""OFX 1 and 2: what banks let people download, account by account.

An own reader. ofxtools is licensed GPL-3.0 only, and refuses files without LEDGERBAL or with
elements in another order; ofxparse is unmaintained and believes the header, which says Windows 1252
over UTF-8 in many files of Brazil, and fails. Here the bytes decide. A comma may stand before the
decimals, and the offset of a date decides, not the name beside it.

A FITID changes between two downloads of one bank, and comes twice in one of another: it is kept,
and no line is known by it. Entries are known by day and amount; several of a day are numbered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from include.reconciliation.statements import ofx_values
from include.reconciliation.statements.amounts import exponent_of
from include.reconciliation.statements.bank_entries import bank_entry
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.ofx_elements import VALUE_CHARACTERS_MAX, tokens
from include.reconciliation.statements.ofx_values import Moment, Place
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart

STATEMENTS = ("STMTRS", "CCSTMTRS")
ACCOUNTS = ("BANKACCTFROM", "CCACCTFROM")
# Elements of one kind that hold each other are an attack, or a file that was cut and joined.
DEPTH_MAX = 20
# Entries that wait for account and currency, where those stand behind them.
WAITING_MAX = 10_000
# Values that are read. Texts may come in parts; of any other a second one would hide the first.
TEXTS = ("NAME", "MEMO", "MESSAGE")
VALUES = frozenset(
    """
    ACCTID BALAMT CHECKNUM CODE CORRECTFITID CURDEF CURSYM DTASOF DTAVAIL DTEND DTPOSTED DTSERVER
    DTSTART FITID REFNUM SEVERITY SRVRTID TRNAMT TRNTYPE
    """.split()
).union(TEXTS)
REFERENCES = (
    ("fitid", "FITID"),
    ("check", "CHECKNUM"),
    ("reference", "REFNUM"),
    ("server", "SRVRTID"),
)
# What some types say of the direction, which the sign of the amount may contradict.
DIRECTIONS = {"CREDIT": 1, "DEP": 1, "DIRECTDEP": 1, "DEBIT": -1, "DIRECTDEBIT": -1}


@dataclass(slots=True)
class Element:
    """An element that holds others, with the values right in it."""

    name: str
    values: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """A value, empty where there is none."""
        return self.values.get(name, "")


@dataclass(slots=True)
class Statement:
    """What is known of the statement that is being read."""

    element: Element
    row: int
    account: str = ""
    entries: Element | None = None
    start: StatementStart | None = None
    balance: Element | None = None
    waiting: list[tuple[int, Element, Element | None]] = field(default_factory=list)
    pending: int = 0
    turned: int = 0


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """The statements of an OFX file, one for each account in it."""
    reader = _Reader(file)
    for token in tokens(stream, file):
        if token.kind == "value":
            reader.value(token.name, token.value)
        elif token.kind == "begin":
            reader.begin(token.name)
        else:
            yield from reader.end(token.name)
    reader.end_file()


class _Reader:
    """Follows the elements of one file; rows are numbers of entries, since lines may be missing."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.stack: list[Element] = []
        self.entries = 0
        self.statements = 0
        self.is_whole = False
        self.created_at: datetime | None = None
        self.statement: Statement | None = None
        self.currency: Element | None = None

    def begin(self, name: str) -> None:
        """An element that holds others begins."""
        if name == "INVSTMTRS":
            problem = "a statement of investments"
            raise self._place().refused("bad_header", problem, name, " or ".join(STATEMENTS))
        if name in [element.name for element in self.stack] or len(self.stack) >= DEPTH_MAX:
            raise self._place().refused("bad_xml", "an element begins inside of itself", name)
        above = self.stack[-1].name if self.stack else ""
        element = Element(name)
        self.stack.append(element)
        if name in STATEMENTS:
            self.statement = Statement(element, self.entries + 1)
        elif name == "STMTTRN":
            self.entries += 1
            self.currency = None
            if self.statement is None or above != "BANKTRANLIST":
                problem = "an entry stands outside of the list of entries"
                raise self._place().refused("bad_xml", problem, name, "BANKTRANLIST", above)
        elif name == "BANKTRANLIST" and self.statement is not None:
            self.statement.entries = element
        elif name == "STMTTRNP" and self.statement is not None:
            self.statement.pending += 1

    def value(self, name: str, value: str) -> None:
        """A value of the innermost element."""
        if not self.stack or name not in VALUES:
            return
        values = self.stack[-1].values
        if name not in values:
            values[name] = value
        elif name in TEXTS:
            values[name] = f"{values[name]} {value}"
            if len(values[name]) > VALUE_CHARACTERS_MAX:
                expected = f"at most {VALUE_CHARACTERS_MAX} characters"
                raise self._place().refused(
                    "beyond_limits", "a text has too many parts", name, expected
                )
        elif values[name] != value:
            raise self._place().refused(
                "bad_xml", "an element has two values", name, values[name], value
            )

    def end(self, name: str) -> Iterator[Event]:
        """An element ends; gives what is now known."""
        if not self.stack or self.stack[-1].name != name:
            expected = f"the end of {self.stack[-1].name}" if self.stack else "no end"
            raise self._place().refused(
                "bad_xml", "an element ends that is not open", name, expected
            )
        element = self.stack.pop()
        above = self.stack[-1] if self.stack else None
        statement = self.statement
        if name == "OFX":
            self.is_whole = True
        elif name == "STATUS":
            self._status(element)
        elif name == "SONRS":
            made = self._moment(element, "DTSERVER")
            self.created_at = made.at if made else None
        elif statement is None or above is None:
            return
        elif name in STATEMENTS:
            yield from self._finish(statement)
        elif name in ACCOUNTS and above.name in STATEMENTS:
            if statement.account not in ("", element.get("ACCTID")):
                raise self._place().refused(
                    "bad_xml", "a statement of two accounts", name, statement.account
                )
            statement.account = element.get("ACCTID")
        elif name == "LEDGERBAL":
            statement.balance = element
        elif name in ("CURRENCY", "PAYEE", "EXTDPAYEE") and above.name == "STMTTRN":
            self._part(element, above)
        elif name == "STMTTRN":
            yield from self._entry(statement, element)

    def end_file(self) -> None:
        """StatementError when the file was cut, or holds no statement."""
        if not self.is_whole or self.stack:
            problem = "the file ends before the element OFX does: it was cut"
            raise self._place().refused("bad_xml", problem, "OFX", "</OFX>")
        if not self.statements:
            problem = "there is no statement in the file"
            raise self._place().refused("empty", problem, "OFX", " or ".join(STATEMENTS))

    def _status(self, element: Element) -> None:
        if element.get("SEVERITY").upper() == "ERROR":
            found = f"{element.get('CODE')} {element.get('MESSAGE')}"
            problem = "the bank answered with an error"
            raise self._place().refused(
                "not_a_statement", problem, "STATUS", "severity INFO", found
            )

    def _part(self, element: Element, entry: Element) -> None:
        if element.name == "CURRENCY":
            self.currency = element
        elif element.get("NAME"):
            entry.values.setdefault("NAME", element.get("NAME"))

    def _entry(self, statement: Statement, element: Element) -> Iterator[Event]:
        statement.waiting.append((self.entries, element, self.currency))
        if len(statement.waiting) > WAITING_MAX:
            problem = "account and currency stand far behind the entries"
            raise self._place().refused(
                "bad_xml", problem, "STMTTRN", "BANKACCTFROM and CURDEF before"
            )
        if statement.account and statement.element.get("CURDEF"):
            yield from self._flush(statement)

    def _flush(self, statement: Statement) -> Iterator[Event]:
        """The start, unless it was given before, and the entries that waited for it."""
        if statement.start is None:
            statement.start = self._start(statement)
            yield statement.start
        for row, element, currency in statement.waiting:
            yield self._line(statement, row, element, currency)
        statement.waiting.clear()

    def _start(self, statement: Statement) -> StatementStart:
        self.statements += 1
        currency = statement.element.get("CURDEF").upper()
        for name, value in (("ACCTID", statement.account), ("CURDEF", currency)):
            if not value:
                raise self._place().refused("missing_value", "the statement lacks a value", name)
        exponent_of(currency, file=self.file, row=self._place().row, column="CURDEF")
        period = statement.entries or Element("BANKTRANLIST")
        first, last = (self._moment(period, name) for name in ("DTSTART", "DTEND"))
        key = " to ".join(str(end.on) for end in (first, last) if end)
        made_on = self.created_at.date() if self.created_at else None
        key = key or f"made on {made_on or 'no day'}"
        return StatementStart(
            statement_key=key,
            account=statement.account,
            currency=currency,
            sequence_number=None,
            period_from=first.on if first else None,
            # Who asks for a whole month in its middle is told nothing of its end.
            period_to=min(filter(None, (last and last.on, made_on)), default=None),
            created_at=self.created_at,
            row=statement.row,
        )

    def _line(
        self, statement: Statement, row: int, element: Element, currency: Element | None
    ) -> Line:
        place = Place(self.file, row)
        for name in ("TRNAMT", "DTPOSTED"):
            if not element.get(name):
                raise place.refused("missing_value", "the entry lacks a value", name)
        if element.get("CORRECTFITID"):
            problem = "the entry takes another one back or replaces it"
            raise place.refused("not_a_statement", problem, "CORRECTFITID")
        own = (currency.get("CURSYM") if currency else "") or statement.element.get("CURDEF")
        own = own.upper()
        minor = ofx_values.amount(element.get("TRNAMT"), own, place, "TRNAMT")
        booked = ofx_values.moment(element.get("DTPOSTED"), place, "DTPOSTED")
        available = ofx_values.optional_moment(element.get("DTAVAIL"), place, "DTAVAIL")
        kind = element.get("TRNTYPE").upper() or "OTHER"
        statement.turned += minor * DIRECTIONS.get(kind, 0) < 0
        texts = [element.get("NAME"), element.get("MEMO")]
        references = [(kind, element.get(name)) for kind, name in REFERENCES]
        references.append(("remittance", " ".join(filter(None, dict.fromkeys(texts)))))
        return bank_entry(
            minor,
            own,
            row=row,
            provider_type=kind,
            booked_on=booked.on,
            booked_at=booked.at,
            source_zone=booked.zone,
            value_date=available.on if available else None,
            line_key=f"{booked.on} {minor} {own}",
            further_references=tuple((what, value) for what, value in references if value),
        )

    def _finish(self, statement: Statement) -> Iterator[Event]:
        yield from self._flush(statement)
        self.statement = None
        notices = []
        closing: int | None = None
        closing_on: Moment | None = None
        balance = statement.balance
        if balance is not None and balance.get("BALAMT"):
            currency = statement.element.get("CURDEF").upper()
            closing = ofx_values.amount(balance.get("BALAMT"), currency, self._place(), "BALAMT")
            closing_on = self._moment(balance, "DTASOF")
        else:
            notices.append("there is no LEDGERBAL: the balance of the account is not known")
        if statement.pending:
            notices.append(f"{statement.pending} entries are pending, not booked: not read")
        if statement.turned:
            notices.append(
                f"{statement.turned} entries are credits by their type and debits by their amount,"
                " or the other way round: the amount counts"
            )
        yield StatementEnd(
            closing_minor=closing,
            closing_on=closing_on.on if closing_on else None,
            notices=tuple(notices),
        )

    def _moment(self, element: Element, name: str) -> Moment | None:
        return ofx_values.optional_moment(element.get(name), self._place(), name)

    def _place(self) -> Place:
        return Place(self.file, max(self.entries, 1))


OFX = ParsedFormat(
    name="ofx",
    title="OFX 1 and 2, bank and card statements",
    how_to_fetch="download the statement from the bank as OFX (also called Money or QFX), whole"
    " days only, into the drop folder",
    read=read,
    begins_with=(
        rb"\s*OFXHEADER\s*:",
        rb"(?i)\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:<\?OFX\s|<OFX[\s>])",
    ),
    identity="none: there is no opening balance",
    units="major units, a point or a comma before the decimals, no thousands",
    signs="the amount has its sign, whatever the type says",
    zones="[-3:BRT] behind a time is its offset; a time without one is UTC, a date is a date",
    references="FITID, CHECKNUM, REFNUM and SRVRTID with their kinds; NAME and MEMO are the"
    " remittance",
    line_scope="account",
    line_types=("bank_entry",),
    names_statements=True,
    notes=(
        "SGML without ends of values and XML are read alike, in any order of elements; DOCTYPE and"
        " entities are refused.",
        "The encoding is UTF-8 where the bytes are that, else Windows 1252, whatever CHARSET says.",
        "A FITID changes or comes twice, so an entry is known by day and amount, and equal ones of"
        " a day are numbered: downloads that overlap in whole days are one.",
        "Exactly three decimals are refused, unless the currency has them: a thousand could be"
        " meant.",
        "Pending entries are counted in a notice and not read; an entry that replaces another is"
        " refused.",
        "Types against the sign of their amount, and a missing LEDGERBAL are notices.",
    ),
)
