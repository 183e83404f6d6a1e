"""The CSV of eight columns that the benchmark declares: sales and refunds, times in UTC."""

from __future__ import annotations

from datetime import UTC

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

COLUMNS = ("Date", "Type", "Order", "Reference", "Amount", "Fee", "Net", "Currency")
WORDS = {("payment", "payment"): "Sale", ("refund", "refund"): "Refund"}
CARRIES = Capability(
    types=own_types(*WORDS),
    has_fee=True,
    has_returned_fee=True,
    has_several_currencies=True,
    zone="UTC",
    references=frozenset({"psp", "merchant"}),
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    rows = [_row(statement, line) for line in statement.lines]
    name = f"{statement.account}-{statement.period_from}-{statement.number}.csv"
    return (StatementFile(name, csv_bytes(COLUMNS, rows)),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    gross, fee, net = (
        amount(statement, minor, line.settlement_currency)
        for minor in (line.gross_minor, line.fee_minor, line.net_minor)
    )
    return {
        "Date": line.booked_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "Type": WORDS[line.type, line.counts_with],
        "Order": line.order_reference or "",
        "Reference": line.payment_reference or "",
        "Amount": gross,
        "Fee": fee,
        "Net": net,
        "Currency": line.settlement_currency,
    }


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(line_as_read(line, statement, CARRIES) for line in statement.lines)


WRITER = Writer("narrow", CARRIES, _render, _read_back)
