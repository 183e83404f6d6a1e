"""Stripe's payout reconciliation report: balance transactions as a CSV, in major units."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.stripe_balance_transactions import CATEGORIES
from include.reconciliation.lab.statement_files.writer import (
    Writer,
    amount,
    csv_bytes,
    line_as_read,
    own_types,
)

COLUMNS = (
    "balance_transaction_id", "payment_metadata[order_id]", "source_id", "payment_intent_id",
    "created", "available_on", "automatic_payout_id", "currency", "gross", "fee", "net",
    "reporting_category", "customer_facing_amount", "customer_facing_currency",
)  # fmt: skip
CARRIES = Capability(
    types=own_types(*CATEGORIES),
    has_fee=True,
    has_returned_fee=True,
    has_conversion=True,
    has_several_currencies=True,
    has_returned_payout=True,
    net_decides=frozenset({"reserve_hold", "reserve_release"}),
    tells_repeated_hour=False,
    references=frozenset({"psp", "event", "merchant", "payout"}),
    reference_characters="[A-Za-z0-9_]",
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    rows = [_row(statement, line) for line in statement.lines]
    name = f"payout_reconciliation-{statement.account}-{statement.number}.csv"
    return (StatementFile(name, csv_bytes(COLUMNS, rows)),)


def _row(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, str]:
    gross, fee, net = (
        amount(statement, minor, line.settlement_currency)
        for minor in (line.gross_minor, line.fee_minor, line.net_minor)
    )
    return {
        "balance_transaction_id": f"txn_{line.event_reference}",
        "payment_metadata[order_id]": line.order_reference or "",
        "source_id": line.event_reference,
        "payment_intent_id": line.payment_reference or "",
        "created": _written(line.booked_at, statement.zone),
        "available_on": _written(line.booked_at + timedelta(days=2), statement.zone),
        "automatic_payout_id": line.payout_reference or "",
        "currency": line.settlement_currency,
        "gross": gross,
        "fee": fee,
        "net": net,
        "reporting_category": CATEGORIES[line.type, line.counts_with],
        "customer_facing_amount": amount(statement, line.amount_minor, line.currency),
        # This report mixes the case of currencies.
        "customer_facing_currency": line.currency.lower(),
    }


def _written(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(line_as_read(line, statement, CARRIES) for line in statement.lines)


WRITER = Writer("stripe_payout_reconciliation", CARRIES, _render, _read_back)
