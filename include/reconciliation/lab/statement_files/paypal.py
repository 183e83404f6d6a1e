"""PayPal's settlement report (STL): one section with a footer for each currency.

Amounts are hundredths without a sign in every currency, with CR or DR beside them.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import (
    Writer,
    line_as_read,
    own_types,
    period,
)

COLUMNS = (
    "CH", "Transaction ID", "Invoice ID", "PayPal Reference ID", "PayPal Reference ID Type",
    "Transaction Event Code", "Transaction Initiation Date", "Transaction Completion Date",
    # With two blanks, as PayPal writes it.
    "Transaction  Debit or Credit", "Gross Transaction Amount", "Gross Transaction Currency",
    "Fee Debit or Credit", "Fee Amount", "Fee Currency", "Custom Field", "Consumer ID",
    "Payment Tracking ID", "Store ID", "Bank Reference ID", "Credit Transactional Fee",
    "Credit Promotional Fee", "Credit Term",
)  # fmt: skip
CODES = {
    ("payment", "payment"): "T0006",
    ("refund", "refund"): "T1107",
    ("chargeback", "chargeback"): "T1201",
    ("reversal", "reversal"): "T1202",
    ("fee", "fee"): "T0100",
    ("conversion", "conversion"): "T0200",
    ("adjustment", "adjustment"): "T1200",
    ("payout", "payout"): "T0400",
    ("reserve_hold", "reserve_hold"): "T1110",
    ("reserve_release", "reserve_release"): "T1111",
}
# A row of these is about itself, whatever payment is named.
_OWN = frozenset({"payment", "payout"})
CARRIES = Capability(
    types=own_types(*CODES),
    # In hundredths there is no third decimal.
    exponents=frozenset({0, 2}),
    has_fee=True,
    has_returned_fee=True,
    has_several_currencies=True,
    has_returned_payout=True,
    payment_is_event=True,
    has_balances=True,
    has_totals=True,
    may_be_empty=True,
    references=frozenset({"psp", "event", "merchant", "payout"}),
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    zone = ZoneInfo(statement.zone)
    first, last = period(statement)
    rows: list[list[object]] = [
        ["RH", _written(statement.made_at, zone), "A", statement.account, "009", ""],
        ["FH", "01"],
        ["SH", _written(first, zone), _written(last, zone), statement.account, ""],
        list(COLUMNS),
        *(_row(statement, line) for line in statement.lines),
    ]
    footers = [_footer(statement, currency) for currency in statement.currencies]
    count = len(statement.lines)
    rows += [
        *(["SF", *footer] for footer in footers),
        ["SC", count],
        *(["RF", *footer] for footer in footers),
        ["RC", count],
        ["FF", count],
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    name = f"STL-{statement.period_to:%Y%m%d}.01.009.CSV"
    return (StatementFile(name, text.getvalue().encode()),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> list[object]:
    zone, currency = ZoneInfo(statement.zone), line.settlement_currency
    reference = "" if line.type in _OWN else (line.payment_reference or "")
    fee = (
        _side(-line.fee_minor),
        _hundredths(statement, line.fee_minor, currency),
        currency,
    )
    return [
        "SB",
        line.event_reference,
        line.order_reference or "",
        reference,
        "TXN" if reference else "",
        CODES[line.type, line.counts_with],
        _written(line.occurred_at, zone),
        _written(line.booked_at, zone),
        _side(line.gross_minor),
        _hundredths(statement, line.gross_minor, currency),
        currency,
        *(fee if line.fee_minor else ("", "", "")),
        *("", "PAYER", "", ""),
        line.payout_reference or "",
        *("", "", ""),
    ]


def _footer(statement: SimulatedStatement, currency: str) -> list[object]:
    lines = [line for line in statement.lines if line.settlement_currency == currency]
    moved = [line.gross_minor for line in lines]
    fees = [-line.fee_minor for line in lines]
    sums = [
        sum(minor for minor in signed if minor * sign > 0)
        for signed in (moved, fees)
        for sign in (1, -1)
    ]
    opening = statement.opening_minor.get(currency, 0)
    closing = statement.closing_minor[currency]
    return [
        currency,
        *(_hundredths(statement, minor, currency) for minor in sums),
        *(_side(opening), _hundredths(statement, opening, currency)),
        *(_side(closing), _hundredths(statement, closing, currency)),
        len(lines),
    ]


def _side(minor: int) -> str:
    return "CR" if minor >= 0 else "DR"


def _hundredths(statement: SimulatedStatement, minor: int, currency: str) -> str:
    return str(abs(minor) * 10 ** (2 - statement.exponents[currency]))


def _written(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y/%m/%d %H:%M:%S %z")


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(_line_as_read(line, statement) for line in statement.lines)


def _line_as_read(line: SimulatedLine, statement: SimulatedStatement) -> CanonicalLine:
    own = line.event_reference
    is_payout = line.type == "payout"
    return line_as_read(
        line,
        statement,
        CARRIES,
        psp_reference=own if line.type in _OWN else (line.payment_reference or own),
        payout_reference=(line.payout_reference or own) if is_payout else None,
    )


WRITER = Writer("paypal_settlement", CARRIES, _render, _read_back)
