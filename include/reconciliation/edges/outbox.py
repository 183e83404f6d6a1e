"""The outbox: what must leave the warehouse is a row first, and is delivered from there.

A message is enqueued in the transaction that found its cause. Delivery claims one message in a
short transaction, talks to the network in none, and settles it in another. Whoever dies between
sending and settling leaves a claim that runs out: the message is then sent once more, never lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    MAIL = "mail"
    PAYMENT_RECONCILIATION_LOG = "payment_reconciliation_log"
    EVENT = "event"


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
    messages = claim_many(kind, 1)
    return messages[0] if messages else None


def claim_many(kind: Kind, messages_max: int) -> list[Message]:
    """The next messages that are due, in order, claimed for five minutes."""
    values = {
        "kind": kind.value,
        "lease_seconds": _seconds(LEASE),
        "messages_max": messages_max,
    }
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "alerts/claim_messages", values).fetchall()
    rows.sort(key=lambda row: row["message_id"])
    return [Message(row["message_id"], row["payload"], row["tries"]) for row in rows]


def settle(*messages: Message) -> None:
    """Marks messages as delivered."""
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "alerts/settle_messages",
            {"message_ids": [message.message_id for message in messages]},
        )


def postpone(message: Message, error: str, wait: timedelta | None = None) -> timedelta:
    """Puts a message back after `wait`, or after a back-off that doubles; says how long."""
    chosen = back_off(message.tries) if wait is None else wait
    postpone_many([message], error, chosen)
    return chosen


def postpone_many(messages: Iterable[Message], error: str, wait: timedelta) -> None:
    """Puts messages that all failed for one reason back after `wait`."""
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "alerts/postpone_messages",
            {
                "message_ids": [message.message_id for message in messages],
                "error": error[:_ERROR_CHARACTERS_MAX],
                "wait_seconds": _seconds(wait),
            },
        )


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
