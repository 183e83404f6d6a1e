"""An incident in Slack, where a bot tells it: one message that is kept up to date, and its thread.

The message is posted with the first word about the incident, and edited ever after; each further
word goes into the thread. Where the message is stands in the warehouse as soon as Slack has said
so. Whoever dies in between posts it once more, and its number at the end shows the repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation import incident_texts
from include.reconciliation.edges import slack, slack_blocks, warehouse
from include.reconciliation.edges.connections import Connection
from include.reconciliation.errors import Transient
from include.reconciliation.steps.incident_summaries import load_incident

# Longer than one delivery needs for its two calls, shorter than the lease of a message.
LEASE = timedelta(minutes=2)
# Slack's words for a message that somebody has deleted.
_GONE = ("message_not_found", "thread_not_found")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Thread:
    """The message that a thread hangs under, with the number of the outbox's message it was."""

    number: int
    place: slack.Place


class ThreadInUse(Transient):
    """Another delivery is writing about the same incident."""


def tell(target: Connection, alert_id: int, text: str, number: int) -> None:
    """Posts one word about an incident into its thread, after the message that the thread needs.

    `number` is that of the outbox's message. Raises ThreadInUse, and what `slack.post` raises.
    """
    channel = slack.channel(target)
    with _claimed(alert_id, channel) as thread:
        if thread is None:
            thread = _post(target, alert_id, channel, number)
        try:
            slack.reply(target, thread.place, text)
        except slack.SlackRefused as error:
            if error.code in _GONE:
                _note(alert_id, channel, None, None, str(error))
            raise


def refresh(target: Connection) -> int:
    """Brings the messages of the incidents that have changed up to date; how many it was.

    An edit is silent in Slack and may be repeated. One that Slack refuses waits for the next
    change.
    """
    channel = slack.channel(target)
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "incidents/changed_threads", {"channel": channel}).fetchall()
    refreshed = 0
    for row in rows:
        try:
            with _claimed(row["alert_id"], channel) as thread:
                if thread is not None:
                    _update(target, row["alert_id"], channel, thread)
                    refreshed += 1
        except ThreadInUse:
            continue
    return refreshed


def _post(target: Connection, alert_id: int, channel: str, number: int) -> Thread:
    incident = _incident(alert_id)
    card = incident_texts.card(incident, number)
    mention = slack_blocks.mention_of(target, incident.severity) if incident.is_open else None
    blocks = slack_blocks.blocks(card, slack.link(), mention)
    thread = Thread(number, slack.post_card(target, card.title, blocks))
    _note(alert_id, channel, thread, incident.now)
    return thread


def _update(target: Connection, alert_id: int, channel: str, thread: Thread) -> None:
    incident = _incident(alert_id)
    card = incident_texts.card(incident, thread.number)
    blocks = slack_blocks.blocks(card, slack.link())
    try:
        slack.update_card(target, thread.place, card.title, blocks)
    except slack.SlackRefused as error:
        logger.warning("incident %s: its message stays as it is: %s", alert_id, error)
        left = None if error.code in _GONE else thread
        _note(alert_id, channel, left, incident.now, str(error))
    else:
        _note(alert_id, channel, thread, incident.now)


def _incident(alert_id: int) -> incident_texts.Incident:
    with warehouse.transaction() as cursor:
        return load_incident(cursor, alert_id)


@contextmanager
def _claimed(alert_id: int, channel: str) -> Iterator[Thread | None]:
    """The thread for this delivery alone; None while there is no message that it hangs under."""
    values: dict[str, Any] = {"alert_id": alert_id, "channel": channel}
    claim = {**values, "lease_seconds": int(LEASE.total_seconds())}
    with warehouse.transaction() as cursor:
        row = warehouse.run(cursor, "incidents/claim_thread", claim).fetchone()
    if row is None:
        raise ThreadInUse(f"incident {alert_id}: another delivery is writing to its thread")
    wait = timedelta(0)
    try:
        is_there = row["ts"] is not None
        place = slack.Place(row["channel_id"], row["ts"])
        yield Thread(row["message_id"], place) if is_there else None
    except slack.SlackUnavailable as error:
        wait = error.retry_after or wait
        raise
    finally:
        with warehouse.transaction() as cursor:
            release = {**values, "wait_seconds": int(wait.total_seconds())}
            warehouse.run(cursor, "incidents/release_thread", release)


def _note(
    alert_id: int,
    channel: str,
    thread: Thread | None,
    shown_at: datetime | None,
    error: str | None = None,
) -> None:
    values = {
        "alert_id": alert_id,
        "channel": channel,
        "message_id": None if thread is None else thread.number,
        "channel_id": None if thread is None else thread.place.channel_id,
        "ts": None if thread is None else thread.place.ts,
        "shown_at": shown_at,
        "error": error,
    }
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "incidents/note_thread", values)
