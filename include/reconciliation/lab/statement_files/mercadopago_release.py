"""Mercado Pago's release report: what became available, between an opening and a closing row."""

from __future__ import annotations

from include.reconciliation.lab.statement_files.mercadopago_settlement import with_offset
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
    period,
)

COLUMNS = (
    "DATE", "SOURCE_ID", "EXTERNAL_REFERENCE", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT",
    "NET_DEBIT_AMOUNT", "GROSS_AMOUNT", "MP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT",
    "SHIPPING_FEE_AMOUNT", "TAXES_AMOUNT", "CURRENCY",
)  # fmt: skip
WORDS = {
    ("payment", "payment"): "payment",
    ("refund", "refund"): "refund",
    ("chargeback", "chargeback"): "chargeback",
    ("reversal", "reversal"): "dispute",
    ("payout", "payout"): "payout",
    ("fee", "fee"): "fee_release_in_advance",
    ("adjustment", "adjustment"): "asset_management",
    ("reserve_hold", "reserve_hold"): "reserve_for_dispute",
    ("reserve_release", "reserve_release"): "reserve_for_dispute",
}
CARRIES = Capability(
    types=own_types(*WORDS),
    has_fee=True,
    has_tax=True,
    has_returned_fee=True,
    has_returned_payout=True,
    net_decides=frozenset({"chargeback", "reversal", "reserve_hold", "reserve_release"}),
    has_balances=True,
    references=frozenset({"psp", "merchant"}),
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    (currency,) = statement.currencies
    first, last = period(statement)
    opening, closing = (
        balances.get(currency, 0) for balances in (statement.opening_minor, statement.closing_minor)
    )
    rows = [
        {
            **_amounts(statement, currency, opening, opening, 0, 0),
            "DATE": with_offset(first, statement.zone),
            "RECORD_TYPE": "initial_available_balance",
        },
        *(_row(statement, line) for line in statement.lines),
        {
            **_amounts(statement, currency, closing, closing, 0, 0),
            "DATE": with_offset(last, statement.zone),
            "RECORD_TYPE": "total",
        },
    ]
    name = f"release-report-{statement.account}-{statement.number}.csv"
    return (StatementFile(name, csv_bytes(COLUMNS, rows)),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    money = (line.gross_minor, line.net_minor, line.fee_minor, line.tax_minor)
    return {
        **_amounts(statement, line.settlement_currency, *money),
        "DATE": with_offset(line.booked_at, statement.zone),
        "SOURCE_ID": line.payment_reference or "",
        "EXTERNAL_REFERENCE": line.order_reference or "",
        "RECORD_TYPE": "release",
        "DESCRIPTION": WORDS[line.type, line.counts_with],
    }


def _amounts(
    statement: SimulatedStatement,
    currency: str,
    gross_minor: int,
    net_minor: int,
    fee_minor: int,
    tax_minor: int,
) -> dict[str, str]:
    zero = amount(statement, 0, currency)
    return {
        "NET_CREDIT_AMOUNT": amount(statement, max(net_minor, 0), currency),
        "NET_DEBIT_AMOUNT": amount(statement, max(-net_minor, 0), currency),
        "GROSS_AMOUNT": amount(statement, gross_minor, currency),
        "MP_FEE_AMOUNT": amount(statement, -fee_minor, currency),
        "FINANCING_FEE_AMOUNT": zero,
        "SHIPPING_FEE_AMOUNT": zero,
        "TAXES_AMOUNT": amount(statement, -tax_minor, currency),
        "CURRENCY": currency,
    }


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(line_as_read(line, statement, CARRIES) for line in statement.lines)


WRITER = Writer("mercadopago_release_report", CARRIES, _render, _read_back)
