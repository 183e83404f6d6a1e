"""Events for other systems: a published run, what it opened or resolved, an applied correction.

They are rows of the outbox, written in the transaction that publishes, where the configuration
names a topic; without one none are kept, since nobody would ever take them away. Each has an id
made from what it is about, so that one that comes twice does nothing for whoever reads them.

A further type is one more file in `include/sql/events`, run by `enqueue_events` or, where its cause
is no run, by a function beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from include.reconciliation import cloud_events, config
from include.reconciliation.edges import kafka, outbox, warehouse
from include.reconciliation.edges.connections import Connection
from include.reconciliation.errors import ConfigurationError

BATCH = 500
WITHOUT_CONNECTION = timedelta(minutes=1)
_HEADERS = {"content-type": cloud_events.CONTENT_TYPE}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a batch; `may_go_on` when there may be more that Kafka takes now."""

    sent: int = 0
    postponed: int = 0
    reasons: tuple[str, ...] = ()
    may_go_on: bool = False


def enqueue_events(cursor: warehouse.Cursor, run_number: int) -> None:
    """Enqueues what other systems hear of a published run; nothing where events are off."""
    if config.load().notifications.events_topic is None:
        return
    warehouse.run(cursor, "events/add_run_published", {"run_number": run_number})
    warehouse.run(cursor, "events/add_discrepancies", {"run_number": run_number})


def enqueue_correction(cursor: warehouse.Cursor, sequence_number: int) -> None:
    """Enqueues that a correction was applied, by its row of the log; nothing where events are off.

    What is done to an object of a service is no correction: its own service tells of it.
    """
    if config.load().notifications.events_topic is not None:
        warehouse.run(cursor, "events/add_correction_applied", {"sequence_number": sequence_number})


def send_events(target: Connection) -> Sent:
    """Sends the next batch of events that are due, and writes down what became of each.

    Raises ConfigurationError, with the batch put back, for a connection that can't work.
    """
    messages = outbox.claim_many(outbox.Kind.EVENT, BATCH)
    if not messages:
        return Sent()
    topic = config.load().notifications.events_topic
    try:
        if topic is None:
            raise ConfigurationError("events wait, and the configuration names no events_topic")
        outcome = kafka.send(target, topic, [_record(message) for message in messages])
    except ConfigurationError as error:
        outbox.postpone_many(messages, str(error), WITHOUT_CONNECTION)
        raise
    by_number = {message.message_id: message for message in messages}
    outbox.settle(*(by_number[number] for number in outcome.arrived))
    for number, reason in outcome.refused.items():
        outbox.postpone(by_number[number], reason)
    if outcome.unanswered:
        unanswered = [by_number[number] for number in outcome.unanswered]
        wait = outbox.back_off(max(message.tries for message in unanswered))
        reason = next(iter(outcome.unanswered.values()))
        outbox.postpone_many(unanswered, reason, wait)
        outbox.postpone_kind(outbox.Kind.EVENT, wait)
    return Sent(
        sent=len(outcome.arrived),
        postponed=len(messages) - len(outcome.arrived),
        reasons=tuple(sorted({*outcome.refused.values(), *outcome.unanswered.values()})),
        may_go_on=not outcome.unanswered,
    )


def _record(message: outbox.Message) -> kafka.Record:
    return kafka.Record(
        number=message.message_id,
        key=cloud_events.source_of(message.payload),
        value=cloud_events.cloud_event(message.payload),
        headers=_HEADERS,
    )
