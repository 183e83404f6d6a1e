"""Balance transactions in the shape of the API, one sentence each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MADE_AT = int(datetime(2025, 6, 10, 9, 30, tzinfo=UTC).timestamp())


def a_charge(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A charge of 100.00 BRL with a fee of 3.90, 0.30 of it tax."""
    line: dict[str, Any] = {
        "id": f"txn_{number:06d}",
        "object": "balance_transaction",
        "amount": 10000,
        "available_on": MADE_AT + 2 * 86400,
        "created": MADE_AT + number,
        "currency": "brl",
        "description": None,
        "exchange_rate": None,
        "fee": 390,
        "fee_details": [
            {"amount": 360, "currency": "brl", "type": "stripe_fee"},
            {"amount": 30, "currency": "brl", "type": "tax"},
        ],
        "net": 9610,
        "reporting_category": "charge",
        "source": {
            "id": f"ch_{number:06d}",
            "object": "charge",
            "amount": 10000,
            "currency": "brl",
            "metadata": {"order_id": f"ORD-{number}"},
            "payment_intent": f"pi_{number:06d}",
        },
        "status": "pending",
        "type": "charge",
    }
    return {**line, **fields}


def without_fee(
    amount: int, category: str, type_: str, source: Any, number: int = 1
) -> dict[str, Any]:
    """A balance transaction of any kind that costs nothing."""
    return a_charge(
        number,
        amount=amount,
        fee=0,
        fee_details=[],
        net=amount,
        reporting_category=category,
        type=type_,
        source=source,
    )
