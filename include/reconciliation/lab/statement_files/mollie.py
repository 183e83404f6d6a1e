"""Mollie's balance transactions as the API lists them, newest first."""

from __future__ import annotations

import json
from datetime import UTC
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
    amount,
    in_pages,
    line_as_read,
    newest_first,
    own_types,
)

PAGE_LINES = 250
# The word of each type, and the name of its event's id in the context.
WORDS = {
    ("payment", "payment"): ("capture", "captureId"),
    ("refund", "refund"): ("refund", "refundId"),
    ("chargeback", "chargeback"): ("chargeback", "chargebackId"),
    ("reversal", "payment"): ("failed-payment", None),
    ("reversal", "refund"): ("failed-refund", "refundId"),
    ("reversal", "reversal"): ("chargeback-reversal", "chargebackId"),
    ("fee", "fee"): ("payment-fee", None),
    ("payout", "payout"): ("outgoing-transfer", "transferId"),
    ("reserve_hold", "reserve_hold"): ("held-rolling-reserve", None),
    ("reserve_release", "reserve_release"): ("released-rolling-reserve", None),
    ("adjustment", "adjustment"): ("balance-correction", None),
    ("balance", "balance"): ("topup", None),
}
RETURNED_PAYOUT = "returned-outgoing-transfer"
CARRIES = Capability(
    types=own_types(*WORDS),
    has_fee=True,
    has_returned_fee=True,
    has_returned_payout=True,
    has_totals=True,
    zone="UTC",
    references=frozenset({"psp", "event", "merchant", "payout"}),
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    entries = [_entry(statement, line) for line in newest_first(statement.lines)]
    pages = in_pages(entries, PAGE_LINES)
    path = f"https://api.mollie.com/v2/balances/{statement.account}/transactions"
    texts = [
        json.dumps(
            {
                "count": len(page),
                "_embedded": {"balance_transactions": list(page)},
                "_links": {
                    "next": {"href": f"{path}?from={following[0]['id']}"} if following else None
                },
            },
            indent=1,
        )
        for page, following in zip(pages, [*pages[1:], ()], strict=True)
    ]
    name = f"balance_transactions_{statement.account}_{statement.number}.json"
    return (StatementFile(name, ("\n".join(texts) + "\n").encode()),)


def _entry(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, Any]:
    def money(minor: int) -> dict[str, str]:
        currency = line.settlement_currency
        return {"value": amount(statement, minor, currency), "currency": currency}

    word, event_name = WORDS[line.type, line.counts_with]
    if line.type == "payout" and line.gross_minor > 0:
        word = RETURNED_PAYOUT
    context = {
        "paymentId": line.payment_reference,
        "paymentDescription": line.order_reference,
        "settlementId": line.payout_reference,
    }
    if event_name is not None:
        context[event_name] = line.event_reference
    return {
        "resource": "balance_transaction",
        "id": f"baltr_{line.event_reference}",
        "type": word,
        "initialAmount": money(line.gross_minor),
        "deductions": money(-line.fee_minor) if line.fee_minor else None,
        "resultAmount": money(line.net_minor),
        "createdAt": line.booked_at.astimezone(UTC).isoformat(),
        "context": {name: value for name, value in context.items() if value is not None},
    }


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(_line_as_read(line, statement) for line in statement.lines)


def _line_as_read(line: SimulatedLine, statement: SimulatedStatement) -> CanonicalLine:
    _, event_name = WORDS[line.type, line.counts_with]
    is_payout = line.type == "payout"
    return line_as_read(
        line,
        statement,
        CARRIES,
        # Without an id of its own an event is that of the payment.
        event_reference=line.event_reference if event_name else line.payment_reference,
        payout_reference=(line.payout_reference or line.event_reference) if is_payout else None,
    )


WRITER = Writer("mollie_balance_transactions", CARRIES, _render, _read_back)
