"""The two state machines of a payment, as tables: what is not an edge here is illegal.

A *payment* is what the customer asked for; an *attempt* is one try to have it carried out at the
rail. An attempt that has ended never moves again. A payment whose attempt failed for a reason that
a retry can cure waits for a new attempt, and that is its only way on. Why there are two machines:
`docs/decisions/`, "A payment and its attempts are two state machines".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class EventType(StrEnum):
    """The types of events in the store, as they are written there."""

    CREATED = "PaymentIntentCreated"
    AUTHORISED = "PaymentAuthorised"
    ATTEMPT_CREATED = "PaymentAttemptCreated"
    SENT = "PaymentSentToRail"
    ACKNOWLEDGED = "PaymentAcknowledged"
    SETTLED = "PaymentSettled"
    FAILED = "PaymentFailed"
    EXPIRED = "PaymentExpired"


class Trigger(StrEnum):
    """What an event does to a machine: its type, and for a failure the class of its reason."""

    CREATED = "created"
    AUTHORISED = "authorised"
    ATTEMPT_CREATED = "attempt_created"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    SETTLED = "settled"
    FAILED_RETRYABLE = "failed_retryable"
    FAILED_FINALLY = "failed_finally"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PaymentState(StrEnum):
    """Where a payment is; while it is attempting, its attempt says more."""

    NONE = "none"
    CREATED = "created"
    AUTHORISED = "authorised"
    ATTEMPTING = "attempting"
    RETRYABLE = "retryable"
    SETTLED = "settled"
    FAILED = "failed"
    EXPIRED = "expired"


class AttemptState(StrEnum):
    """Where one attempt at the rail is."""

    NONE = "none"
    CREATED = "created"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    SETTLED = "settled"
    FAILED = "failed"
    EXPIRED = "expired"


class Edge(NamedTuple):
    """In state `source`, `trigger` leads to `target`."""

    source: str
    trigger: Trigger
    target: str


_PAYMENT, _ATTEMPT, _ON = PaymentState, AttemptState, Trigger
PAYMENT_EDGES = (
    Edge(_PAYMENT.NONE, _ON.CREATED, _PAYMENT.CREATED),
    Edge(_PAYMENT.CREATED, _ON.AUTHORISED, _PAYMENT.AUTHORISED),
    # A customer may cancel before anything is authorised; nothing else ends a payment so early.
    Edge(_PAYMENT.CREATED, _ON.CANCELLED, _PAYMENT.FAILED),
    Edge(_PAYMENT.AUTHORISED, _ON.ATTEMPT_CREATED, _PAYMENT.ATTEMPTING),
    Edge(_PAYMENT.AUTHORISED, _ON.FAILED_RETRYABLE, _PAYMENT.RETRYABLE),
    Edge(_PAYMENT.AUTHORISED, _ON.FAILED_FINALLY, _PAYMENT.FAILED),
    Edge(_PAYMENT.AUTHORISED, _ON.CANCELLED, _PAYMENT.FAILED),
    Edge(_PAYMENT.AUTHORISED, _ON.EXPIRED, _PAYMENT.EXPIRED),
    # While it is attempting, the machine of the attempt decides as well; both must allow an event.
    Edge(_PAYMENT.ATTEMPTING, _ON.SENT, _PAYMENT.ATTEMPTING),
    Edge(_PAYMENT.ATTEMPTING, _ON.ACKNOWLEDGED, _PAYMENT.ATTEMPTING),
    Edge(_PAYMENT.ATTEMPTING, _ON.SETTLED, _PAYMENT.SETTLED),
    Edge(_PAYMENT.ATTEMPTING, _ON.FAILED_RETRYABLE, _PAYMENT.RETRYABLE),
    Edge(_PAYMENT.ATTEMPTING, _ON.FAILED_FINALLY, _PAYMENT.FAILED),
    Edge(_PAYMENT.ATTEMPTING, _ON.CANCELLED, _PAYMENT.FAILED),
    Edge(_PAYMENT.ATTEMPTING, _ON.EXPIRED, _PAYMENT.EXPIRED),
    Edge(_PAYMENT.RETRYABLE, _ON.ATTEMPT_CREATED, _PAYMENT.ATTEMPTING),
)
ATTEMPT_EDGES = (
    Edge(_ATTEMPT.NONE, _ON.ATTEMPT_CREATED, _ATTEMPT.CREATED),
    Edge(_ATTEMPT.CREATED, _ON.SENT, _ATTEMPT.SENT),
    Edge(_ATTEMPT.CREATED, _ON.FAILED_RETRYABLE, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.CREATED, _ON.FAILED_FINALLY, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.CREATED, _ON.CANCELLED, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.CREATED, _ON.EXPIRED, _ATTEMPT.EXPIRED),
    Edge(_ATTEMPT.SENT, _ON.ACKNOWLEDGED, _ATTEMPT.ACKNOWLEDGED),
    Edge(_ATTEMPT.SENT, _ON.FAILED_RETRYABLE, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.SENT, _ON.FAILED_FINALLY, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.SENT, _ON.CANCELLED, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.SENT, _ON.EXPIRED, _ATTEMPT.EXPIRED),
    Edge(_ATTEMPT.ACKNOWLEDGED, _ON.SETTLED, _ATTEMPT.SETTLED),
    # A late failure: an acknowledgement is no settlement. It can't be cancelled any more.
    Edge(_ATTEMPT.ACKNOWLEDGED, _ON.FAILED_RETRYABLE, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.ACKNOWLEDGED, _ON.FAILED_FINALLY, _ATTEMPT.FAILED),
    Edge(_ATTEMPT.ACKNOWLEDGED, _ON.EXPIRED, _ATTEMPT.EXPIRED),
)
PAYMENT_MACHINE = {(edge.source, edge.trigger): edge.target for edge in PAYMENT_EDGES}
ATTEMPT_MACHINE = {(edge.source, edge.trigger): edge.target for edge in ATTEMPT_EDGES}
TERMINAL_PAYMENT_STATES = frozenset(PaymentState) - {edge.source for edge in PAYMENT_EDGES}
TERMINAL_ATTEMPT_STATES = frozenset(AttemptState) - {edge.source for edge in ATTEMPT_EDGES}

# Why a payment fails, and whether a new attempt may cure it (runbook 002, failure reasons).
RETRYABLE_REASONS = frozenset({"RAIL", "TIMEOUT"})
FINAL_REASONS = frozenset({"INSUFFICIENT_FUNDS", "INVALID_ACCOUNT", "FRAUD", "EXPIRED"})
CANCELLED = "CANCELLED"

_BY_TYPE: Mapping[str, Trigger] = {
    EventType.CREATED: Trigger.CREATED,
    EventType.AUTHORISED: Trigger.AUTHORISED,
    EventType.ATTEMPT_CREATED: Trigger.ATTEMPT_CREATED,
    EventType.SENT: Trigger.SENT,
    EventType.ACKNOWLEDGED: Trigger.ACKNOWLEDGED,
    EventType.SETTLED: Trigger.SETTLED,
    EventType.EXPIRED: Trigger.EXPIRED,
}
_BY_REASON: Mapping[str, Trigger] = {
    **dict.fromkeys(RETRYABLE_REASONS, Trigger.FAILED_RETRYABLE),
    **dict.fromkeys(FINAL_REASONS, Trigger.FAILED_FINALLY),
    CANCELLED: Trigger.CANCELLED,
}
# What people and the projection call a state of the payment; its attempt's while it is attempting.
_SHOWN = {
    PaymentState.NONE: "NONE",
    PaymentState.CREATED: "CREATED",
    PaymentState.AUTHORISED: "AUTHORISED",
    PaymentState.RETRYABLE: "FAILED",
    PaymentState.SETTLED: "SETTLED",
    PaymentState.FAILED: "FAILED",
    PaymentState.EXPIRED: "EXPIRED",
}


def trigger_of(event_type: str, reason: str | None) -> Trigger | None:
    """What an event does; None for a type or a reason of failure that nobody has declared."""
    if event_type == EventType.FAILED:
        return None if reason is None else _BY_REASON.get(reason)
    return _BY_TYPE.get(event_type)


def shown_state(payment: str, attempt: str | None) -> str:
    """One word of runbook 002 for both machines: CREATED, AUTHORISED, SENT, ACKNOWLEDGED, ..."""
    if payment != PaymentState.ATTEMPTING:
        return _SHOWN[PaymentState(payment)]
    # An attempt that is made and not sent yet: the payment is authorised, as it was before.
    return "AUTHORISED" if attempt == AttemptState.CREATED else str(attempt).upper()


def names_an_attempt(payment: str, trigger: Trigger) -> bool:
    """Whether an event that meets the payment in this state must say which attempt it is about."""
    return trigger is Trigger.ATTEMPT_CREATED or payment == PaymentState.ATTEMPTING
