"""The round of operations: who is late or paused, and delivery of what waits in the outbox.

`watch` looks at every PSP with the database's clock, `deliver` empties the outbox. Neither depends
on a run: a PSP whose runs all died is late all the same. A channel that is down fails nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import psycopg

from include.reconciliation import config
from include.reconciliation.edges import kafka, mail, outbox, pause_variable, slack, warehouse
from include.reconciliation.edges.connections import Connection, connection
from include.reconciliation.edges.pause_variable import Pause
from include.reconciliation.errors import ConfigurationError, ReconciliationError
from include.reconciliation.incident_rules import day_of_pause
from include.reconciliation.steps import (
    alert_life,
    answer_request,
    incident_summaries,
    incident_threads,
    incidents,
    pauses,
    reconciliation_events,
)
from include.reconciliation.steps.run_log import write_run_log

PAUSED = "billing_gateway-reconciliation-paused"
ROUND_SECONDS = 90
# A task that failed holds its slot for as long as its callback runs.
CALLBACK_SECONDS = 20
MISSING_CONNECTION_WAIT = timedelta(minutes=1)
# Where the part of each kind in a round ends; what one leaves over is the next one's.
_ENDS = {
    outbox.Kind.SLACK: Fraction(1, 2),
    outbox.Kind.MAIL: Fraction(7, 10),
    outbox.Kind.PAYMENT_RECONCILIATION_LOG: Fraction(17, 20),
    outbox.Kind.EVENT: Fraction(1),
}
_NAMES = {
    outbox.Kind.SLACK: "Slack",
    outbox.Kind.MAIL: "mail",
    outbox.Kind.EVENT: "Kafka",
}
_TEXT_MAX = slack.TEXT_CHARACTERS_MAX - 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChannelDown(Exception):
    """Nothing gets through a channel now; `wait` when it said for how long."""

    reason: str
    wait: timedelta | None = None


def watch() -> dict[str, int]:
    """Weighs delay and pause of every PSP; counts those paused and those with an open incident.

    One PSP that can't be weighed does not hold the others; its error is raised at the end.
    """
    counts = {"psps": 0, "paused": 0, "incidents": 0}
    errors: list[Exception] = []
    for psp in config.load().psps:
        try:
            with warehouse.transaction() as cursor:
                newest = pauses.newest_change(cursor, psp.name)
            found = pause_variable.read(psp.name)
            is_paused, has_incident = warehouse.repeatedly(partial(_watch_psp, psp, found, newest))
        except (psycopg.Error, ReconciliationError) as error:
            logger.exception("%s could not be weighed", psp.name)
            errors.append(error)
            continue
        counts["psps"] += 1
        counts["paused"] += is_paused
        counts["incidents"] += has_incident
    names = pause_variable.paused_names()
    if names is not None:
        warehouse.repeatedly(partial(_watch_unknown_pauses, names))
    warehouse.repeatedly(alert_life.let_time_pass)
    try:
        incident_summaries.write_due()
    except (psycopg.Error, ReconciliationError) as error:
        errors.append(error)
    warehouse.repeatedly(answer_request.end_expired_requests)
    if errors:
        raise errors[0]
    logger.info("%(psps)s PSPs weighed, %(paused)s paused, %(incidents)s with an incident", counts)
    return counts


def deliver(round_seconds: int = ROUND_SECONDS) -> dict[str, int]:
    """Delivers what is due in the outbox; counts what was sent, put back and still waits.

    Each kind has its part of `round_seconds`, after which no message of it is begun: one that is
    slow, or has much to say, holds none of the others. The next round goes on from there.
    """
    start = time.monotonic()
    until = {kind: start + round_seconds * part for kind, part in _ENDS.items()}
    counts = {"sent": 0, "postponed": 0}
    with warehouse.transaction() as cursor:
        waiting = {row["kind"] for row in warehouse.run(cursor, "alerts/waiting_kinds")}
    channel = _target(outbox.Kind.SLACK, slack.CONNECTION_ID)
    if channel is not None:
        send = partial(_deliver_slack, channel)
        _deliver_kind(outbox.Kind.SLACK, send, counts, until[outbox.Kind.SLACK])
        _refresh_incidents(channel)
    # Mail and events are off by default: nobody asks for a connection that nothing waits for.
    if outbox.Kind.MAIL in waiting:
        server = _target(outbox.Kind.MAIL, mail.CONNECTION_ID)
        if server is not None:
            send = partial(_deliver_mail, server)
            _deliver_kind(outbox.Kind.MAIL, send, counts, until[outbox.Kind.MAIL])
    log = outbox.Kind.PAYMENT_RECONCILIATION_LOG
    _deliver_kind(log, _deliver_run_log, counts, until[log])
    if outbox.Kind.EVENT in waiting:
        brokers = _target(outbox.Kind.EVENT, kafka.CONNECTION_ID)
        if brokers is not None:
            _deliver_events(brokers, counts, until[outbox.Kind.EVENT])
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "alerts/waiting_messages", {"older_than_seconds": 0})
        counts["waiting"] = len(rows.fetchall())
    logger.info("%(sent)s messages sent, %(postponed)s put back, %(waiting)s waiting", counts)
    return counts


def hasten_delivery(context: Any) -> None:
    """An Airflow failure callback: delivers at once what the outbox holds, and never fails.

    The alerts are rows already, and the next round would find them: a callback that is called
    twice, or not at all, changes nothing.
    """
    try:
        deliver(CALLBACK_SECONDS)
    except Exception:
        logger.exception("the outbox could not be delivered now; the next round will do it")


def _watch_psp(psp: config.Psp, found: Pause | None, newest: int | None) -> tuple[bool, bool]:
    with warehouse.transaction() as cursor:
        incidents.lock_psp(cursor, psp.name)
        warehouse.run(
            cursor,
            "alerts/register_accounts",
            {"psp": psp.name, "accounts": list(psp.accounts)},
        )
        pause = pauses.observe(cursor, psp.name, found, newest)
        _notice_pause(cursor, psp, pause)
        incidents.assess_psp(cursor, psp, counts_delay=pause is None)
        fingerprint = incidents.incident_fingerprint(psp.name)
        row = warehouse.run(cursor, "alerts/find_open_alert", {"fingerprint": fingerprint})
        return pause is not None, row.fetchone() is not None


def _watch_unknown_pauses(names: set[str]) -> None:
    with warehouse.transaction() as cursor:
        pauses.observe_unknown(cursor, names, [psp.name for psp in config.load().psps])


def _notice_pause(cursor: warehouse.Cursor, psp: config.Psp, pause: Pause | None) -> None:
    """Stands in for the alert about delay while a PSP is paused: once, then every day, louder."""
    fingerprint = f"paused:{psp.name}"
    if pause is None:
        incidents.close_alert(cursor, fingerprint, f"{psp.title}: no longer paused")
        return
    seen = warehouse.run(cursor, "alerts/last_pause_change", {"psp": psp.name}).fetchone()
    assert seen is not None
    since = min(filter(None, (pause.since, seen["first_seen_at"])))
    day = day_of_pause(since, seen["now"])
    summary = f"{psp.title}: {pause.sentence()}"
    if day:
        exposure = incidents.exposure_text(cursor, psp.name)
        summary += f"; paused for {day} days, divergence at the heads {exposure}"
    incidents.open_alert(
        cursor,
        fingerprint,
        PAUSED,
        "high" if day else "info",
        psp.name,
        None,
        summary,
        # A further day is a further cause, and so a further message.
        {"paused": {f"day {number}": True for number in range(day + 1)}},
    )


def _deliver_kind(
    kind: outbox.Kind,
    send: Callable[[outbox.Message], None],
    counts: dict[str, int],
    until: float,
) -> None:
    """Sends what is due of one kind, in order, until all is sent or the channel is down.

    One message is begun in any case, however late the others have made it.
    """
    for _ in _until(until):
        message = outbox.claim(kind)
        if message is None:
            return
        try:
            send(message)
        except ChannelDown as down:
            wait = outbox.postpone(message, down.reason, down.wait)
            outbox.postpone_kind(kind, wait)
            counts["postponed"] += 1
            logger.warning(
                "%s: %s; message %s waits %s", kind, down.reason, message.message_id, wait
            )
            return
        except Exception as error:
            # This message alone: the next one may well get through.
            wait = outbox.postpone(message, _reason(error))
            counts["postponed"] += 1
            logger.warning(
                "%s: %s; message %s waits %s", kind, _reason(error), message.message_id, wait
            )
            continue
        outbox.settle(message)
        counts["sent"] += 1


def _target(kind: outbox.Kind, connection_id: str) -> Connection | None:
    """The connection of a kind; without one nothing is lost, its messages stay where they are."""
    try:
        return connection(connection_id)
    except Exception as error:
        reason = str(error) if isinstance(error, ConfigurationError) else type(error).__name__
        logger.warning("messages for %s stay in the outbox: %s", _NAMES[kind], reason)
        return None


def _deliver_slack(target: Connection, message: outbox.Message) -> None:
    # The number shows a repeat as one: after a lost answer the same message may come twice.
    text = incident_summaries.text_of(message)
    numbered = f"{_shortened(text)} (message {message.message_id})"
    try:
        if message.payload.get("is_incident") and slack.is_bot(target):
            alert_id = message.payload["alert_id"]
            incident_threads.tell(target, alert_id, numbered, message.message_id)
        else:
            slack.post(target, "\n".join(filter(None, [numbered, slack.link()])))
    except slack.SlackUnavailable as error:
        raise ChannelDown(str(error), error.retry_after) from None
    except ConfigurationError as error:
        raise ChannelDown(str(error), MISSING_CONNECTION_WAIT) from None


def _refresh_incidents(target: Connection) -> None:
    """Brings what Slack shows of incidents up to date; what fails is done by the next round."""
    try:
        if slack.is_bot(target):
            incident_threads.refresh(target)
    except Exception as error:
        logger.warning("messages of incidents are not up to date: %s", _reason(error))


def _deliver_mail(target: Connection, message: outbox.Message) -> None:
    try:
        mail.send(target, incident_summaries.letter_of(message))
    except mail.MailUnavailable as error:
        raise ChannelDown(str(error)) from None
    except ConfigurationError as error:
        raise ChannelDown(str(error), MISSING_CONNECTION_WAIT) from None


def _deliver_events(target: Connection, counts: dict[str, int], until: float) -> None:
    """Sends batches of events until all are sent, or Kafka takes none; it fails nothing else."""
    for _ in _until(until):
        try:
            batch = reconciliation_events.send_events(target)
        except Exception as error:
            logger.warning("events stay in the outbox: %s", _reason(error))
            return
        counts["sent"] += batch.sent
        counts["postponed"] += batch.postponed
        if batch.postponed:
            logger.warning("%s events wait: %s", batch.postponed, "; ".join(batch.reasons))
        if not batch.may_go_on:
            return


def _deliver_run_log(message: outbox.Message) -> None:
    try:
        write_run_log(message.payload)
    except psycopg.OperationalError as error:
        raise ChannelDown(f"billing_gateway: {type(error).__name__}") from None
    except ConfigurationError as error:
        raise ChannelDown(str(error), MISSING_CONNECTION_WAIT) from None


def _until(end: float) -> Iterator[None]:
    """Once, and again as long as it is not over."""
    yield
    while time.monotonic() < end:
        yield


def _reason(error: Exception) -> str:
    """What may be kept of an error: texts that are not ours may hold addresses and passwords."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, ReconciliationError) else name


def _shortened(text: str) -> str:
    """The text with room for its number and link behind it."""
    return text if len(text) <= _TEXT_MAX else text[: _TEXT_MAX - 1] + "…"
