"""Razorpay's settlement recon as the API lists it: whole minor units, in debit and credit."""

from __future__ import annotations

import json
from typing import Any

from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import (
    Writer,
    in_pages,
    line_as_read,
    own_types,
)

PAGE_LINES = 100
WORDS = {
    ("payment", "payment"): "payment",
    ("refund", "refund"): "refund",
    ("chargeback", "chargeback"): "adjustment",
    ("reversal", "reversal"): "adjustment",
    ("adjustment", "adjustment"): "adjustment",
}
_DISPUTED = frozenset({"chargeback", "reversal"})
CARRIES = Capability(
    types=own_types(*WORDS),
    has_fee=True,
    has_tax=True,
    has_several_currencies=True,
    net_decides=frozenset(type_ for type_, _ in WORDS),
    payment_is_event=True,
    has_totals=True,
    zone="Asia/Kolkata",
    references=frozenset({"psp", "event", "merchant", "payout"}),
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    lines = sorted(statement.lines, key=lambda line: (line.booked_at, line.event_reference))
    pages = in_pages([_item(line) for line in lines], PAGE_LINES)
    if len(pages[-1]) == PAGE_LINES:
        # Only a page that is not full says that nothing follows.
        pages.append(())
    texts = [
        json.dumps({"entity": "collection", "count": len(page), "items": list(page)}, indent=1)
        for page in pages
    ]
    name = f"settlement_recon_{statement.account}_{statement.number}.json"
    return (StatementFile(name, ("\n".join(texts) + "\n").encode()),)


def _item(line: SimulatedLine) -> dict[str, Any]:
    is_payment = line.type == "payment"
    return {
        "entity_id": line.event_reference,
        "type": WORDS[line.type, line.counts_with],
        "debit": max(-line.net_minor, 0),
        "credit": max(line.net_minor, 0),
        "amount": abs(line.gross_minor),
        "currency": line.settlement_currency,
        # Their fee holds its tax.
        "fee": line.fee_minor + line.tax_minor,
        "tax": line.tax_minor,
        "on_hold": False,
        "settled": True,
        "created_at": int(line.occurred_at.timestamp()),
        "settled_at": int(line.booked_at.timestamp()),
        "settlement_id": line.payout_reference,
        "settlement_utr": None,
        "notes": "{}",
        "payment_id": None if is_payment else line.payment_reference,
        "order_id": None,
        "order_receipt": line.order_reference,
        "dispute_id": f"disp_{line.event_reference}" if line.type in _DISPUTED else None,
    }


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(line_as_read(line, statement, CARRIES) for line in statement.lines)


WRITER = Writer("razorpay_settlements", CARRIES, _render, _read_back)
