"""Rebuilds a payment's state from its events: pure, and the same for any order of arrival.

Events carry a number within their payment, 1, 2, 3 and so on. What counts is the numbers without a
gap from 1 on: of a log that is only partly there, that is the state it had then. Where a number is
missing, or two different events have it, the replay stops before it: nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from include.reconciliation.identifiers import sha256_of
from include.reconciliation.payment_states import (
    ATTEMPT_MACHINE,
    PAYMENT_MACHINE,
    AttemptState,
    PaymentState,
    Trigger,
    names_an_attempt,
    shown_state,
    trigger_of,
)

# Changes when the canonical form does, so that a hash of one form is never held against another.
FORM = "payment-state-1"
# As identifiers.canonical_json, made once: a state holds texts and whole numbers, so no float is
# looked for.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Event(NamedTuple):
    """One event as the store has it; amount and currency only where the payment is created."""

    payment_id: str
    sequence_number: int
    event_id: str
    type: str
    attempt_id: str | None
    reason: str | None
    amount_minor: int | None
    currency: str | None
    recorded_at: datetime


class ProblemKind(StrEnum):
    """Why a log does not replay to its end."""

    ILLEGAL_EVENT = "illegal_event"
    SEQUENCE_GAP = "sequence_gap"
    SEQUENCE_CONFLICT = "sequence_conflict"
    UNKNOWN_EVENT = "unknown_event"


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where the log can't be followed; `sentence` is for people."""

    kind: ProblemKind
    sequence_number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as the events tell it."""

    attempt_id: str
    state: str


@dataclass(frozen=True, slots=True)
class State:
    """A payment after its first `sequence_number` events; amounts in minor units."""

    payment_id: str
    state: str
    reason: str | None
    amount_minor: int | None
    currency: str | None
    attempts: tuple[Attempt, ...]
    sequence_number: int

    def canonical_bytes(self) -> bytes:
        """The bytes that are hashed: JSON in UTF-8, keys in order, no spaces."""
        return _CANONICAL(
            {
                "amount_minor": self.amount_minor,
                "attempts": [[attempt.attempt_id, attempt.state] for attempt in self.attempts],
                "currency": self.currency,
                "form": FORM,
                "payment_id": self.payment_id,
                "reason": self.reason,
                "sequence_number": self.sequence_number,
                "state": self.state,
            }
        ).encode()

    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the canonical bytes."""
        return sha256_of(self.canonical_bytes())


@dataclass(frozen=True, slots=True)
class Replay:
    """What the events of one payment make of it, and where they could not be followed."""

    state: State
    problems: tuple[Problem, ...]


def replay(payment_id: str, events: Iterable[Event]) -> Replay:
    """The state after the events of one payment, whatever order they come in.

    An event that neither machine allows changes nothing and is a problem; the next one is read on.
    At a missing number, at two events with one number, and at an event that nobody knows, it stops.
    """
    followed, stop = _without_gap(events)
    payment: str = PaymentState.NONE
    attempts: dict[str, str] = {}
    newest: str | None = None
    reason: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    problems: list[Problem] = []
    last = 0
    for event in followed:
        trigger = trigger_of(event.type, event.reason)
        if trigger is None:
            stop = _unknown(event)
            break
        last = event.sequence_number
        attempt_id = event.attempt_id
        target = PAYMENT_MACHINE.get((payment, trigger))
        attempt_target: str | None = None
        if attempt_id is not None:
            before = attempts.get(attempt_id, AttemptState.NONE)
            attempt_target = ATTEMPT_MACHINE.get((before, trigger))
        is_legal = (
            target is not None
            and (attempt_id is not None) == names_an_attempt(payment, trigger)
            and (attempt_id is None or attempt_target is not None)
        )
        if not is_legal:
            problems.append(_illegal(event, trigger, payment, attempts))
            continue
        assert target is not None
        payment = target
        if attempt_id is not None and attempt_target is not None:
            attempts[attempt_id] = attempt_target
            newest = attempt_id
        if trigger is Trigger.CREATED:
            amount_minor, currency = event.amount_minor, event.currency
        reason = event.reason if payment in _FAILED else None
    if stop is not None:
        problems.append(stop)
    state = State(
        payment_id=payment_id,
        state=shown_state(payment, None if newest is None else attempts[newest]),
        reason=reason,
        amount_minor=amount_minor,
        currency=currency,
        attempts=tuple(Attempt(*attempt) for attempt in attempts.items()),
        sequence_number=last,
    )
    return Replay(state, tuple(problems))


_FAILED = frozenset({PaymentState.RETRYABLE, PaymentState.FAILED})


def _without_gap(events: Iterable[Event]) -> tuple[Sequence[Event], Problem | None]:
    """The events numbered 1, 2, 3 ... as far as that goes, each once, and why it ends there."""
    followed: list[Event] = []
    for event in sorted(events, key=attrgetter("sequence_number")):
        number, expected = event.sequence_number, len(followed) + 1
        if number == expected:
            followed.append(event)
        elif followed and event == followed[-1]:
            continue  # delivered twice
        elif number < expected:
            if followed and followed[-1].sequence_number == number:
                followed.pop()
            return followed, Problem(
                ProblemKind.SEQUENCE_CONFLICT,
                number,
                f"two different events have the number {number}"
                if number >= 1
                else f"an event has the number {number}; numbers begin at 1",
            )
        else:
            return followed, Problem(
                ProblemKind.SEQUENCE_GAP,
                expected,
                f"number {expected} is missing, and number {number} is there",
            )
    return followed, None


def _illegal(event: Event, trigger: Trigger, payment: str, attempts: dict[str, str]) -> Problem:
    about = ""
    if event.attempt_id is not None:
        attempt = attempts.get(event.attempt_id, AttemptState.NONE)
        about = f" and attempt {event.attempt_id} in {attempt}"
    return Problem(
        ProblemKind.ILLEGAL_EVENT,
        event.sequence_number,
        f"event {event.event_id} ({trigger}) found the payment in {payment}{about}",
    )


def _unknown(event: Event) -> Problem:
    reason = "" if event.reason is None else f" with the reason {event.reason!r}"
    return Problem(
        ProblemKind.UNKNOWN_EVENT,
        event.sequence_number,
        f"event {event.event_id} is of the unknown type {event.type!r}{reason}",
    )
