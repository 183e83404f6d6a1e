"""Adyen's settlement details report: a batch, which its payouts and balance transfers close.

Amounts are major units without a sign, in a debit and a credit column.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    FormatCannotCarry,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import (
    Writer,
    amount,
    csv_bytes,
    line_as_read,
    own_types,
)
from include.reconciliation.money import format_minor
from include.reconciliation.statements.zones import ZONES

COLUMNS = (
    "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference",
    "Payment Method", "Creation Date", "TimeZone", "Type", "Modification Reference",
    "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate", "Net Currency",
    "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)", "Scheme Fees (NC)",
    "Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference",
    "Batch Number", "Reserved4", "Reserved5", "Reserved6", "Reserved7", "Reserved8", "Reserved9",
    "Reserved10", "Booking Date", "Booking Date TimeZone",
)  # fmt: skip
WORDS = {
    ("payment", "payment"): "Settled",
    ("refund", "refund"): "Refunded",
    ("chargeback", "chargeback"): "Chargeback",
    ("reversal", "reversal"): "ChargebackReversed",
    ("reversal", "refund"): "RefundedReversed",
    ("fee", "fee"): "Fee",
    ("adjustment", "adjustment"): "DepositCorrection",
    ("balance", "balance"): "Balancetransfer",
    ("payout", "payout"): "MerchantPayout",
    ("reserve_hold", "reserve_hold"): "ReserveAdjustment",
    ("reserve_release", "reserve_release"): "ReserveAdjustment",
}
_RESERVE = ("reserve", "reserve")
CARRIES = Capability(
    types={
        **own_types(*(pair for pair in WORDS if not pair[0].startswith("reserve"))),
        ("reserve_hold", "reserve_hold"): _RESERVE,
        ("reserve_release", "reserve_release"): _RESERVE,
    },
    has_fee=True,
    has_conversion=True,
    has_several_currencies=True,
    is_numbered=True,
    has_totals=True,
    references=frozenset({"psp", "event", "merchant", "payout"}),
)


def side(minor: int) -> str:
    """The column that an amount stands in."""
    return "Credit" if minor >= 0 else "Debit"


def wall_clock(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """A time as it is written, and the abbreviation of its zone; FormatCannotCarry without one."""
    local = moment.astimezone(zone)
    found = str(local.tzname())
    if found not in ZONES:
        is_summer = bool(local.dst())
        named = (word for word, known in ZONES.items() if known == (zone.key, is_summer))
        found = next(named, found)
    place, _ = ZONES.get(found, (None, False))
    if place is None or moment.astimezone(ZoneInfo(place)).utcoffset() != local.utcoffset():
        raise FormatCannotCarry(f"{WRITER.format}: no abbreviation is known for {zone.key}")
    return local.strftime("%Y-%m-%d %H:%M:%S"), found


def report(rows: list[dict[str, str]]) -> bytes:
    """The bytes of a report of these rows."""
    return csv_bytes(COLUMNS, rows)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    rows = [_row(statement, line) for line in statement.lines]
    rows += [_transfer(statement, *transfer) for transfer in _transfers(statement)]
    name = f"settlement_detail_report_batch_{statement.number}.csv"
    return (StatementFile(name, report(rows)),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    created, created_zone = wall_clock(line.occurred_at, ZoneInfo(statement.zone))
    net_text = amount(statement, abs(line.net_minor), line.settlement_currency)
    row = {
        **_common(statement, line.booked_at),
        "Creation Date": created,
        "TimeZone": created_zone,
        "Type": WORDS[line.type, line.counts_with],
        "Modification Reference": line.event_reference,
        "Merchant Reference": line.order_reference or "",
        "Net Currency": line.settlement_currency,
        f"Net {side(line.net_minor)} (NC)": net_text,
    }
    if line.payment_reference is None:
        if line.fee_minor:
            raise _refused(statement, line, "costs stand on rows of a payment only")
        if line.currency != line.settlement_currency:
            raise _refused(statement, line, "only rows of a payment have a currency of their own")
        if line.type == "payout" and line.payout_reference:
            row["Modification Reference"] = (
                f"{line.payout_reference} batch {statement.number}, {statement.account}"
            )
        return row
    _refuse_other_rate(statement, line)
    gross_text = amount(statement, abs(line.amount_minor), line.currency)
    return row | {
        "Psp Reference": line.payment_reference,
        "Payment Method": "visa",
        "Payment Method Variant": "visa",
        "Gross Currency": line.currency,
        f"Gross {side(line.amount_minor)} (GC)": gross_text,
        "Exchange Rate": line.exchange_rate,
        "Modification Merchant Reference": "<auto>",
        "Markup (NC)": amount(statement, line.fee_minor, line.settlement_currency)
        if line.fee_minor
        else "",
    }


def _common(statement: SimulatedStatement, booked_at: datetime) -> dict[str, str]:
    booked, zone = wall_clock(booked_at, ZoneInfo(statement.zone))
    return {
        "Company Account": "Lab",
        "Merchant Account": statement.account,
        "Batch Number": str(statement.number),
        "Booking Date": booked,
        "Booking Date TimeZone": zone,
    }


def _transfers(statement: SimulatedStatement) -> list[tuple[str, str, int]]:
    """What the batch took over and what it leaves to the next one: text, currency, net."""
    closing = statement.closing_minor
    return [
        (text, currency, net_minor)
        for text, balances, sign in (
            ("from previous batch", statement.opening_minor, 1),
            ("to next batch", closing, -1),
        )
        for currency in statement.currencies
        if (net_minor := sign * balances.get(currency, 0))
    ]


def _transfer(
    statement: SimulatedStatement, text: str, currency: str, net_minor: int
) -> dict[str, str]:
    row = _common(statement, statement.made_at)
    return row | {
        "Creation Date": row["Booking Date"],
        "TimeZone": row["Booking Date TimeZone"],
        "Type": "Balancetransfer",
        "Modification Reference": text,
        "Net Currency": currency,
        f"Net {side(net_minor)} (NC)": amount(statement, abs(net_minor), currency),
    }


def _refuse_other_rate(statement: SimulatedStatement, line: SimulatedLine) -> None:
    """The row must tie: the rate leaves open half of its last decimal, and half a minor unit."""
    if line.currency == line.settlement_currency:
        return
    rate = Fraction(line.exchange_rate)
    decimals = len(line.exchange_rate.partition(".")[2])
    gross, settled = (
        Fraction(format_minor(minor, statement.exponents[currency]))
        for minor, currency in (
            (line.amount_minor, line.currency),
            (line.gross_minor, line.settlement_currency),
        )
    )
    half_unit = Fraction(1, 2 * 10 ** statement.exponents[line.settlement_currency])
    if abs(gross * rate - settled) > half_unit + abs(gross) * Fraction(1, 2 * 10**decimals):
        raise _refused(statement, line, f"{line.exchange_rate} does not lead to its gross")


def _refused(statement: SimulatedStatement, line: SimulatedLine, reason: str) -> FormatCannotCarry:
    return FormatCannotCarry(
        f"{WRITER.format}, statement {statement.number}: line {line.event_reference}: {reason}"
    )


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    lines = [_line_as_read(line, statement) for line in statement.lines]
    made_on = statement.made_at.astimezone(ZoneInfo(statement.zone)).date()
    lines += [
        CanonicalLine(
            type="balance",
            economic_type="balance",
            gross_minor=None,
            gross_currency=None,
            fee_minor=None,
            tax_minor=None,
            net_minor=net_minor,
            net_currency=currency,
            booked_at=statement.made_at,
            booked_on=made_on,
        )
        for _, currency, net_minor in _transfers(statement)
    ]
    return tuple(lines)


def _line_as_read(line: SimulatedLine, statement: SimulatedStatement) -> CanonicalLine:
    is_payout = line.type == "payout"
    if line.payment_reference is not None:
        payout = {"payout_reference": line.event_reference if is_payout else None}
        return line_as_read(line, statement, CARRIES, **payout)
    return line_as_read(
        line,
        statement,
        CARRIES,
        gross_minor=None,
        gross_currency=None,
        fee_minor=None,
        # The text of the row is no id; a payout's begins with the reference of the payout.
        event_reference=None,
        payout_reference=(line.payout_reference or line.event_reference) if is_payout else None,
    )


WRITER = Writer("adyen_settlement_details", CARRIES, _render, _read_back)
