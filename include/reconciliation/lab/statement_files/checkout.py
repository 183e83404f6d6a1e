"""Checkout.com's financial actions: a row for the amount of an action, and one for its fee."""

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
    "Action Type", "Action ID", "Payment ID", "Reference", "Requested On", "Processed On",
    "Processing Currency", "Holding Currency", "Payout ID", "Breakdown Type",
    "Processing Currency Amount", "Holding Currency Amount",
)  # fmt: skip
WORDS = {
    ("payment", "payment"): "Capture",
    ("refund", "refund"): "Refund",
    ("chargeback", "chargeback"): "Chargeback",
    ("reversal", "reversal"): "Chargeback",
    ("fee", "fee"): "Gateway Fixed Fee",
    ("payout", "payout"): "Payout",
}
FEE_WORD = "Interchange Fee"
CARRIES = Capability(
    types=own_types(*WORDS),
    has_fee=True,
    fee_is_line=True,
    has_returned_fee=True,
    has_conversion=True,
    has_several_currencies=True,
    tells_repeated_hour=False,
    references=frozenset({"psp", "event", "merchant", "payout"}),
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    rows = []
    for line in statement.lines:
        rows.append(_row(statement, line))
        if line.fee_minor:
            fee = amount(statement, -line.fee_minor, line.settlement_currency)
            rows.append(
                rows[-1]
                | {
                    "Breakdown Type": FEE_WORD,
                    "Processing Currency": line.settlement_currency,
                    "Processing Currency Amount": fee,
                    "Holding Currency Amount": fee,
                }
            )
    name = f"financial-actions_{statement.account}_{statement.number}.csv"
    return (StatementFile(name, csv_bytes(COLUMNS, rows)),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    zone = ZoneInfo(statement.zone)
    word = WORDS[line.type, line.counts_with]
    return {
        "Action Type": word,
        "Action ID": line.event_reference,
        "Payment ID": line.payment_reference or "",
        "Reference": line.order_reference or "",
        "Requested On": _written(line.occurred_at, zone),
        "Processed On": _written(line.booked_at, zone),
        "Processing Currency": line.currency,
        "Holding Currency": line.settlement_currency,
        "Payout ID": line.payout_reference or "",
        "Breakdown Type": word,
        "Processing Currency Amount": amount(statement, line.amount_minor, line.currency),
        "Holding Currency Amount": amount(statement, line.gross_minor, line.settlement_currency),
    }


def _written(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S.000")


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    lines = []
    for line in statement.lines:
        own = {"fee_minor": None, "net_minor": line.gross_minor}
        lines.append(line_as_read(line, statement, CARRIES, **own))
        if line.fee_minor:
            lines.append(
                line_as_read(
                    line,
                    statement,
                    CARRIES,
                    type="fee",
                    economic_type="fee",
                    gross_minor=-line.fee_minor,
                    gross_currency=line.settlement_currency,
                    fee_minor=None,
                    net_minor=-line.fee_minor,
                )
            )
    return tuple(lines)


WRITER = Writer("checkout_financial_actions", CARRIES, _render, _read_back)
