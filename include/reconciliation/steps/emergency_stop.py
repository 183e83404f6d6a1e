"""Stops payments or refunds, or starts them again, in the name of somebody who says why.

Variable, row and document are three places, and no transaction spans them. A stop sets the Variable
first, so that it works while the warehouse is away; a start writes its row first, so that nothing
runs again unrecorded. Each part may be repeated until all of them are done.

A step that finds a reason asks for a stop in the transaction that keeps the finding; the stop is
carried out after it, by the same functions, and waits while Airflow does not answer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from include.reconciliation.edges import emergency_stop as edge
from include.reconciliation.edges import maintenance_file, outbox, warehouse
from include.reconciliation.edges.emergency_stop import NAMES, Stop
from include.reconciliation.errors import ConfigurationError, RequestError
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


def request_stop(
    cursor: warehouse.Cursor,
    name: str,
    *,
    requested_by: str,
    reason: str,
    replay_id: int | None = None,
) -> None:
    """Asks for a stop in the caller's transaction, unless one of that name is waiting already."""
    warehouse.run(
        cursor,
        "emergency_stop/request",
        {
            "variable": name,
            "reason": reason,
            "replay_id": replay_id,
            "requested_by": requested_by,
        },
    )


def carry_out_requests(*, is_last_chance: bool = True) -> int:
    """Stops what was asked for and still waits; returns how many stops were not in force before.

    A stop by whoever asks that is in force stays as it is: one cause is one stop. Without
    `is_last_chance` an Airflow that does not answer is left to a later call.
    """
    stopped = 0
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "emergency_stop/lock")
        # A second copy waits for these rows, and then finds nothing left to do.
        for request in warehouse.run(cursor, "emergency_stop/waiting_requests").fetchall():
            name, reason = request["variable"], " ".join(request["reason"].split())
            try:
                is_new = _stop_unless_stopped(name, request["requested_by"], reason)
            except Exception:
                if is_last_chance:
                    raise
                log.warning("%s could not be stopped now", name, exc_info=True)
                continue
            if is_new:
                _write_down(cursor, name, STOP, request["requested_by"], reason, None)
                stopped += 1
            values = {"stop_request_id": request["stop_request_id"]}
            warehouse.run(cursor, "emergency_stop/request_is_carried_out", values)
    return stopped


def _stop_unless_stopped(name: str, requested_by: str, reason: str) -> bool:
    """Whether there is a new stop to be written down; the reason tells a repeat from another."""
    now = edge.read(name)
    asked = _as_read(Stop(name, requested_by, reason))
    if now is not None and now.stopped_by == requested_by and now.reason != asked.reason:
        return False
    _stop(name, requested_by, reason, None)
    _write_document()
    return True


def _stop(name: str, changed_by: str, reason: str, until: datetime | None) -> None:
    now = edge.read(name)
    stop = Stop(name, changed_by, reason, until=until)
    if now is not None and replace(now, since=None) == _as_read(stop):
        return
    stop = replace(stop, since=datetime.now(UTC).replace(microsecond=0))
    edge.write(name, stop.text(), f"{changed_by}: {reason}")
    if edge.read(name) is None:
        raise ConfigurationError(
            f"{name} was set to false and is still enabled: the environment variable "
            f"AIRFLOW_VAR_{name} has the last word; remove it"
        )


def _as_read(stop: Stop) -> Stop:
    """As the Variable tells it: a long reason is shorter there."""
    told = edge.parse(stop.name, stop.text())
    assert told is not None
    return told


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
