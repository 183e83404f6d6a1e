"""The billing gateway's own rows about the same movements: intents and transactions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.reconciliation.demo.movements import Movement

_TYPES = {"payment": "capture", "refund": "refund", "chargeback": "chargeback"}


@dataclass(frozen=True, slots=True)
class GatewayIntent:
    """One row of payment_intents; amounts in minor units."""

    intent_id: str
    provider: str
    provider_account: str
    provider_reference: str
    merchant_reference: str
    amount_minor: int
    currency: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GatewayTransaction:
    """One row of payment_transactions; amounts in minor units, unsigned as the gateway has them."""

    transaction_id: str
    intent_id: str
    transaction_type: str
    status: str
    amount_minor: int
    currency: str
    provider_reference: str
    created_at: datetime
    processed_at: datetime


def gateway_rows(
    movements: Iterable[Movement],
) -> tuple[tuple[GatewayIntent, ...], tuple[GatewayTransaction, ...]]:
    """What the gateway wrote: an intent with its authorisation per payment, and each event."""
    intents: dict[str, GatewayIntent] = {}
    transactions: list[GatewayTransaction] = []
    for movement in movements:
        if movement.type not in _TYPES:
            continue
        intent_id = f"in_{movement.psp_reference}"
        if intent_id not in intents:
            intents[intent_id] = _intent(intent_id, movement)
            transactions.append(_transaction(intent_id, "authorization", movement, "au"))
        event = _TYPES[movement.type]
        transactions.append(_transaction(intent_id, event, movement, "tr"))
    return tuple(intents.values()), tuple(transactions)


def _intent(intent_id: str, movement: Movement) -> GatewayIntent:
    return GatewayIntent(
        intent_id=intent_id,
        provider=movement.psp,
        provider_account=movement.account,
        provider_reference=movement.psp_reference,
        merchant_reference=movement.merchant_reference,
        amount_minor=abs(movement.amount_minor),
        currency=movement.currency,
        status="captured",
        created_at=movement.occurred_at - timedelta(minutes=1),
    )


def _transaction(
    intent_id: str, transaction_type: str, movement: Movement, prefix: str
) -> GatewayTransaction:
    is_authorisation = transaction_type == "authorization"
    made_at = movement.occurred_at - timedelta(seconds=50 if is_authorisation else 5)
    return GatewayTransaction(
        transaction_id=f"{prefix}_{movement.event_reference}",
        intent_id=intent_id,
        transaction_type=transaction_type,
        status="succeeded",
        amount_minor=abs(movement.amount_minor),
        currency=movement.currency,
        provider_reference=movement.psp_reference if is_authorisation else movement.event_reference,
        created_at=made_at,
        processed_at=made_at + timedelta(seconds=2),
    )
