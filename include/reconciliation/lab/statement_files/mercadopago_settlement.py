"""Mercado Pago's settlement report: approved payments without a balance; costs are negative."""

from __future__ import annotations

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
    amount,
    csv_bytes,
    line_as_read,
    own_types,
)

COLUMNS = (
    "EXTERNAL_REFERENCE", "SOURCE_ID", "TRANSACTION_TYPE", "TRANSACTION_AMOUNT",
    "TRANSACTION_CURRENCY", "TRANSACTION_DATE", "FEE_AMOUNT", "SETTLEMENT_NET_AMOUNT",
    "SETTLEMENT_CURRENCY", "SETTLEMENT_DATE", "MKP_FEE_AMOUNT", "TAXES_AMOUNT",
)  # fmt: skip
WORDS = {
    ("payment", "payment"): "SETTLEMENT",
    ("refund", "refund"): "REFUND",
    ("chargeback", "chargeback"): "CHARGEBACK",
    ("reversal", "reversal"): "DISPUTE",
    ("payout", "payout"): "PAYOUT",
}
CARRIES = Capability(
    types=own_types(*WORDS),
    has_fee=True,
    has_tax=True,
    has_returned_fee=True,
    has_conversion=True,
    has_several_currencies=True,
    has_returned_payout=True,
    net_decides=frozenset({"chargeback", "reversal"}),
    references=frozenset({"psp", "merchant"}),
)


def with_offset(moment: datetime, zone: str) -> str:
    """A time as Mercado Pago writes it, such as 2026-11-17T23:50:00.000-04:00."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    rows = [_row(statement, line) for line in statement.lines]
    name = f"settlement-report-{statement.account}-{statement.number}.csv"
    return (StatementFile(name, csv_bytes(COLUMNS, rows)),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    fee, tax, net = (
        amount(statement, minor, line.settlement_currency)
        for minor in (-line.fee_minor, -line.tax_minor, line.net_minor)
    )
    return {
        "EXTERNAL_REFERENCE": line.order_reference or "",
        "SOURCE_ID": line.payment_reference or "",
        "TRANSACTION_TYPE": WORDS[line.type, line.counts_with],
        "TRANSACTION_AMOUNT": amount(statement, line.amount_minor, line.currency),
        "TRANSACTION_CURRENCY": line.currency,
        "TRANSACTION_DATE": with_offset(line.occurred_at, statement.zone),
        "FEE_AMOUNT": fee,
        "SETTLEMENT_NET_AMOUNT": net,
        "SETTLEMENT_CURRENCY": line.settlement_currency,
        "SETTLEMENT_DATE": with_offset(line.booked_at, statement.zone),
        "MKP_FEE_AMOUNT": amount(statement, 0, line.settlement_currency),
        "TAXES_AMOUNT": tax,
    }


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(line_as_read(line, statement, CARRIES) for line in statement.lines)


WRITER = Writer("mercadopago_settlement_report", CARRIES, _render, _read_back)
