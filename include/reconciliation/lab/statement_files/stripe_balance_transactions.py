"""Stripe's balance transactions as the API lists them, newest first, with expanded sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

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
    in_pages,
    line_as_read,
    newest_first,
    own_types,
)

PAGE_LINES = 100
PATH = "/v1/balance_transactions"
CATEGORIES = {
    ("payment", "payment"): "charge",
    ("refund", "refund"): "refund",
    ("chargeback", "chargeback"): "dispute",
    ("reversal", "payment"): "charge_failure",
    ("reversal", "refund"): "refund_failure",
    ("reversal", "reversal"): "dispute_reversal",
    ("fee", "fee"): "fee",
    ("adjustment", "adjustment"): "other_adjustment",
    ("payout", "payout"): "payout",
    ("reserve_hold", "reserve_hold"): "risk_reserved_funds",
    ("reserve_release", "reserve_release"): "risk_reserved_funds",
    ("balance", "balance"): "topup",
}
# Stripe's `type` where it is another word than its `reporting_category`.
TYPES = {
    "dispute": "adjustment",
    "dispute_reversal": "adjustment",
    "other_adjustment": "adjustment",
    "partial_capture_reversal": "refund",
    "charge_failure": "payment_failure_refund",
    "fee": "stripe_fee",
    "risk_reserved_funds": "reserved_funds",
}
# Currencies whose smallest unit is another one at Stripe: how many of theirs make ours.
UNITS_OF_A_MINOR = {"ISK": (100, 1), "UGX": (100, 1), "MGA": (1, 100)}
CARRIES = Capability(
    types=own_types(*CATEGORIES),
    has_fee=True,
    has_tax=True,
    has_returned_fee=True,
    has_conversion=True,
    has_several_currencies=True,
    has_returned_payout=True,
    net_decides=frozenset({"reserve_hold", "reserve_release"}),
    references=frozenset({"psp", "event", "merchant", "payout"}),
    reference_characters="[A-Za-z0-9_]",
)
_OBJECTS = {"payment": "charge", "refund": "refund", "payout": "payout", "balance": "topup"}
_DISPUTED = frozenset({"chargeback", "reversal"})
_STATES: Mapping[str, Mapping[str, Any]] = {
    "charge": {"status": "succeeded", "captured": True},
    "refund": {"status": "succeeded", "charge": None},
    "dispute": {"status": "lost", "charge": None},
    "payout": {"status": "paid"},
}
# Of these the API says what the customer paid in the customer's currency.
_PAID = frozenset({"payment", "refund", "chargeback"})


def balance_transaction(
    transaction_id: str,
    made_at: datetime,
    amount: int,
    currency: str,
    *,
    reporting_category: str,
    source: Mapping[str, Any] | None,
    fees: Iterable[tuple[int, str, str]] = (),
    exchange_rate: str | None = None,
) -> dict[str, Any]:
    """One object of the list; amounts in Stripe's smallest unit, `fees` with type and text."""
    charged = list(fees)
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": currency.lower(),
            "description": text,
            "type": word,
        }
        for fee, word, text in charged
    ]
    total_fee = sum(fee for fee, _, _ in charged)
    return {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": int((made_at + timedelta(days=2)).timestamp()),
        "balance_type": "payments",
        "created": int(made_at.timestamp()),
        "currency": currency.lower(),
        "description": None,
        "exchange_rate": exchange_rate,
        "fee": total_fee,
        "fee_details": details,
        "net": amount - total_fee,
        "reporting_category": reporting_category,
        "source": source,
        "status": "available",
        "type": TYPES.get(reporting_category, reporting_category),
    }


def source_object(
    kind: str,
    own_id: str | None,
    amount: int,
    currency: str,
    *,
    created_at: datetime,
    payment: str | None,
    order: str | None,
) -> dict[str, Any]:
    """What a transaction is about, expanded: a charge, a refund, a dispute, a payout, ..."""
    return {
        "id": own_id,
        "amount": abs(amount),
        "currency": currency.lower(),
        "created": int(created_at.timestamp()),
        "payment_intent": payment,
        "metadata": {"order_id": order} if order else {},
        "object": kind,
        **_STATES.get(kind, {}),
    }


def in_stripes_units(minor: int, currency: str) -> int:
    """Minor units in what Stripe takes for the smallest unit; FormatCannotCarry for a fraction."""
    multiplied, divided = UNITS_OF_A_MINOR.get(currency, (1, 1))
    if minor % divided:
        raise FormatCannotCarry(f"Stripe has no smaller unit than {divided} of {currency}")
    return minor * multiplied // divided


def list_pages(path: str, entries: list[dict[str, Any]]) -> bytes:
    """The answers of a list, one behind the other."""
    pages = in_pages(entries, PAGE_LINES)
    texts = [
        json.dumps(
            {
                "object": "list",
                "url": path,
                "has_more": number < len(pages),
                "data": list(page),
            },
            indent=1,
        )
        for number, page in enumerate(pages, 1)
    ]
    # A rate is a number there; as a text it keeps its digits until here.
    return re.sub(r'("exchange_rate": )"([0-9.]+)"', r"\1\2", "\n".join(texts) + "\n").encode()


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    entries = [_entry(line) for line in newest_first(statement.lines)]
    name = f"balance_transactions_{statement.account}_{statement.number}.json"
    return (StatementFile(name, list_pages(PATH, entries)),)


def _entry(line: SimulatedLine) -> dict[str, Any]:
    currency = line.settlement_currency
    fees = [
        (line.fee_minor, "stripe_fee", "Stripe processing fees"),
        (line.tax_minor, "tax", "Tax on the fee"),
    ]
    return balance_transaction(
        f"txn_{line.event_reference}",
        line.booked_at,
        in_stripes_units(line.gross_minor, currency),
        currency,
        reporting_category=CATEGORIES[line.type, line.counts_with],
        source=_source(line),
        fees=[
            (in_stripes_units(minor, currency), word, text) for minor, word, text in fees if minor
        ],
        exchange_rate=None if line.currency == currency else line.exchange_rate,
    )


def _source(line: SimulatedLine) -> dict[str, Any] | None:
    if line.type == "fee":
        return None
    kind = "dispute" if line.type in _DISPUTED else _OBJECTS.get(line.type, "reserve_transaction")
    return source_object(
        kind,
        object_id(line),
        in_stripes_units(line.amount_minor, line.currency),
        line.currency,
        created_at=line.occurred_at,
        payment=line.payment_reference,
        order=line.order_reference,
    )


def object_id(line: SimulatedLine) -> str:
    """The id of what a line is about: a payout has its own."""
    is_payout = line.type == "payout"
    return (line.payout_reference if is_payout else None) or line.event_reference


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return tuple(_line_as_read(line, statement) for line in statement.lines)


def _line_as_read(line: SimulatedLine, statement: SimulatedStatement) -> CanonicalLine:
    other: dict[str, Any] = {"payout_reference": object_id(line) if line.type == "payout" else None}
    if line.type in ("fee", "payout"):
        other["event_reference"] = None
    if line.type == "fee":
        other |= {"psp_reference": None, "merchant_reference": None}
    if line.currency != line.settlement_currency and line.type not in _PAID:
        other |= {"gross_minor": None, "gross_currency": None}
    return line_as_read(line, statement, CARRIES, **other)


WRITER = Writer("stripe_balance_transactions", CARRIES, _render, _read_back)
