"""Adyen's settlement details report: a batch, which its payouts and balance transfers close.

Amounts are major units without a sign, in a debit and a credit column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def report(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The bytes of a report of these rows."""
    return csv_bytes(COLUMNS, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The batch that a report is of; days are those of `zone`."""

    company: str
    account: str
    number: int
    zone: ZoneInfo
    exponents: Mapping[str, int]

    def account_row(
        self, word: str, text: str, currency: str, net_minor: int, made_at: datetime
    ) -> dict[str, str]:
        """A row that is of no payment, with a text for its reference."""
        booked = self._booked(made_at)
        return booked | {
            "Creation Date": booked["Booking Date"],
            "TimeZone": booked["Booking Date TimeZone"],
            "Type": word,
            "Modification Reference": text,
            "Net Currency": currency,
            f"Net {side(net_minor)} (NC)": self._unsigned(net_minor, currency),
        }

    def payment_row(
        self,
        word: str,
        *,
        psp_reference: str,
        event_reference: str,
        merchant_reference: str,
        payment_method: str,
        created_at: datetime,
        booked_at: datetime,
        gross_minor: int | None,
        currency: str,
        exchange_rate: str,
        net_minor: int,
        net_currency: str,
        costs_minor: Mapping[str, int],
    ) -> dict[str, str]:
        """A row of a payment; costs by the name of their column, in the currency of the net."""
        created, zone = wall_clock(created_at, self.zone)
        row = self._booked(booked_at) | {
            "Psp Reference": psp_reference,
            "Merchant Reference": merchant_reference,
            "Payment Method": payment_method,
            "Payment Method Variant": payment_method,
            "Creation Date": created,
            "TimeZone": zone,
            "Type": word,
            "Modification Reference": event_reference,
            "Gross Currency": currency,
            "Exchange Rate": exchange_rate,
            "Net Currency": net_currency,
            "Modification Merchant Reference": "<auto>",
            f"Net {side(net_minor)} (NC)": self._unsigned(net_minor, net_currency),
        }
        if gross_minor is not None:
            row[f"Gross {side(gross_minor)} (GC)"] = self._unsigned(gross_minor, currency)
        costs = {
            f"{name} (NC)": self._unsigned(minor, net_currency)
            for name, minor in costs_minor.items()
        }
        return row | costs

    def _booked(self, booked_at: datetime) -> dict[str, str]:
        booked, zone = wall_clock(booked_at, self.zone)
        return {
            "Company Account": self.company,
            "Merchant Account": self.account,
            "Batch Number": str(self.number),
            "Booking Date": booked,
            "Booking Date TimeZone": zone,
        }

    def _unsigned(self, minor: int, currency: str) -> str:
        return format_minor(abs(minor), self.exponents[currency])


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    batch = Batch(
        company="Lab",
        account=statement.account,
        number=statement.number,
        zone=ZoneInfo(statement.zone),
        exponents=statement.exponents,
    )
    rows = [_row(batch, statement, line) for line in statement.lines]
    rows += [
        batch.account_row("Balancetransfer", *transfer, statement.made_at)
        for transfer in _transfers(statement)
    ]
    name = f"settlement_detail_report_batch_{statement.number}.csv"
    return (StatementFile(name, report(rows)),)


def _row(batch: Batch, statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    word = WORDS[line.type, line.counts_with]
    if line.payment_reference is None:
        if line.fee_minor:
            raise _refused(statement, line, "costs stand on rows of a payment only")
        if line.currency != line.settlement_currency:
            raise _refused(statement, line, "only rows of a payment have a currency of their own")
        text = line.event_reference
        if line.type == "payout" and line.payout_reference:
            text = f"{line.payout_reference} batch {batch.number}, {batch.account}"
        row = batch.account_row(
            word, text, line.settlement_currency, line.net_minor, line.booked_at
        )
        return row | {"Merchant Reference": line.order_reference or ""}
    _refuse_other_rate(statement, line)
    return batch.payment_row(
        word,
        psp_reference=line.payment_reference,
        event_reference=line.event_reference,
        merchant_reference=line.order_reference or "",
        payment_method="visa",
        created_at=line.occurred_at,
        booked_at=line.booked_at,
        gross_minor=line.amount_minor,
        currency=line.currency,
        exchange_rate=line.exchange_rate,
        net_minor=line.net_minor,
        net_currency=line.settlement_currency,
        costs_minor={"Markup": line.fee_minor} if line.fee_minor else {},
    )


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
