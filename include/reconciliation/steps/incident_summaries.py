"""A summary of each incident: one when it opens, one every half hour, and one when it is closed.

Each is a row first, unique per incident and half hour by the database's clock, with the messages
that carry it. A half hour that passed while nothing ran gets none; the next one says how many.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg

from include.reconciliation import config, incident_texts
from include.reconciliation.edges import outbox, slack, warehouse
from include.reconciliation.edges.mail import Letter
from include.reconciliation.errors import ReconciliationError
from include.reconciliation.incident_rules import missed_slots
from include.reconciliation.incident_texts import Incident, Step
from include.reconciliation.steps.divergences import gross_in_doubt, open_since, positions
from include.reconciliation.steps.incidents import INCIDENT

logger = logging.getLogger(__name__)


def write_due() -> int:
    """Writes the summaries that are due; how many. One that fails does not hold the others."""
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "incidents/to_summarise", {"name": INCIDENT}).fetchall()
    written = 0
    errors: list[Exception] = []
    for row in rows:
        try:
            written += warehouse.repeatedly(partial(_write, row["alert_id"]))
        except (psycopg.Error, ReconciliationError) as error:
            logger.exception("incident %s could not be summarised", row["alert_id"])
            errors.append(error)
    if errors:
        raise errors[0]
    return written


def load_incident(cursor: warehouse.Cursor, alert_id: int) -> Incident:
    """The incident as it stands now; its alert is locked until the transaction ends."""
    row = warehouse.run(cursor, "incidents/incident", {"alert_id": alert_id}).fetchone()
    if row is None:
        raise LookupError(f"there is no alert {alert_id}")
    titles = {each.name: each.title for each in config.load().psps}
    return Incident(**row, psp_title=str(titles.get(row["psp"], row["psp"])))


def text_of(message: outbox.Message) -> str:
    """What a message for a channel says: a summary's own words, or the text that it carries."""
    if "summary_id" not in message.payload:
        return str(message.payload["text"])
    return _summary(message, outbox.Kind.SLACK)["text"]


def letter_of(message: outbox.Message) -> Letter:
    """The mail that carries a summary; its ids are the same however often it is sent."""
    summary = _summary(message, outbox.Kind.MAIL)
    incident = f"incident-{summary['alert_id']}"
    link = slack.link()
    text = summary["text"] if link is None else f"{summary['text']}\n\n{link}"
    return Letter(
        recipient=message.payload["recipient"],
        subject=summary["subject"],
        text=f"{text}\n\n(message {message.message_id})\n",
        sent_at=summary["made_at"],
        thread=incident,
        name=f"{incident}-message-{message.message_id}",
    )


def _write(alert_id: int) -> bool:
    """Whether a summary was due and nobody else has written it."""
    with warehouse.transaction() as cursor:
        incident = load_incident(cursor, alert_id)
        values = {
            "alert_id": alert_id,
            "slot": incident.slot,
            "is_final": not incident.is_open,
        }
        written = warehouse.run(cursor, "incidents/is_summarised", values).fetchone()
        assert written is not None
        if written["is_so"]:
            return False
        subject, text = incident_texts.summary_subject(incident), _text(cursor, incident)
        added = warehouse.run(
            cursor, "incidents/add_summary", {**values, "subject": subject, "text": text}
        ).fetchone()
        if added is None:
            return False
        summary = {"alert_id": alert_id, "summary_id": added["summary_id"]}
        # Whoever has not heard of the earlier ones hears this one instead.
        warehouse.run(cursor, "incidents/supersede", summary)
        _enqueue(cursor, incident, summary)
        return True


def _text(cursor: warehouse.Cursor, incident: Incident) -> str:
    heads, _ = positions(cursor, incident.psp)
    gross = gross_in_doubt(cursor, incident.psp) if heads.divergences else {}
    limits = {each.name: each.limits for each in config.load().psps}
    steps = warehouse.run(
        cursor, "incidents/steps", {"alert_id": incident.alert_id}
    ).fetchall()
    return incident_texts.summary_text(
        incident,
        [replace(each, gross_minor=gross.get(each.currency)) for each in heads.divergences],
        limits.get(incident.psp, {}),
        open_since(cursor, incident.psp),
        [Step(**row) for row in steps],
    )


def _enqueue(cursor: warehouse.Cursor, incident: Incident, summary: dict[str, Any]) -> None:
    key = f"summary:{summary['summary_id']}"
    for recipient in config.load().notifications.mail_to:
        outbox.enqueue(
            cursor, outbox.Kind.MAIL, f"{key}:{recipient}", {**summary, "recipient": recipient}
        )
    # The channel has heard of the opening already: it is an alert.
    if incident.slot or not incident.is_open:
        outbox.enqueue(cursor, outbox.Kind.SLACK, key, {**summary, "is_incident": True})


def _summary(message: outbox.Message, kind: outbox.Kind) -> dict[str, Any]:
    """The summary that a message carries, its text beginning with what its reader has missed."""
    recipient = message.payload.get("recipient")
    values = {
        "summary_id": message.payload["summary_id"],
        "kind": kind.value,
        "recipient": recipient,
    }
    with warehouse.transaction() as cursor:
        row = warehouse.run(cursor, "incidents/summary", values).fetchone()
    assert row is not None
    # The opening stands in for the first one where that is told as an alert.
    told = 0 if row["told_slot"] is None and recipient is None else row["told_slot"]
    missed = missed_slots(told, row["slot"], is_final=row["is_final"])
    sentence = incident_texts.missed_sentence(
        row["opened_at"], row["slot"], missed, is_final=row["is_final"]
    )
    if sentence is not None:
        row["text"] = f"{sentence}\n\n{row['text']}"
    return row
