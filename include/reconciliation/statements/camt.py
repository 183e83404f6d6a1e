"""ISO 20022 camt.053, camt.052 and camt.054 of every version, by local names, as a stream.

Mandatory elements that real files lack are done without, so no schema is asked. A statement with an
opening and a closing balance must tie; reports and notifications mostly have neither. The libraries
for camt either give wrong totals for some files without a word, or refuse real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from include.reconciliation.errors import StatementError
from include.reconciliation.money import format_minor
from include.reconciliation.statements import camt_entries as entries
from include.reconciliation.statements.amounts import EXPONENTS, minor_units
from include.reconciliation.statements.camt_balances import (
    Balance,
    Balances,
    contradictions,
    foreign_notices,
    opening_and_closing,
)
from include.reconciliation.statements.camt_entries import Details, Place
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Event, StatementEnd, StatementStart
from include.reconciliation.statements.xml_elements import Element, walk

# The message, and what a statement is called in it.
MESSAGES = {
    "BkToCstmrStmt": "Stmt",
    "BkToCstmrAcctRpt": "Rpt",
    "BkToCstmrDbtCdtNtfctn": "Ntfctn",
}
PROOF = "opening + entries = closing"
NOTICES_MAX = 100
_NOT_BOOKED = {"PDNG", "FUTR"}
_BOOKED = {"BOOK", "INFO"}
_SUMMARY = (
    ("lines", "TtlNtries", "NbOfNtries"),
    ("credit_lines", "TtlCdtNtries", "NbOfNtries"),
    ("credits", "TtlCdtNtries", "Sum"),
    ("debit_lines", "TtlDbtNtries", "NbOfNtries"),
    ("debits", "TtlDbtNtries", "Sum"),
)


@dataclass(slots=True)
class OpenStatement:
    """What is known of a statement while its entries are read."""

    start: StatementStart
    otherwise_on: date | None
    sum_minor: int = 0
    reversals_minor: int = 0
    undated: int = 0
    not_booked: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    unknown_statuses: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """The statements of a camt file; StatementError for what can't be read."""
    reader = _Reader(file)
    handlers = {
        "TxDtls": reader.detail,
        "Ntry": reader.entry,
        **dict.fromkeys(MESSAGES.values(), reader.end_statement),
        **dict.fromkeys(MESSAGES, reader.end_message),
    }
    for _ in walk(stream, file, handlers):
        yield from reader.events
        reader.events.clear()
    reader.end_file()


class _Reader:
    """Makes events of the elements as they end."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.events: list[Event] = []
        self.entry_count = 0
        self.statement_count = 0
        self.message_count = 0
        self.details = Details()
        self.open: OpenStatement | None = None

    def detail(self, parents: list[Element], element: Element) -> None:
        """Adds a detail to its entry, which is still open."""
        if len(parents) > 2 and parents[-2].name == "Ntry":
            amount = next(parents[-2].all("Amt"), None)
            currency = "" if amount is None else amount.attributes.get("Ccy", "")
            self.details.add(element, self._place(), currency)

    def entry(self, parents: list[Element], element: Element) -> None:
        """The line of an entry; before the first one, the start of its statement."""
        if not _is_statement(parents):
            raise self._place().error(
                "bad_xml", "an entry stands outside of a statement", "Ntry", "Stmt/Ntry", None
            )
        statement = self.open or self._begin(parents)
        place, details = self._place(), self.details
        self.entry_count += 1
        self.details = Details()
        currency = statement.start.currency or ""
        line = entries.line_of(element, details, place, currency, statement.otherwise_on)
        assert line.gross_minor is not None and line.gross_currency is not None
        status = entries.status_of(element)
        if status in _NOT_BOOKED or (status == "INFO" and parents[-1].name == "Stmt"):
            key = (status, line.gross_currency)
            count, minor = statement.not_booked.get(key, (0, 0))
            statement.not_booked[key] = (count + 1, minor + line.gross_minor)
            return
        if status not in _BOOKED:
            statement.unknown_statuses[status] = statement.unknown_statuses.get(status, 0) + 1
        statement.sum_minor += line.gross_minor
        statement.reversals_minor += line.gross_minor * entries.is_reversal(element)
        statement.undated += not (element.text("BookgDt", "Dt") or element.text("BookgDt", "DtTm"))
        statement.notices += entries.complaints(line, details)
        self.events.append(line)

    def end_statement(self, parents: list[Element], element: Element) -> None:
        """The end of a statement, with what proves it."""
        if not _is_statement([*parents, element]):
            return
        statement = self.open or self._begin([*parents, element])
        self.open = None
        place = self._place()
        balances = self._balances(element)
        opening, closing = opening_and_closing(balances.own, element.name)
        start = statement.start
        if start.opening_minor != (None if opening is None else opening.minor):
            raise place.error(
                "bad_xml",
                "the opening balance stands behind the entries",
                "Bal",
                "balances before entries",
                None,
            )
        statement.notices += foreign_notices(balances, opening, closing, place)
        statement.notices += contradictions(balances)
        if closing is None and element.name == "Stmt":
            statement.notices.append("there is no closing balance, so nothing proves the entries")
        elif opening is None and element.name == "Stmt":
            statement.notices.append("there is no opening balance, so nothing proves the entries")
        elif opening is not None and closing is not None:
            statement.notices += _turned_reversals(statement, opening, closing)
        self.events.append(
            StatementEnd(
                closing_minor=None if closing is None else closing.minor,
                closing_on=None if closing is None else closing.on,
                control=_control(element, start.currency, place),
                proved_by="none" if opening is None or closing is None else PROOF,
                notices=_bounded([*statement.notices, *_notices(statement, element)]),
            )
        )

    def end_message(self, parents: list[Element], element: Element) -> None:
        """A message is there, even if it is empty."""
        self.message_count += 1

    def end_file(self) -> None:
        """Refuses a file that is no camt, or has no statement in it."""
        if self.statement_count:
            return
        is_camt = bool(self.message_count)
        raise StatementError(
            "empty" if is_camt else "bad_header",
            "there is no statement in the file" if is_camt else "this is no camt message",
            file=self.file,
            expected=", ".join(MESSAGES.values() if is_camt else MESSAGES),
        )

    def _place(self) -> Place:
        return Place(self.file, self.entry_count + 1)

    def _begin(self, parents: list[Element]) -> OpenStatement:
        message, element = parents[-2:]
        self.statement_count += 1
        place = self._place()
        account = element.text("Acct", "Id", "IBAN") or element.text("Acct", "Id", "Othr", "Id")
        if account is None:
            raise place.error(
                "missing_value", "the statement names no account", "Acct/Id", "an account", None
            )
        created = element.text("CreDtTm") or message.text("GrpHdr", "CreDtTm")
        created_at = None if created is None else entries.read_moment(created, place, "CreDtTm")
        balances = self._balances(element)
        opening, closing = opening_and_closing(balances.own, element.name)
        sequence = element.text("ElctrncSeqNb") or element.text("LglSeqNb")
        key = element.text("Id") or sequence or created
        if key is None:
            raise place.error("missing_value", "the statement has no id", "Id", "an id", None)
        page, is_last_page = _page(message, element, opening, closing)
        period_from, period_to = (_period(element, name, place) for name in ("Fr", "To"))
        start = StatementStart(
            statement_key=key,
            account=account,
            currency=balances.currency,
            sequence_number=_whole(sequence),
            page=page,
            is_last_page=is_last_page,
            opening_minor=None if opening is None else opening.minor,
            opening_on=None if opening is None else opening.on,
            period_from=period_from,
            period_to=period_to,
            created_at=None if created_at is None else created_at.at,
            row=place.row,
        )
        dates = (
            None if closing is None else closing.on,
            period_to,
            None if created_at is None else created_at.on,
        )
        self.open = OpenStatement(start, next((on for on in dates if on is not None), None))
        self.events.append(start)
        return self.open

    def _balances(self, element: Element) -> Balances:
        place = self._place()
        currency = element.text("Acct", "Ccy")
        found = Balances(currency)
        for balance in element.all("Bal"):
            code = balance.text("Tp", "CdOrPrtry", "Cd")
            if code not in ("OPBD", "PRCD", "CLBD", "ITBD"):
                continue
            amount = next(balance.all("Amt"), None)
            minor, own = entries.amount_of(amount, currency or "", place, f"Bal[{code}]/Amt")
            # Some banks write no direction at all; their balances tie as credits.
            if balance.text("CdtDbtInd") is not None:
                minor *= entries.direction_of(balance, place, f"Bal[{code}]")
            dated = entries.moment_of(balance, "Dt", place, f"Bal[{code}]")
            found.add(Balance(code, minor, own, None if dated is None else dated.on))
        return found


def _is_statement(elements: list[Element]) -> bool:
    return len(elements) > 1 and MESSAGES.get(elements[-2].name) == elements[-1].name


def _page(
    message: Element, element: Element, opening: Balance | None, closing: Balance | None
) -> tuple[int | None, bool]:
    """The statement's page; one that has its first and last balance is whole, in any message."""
    if opening and closing and "ITBD" not in (opening.code, closing.code):
        return None, True
    for pagination in (*element.all("StmtPgntn"), *message.all("GrpHdr", "MsgPgntn")):
        number = _whole(pagination.text("PgNb"))
        if number is not None:
            return number, pagination.text("LastPgInd") in ("true", "1")
    return None, True


def _period(element: Element, end: str, place: Place) -> date | None:
    text = element.text("FrToDt", f"{end}DtTm") or element.text("FrToDt", f"{end}Dt")
    # The time may be 24:00:00, and only the date counts.
    return None if text is None else entries.read_moment(text[:10], place, "FrToDt").on


def _whole(text: str | None) -> int | None:
    return (
        int(text)
        if text is not None and text.isascii() and text.isdigit() and len(text) < 19
        else None
    )


def _control(
    element: Element, currency: str | None, place: Place
) -> tuple[tuple[str, str, int], ...]:
    found = []
    for what, group, name in _SUMMARY:
        text = element.text("TxsSummry", group, name)
        if text is None:
            continue
        if name == "NbOfNtries":
            number = _whole(text)
            if number is None:
                raise place.error(
                    "bad_amount", "a number of entries can't be read", f"TxsSummry/{group}/{name}",
                    "a whole number", text,
                )  # fmt: skip
            found.append((what, "", number))
        elif currency is not None:
            column = f"TxsSummry/{group}/{name}"
            minor = minor_units(text, currency, file=place.file, row=place.row, column=column)
            found.append((what, currency, minor))
    return tuple(found)


def _turned_reversals(statement: OpenStatement, opening: Balance, closing: Balance) -> list[str]:
    """Some banks give a reversal the direction of what it reverses; the balances tell."""
    residual = opening.minor + statement.sum_minor - closing.minor
    if residual and residual == 2 * statement.reversals_minor:
        return ["the balances tie only if entries with RvslInd go the other way: ask the bank"]
    return []


def _notices(statement: OpenStatement, element: Element) -> list[str]:
    found = []
    if any(not balance.text("CdtDbtInd") for balance in element.all("Bal")):
        found.append("balances have no CdtDbtInd: they were read as credits")
    if statement.undated:
        found.append(
            f"entries without a booking date: {statement.undated}; their value date was taken, or"
            f" the statement's date {statement.otherwise_on}"
        )
    for status, count in statement.unknown_statuses.items():
        found.append(f"entries of the unknown status {status!r:.40} were read as booked: {count}")
    for (status, currency), (count, minor) in statement.not_booked.items():
        amount = format_minor(minor, EXPONENTS[currency])
        found.append(
            f"entries that are {status}, not booked, were not read: {count} of {amount} {currency}"
        )
    return found


def _bounded(notices: list[str]) -> tuple[str, ...]:
    if len(notices) > NOTICES_MAX:
        notices = [*notices[:NOTICES_MAX], f"and {len(notices) - NOTICES_MAX} notices more"]
    return tuple(notices)


CAMT = ParsedFormat(
    name="camt",
    title="ISO 20022 camt.053, camt.052 and camt.054 (XML)",
    how_to_fetch="from the bank: EBICS order C53, SWIFT FileAct, or its online banking",
    read=read,
    begins_with=(rb"\s*<.*BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)", rb"\s*<.*:camt\.05[234]\."),
    identity="opening (OPBD or PRCD) + booked entries = closing (CLBD); figures of TxsSummry",
    units="major units with a point, up to five decimals, zeros beyond those of the currency",
    signs="never in the amount: CdtDbtInd is the direction; RvslInd only says why",
    zones="a date, or a date and time with its offset",
    references="those of the entry and of all its details, each with its kind",
    line_types=("bank_entry",),
    names_statements=True,
    notes=(
        "Every version is read, by local names; no schema is asked.",
        "One entry is one line. Its details give references and are summed; where they come to"
        " another amount, the entry counts and a notice says so.",
        "Entries that are pending, or in a camt.053 for information only, are no lines.",
        "A statement without balances is proved by nothing, which its row says.",
        "Without balances several may have one id, each with entries of its own; one entry in two"
        " of them, or two of the same FrToDt, refuse the file.",
        "Notices also tell of entries without a booking date or of an unknown status, of balances"
        " without a direction, in a second currency or stated with several amounts, and of"
        " reversals that the balances want turned.",
    ),
)
