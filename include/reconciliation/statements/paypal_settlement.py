"""PayPal's settlement report (STL): a CSV whose first column says what kind a row is.

    RH report · FH file · SH section: period and account · CH names of columns · SB body
    SF section's totals per currency · SC its rows · RF, RC the same of the report · FF of the file

Amounts are whole numbers without a sign, always hundredths: 100 yen are written 10000. Kinds of
rows may be missing; what is then proved is less, and the statement says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

from include.reconciliation.statements import csv_rows
from include.reconciliation.statements.description import LineType, ParsedFormat
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.paypal_fields import Fields
from include.reconciliation.statements.paypal_totals import Footer, Totals, prove_report

_REQUIRED = (
    "Transaction ID",
    "Transaction Event Code",
    "Transaction Completion Date",
    "Transaction Debit or Credit",
    "Gross Transaction Amount",
    "Gross Transaction Currency",
)
_KNOWN = frozenset(name.casefold() for name in _REQUIRED) | {
    "ch", "invoice id", "paypal reference id", "paypal reference id type",
    "transaction initiation date", "fee debit or credit", "fee amount", "fee currency",
    "custom field", "consumer id", "payment tracking id", "store id", "bank reference id",
    "credit transactional fee", "credit promotional fee", "credit term", "transaction subject",
}  # fmt: skip
_FEE = LineType.plain("fee")
_HOLD = LineType.plain("reserve_hold")
_RELEASE = LineType.plain("reserve_release")
TYPES: Mapping[str, LineType] = {
    **{f"T00{n:02}": LineType.plain("payment") for n in (0, 2, 3, 4, 5, 6, 7, 11, 12, 13, 18)},
    **{f"T01{n:02}": _FEE for n in range(14)},
    **{f"T02{n:02}": LineType.plain("conversion") for n in range(3)},
    "T0300": LineType.plain("balance"),
    **{f"T04{n:02}": LineType.plain("payout") for n in range(4)},
    **dict.fromkeys(("T1105", "T1111", "T2102", "T2104", "T2106"), _RELEASE),
    **dict.fromkeys(("T1106", "T1201"), LineType.plain("chargeback")),
    "T1107": LineType.plain("refund"),
    **dict.fromkeys(("T1108", "T1109"), _FEE),
    **dict.fromkeys(("T1110", "T1500", "T1501", "T1503", "T2101", "T2103", "T2105"), _HOLD),
    **dict.fromkeys(("T1200", "T1205", "T1900"), LineType.plain("adjustment")),
    "T1202": LineType.plain("reversal"),
}
UNKNOWN = LineType.plain("unknown")
# With the other direction the code means something else: a payment that we made, say.
_DIRECTIONS = {
    "payment": "CR",
    "balance": "CR",
    "refund": "DR",
    "chargeback": "DR",
    "reversal": "CR",
    "reserve_hold": "DR",
    "reserve_release": "CR",
}
_OWN_EVENT = frozenset({"payment", "payout", "balance"})
_REFERENCE_KINDS = {"ODR": "order", "SUB": "subscription", "PAP": "preapproved_payment"}
_RELATED = "related_transaction"


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """The sections of the report, a statement each."""
    report = _Report()
    row = 1
    for row, values in csv_rows.read(stream, file):
        fields = Fields(file, row, [value.strip() for value in values], report.columns)
        yield from report.take(fields)
    yield from report.finish(Fields(file, row, [], {}))


class _Report:
    """What was read so far: the section that is open, footers, and what later rows refer to."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self._created_at: datetime | None = None
        self._owner = ""
        self._file_number = 1
        self._totals: Totals | None = None
        self._sections: list[Totals] = []
        self._footers: dict[str, Footer] = {}
        self._counts: dict[str, int] = {}
        self._unknown: list[str] = []
        self._disputed: dict[str, str] = {}

    def take(self, fields: Fields) -> Iterator[Event]:
        """One row, by its kind."""
        kind = fields.at(0)
        if kind == "SB":
            yield self._line(fields)
        elif kind == "SH":
            yield from self._end_section()
            yield self._start_section(fields)
        elif kind == "CH":
            self._name_columns(fields)
        elif kind in ("SF", "RF"):
            self._keep_footer(kind, fields)
        elif kind in ("SC", "RC", "FF"):
            self._keep_count(kind, fields)
        elif kind == "FH":
            self._file_number = fields.whole(1, "file number")
        elif kind == "RH":
            self._created_at = fields.moment(fields.at(1), "generated").at
            self._owner = fields.at(3)
        else:
            raise fields.error(
                "malformed_row",
                "the first column is no kind of row of this report",
                expected="RH, FH, SH, CH, SB, SF, SC, RF, RC or FF",
                found=repr(kind[:40]),
            )

    def finish(self, last: Fields) -> Iterator[Event]:
        """The end of the last section, once all that follows it is known."""
        if self._totals is None:
            raise last.error(
                "missing_value",
                "the report has no section",
                expected="an SH row with period and account",
                found="none",
            )
        self._prove_report(last)
        yield from self._end_section()

    def _start_section(self, fields: Fields) -> StatementStart:
        starts = fields.moment(fields.at(1), "start")
        ends = fields.moment(fields.at(2), "end")
        if ends.at < starts.at:
            raise fields.error(
                "bad_date",
                "the period ends before it starts",
                expected=f"after {fields.at(1)}",
                found=fields.at(2),
            )
        self._totals = Totals(fields.file)
        self._sections.append(self._totals)
        self.columns = {}
        part = f" file {self._file_number}" if self._file_number > 1 else ""
        return StatementStart(
            statement_key=f"{starts.at:%Y%m%dT%H%M%SZ}/{ends.at:%Y%m%dT%H%M%SZ}{part}",
            account=fields.needed(fields.at(3) or self._owner, "account"),
            currency=None,
            sequence_number=None,
            period_from=starts.on,
            period_to=ends.on,
            created_at=self._created_at,
            row=fields.row,
        )

    def _end_section(self) -> Iterator[Event]:
        if self._totals is None:
            return
        if len(self._sections) == 1 and not self._totals.footers:
            self._totals.footers = dict(self._footers)
        control, notices = self._totals.control()
        proved_by = "none"
        if self._totals.footers:
            proved_by = "footers of each currency = rows, opening + rows = closing"
        elif self._counts:
            proved_by = "number of rows"
        else:
            notices += ("no footer says that the section is whole",)
        if self._unknown:
            names = ", ".join(repr(name) for name in self._unknown)
            notices += (f"columns that are not known: kept, not read: {names[:2000]}",)
        yield StatementEnd(control=control, proved_by=proved_by, notices=notices)

    def _prove_report(self, last: Fields) -> None:
        """Counts and sums of report and file are those of the sections."""
        rows = sum(section.rows for section in self._sections)
        for kind in ("RC", "FF"):
            stated = self._counts.get(kind, rows)
            # A report in several files is counted over all of them.
            if stated != rows and not (kind == "RC" and self._file_number > 1):
                raise last.error(
                    "wrong_total",
                    "there are not as many rows as the footer says",
                    column=kind,
                    expected=str(stated),
                    found=str(rows),
                )
        if self._file_number == 1:
            prove_report(self._footers, self._sections, last)

    def _name_columns(self, fields: Fields) -> None:
        written = [" ".join(name.split()) for name in fields.values]
        names = [name.casefold() for name in written]
        for name in names:
            if names.count(name) > 1:
                raise fields.error("duplicate_column", "a column occurs twice", column=name[:100])
        for name in _REQUIRED:
            if name.casefold() not in names:
                raise fields.error(
                    "missing_column",
                    "a column that the format needs is not there",
                    column=name,
                    expected="the columns of the settlement report",
                    found=", ".join(written)[:2000],
                )
        self.columns = {name: place for place, name in enumerate(names)}
        self._unknown = [name for name in written if name.casefold() not in _KNOWN]

    def _line(self, fields: Fields) -> Line:
        if self._totals is None or not self.columns:
            raise fields.error(
                "malformed_row",
                "a body row comes before its section or the names of its columns",
                expected="SH and CH before SB",
                found="SB",
            )
        if len(fields.values) != len(self.columns):
            raise fields.error(
                "malformed_row",
                "the row has another number of columns than CH",
                expected=str(len(self.columns)),
                found=str(len(fields.values)),
            )
        code, transaction, currency, completed = (
            fields.needed(fields.named(column), column)
            for column in (
                "Transaction Event Code",
                "Transaction ID",
                "Gross Transaction Currency",
                "Transaction Completion Date",
            )
        )
        line_type = _type(code, fields.named("Transaction Debit or Credit"))
        gross_minor = fields.signed(
            fields.named("Transaction Debit or Credit"),
            fields.needed(fields.named("Gross Transaction Amount"), "Gross Transaction Amount"),
            currency,
            "Gross Transaction Amount",
        )
        fee_minor = _fee_minor(fields, currency)
        booked = fields.moment(completed, "Transaction Completion Date")
        payment, further = self._references(fields, line_type.type, transaction)
        reference = fields.named("PayPal Reference ID")
        self._totals.add(fields.row, line_type.type, currency, gross_minor, fee_minor, reference)
        is_payout = line_type.type == "payout"
        return Line(
            row=fields.row,
            provider_type=code,
            type=line_type.type,
            economic_type=line_type.economic_type,
            gross_minor=gross_minor,
            gross_currency=currency,
            fee_minor=fee_minor,
            tax_minor=None,
            net_minor=gross_minor - fee_minor,
            net_currency=currency,
            booked_at=booked.at,
            booked_on=booked.on,
            source_zone=booked.zone,
            value_date=None,
            line_key=f"{transaction} {code}",
            psp_reference=payment,
            event_reference=transaction,
            merchant_reference=fields.named("Invoice ID", "Custom Field", "Transaction Subject")
            or None,
            payout_reference=(fields.named("Bank Reference ID") or transaction)
            if is_payout
            else None,
            further_references=further,
        )

    def _references(
        self, fields: Fields, type_: str, transaction: str
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The payment that a row is about, and every other reference with its kind."""
        reference = fields.named("PayPal Reference ID")
        kind = _REFERENCE_KINDS.get(fields.named("PayPal Reference ID Type"), _RELATED)
        payment = transaction
        if reference and kind == _RELATED and type_ not in _OWN_EVENT:
            # The fee of a chargeback names the chargeback; the payment is what that names.
            payment = self._disputed.get(reference, reference)
            if type_ == "chargeback":
                self._disputed[transaction] = reference
        found = [(kind, reference if reference != payment else "")]
        found += [
            ("custom", fields.named("Custom Field") if fields.named("Invoice ID") else ""),
            ("payment_tracking", fields.named("Payment Tracking ID")),
        ]
        return payment, tuple((kind, value) for kind, value in found if value)

    def _keep_footer(self, kind: str, fields: Fields) -> None:
        values = fields.values
        # Kind, currency, four sums, pairs of direction and balance, the number of rows.
        if len(values) < 11 or len(values) % 2 == 0:
            raise fields.error(
                "malformed_row",
                "a footer has another number of columns",
                expected="currency, four sums, balances with CR or DR, number of rows",
                found=f"{len(values)} columns",
            )
        currency = values[1]
        credits, debits, fee_credits, fee_debits = (
            fields.minor(text, currency, kind) for text in values[2:6]
        )
        opening, closing = (
            fields.signed(values[place], values[place + 1], currency, kind) for place in (6, 8)
        )
        footer = Footer(
            fields.row, credits, debits, fee_credits, fee_debits, opening, closing,
            fields.whole(len(values) - 1, kind),
        )  # fmt: skip
        kept = self._footers if kind == "RF" else self._section(fields).footers
        if currency in kept:
            raise fields.error(
                "malformed_row", "a currency has two footers", column=kind, found=currency
            )
        kept[currency] = footer

    def _keep_count(self, kind: str, fields: Fields) -> None:
        self._counts[kind] = fields.whole(1, kind)
        if kind == "SC":
            self._section(fields).stated_rows = self._counts[kind]

    def _section(self, fields: Fields) -> Totals:
        if self._totals is None:
            raise fields.error(
                "malformed_row",
                "a footer comes before its section",
                expected="SH before it",
                found=fields.at(0),
            )
        return self._totals


def _type(code: str, side: str) -> LineType:
    line_type = TYPES.get(code, UNKNOWN)
    return line_type if _DIRECTIONS.get(line_type.type, side) == side else UNKNOWN


def _fee_minor(fields: Fields, currency: str) -> int:
    """The fee as a positive cost; a fee that PayPal gives back is negative."""
    text = fields.named("Fee Amount")
    if not text:
        return 0
    if fields.named("Fee Currency") not in ("", currency):
        raise fields.error(
            "row_does_not_tie",
            "the fee is in another currency than the amount",
            column="Fee Currency",
            expected=currency,
            found=repr(fields.named("Fee Currency")[:40]),
        )
    return -fields.signed(fields.named("Fee Debit or Credit"), text, currency, "Fee Amount")


PAYPAL_SETTLEMENT = ParsedFormat(
    name="paypal_settlement",
    title="PayPal settlement report STL (CSV in sections)",
    how_to_fetch="STL-*.CSV from /ppreports/outgoing on PayPal's SFTP server, every day",
    read=read,
    begins_with=(rb'"?RH"?,"?\d{4}/', rb'"?SH"?,"?\d{4}/'),
    identity=(
        "SF or RF: credits, debits and fees of each currency are those of the rows, "
        "opening + rows = closing; RF has the balances of the sections' SF; SC, RC and FF count "
        "the rows"
    ),
    units="whole hundredths in every currency: 100 yen are 10000",
    signs="CR + and DR −; a fee DR is a cost, a fee CR is one given back",
    zones="the offset in each time; days as written",
    references=(
        "Transaction ID is the event, and a payment's own id; PayPal Reference ID is the payment "
        "of a refund or chargeback; Invoice ID, else Custom Field, is the merchant's; Bank "
        "Reference ID is the payout"
    ),
    types=TYPES,
    notes=(
        "Sections that lack footers are let in, proved by nothing but the footer of the report.",
        "Footers that leave withdrawals out are told in a notice.",
        "A code with the other direction, such as a payment DR, is unknown.",
    ),
)
