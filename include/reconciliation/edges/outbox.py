"""The outbox: what must leave the warehouse is a row first, and is delivered from there.

A message is enqueued in the transaction that found its cause. Delivery claims one message in a
short transaction, talks to the network in none, and settles it in another. Whoever dies between
sending and settling leaves a claim that runs out: the message is then sent once more, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse

# Longer than any single delivery may take, so that nobody else takes a message that is on its way.
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
_ERROR_CHARACTERS_MAX = 500


class Kind(StrEnum):
    """Where a message goes."""

    SLACK = "slack"
    PAYMENT_RECONCILIATION_LOG = "payment_reconciliation_log"


@dataclass(frozen=True, slots=True)
class Message:
    """A claimed message; `tries` counts this one too."""

    message_id: int
    payload: Mapping[str, Any]
    tries: int


def enqueue(
    cursor: warehouse.Cursor, kind: str, dedupe_key: str, payload: Mapping[str, Any]
) -> bool:
    """Adds a message to the caller's transaction; False when its key was there already."""
    warehouse.run(
        cursor,
        "alerts/enqueue_message",
        {"kind": Kind(kind).value, "dedupe_key": dedupe_key, "payload": Jsonb(dict(payload))},
    )
    return cursor.fetchone() is not None


def claim(kind: Kind) -> Message | None:
    """The next message that is due, claimed for five minutes; None when there is none."""
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "alerts/claim_message",
            {"kind": kind.value, "lease_seconds": _seconds(LEASE)},
        )
        row = cursor.fetchone()
    return None if row is None else Message(row["message_id"], row["payload"], row["tries"])


def settle(message: Message) -> None:
    """Marks a message as delivered."""
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "alerts/settle_message", {"message_id": message.message_id})


def postpone(message: Message, error: str, wait: timedelta | None = None) -> timedelta:
    """Puts a message back after `wait`, or after a back-off that doubles; says how long."""
    chosen = back_off(message.tries) if wait is None else wait
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "alerts/postpone_message",
            {
                "message_id": message.message_id,
                "error": error[:_ERROR_CHARACTERS_MAX],
                "wait_seconds": _seconds(chosen),
            },
        )
    return chosen


def postpone_kind(kind: Kind, wait: timedelta) -> None:
    """Lets every waiting message of a channel that is down wait, so that they keep their order."""
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "alerts/postpone_kind",
            {"kind": kind.value, "wait_seconds": _seconds(wait)},
        )


def back_off(tries: int) -> timedelta:
    """30 s after the first failure, twice as long after each further one, an hour at most."""
    doublings = min(max(tries, 1) - 1, 10)
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))
