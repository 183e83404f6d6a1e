"""The rows of a made-up event store, and the writer that adds them as the company's system does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from include.reconciliation.identifiers import canonical_json, content_id
from include.reconciliation.payment_chain import event_sha256
from include.reconciliation.payment_replay import Event, replay
from include.reconciliation.payment_states import EventType

# From the moment something happens until the store has it.
RECORDING = timedelta(milliseconds=20)


@dataclass(frozen=True, slots=True)
class IntentRow:
    """What a customer asked for."""

    payment_id: str
    idempotency_key: str
    amount_minor: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try to have it carried out."""

    attempt_id: str
    payment_id: str
    attempt_number: int
    external_reference: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event; `payload` is the JSON text as it is stored."""

    event_id: str
    payment_id: str
    sequence_number: int
    type: str
    attempt_id: str | None
    payload: str
    occurred_at: datetime
    recorded_at: datetime
    previous_sha256: str | None
    event_sha256: str


@dataclass(frozen=True, slots=True)
class ProjectionRow:
    """The state that the system has made of a payment's events."""

    payment_id: str
    state: str
    sequence_number: int
    state_sha256: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OperatorActionRow:
    """What somebody did to a payment by hand."""

    action_id: str
    payment_id: str
    action: str
    operator_id: str | None
    approval_id: str | None
    reason: str | None
    event_id: str | None
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class RailRequestRow:
    """One request to the rail; never answered where `answered_at` is None."""

    request_id: str
    payment_id: str
    attempt_id: str
    requested_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Violation:
    """What was planted: the invariant that must find it, the payment, and the row to be told.

    The row is an object with a currency and minor units, or without either; a replay tells none.
    """

    invariant: str
    payment_id: str | None
    object: str | None = None
    currency: str | None = None
    amount_minor: int | None = None


@dataclass(slots=True)
class EventStore:
    """Everything that the store holds, in the order in which it was written."""

    intents: list[IntentRow] = field(default_factory=list)
    attempts: list[AttemptRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    projections: list[ProjectionRow] = field(default_factory=list)
    operator_actions: list[OperatorActionRow] = field(default_factory=list)
    rail_requests: list[RailRequestRow] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def until(self, as_of: datetime) -> EventStore:
        """The store as it stood then: what is recorded later is not there yet."""
        events = [row for row in self.events if row.recorded_at < as_of]
        there = {row.event_id for row in events}
        return EventStore(
            intents=[row for row in self.intents if row.created_at < as_of],
            attempts=[row for row in self.attempts if row.created_at < as_of],
            events=events,
            projections=project(events),
            operator_actions=[
                row
                for row in self.operator_actions
                if row.acted_at < as_of and (row.event_id is None or row.event_id in there)
            ],
            rail_requests=[row for row in self.rail_requests if row.requested_at < as_of],
            violations=list(self.violations),
        )


@dataclass(slots=True)
class PaymentWriter:
    """One payment as its system writes it: each event gets the next number and its hash."""

    store: EventStore
    payment_id: str
    at: datetime
    events: list[EventRow] = field(default_factory=list)
    attempts: int = 0

    @property
    def attempt_id(self) -> str:
        """The id of the newest attempt."""
        return f"{self.payment_id}-attempt-{self.attempts}"

    def wait(self, seconds: int) -> None:
        """Lets time go by."""
        self.at += timedelta(seconds=seconds)

    def create(self, amount_minor: int, currency: str, *, key: str | None = None) -> None:
        """The customer asks for it."""
        self.store.intents.append(
            IntentRow(
                self.payment_id, key or f"key {self.payment_id}", amount_minor, currency, self.at
            )
        )
        self.add(EventType.CREATED, {"amount_minor": amount_minor, "currency": currency})

    def authorise(self) -> None:
        """Policy and balance allow it."""
        self.add(EventType.AUTHORISED, {})

    def attempt(self) -> None:
        """A new attempt; a retry when there was one before."""
        self.attempts += 1
        self.store.attempts.append(
            AttemptRow(
                self.attempt_id,
                self.payment_id,
                self.attempts,
                f"rail {self.attempt_id}",
                self.at,
            )
        )
        self.add(EventType.ATTEMPT_CREATED, {"attempt_number": self.attempts}, attempt=True)

    def retry(self) -> None:
        """An operator retries, with approval."""
        self.attempt()
        self.act("retry", event_id=self.events[-1].event_id)

    def send(self, answer_milliseconds: int | None = 100) -> None:
        """The attempt goes to the rail, which answers after so long."""
        self.add(EventType.SENT, {"external_reference": f"rail {self.attempt_id}"}, attempt=True)
        self.request(answer_milliseconds)

    def request(self, answer_milliseconds: int | None) -> None:
        """A request to the rail about the newest attempt."""
        answered_at = None
        if answer_milliseconds is not None:
            answered_at = self.at + timedelta(milliseconds=answer_milliseconds)
        number = len(self.store.rail_requests) + 1
        self.store.rail_requests.append(
            RailRequestRow(
                f"{self.payment_id}-request-{number:06}",
                self.payment_id,
                self.attempt_id,
                self.at,
                answered_at,
            )
        )

    def acknowledge(self) -> None:
        """The rail has it."""
        self.add(EventType.ACKNOWLEDGED, {}, attempt=True)

    def settle(self) -> None:
        """The money has arrived."""
        self.add(EventType.SETTLED, {}, attempt=True)

    def fail(self, reason: str) -> None:
        """It fails, with one of the reasons of runbook 002."""
        self.add(EventType.FAILED, {"reason": reason}, attempt=self.attempts > 0)

    def expire(self) -> None:
        """Its time window elapses."""
        self.add(EventType.EXPIRED, {}, attempt=self.attempts > 0)

    def cancel(self) -> None:
        """An operator cancels, with approval."""
        self.fail("CANCELLED")
        self.act("cancel", event_id=self.events[-1].event_id)

    def mark_failed(self, reason: str) -> None:
        """An operator writes down that the rail reported a failure, with approval."""
        payload = {"operator_id": "ops_001", "reason": reason}
        self.add(EventType.FAILED, payload, attempt=True)
        self.act("mark_failed", event_id=self.events[-1].event_id)

    def act(
        self,
        action: str,
        *,
        event_id: str | None = None,
        approval_id: str | None = "approval",
    ) -> None:
        """Writes down what an operator did."""
        number = len(self.store.operator_actions) + 1
        self.store.operator_actions.append(
            OperatorActionRow(
                action_id=f"{self.payment_id}-action-{number:06}",
                payment_id=self.payment_id,
                action=action,
                operator_id="ops_001",
                approval_id=approval_id and f"{approval_id} {number:06}",
                reason=f"{action} of {self.payment_id}",
                event_id=event_id,
                acted_at=self.at,
            )
        )

    def add(
        self,
        event_type: str,
        payload: Mapping[str, object],
        *,
        attempt: bool = False,
        number: int | None = None,
        chained: bool = True,
    ) -> None:
        """One more event; a violation gives it another `number`, or breaks the chain before it."""
        previous = self.events[-1].event_sha256 if self.events else None
        number = number if number is not None else len(self.events) + 1
        text = canonical_json(dict(payload))
        attempt_id = self.attempt_id if attempt else None
        event_id = f"event {content_id(self.payment_id, len(self.events) + 1)[:24]}"
        recorded_at = self.at + RECORDING
        sha256 = event_sha256(
            previous if chained else "another",
            payment_id=self.payment_id,
            sequence_number=number,
            event_id=event_id,
            event_type=event_type,
            attempt_id=attempt_id,
            payload=text,
            occurred_at=self.at,
            recorded_at=recorded_at,
        )
        row = EventRow(
            event_id,
            self.payment_id,
            number,
            str(event_type),
            attempt_id,
            text,
            self.at,
            recorded_at,
            previous,
            sha256,
        )
        self.events.append(row)
        self.store.events.append(row)
        self.wait(1)


def event_of(row: EventRow) -> Event:
    """The event as the replay reads it."""
    payload = json.loads(row.payload)
    return Event(
        row.payment_id,
        row.sequence_number,
        row.event_id,
        row.type,
        row.attempt_id,
        payload.get("reason"),
        payload.get("amount_minor"),
        payload.get("currency"),
        row.recorded_at,
    )


def project(events: Iterable[EventRow]) -> list[ProjectionRow]:
    """What the system makes of the events: a projection for each payment, as new as they are."""
    by_payment: dict[str, list[EventRow]] = {}
    for row in events:
        by_payment.setdefault(row.payment_id, []).append(row)
    found = []
    for payment_id, rows in by_payment.items():
        state = replay(payment_id, map(event_of, rows)).state
        newest = max(row.recorded_at for row in rows)
        found.append(
            ProjectionRow(payment_id, state.state, state.sequence_number, state.sha256(), newest)
        )
    return found
