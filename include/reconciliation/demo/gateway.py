"""The billing gateway's own rows about the same movements: intents and transactions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
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


@dataclass(slots=True)
class GatewayKnowledge:
    """What the gateway knows otherwise of movements: payments and events by their references."""

    # Of a payment: nothing of it is known, its card was declined, or another amount authorised.
    unknown_payments: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    authorised_minor: dict[str, int] = field(default_factory=dict)
    # Of an event: it is not known, failed, is recorded twice, or has another amount.
    unknown_events: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    amount_minor: dict[str, int] = field(default_factory=dict)


def gateway_rows(
    movements: Iterable[Movement], known: GatewayKnowledge
) -> tuple[tuple[GatewayIntent, ...], tuple[GatewayTransaction, ...]]:
    """What the gateway wrote: an intent with its authorisation per payment, and each event."""
    intents: dict[str, GatewayIntent] = {}
    transactions: list[GatewayTransaction] = []
    events = [
        movement
        for movement in movements
        if movement.type in _TYPES and movement.psp_reference not in known.unknown_payments
    ]
    captured: dict[str, int] = {}
    for movement in events:
        if movement.type == "payment":
            before = captured.get(movement.psp_reference, 0)
            captured[movement.psp_reference] = before + movement.amount_minor
    for movement in events:
        payment = movement.psp_reference
        intent_id = f"in_{payment}"
        if intent_id not in intents:
            amount_minor = known.authorised_minor.get(payment, captured.get(payment, 0))
            intents[intent_id] = _intent(intent_id, movement, amount_minor)
            authorisation = _transaction(intent_id, "authorization", movement, "au")
            status = "failed" if payment in known.declined else "succeeded"
            transactions.append(
                replace(authorisation, amount_minor=amount_minor, status=status)
            )
        if movement.event_reference not in known.unknown_events:
            transactions += _of_event(intent_id, movement, known)
    succeeded = {
        (made.intent_id, made.transaction_type)
        for made in transactions
        if made.status == "succeeded"
    }
    told = (
        replace(intent, status=_status(intent.intent_id, succeeded)) for intent in intents.values()
    )
    return tuple(told), tuple(transactions)


def _status(intent_id: str, succeeded: set[tuple[str, str]]) -> str:
    """What an intent has come to, by what of it succeeded."""
    if (intent_id, "capture") in succeeded:
        return "captured"
    return "authorized" if (intent_id, "authorization") in succeeded else "failed"


def _of_event(
    intent_id: str, movement: Movement, known: GatewayKnowledge
) -> list[GatewayTransaction]:
    event = movement.event_reference
    made = _transaction(intent_id, _TYPES[movement.type], movement, "tr")
    has_failed = event in known.failed or movement.psp_reference in known.declined
    made = replace(
        made,
        amount_minor=known.amount_minor.get(event, made.amount_minor),
        status="failed" if has_failed else made.status,
    )
    again = replace(made, transaction_id=f"{made.transaction_id}_again")
    return [made, again] if event in known.twice else [made]


def _intent(intent_id: str, movement: Movement, amount_minor: int) -> GatewayIntent:
    return GatewayIntent(
        intent_id=intent_id,
        provider=movement.psp,
        provider_account=movement.account,
        provider_reference=movement.psp_reference,
        merchant_reference=movement.merchant_reference,
        amount_minor=amount_minor,
        currency=movement.currency,
        status="created",
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
