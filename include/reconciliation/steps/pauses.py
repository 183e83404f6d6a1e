"""Whether a run may go on, or somebody has paused its PSP; and what is written down about it.

Every change of a pause that is seen becomes a row of `pauses`, and so does every run that it stops
or that goes on in spite of it. No database transaction is open while the Variable is read.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation.edges import pause_variable, warehouse
from include.reconciliation.edges.pause_variable import Pause
from include.reconciliation.errors import Paused
from include.reconciliation.steps import incidents

UNREADABLE = "reconciliation-pause-unreadable"
UNKNOWN_PSP = "reconciliation-pause-unknown-psp"
# Whoever asks for a run by hand may ask for it in spite of a pause; a schedule may not.
BY_HAND = ("manual", "command")
IN_FORCE = ("paused", "changed", "unreadable")

logger = logging.getLogger(__name__)


def check_pause(attempt_id: int, where: str) -> None:
    """Raises Paused, with who paused the PSP, since when and why, unless this run may go on.

    `where` says what would come next, for the log. Call it outside any transaction, before matching
    and again before publishing. What can't be read counts as a pause and raises an alert.
    """
    with warehouse.transaction() as cursor:
        row = warehouse.run(
            cursor, "alerts/attempt_under_pause", {"attempt_id": attempt_id}
        ).fetchone()
        if row is None:
            raise LookupError(f"there is no attempt {attempt_id}")
        newest = newest_change(cursor, row["psp"])
    found = pause_variable.read(row["psp"])
    pause = warehouse.repeatedly(lambda: _decide(attempt_id, row, found, newest, where))
    if pause is not None:
        # An error, so that no caller can go on by leaving an answer unread.
        raise Paused(pause.sentence())


def newest_change(cursor: warehouse.Cursor, psp: str) -> int | None:
    """The number of the last change that is written down: ask before the Variable is read."""
    last = warehouse.run(cursor, "alerts/last_pause_change", {"psp": psp}).fetchone()
    assert last is not None
    return None if last["pause_id"] is None else int(last["pause_id"])


def observe(
    cursor: warehouse.Cursor, psp: str, found: Pause | None, newest: int | None
) -> Pause | None:
    """Writes down what changed since a pause was last seen; returns it while it is in force.

    `newest` is what `newest_change` said before the Variable was read: where a change has been
    written since, what was read may be older than it, and is not written down. The caller holds
    `incidents.lock_psp`.
    """
    last = warehouse.run(cursor, "alerts/last_pause_change", {"psp": psp}).fetchone()
    assert last is not None
    if last["pause_id"] == newest:
        _write_change(cursor, psp, found, last)
    return None if found is None or found.is_over(last["now"]) else found


def change(
    cursor: warehouse.Cursor, psp: str, wanted: Pause | None, *, by: str, why: str | None
) -> None:
    """Writes down that somebody sets the Variable to this pause now, or removes it.

    The caller has observed what was there before, and holds `incidents.lock_psp`.
    """
    last = warehouse.run(cursor, "alerts/last_pause_change", {"psp": psp}).fetchone()
    assert last is not None
    _write_change(cursor, psp, wanted, last, by=by, why=why)


def _write_change(
    cursor: warehouse.Cursor,
    psp: str,
    found: Pause | None,
    last: dict[str, Any],
    *,
    by: str | None = None,
    why: str | None = None,
) -> None:
    event = _event(found, last)
    if event is not None:
        told = found if found is not None else _remembered(psp, last)
        _add_row(
            cursor,
            told if why is None else replace(told, reason=why),
            event,
            exposure=incidents.exposure(cursor, psp),
            requested_by=by,
        )
        logger.info("%s: pause %s%s", psp, event, "" if by is None else f" by {by}")
    if found is not None and found.problem is not None:
        incidents.open_alert(
            cursor,
            unreadable_fingerprint(psp),
            UNREADABLE,
            "high",
            psp,
            None,
            found.sentence(),
            {"unreadable": {"problem": found.problem}},
        )
    else:
        incidents.close_alert(
            cursor, unreadable_fingerprint(psp), f"{psp}: the pause can be checked again"
        )


def observe_unknown(
    cursor: warehouse.Cursor, names: Collection[str], psps: Collection[str]
) -> None:
    """One alert per Variable that would pause a PSP which is not configured: it pauses nothing."""
    unknown = {f"pause-unknown:{name}": name for name in sorted(names) if name not in psps}
    rows = warehouse.run(cursor, "alerts/open_fingerprints", {"name": UNKNOWN_PSP}).fetchall()
    for row in rows:
        if row["fingerprint"] not in unknown:
            incidents.close_alert(
                cursor, row["fingerprint"], "the Variable is gone, or its PSP is configured"
            )
    for fingerprint, name in unknown.items():
        incidents.open_alert(
            cursor,
            fingerprint,
            UNKNOWN_PSP,
            "high",
            name,
            None,
            f"the Variable {pause_variable.PREFIX}{name} pauses nothing: no PSP has that name; "
            f"known are {', '.join(psps)}; rename it, or delete it",
            {"unknown": {"name": name}},
        )


def unreadable_fingerprint(psp: str) -> str:
    """What the alert about a PSP's unreadable pause is known by."""
    return f"pause-unreadable:{psp}"


def _decide(
    attempt_id: int, attempt: dict[str, Any], found: Pause | None, newest: int | None, where: str
) -> Pause | None:
    """The pause that stops the run, after what was seen and decided is written down."""
    with warehouse.transaction() as cursor:
        incidents.lock_psp(cursor, attempt["psp"])
        pause = observe(cursor, attempt["psp"], found, newest)
        if pause is None:
            return None
        exposure = incidents.exposure(cursor, attempt["psp"], attempt["account_id"])
        goes_on = attempt["include_paused"] and attempt["trigger"] in BY_HAND
        if goes_on:
            # Here the reason of interest is that of the run which goes on.
            pause = replace(pause, reason=attempt["request_note"] or pause.reason)
        _add_row(
            cursor,
            pause,
            "proceeded" if goes_on else "skipped",
            exposure=exposure,
            account=attempt["account"],
            attempt_id=attempt_id,
            requested_by=attempt["requested_by"],
        )
        logger.info(
            "attempt %s of %s / %s %s before %s: %s",
            attempt_id,
            attempt["psp"],
            attempt["account"],
            "goes on" if goes_on else "stops",
            where,
            pause.sentence(),
        )
        return None if goes_on else pause


def _event(found: Pause | None, last: dict[str, Any]) -> str | None:
    """What has happened between the last thing seen and this one; None when nothing has."""
    was_in_force = last["event"] in IN_FORCE
    if found is None:
        return "resumed" if was_in_force else None
    if found.problem is not None:
        return None if last["event"] == "unreadable" else "unreadable"
    is_same = found == _remembered(found.psp, last)
    if found.is_over(last["now"]):
        return None if last["event"] == "expired" and is_same else "expired"
    if last["event"] in ("paused", "changed"):
        return None if is_same else "changed"
    return "paused"


def _remembered(psp: str, last: dict[str, Any]) -> Pause:
    return Pause(psp, last["paused_by"], last["reason"], last["since"], last["until"])


def _add_row(
    cursor: warehouse.Cursor,
    pause: Pause,
    event: str,
    *,
    exposure: dict[str, int],
    account: str | None = None,
    attempt_id: int | None = None,
    requested_by: str | None = None,
) -> None:
    warehouse.run(
        cursor,
        "alerts/add_pause_row",
        {
            "psp": pause.psp,
            "account": account,
            "event": event,
            "paused_by": pause.paused_by,
            "reason": pause.problem or pause.reason,
            "since": pause.since,
            "until": pause.until,
            "attempt_id": attempt_id,
            "requested_by": requested_by,
            "exposure": Jsonb(exposure),
        },
    )
