"""What must never be in an event store, planted under the name of the invariant that finds it.

Each planter breaks its own invariant and no other one, with payments of its own in the last minutes
of the story; what is about a rate gets a whole hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from include.reconciliation.demo.payment_events.rows import (
    EventStore,
    PaymentWriter,
    Violation,
    project,
)
from include.reconciliation.payment_states import EventType

REPLAY = "payment_replay_verification"
# What no check can rely on is told by include/sql/books/payment_events.sql, of every check.
BOOK = "payment_events"


@dataclass(slots=True)
class Planter:
    """Where a violation is planted; `as_of` moves on when it needs an hour of its own."""

    store: EventStore
    seed: int
    as_of: datetime
    chance: Random
    payments: int = field(default=0)

    def payment(self, name: str, at: datetime | None = None) -> PaymentWriter:
        """A payment that is created and authorised, well before the as-of unless told when."""
        payment = self.new(name, at)
        payment.create(1 + self.chance.randrange(100_000), "AUD")
        payment.authorise()
        return payment

    def new(self, name: str, at: datetime | None = None) -> PaymentWriter:
        """A payment without an event."""
        self.payments += 1
        at = at or self.as_of - timedelta(minutes=7)
        return PaymentWriter(self.store, f"{name}-{self.seed}-{self.payments:03}", at)

    def label(
        self,
        invariant: str,
        payment: PaymentWriter | None = None,
        *,
        told: str | None = None,
        amount: tuple[str, int] | None = None,
    ) -> None:
        """Says what was planted, and which row tells it: of the payment unless said otherwise."""
        payment_id = None if payment is None else payment.payment_id
        currency, amount_minor = amount or (None, None)
        self.store.violations.append(
            Violation(invariant, payment_id, told or payment_id, currency, amount_minor)
        )

    def amount(self) -> tuple[str, int]:
        """Currency and minor units of the payment that was created last."""
        intent = self.store.intents[-1]
        return intent.currency, intent.amount_minor

    def hour(self, invariant: str, payments: int, minute: int = 0) -> list[PaymentWriter]:
        """An hour of its own with so many payments, a minute apart and acknowledged.

        What is told of it is the span that begins at such a minute.
        """
        begin, self.as_of = self.as_of, self.as_of + timedelta(hours=1)
        self.label(invariant, told=f"{begin + timedelta(minutes=minute):%Y-%m-%dT%H:%MZ}")
        acknowledged = []
        for minute in range(payments):
            payment = self.payment(invariant[:9], begin + timedelta(minutes=minute % 58))
            payment.attempt()
            payment.send()
            payment.acknowledge()
            acknowledged.append(payment)
        return acknowledged


def illegal_transition(planter: Planter) -> None:
    """Settled without an acknowledgement."""
    payment = planter.payment("illegal")
    payment.attempt()
    payment.send()
    payment.settle()
    planter.label("only_legal_transitions_happen", payment)


def leaves_the_end(planter: Planter) -> None:
    """Fails after it has settled."""
    payment = planter.payment("terminal")
    payment.attempt()
    payment.send()
    payment.acknowledge()
    payment.settle()
    payment.fail("RAIL")
    planter.label("nothing_leaves_a_terminal_state", payment)


def shares_a_key(planter: Planter) -> None:
    """Two payments with one idempotency key."""
    for _ in range(2):
        payment = planter.new("twin")
        payment.create(5_000, "AUD", key=f"twin key {planter.seed}")
        payment.authorise()
    planter.label(
        "every_idempotency_key_has_one_payment", payment, told=f"twin key {planter.seed}"
    )


def settles_twice(planter: Planter) -> None:
    """The first attempt fails for the system, and settles at the rail as the second one does."""
    payment = planter.payment("double")
    payment.attempt()
    payment.send()
    payment.acknowledge()
    payment.settle()
    payment.settle()
    planter.label("no_payment_settles_twice", payment, amount=planter.amount())


def fails_late_unseen(planter: Planter) -> None:
    """Fails after its acknowledgement, and nobody has looked."""
    # With the late failure of the usual hour it would be too many of them.
    planter.as_of += timedelta(hours=1)
    payment = planter.payment("late")
    payment.attempt()
    payment.send()
    payment.acknowledge()
    payment.fail("INVALID_ACCOUNT")
    planter.label("every_late_failure_is_seen", payment)


def is_never_acknowledged(planter: Planter) -> None:
    """Sent more than ten minutes ago, and no answer."""
    payment = planter.payment("stuck", planter.as_of - timedelta(minutes=25))
    payment.attempt()
    payment.send()
    name = "every_sent_attempt_is_acknowledged_within_10_minutes"
    planter.label(name, payment, amount=planter.amount())


def has_a_gap(planter: Planter) -> None:
    """Number 3 was never written."""
    payment = planter.payment("gap")
    payment.attempts = 1
    payment.add(EventType.SENT, {}, attempt=True, number=4)
    # Answered, so that it is not stuck as well.
    payment.add(EventType.ACKNOWLEDGED, {}, attempt=True, number=5)
    planter.label("event_numbers_have_no_gap_and_no_duplicate", payment)


def has_a_number_twice(planter: Planter) -> None:
    """Two different events with the number 2."""
    payment = planter.payment("number")
    payment.add(EventType.EXPIRED, {}, number=2)
    planter.label("event_numbers_have_no_gap_and_no_duplicate", payment)


def is_changed(planter: Planter) -> None:
    """The amount was changed after it was recorded: its hash is that of another payload."""
    payment = planter.payment("changed")
    row = payment.events[0]
    place = planter.store.events.index(row)
    payload = '{"amount_minor":1,"currency":"AUD"}'
    planter.store.events[place] = replace(row, payload=payload)
    planter.label("no_event_is_changed", payment)


def is_not_approved(planter: Planter) -> None:
    """An operator looked at a payment without an approval."""
    payment = planter.payment("approval")
    payment.act("review", approval_id=None)
    action_id = planter.store.operator_actions[-1].action_id
    planter.label("every_operator_action_is_approved", payment, told=action_id)


def is_done_in_silence(planter: Planter) -> None:
    """Cancelled, and nobody has written down who did it."""
    payment = planter.payment("silence")
    payment.fail("CANCELLED")
    planter.label("every_operator_event_has_its_action", payment)


def is_unknown(planter: Planter) -> None:
    """A reason of failure that nobody has declared."""
    payment = planter.payment("unknown")
    payment.fail("SOLAR_FLARE")
    planter.label(BOOK, payment)


def too_few_succeed(planter: Planter) -> None:
    """Two of ten payments that end in five minutes fail: 80 %."""
    name = "success_rate_stays_at_or_above_90_percent"
    for number, payment in enumerate(planter.hour(name, 10, minute=30)):
        payment.at = planter.as_of - timedelta(minutes=28, seconds=-number)
        if number < 2:
            payment.fail("FRAUD")
            payment.act("review")
        else:
            payment.settle()
    # Settled payments before and after, so that the late failures are few in their hour.
    _more_settle(planter, 60)


def too_many_retry(planter: Planter) -> None:
    """Eight of seventy-eight attempts in an hour are retries: 10.3 %."""
    for number, payment in enumerate(planter.hour("retry_rate_stays_at_or_below_10_percent", 62)):
        payment.settle()
        if number < 8:
            other = planter.payment("retry", payment.at)
            other.attempt()
            other.send()
            other.fail("TIMEOUT")
            other.retry()
            other.send()
            other.acknowledge()
            other.settle()


def too_many_cancel(planter: Planter) -> None:
    """Four of sixty-four payments that end in an hour are cancelled: 6.25 %."""
    for number, payment in enumerate(
        planter.hour("cancellation_rate_stays_at_or_below_5_percent", 60)
    ):
        payment.settle()
        if number in (5, 15, 25, 35):
            planter.payment("cancel", payment.at).cancel()


def too_many_fail_late(planter: Planter) -> None:
    """Two of sixty acknowledged attempts that end in an hour fail: 3.3 %."""
    for number, payment in enumerate(
        planter.hour("late_failure_rate_stays_at_or_below_3_percent", 60)
    ):
        if number in (5, 35):
            payment.fail("INVALID_ACCOUNT")
            payment.act("review")
        else:
            payment.settle()


def rail_is_slow(planter: Planter) -> None:
    """Five requests in a row take more than a second."""
    payment = planter.payment("slow")
    payment.attempt()
    for _ in range(5):
        payment.request(1_001)
        payment.at += timedelta(milliseconds=1)
    fifth = planter.store.rail_requests[-1].requested_at
    planter.label("rail_answers_within_1_second", told=f"{fifth:%Y-%m-%dT%H:%M:%SZ}")


def _more_settle(planter: Planter, payments: int) -> None:
    for number in range(payments):
        payment = planter.payment("settled", planter.as_of - timedelta(minutes=58 - number % 25))
        payment.attempt()
        payment.send()
        payment.acknowledge()
        payment.settle()


# Each planter, and what must find it.
VIOLATIONS: dict[str, Callable[[Planter], None]] = {
    "only_legal_transitions_happen": illegal_transition,
    "nothing_leaves_a_terminal_state": leaves_the_end,
    "every_idempotency_key_has_one_payment": shares_a_key,
    "no_payment_settles_twice": settles_twice,
    "every_late_failure_is_seen": fails_late_unseen,
    "every_sent_attempt_is_acknowledged_within_10_minutes": is_never_acknowledged,
    "event_numbers_have_no_gap_and_no_duplicate": has_a_gap,
    "event_numbers_have_no_gap_and_no_duplicate (twice)": has_a_number_twice,
    "no_event_is_changed": is_changed,
    "every_operator_action_is_approved": is_not_approved,
    "every_operator_event_has_its_action": is_done_in_silence,
    BOOK: is_unknown,
    "success_rate_stays_at_or_above_90_percent": too_few_succeed,
    "retry_rate_stays_at_or_below_10_percent": too_many_retry,
    "cancellation_rate_stays_at_or_below_5_percent": too_many_cancel,
    "late_failure_rate_stays_at_or_below_3_percent": too_many_fail_late,
    "rail_answers_within_1_second": rail_is_slow,
}


def another_state(store: EventStore) -> None:
    """The projection of a settled payment says FAILED."""
    _change(store, state="FAILED")


def another_hash(store: EventStore) -> None:
    """The projection's hash is of something else."""
    _change(store, state_sha256="0" * 64)


def no_projection(store: EventStore) -> None:
    """A payment has events and no projection."""
    place = _settled(store)
    store.violations.append(Violation(REPLAY, store.projections[place].payment_id))
    del store.projections[place]


def left_behind(store: EventStore) -> None:
    """The projection stands where it stood before the last event, for minutes."""
    place = _settled(store)
    payment_id = store.projections[place].payment_id
    rows = [row for row in store.events if row.payment_id == payment_id]
    store.projections[place] = project(rows[:-1])[0]
    store.violations.append(Violation(REPLAY, payment_id))


def _change(store: EventStore, **values: str) -> None:
    place = _settled(store)
    store.projections[place] = replace(store.projections[place], **values)  # type: ignore[arg-type]
    store.violations.append(Violation(REPLAY, store.projections[place].payment_id))


def _settled(store: EventStore) -> int:
    taken = {violation.payment_id for violation in store.violations}
    return next(
        place
        for place, row in enumerate(store.projections)
        if row.state == "SETTLED" and row.payment_id not in taken
    )


# What is wrong with a projection, found by the replay.
BROKEN_PROJECTIONS: dict[str, Callable[[EventStore], None]] = {
    "replay: another state": another_state,
    "replay: another hash": another_hash,
    "replay: no projection": no_projection,
    "replay: left behind": left_behind,
}
