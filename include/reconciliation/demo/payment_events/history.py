"""A made-up event store from one seed: pure, no clock, no database, nothing wrong in it.

A payment begins every minute. Every ten minutes one has a story: it is retried, cancelled, fails
late, fails for good or expires. At the end some are still on their way, as in any real store.
`violations` adds what must not be, each under the name of the invariant that finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from random import Random

from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter
from include.reconciliation.demo.payment_events.violations import (
    BROKEN_PROJECTIONS,
    VIOLATIONS,
    Planter,
)
from include.reconciliation.demo.streams import stream

BEGIN = datetime(2026, 11, 19, 8, tzinfo=UTC)
CURRENCIES = ("AUD", "JPY", "KWD")


def make_event_store(
    seed: int, *, hours: int = 2, violations: Collection[str] = (), begin: datetime = BEGIN
) -> tuple[EventStore, datetime]:
    """The store of that seed, and the as-of at which it is looked at.

    `begin` is the start of an hour. Each planted violation has payments, and where it is about a
    rate an hour, of its own.
    """
    store = EventStore()
    chance = stream(seed, "payments")
    for minute in range(60 * hours):
        payment = PaymentWriter(
            store,
            f"payment-{seed}-{minute:05}",
            begin + timedelta(minutes=minute, seconds=chance.randrange(20)),
        )
        payment.create(1 + chance.randrange(1_000_000), chance.choice(CURRENCIES))
        _story(minute)(payment, chance)
    as_of = begin + timedelta(hours=hours)
    for name in sorted(violations):
        planter = Planter(store, seed, as_of, stream(seed, f"violation {name}"))
        if name in VIOLATIONS:
            VIOLATIONS[name](planter)
        as_of = planter.as_of
    store = store.until(as_of)
    for name in sorted(violations):
        if name in BROKEN_PROJECTIONS:
            BROKEN_PROJECTIONS[name](store)
    return store, as_of


def settles(payment: PaymentWriter, chance: Random) -> None:
    """The usual payment: authorised, sent, acknowledged within minutes, settled."""
    payment.wait(chance.randrange(3))
    payment.authorise()
    _goes_to_the_rail(payment, chance)
    payment.wait(chance.randrange(60))
    payment.settle()


def is_retried(payment: PaymentWriter, chance: Random) -> None:
    """The rail fails, an operator retries, the second attempt settles."""
    payment.authorise()
    payment.attempt()
    payment.send(answer_milliseconds=1_200)
    payment.fail(chance.choice(("RAIL", "TIMEOUT")))
    payment.wait(10)
    payment.retry()
    payment.send()
    payment.acknowledge()
    payment.settle()


def is_cancelled(payment: PaymentWriter, chance: Random) -> None:
    """Cancelled before it is authorised, before it is sent, or before it is acknowledged."""
    reached = chance.randrange(4)
    if reached >= 1:
        payment.authorise()
    if reached >= 2:
        payment.attempt()
    if reached >= 3:
        payment.send()
    payment.cancel()


def fails_late(payment: PaymentWriter, chance: Random) -> None:
    """Acknowledged, and then refused; an operator sees it and, where that may help, retries."""
    payment.authorise()
    payment.attempt()
    payment.send()
    payment.acknowledge()
    if chance.randrange(2):
        payment.mark_failed("RAIL")
        payment.retry()
        payment.send()
        payment.acknowledge()
        payment.settle()
    else:
        payment.fail("INVALID_ACCOUNT")
        payment.act("review")


def fails(payment: PaymentWriter, chance: Random) -> None:
    """Fails for good, before an attempt or in one."""
    payment.authorise()
    if chance.randrange(2):
        payment.attempt()
        payment.send()
        payment.fail(chance.choice(("INVALID_ACCOUNT", "FRAUD")))
    else:
        payment.fail("INSUFFICIENT_FUNDS")


def expires(payment: PaymentWriter, chance: Random) -> None:
    """Its time elapses, with or without an attempt."""
    payment.authorise()
    if chance.randrange(2):
        payment.attempt()
        payment.send()
    payment.expire()


# One every ten minutes: never two in the five minutes of a rate, nor too many in its hour.
_STORIES = (is_retried, is_cancelled, fails_late, fails, expires, settles)


def _story(minute: int) -> Callable[[PaymentWriter, Random], None]:
    return _STORIES[minute // 10 % len(_STORIES)] if minute % 10 == 1 else settles


def _goes_to_the_rail(payment: PaymentWriter, chance: Random) -> None:
    payment.attempt()
    payment.send(answer_milliseconds=50 + chance.randrange(400))
    payment.wait(chance.randrange(240))
    payment.acknowledge()
