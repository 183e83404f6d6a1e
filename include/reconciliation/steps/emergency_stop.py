"""Stops payments or refunds, or starts them again, in the name of somebody who says why.

Variable, row and document are three places, and no transaction spans them. A stop sets the Variable
first, so that it works while the warehouse is away; a start writes its row first, so that nothing
runs again unrecorded. Each part may be repeated until all of them are done.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from include.reconciliation.edges import emergency_stop as edge
from include.reconciliation.edges import maintenance_file, outbox, warehouse
from include.reconciliation.edges.emergency_stop import NAMES, Stop
from include.reconciliation.errors import RequestError
from include.reconciliation.maintenance_answer import State, document

STOP, LIFT = "stop", "lift"

log = logging.getLogger(__name__)


def emergency_stop(
    variables: Sequence[str],
    action: str,
    *,
    changed_by: str,
    reason: str,
    until: datetime | None = None,
) -> None:
    """Stops or lifts each of the Variables; `until` is for the gateway's answer, and lifts nothing.

    Raises RequestError for another action or Variable, without a reason, and for an `until` that is
    past or belongs to no stop.
    """
    reason = " ".join(reason.split())
    _refuse(variables, action, reason, until)
    if action == STOP:
        for name in variables:
            _stop(name, changed_by, reason, until)
        # The gateway must hear of it even if nobody can write it down now.
        _write_document()
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "emergency_stop/lock")
        for name in variables:
            _write_down(cursor, name, action, changed_by, reason, until)
    if action == LIFT:
        for name in variables:
            edge.write(name, "true", f"{changed_by}: {reason}")
        _write_document()


def _stop(name: str, changed_by: str, reason: str, until: datetime | None) -> None:
    now = edge.read(name)
    asked = (changed_by, reason, until)
    if now is not None and asked == (now.stopped_by, now.reason, now.until):
        return
    since = datetime.now(UTC).replace(microsecond=0)
    stop = Stop(name, changed_by, reason, since=since, until=until)
    edge.write(name, stop.text(), f"{changed_by}: {reason}")


def _refuse(variables: Sequence[str], action: str, reason: str, until: datetime | None) -> None:
    unknown = sorted(set(variables) - set(NAMES))
    if unknown or not variables:
        raise RequestError(f"variables: expected some of {', '.join(NAMES)}; found {unknown}")
    if action not in (STOP, LIFT):
        raise RequestError(f"action: expected {STOP} or {LIFT}; found {action!r}")
    if not reason:
        raise RequestError("reason: expected why; found nothing")
    if until is not None and action == LIFT:
        raise RequestError("until: expected nothing with lift; it ends a stop at once")
    if until is not None and until <= datetime.now(UTC):
        raise RequestError(f"until: expected a moment to come; found {until.isoformat()}")


def _write_down(
    cursor: warehouse.Cursor,
    name: str,
    action: str,
    changed_by: str,
    reason: str,
    until: datetime | None,
) -> None:
    event = "stopped" if action == STOP else "lifted"
    values = {"variable": name, "event": event, "changed_by": changed_by, "reason": reason}
    row = warehouse.run(cursor, "emergency_stop/add", {**values, "until": until}).fetchone()
    if row is None:
        return
    text = f"[critical] emergency stop: {name} {event} by {changed_by}: {reason}"
    outbox.enqueue(cursor, outbox.Kind.SLACK, f"emergency-stop:{row['stop_id']}", {"text": text})
    log.warning("%s", text)


def _write_document() -> None:
    """From what the Variables say now: what can't be read is stopped in the document, too."""
    found = {name: edge.read(name) for name in NAMES}
    states = {
        name: State(stop is None, None if stop is None else stop.until)
        for name, stop in found.items()
    }
    log.info("%s is up to date", maintenance_file.write(document(states)))
