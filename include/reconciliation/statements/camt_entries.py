"""Entries of camt.053, 052 and 054: one booking is one line, whatever details it comes with.

The amount of the entry is the truth. Details (TxDtls) are counted, summed and searched for
references; a batch may come with all of them, with one, or with none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from include.reconciliation.errors import StatementError
from include.reconciliation.money import format_minor
from include.reconciliation.statements.amounts import EXPONENTS, minor_units
from include.reconciliation.statements.bank_entries import (
    DATE_ONLY,
    NO_REFERENCE,
    YEARS,
    YEARS_SAID,
    bank_entry,
    midnight,
)
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.text_files import refused
from include.reconciliation.statements.xml_elements import Element

DIRECTIONS = {"CRDT": 1, "DBIT": -1}
# Enough for a batch's own references; what is more is in the file.
REFERENCES_MAX = 2000
_MOMENT = re.compile(
    r"([12][0-9]{3}-[0-9]{2}-[0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_OF_ENTRY = (
    ("entry", ("NtryRef",)),
    ("account_servicer", ("AcctSvcrRef",)),
    ("message", ("NtryDtls", "Btch", "MsgId")),
    ("payment_information", ("NtryDtls", "Btch", "PmtInfId")),
    ("batch_count", ("NtryDtls", "Btch", "NbOfTxs")),
    ("information", ("AddtlNtryInf",)),
)
_OF_DETAIL = (
    ("end_to_end", ("Refs", "EndToEndId")),
    ("instruction", ("Refs", "InstrId")),
    ("transaction", ("Refs", "TxId")),
    ("uetr", ("Refs", "UETR")),
    ("mandate", ("Refs", "MndtId")),
    ("message", ("Refs", "MsgId")),
    ("payment_information", ("Refs", "PmtInfId")),
    ("account_servicer", ("Refs", "AcctSvcrRef")),
    ("account_servicer", ("Refs", "AcctSvcrTxId")),
    ("clearing_system", ("Refs", "ClrSysRef")),
    ("cheque", ("Refs", "ChqNb")),
    ("proprietary", ("Refs", "Prtry", "Ref")),
    ("creditor_reference", ("RmtInf", "Strd", "CdtrRefInf", "Ref")),
    ("creditor_reference", ("RmtInf", "Strd", "CdtrRefInf", "CdtrRef")),
    ("document", ("RmtInf", "Strd", "RfrdDocInf", "Nb")),
    ("remittance", ("RmtInf", "Ustrd")),
    ("remittance", ("RmtInf", "Strd", "AddtlRmtInf")),
    ("debtor", ("RltdPties", "Dbtr", "Nm")),
    ("debtor", ("RltdPties", "Dbtr", "Pty", "Nm")),
    ("debtor_account", ("RltdPties", "DbtrAcct", "Id", "IBAN")),
    ("debtor_account", ("RltdPties", "DbtrAcct", "Id", "Othr", "Id")),
    ("creditor", ("RltdPties", "Cdtr", "Nm")),
    ("creditor", ("RltdPties", "Cdtr", "Pty", "Nm")),
    ("creditor_account", ("RltdPties", "CdtrAcct", "Id", "IBAN")),
    ("creditor_account", ("RltdPties", "CdtrAcct", "Id", "Othr", "Id")),
    ("return_reason", ("RtrInf", "Rsn", "Cd")),
    ("information", ("AddtlTxInf",)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: `row` is the number of the entry, across all statements."""

    file: str
    row: int

    def error(
        self, code: str, problem: str, column: str, expected: str, found: str | None
    ) -> StatementError:
        """The error that names this place."""
        return refused(
            code,
            problem,
            file=self.file,
            row=self.row,
            column=column,
            expected=expected,
            found="nothing" if found is None else found,
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as written, and the instant where an offset makes it one."""

    on: date
    at: datetime
    zone: str = DATE_ONLY

    @classmethod
    def of(cls, on: date) -> Moment:
        """A date without a time."""
        return cls(on, midnight(on))


@dataclass(slots=True)
class Details:
    """What the details of the entry being read come to."""

    count: int = 0
    # Per currency: those with a direction of their own, and those that follow the entry.
    signed: dict[str, int] = field(default_factory=dict)
    following: dict[str, int] = field(default_factory=dict)
    is_summable: bool = True
    references: dict[tuple[str, str], None] = field(default_factory=dict)
    left_out: int = 0

    def add(self, detail: Element, place: Place, currency: str) -> None:
        """Counts a detail, adds its amount and keeps its references."""
        self.count += 1
        self.keep(references_of(detail, _OF_DETAIL))
        direction = DIRECTIONS.get(detail.text("CdtDbtInd") or "")
        sums = self.following if direction is None else self.signed
        amounts = (*detail.all("Amt"), *detail.all("AmtDtls", "TxAmt", "Amt"))
        amount = amounts[0] if amounts else None
        try:
            minor, own = amount_of(amount, currency, place, "NtryDtls/TxDtls/Amt")
        except StatementError:
            # The entry is what is booked; a detail without a readable amount proves nothing.
            self.is_summable = False
            return
        sums[own] = sums.get(own, 0) + minor * (direction or 1)

    def keep(self, references: list[tuple[str, str]]) -> None:
        """Keeps references once, up to the bound."""
        for reference in references:
            if len(self.references) < REFERENCES_MAX:
                self.references[reference] = None
            elif reference not in self.references:
                self.left_out += 1

    def total(self, direction: int) -> dict[str, int]:
        """The sum per currency, signed as the entry is."""
        return {
            currency: self.signed.get(currency, 0) + direction * self.following.get(currency, 0)
            for currency in {**self.signed, **self.following}
        }


def references_of(
    element: Element, paths: tuple[tuple[str, tuple[str, ...]], ...]
) -> list[tuple[str, str]]:
    """Kind and text of the references at some paths, without words that mean there is none."""
    return [
        (kind, text)
        for kind, path in paths
        for text in element.texts(*path)
        if text.upper() not in NO_REFERENCE
    ]


def amount_of(element: Element | None, currency: str, place: Place, column: str) -> tuple[int, str]:
    """Minor units without a sign, and their currency; `currency` where the element names none."""
    text = None if element is None else "".join(element.parts).strip()
    if element is None or not text:
        raise place.error("missing_value", "an amount is missing", column, "an amount", text)
    if text.startswith("-"):
        raise place.error(
            "bad_amount",
            "an amount has a sign, and its direction is in CdtDbtInd",
            column,
            "an amount without a sign",
            text,
        )
    own = element.attributes.get("Ccy") or currency
    minor = minor_units(text, own, file=place.file, row=place.row, column=column)
    return minor, own


def direction_of(element: Element, place: Place, column: str) -> int:
    """1 for a credit and -1 for a debit."""
    text = element.text("CdtDbtInd")
    if text not in DIRECTIONS:
        raise place.error(
            "unknown_direction",
            "the direction can't be read",
            f"{column}/CdtDbtInd",
            "CRDT or DBIT",
            text,
        )
    return DIRECTIONS[text]


def moment_of(element: Element, name: str, place: Place, column: str) -> Moment | None:
    """The date, or the date and time, under an element such as BookgDt; None without one."""
    text = element.text(name, "DtTm") or element.text(name, "Dt")
    return None if text is None else read_moment(text, place, f"{column}/{name}")


def read_moment(text: str, place: Place, column: str) -> Moment:
    """An ISO date with or without time and offset; only with both it is an instant."""
    match = _MOMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        on = date.fromisoformat(match[1])
        if on.year not in YEARS:
            raise ValueError(text)
        if match[2] is None or match[3] is None:
            return Moment.of(on)
        at = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3]}")
    except ValueError:
        expected = f"an ISO 8601 date or date and time, {YEARS_SAID}"
        raise place.error("bad_date", "a date can't be read", column, expected, text) from None
    return Moment(on, at.astimezone(UTC), "UTC" if match[3] == "Z" else match[3])


def line_of(
    entry: Element, details: Details, place: Place, currency: str, otherwise_on: date | None
) -> Line:
    """The line of a booked entry; `otherwise_on` is its date where it has none of its own."""
    amount, second = [*entry.all("Amt"), None, None][:2]
    if second is not None:
        found = "".join(second.parts).strip()
        raise place.error("bad_xml", "an entry has two amounts", "Ntry/Amt", "one amount", found)
    unsigned_minor, own = amount_of(amount, currency, place, "Ntry/Amt")
    direction = direction_of(entry, place, "Ntry")
    minor = direction * unsigned_minor
    value = moment_of(entry, "ValDt", place, "Ntry")
    booked = moment_of(entry, "BookgDt", place, "Ntry") or value
    if booked is None and otherwise_on is not None:
        booked = Moment.of(otherwise_on)
    if booked is None:
        raise place.error(
            "missing_value", "neither entry nor statement is dated", "Ntry/BookgDt", "a date", None
        )
    references = [*references_of(entry, _OF_ENTRY), *details.references]
    if details.count > 1 or entry.text("NtryDtls", "Btch", "NbOfTxs"):
        references += _sums_of(details, direction)
    bank_reference = first(references, "account_servicer") or first(references, "entry")
    end_to_end = {text for kind, text in references if kind == "end_to_end"}
    merchant = next(iter(end_to_end)) if len(end_to_end) == 1 else None
    value_date = None if value is None else value.on
    key = (bank_reference, merchant, booked.on, value_date, minor, own)
    return bank_entry(
        minor,
        own,
        row=place.row,
        provider_type=_words_of(entry),
        booked_on=booked.on,
        booked_at=booked.at,
        source_zone=booked.zone,
        value_date=value_date,
        line_key=" ".join("-" if part is None else str(part) for part in key),
        psp_reference=bank_reference,
        merchant_reference=merchant,
        further_references=tuple(dict.fromkeys(references)),
    )


def first(references: list[tuple[str, str]], kind: str) -> str | None:
    """The first reference of a kind."""
    return next((text for found, text in references if found == kind), None)


def is_reversal(entry: Element) -> bool:
    """Whether the bank marks the entry as the reversal of another."""
    return entry.text("RvslInd") in ("true", "1")


def status_of(entry: Element) -> str:
    """BOOK, PDNG, INFO or FUTR; an entry without a status is booked."""
    return entry.text("Sts", "Cd") or entry.text("Sts") or "BOOK"


def _words_of(entry: Element) -> str:
    domain = [
        entry.text("BkTxCd", "Domn", *path)
        for path in (("Cd",), ("Fmly", "Cd"), ("Fmly", "SubFmlyCd"))
    ]
    words = [
        "-".join(filter(None, domain)),
        entry.text("BkTxCd", "Prtry", "Cd"),
        None if status_of(entry) == "BOOK" else status_of(entry),
        # The direction is in CdtDbtInd already; the mark only says why.
        "RvslInd" if is_reversal(entry) else None,
    ]
    return " ".join(filter(None, words)) or "Ntry"


def _sums_of(details: Details, direction: int) -> list[tuple[str, str]]:
    found = [("detail_count", str(details.count))]
    if details.is_summable:
        found += [
            ("detail_sum", f"{format_minor(minor, EXPONENTS[currency])} {currency}")
            for currency, minor in details.total(direction).items()
        ]
    return found


def complaints(line: Line, details: Details) -> list[str]:
    """What is worth a notice: details that come to another amount, or too many to keep."""
    found = []
    assert line.gross_minor is not None and line.gross_currency is not None
    total = details.total(1 if line.gross_minor >= 0 else -1)
    currency = line.gross_currency
    if details.is_summable and set(total) == {currency} and total[currency] != line.gross_minor:
        exponent = EXPONENTS[currency]
        found.append(
            f"entry {line.row}: its details sum to {format_minor(total[currency], exponent)}, the"
            f" entry is {format_minor(line.gross_minor, exponent)} {currency}: the entry counts"
        )
    if details.left_out:
        found.append(
            f"entry {line.row}: {details.left_out} references of its {details.count} details are"
            f" not kept, only the first {REFERENCES_MAX}"
        )
    return found
