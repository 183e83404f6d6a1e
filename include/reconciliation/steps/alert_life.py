"""What people and the clock do with alerts: acknowledge, snooze, accept, resolve, escalate.

Each change is a row of the alert's history, with who and why, in the transaction that makes it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation import config
from include.reconciliation.edges import warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.outside_text import login, masked
from include.reconciliation.steps.incidents import INCIDENT, close_alert, tell

# What is accepted for longer than a year has been forgotten.
LONGEST = timedelta(days=366)
# A number, and nothing that a screen, a mail's header or a sheet would take for more.
TICKET_PATTERN = "^[A-Za-z0-9]([A-Za-z0-9 ._/#:-]{0,62}[A-Za-z0-9])?$"
TICKET = re.compile(TICKET_PATTERN, re.ASCII)


def acknowledge_alert(
    alert_id: int,
    *,
    changed_by: str,
    note: str,
    snooze_until: datetime | None = None,
    psp_ticket: str | None = None,
) -> None:
    """Somebody takes an alert on: it is not escalated, and silent until `snooze_until`.

    `psp_ticket` is the number of a ticket at the PSP; without one, that of before stays. Raises
    RequestError for an alert that is not there or resolved, a moment that is past, or a number that
    is none.
    """
    if psp_ticket is not None and not TICKET.fullmatch(psp_ticket):
        raise RequestError(
            "psp_ticket: expected up to 64 letters, digits and . _ / # : - with no space at the "
            f"ends; found {psp_ticket!r}"
        )
    with warehouse.transaction() as cursor:
        alert = _open_one(cursor, alert_id)
        _refuse_past(alert, "snooze_until", snooze_until)
        values = {
            "alert_id": alert_id,
            "changed_by": changed_by,
            "until": snooze_until,
            "psp_ticket": psp_ticket,
        }
        warehouse.run(cursor, "alerts/acknowledge", values)
        event = "acknowledged" if snooze_until is None else "snoozed"
        _tell(cursor, alert, event, changed_by, note, snooze_until, psp_ticket)


def resolve_alert(
    alert_id: int, *, changed_by: str, note: str, accept_until: datetime | None = None
) -> None:
    """An alert is mended, or accepted as it is until a moment, after which it is open again.

    Raises RequestError for an alert that is not there or resolved, a moment that is past, and an
    incident, which is closed by its recovery alone. What is not mended opens a new alert when it is
    next looked at.
    """
    with warehouse.transaction() as cursor:
        alert = _open_one(cursor, alert_id)
        _refuse_past(alert, "accept_until", accept_until)
        if accept_until is None:
            _refuse_incident(alert)
            close_alert(
                cursor, alert["fingerprint"], masked(note), changed_by=changed_by, note=note
            )
            return
        values = {"alert_id": alert_id, "changed_by": changed_by, "until": accept_until}
        warehouse.run(cursor, "alerts/accept", values)
        _tell(cursor, alert, "accepted", changed_by, note, accept_until)


def let_time_pass() -> dict[str, int]:
    """Opens again what was accepted or silent long enough; escalates what nobody has taken on."""
    with warehouse.transaction() as cursor:
        expired = warehouse.run(cursor, "alerts/expire_acceptances").fetchall()
        for alert in expired:
            _tell(cursor, alert, alert["event"], None, alert["summary"], None)
        escalated = warehouse.run(cursor, "alerts/escalate").fetchall()
        for alert in escalated:
            note = f"to {alert['escalates_to']}: nobody has acknowledged it; {alert['summary']}"
            _tell(cursor, alert, "escalated", None, note, None)
    return {"expired": len(expired), "escalated": len(escalated)}


def _open_one(cursor: warehouse.Cursor, alert_id: int) -> dict[str, Any]:
    alert = warehouse.run(cursor, "alerts/find_alert", {"alert_id": alert_id}).fetchone()
    if alert is None:
        raise RequestError(f"there is no alert {alert_id}: see reconciliation.alerts")
    if alert["state"] != "open":
        raise RequestError(f"alert {alert_id} ({alert['name']}) is resolved: nothing is left to do")
    return alert


def _refuse_incident(alert: dict[str, Any]) -> None:
    """Money at risk is not talked away; only a PSP that has gone has no more cycles."""
    configured = {psp.name for psp in config.load().psps}
    if alert["name"] == INCIDENT and alert["psp"] in configured:
        raise RequestError(
            f"alert {alert['alert_id']} is the incident of {alert['psp']}: nobody closes it, two "
            "good cycles of every account do (docs/alerts.md); acknowledge it, or give accept_until"
        )


def _refuse_past(alert: dict[str, Any], field: str, until: datetime | None) -> None:
    if until is not None and not alert["now"] < until <= alert["now"] + LONGEST:
        raise RequestError(
            f"{field}: expected a moment to come, within {LONGEST.days} days; "
            f"found {until.isoformat()}"
        )


def _tell(
    cursor: warehouse.Cursor,
    alert: dict[str, Any],
    event: str,
    changed_by: str | None,
    note: str,
    until: datetime | None,
    psp_ticket: str | None = None,
) -> None:
    by = "" if changed_by is None else f" by {login(changed_by)}"
    to = "" if until is None else f" until {until:%Y-%m-%d %H:%M} UTC"
    change_id = warehouse.run(cursor, "alerts/changes_of", {"alert_id": alert["alert_id"]})
    row = change_id.fetchone()
    assert row is not None
    # What was typed is kept as it is, and shown to a channel without what may name a person.
    said = masked(note) if psp_ticket is None else f"{masked(note)}; PSP ticket {psp_ticket}"
    tell(
        cursor, alert["alert_id"], f"{event}:{row['changes']}", alert["name"], event + by + to,
        said, changed_by=changed_by, note=note, until=until, psp_ticket=psp_ticket,
    )
