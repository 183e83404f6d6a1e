"""Stripe's payouts as the API lists them, newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.stripe_balance_transactions import (
    in_stripes_units,
    list_pages,
    object_id,
)
from include.reconciliation.lab.statement_files.writer import (
    Writer,
    line_as_read,
    newest_first,
    own_types,
)

PATH = "/v1/payouts"
CARRIES = Capability(
    types=own_types("payout"),
    has_several_currencies=True,
    references=frozenset({"event", "payout"}),
    reference_characters="[A-Za-z0-9_]",
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    entries = [_entry(line) for line in newest_first(statement.lines)]
    name = f"payouts_{statement.account}_{statement.number}.json"
    return (StatementFile(name, list_pages(PATH, entries)),)


def _entry(line: SimulatedLine) -> dict[str, Any]:
    return {
        "id": object_id(line),
        "object": "payout",
        "amount": in_stripes_units(-line.gross_minor, line.currency),
        "arrival_date": int((line.booked_at + timedelta(days=2)).timestamp()),
        "automatic": True,
        "balance_transaction": f"txn_{line.event_reference}",
        "created": int(line.booked_at.timestamp()),
        "currency": line.currency.lower(),
        "destination": "ba_1",
        "failure_balance_transaction": None,
        "reconciliation_status": "completed",
        "status": "paid",
        "trace_id": {"status": "supported", "value": line.event_reference},
        "type": "bank_account",
    }


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(
        line_as_read(
            line,
            statement,
            CARRIES,
            event_reference=object_id(line),
            payout_reference=object_id(line),
        )
        for line in statement.lines
    )


WRITER = Writer("stripe_payouts", CARRIES, _render, _read_back)
