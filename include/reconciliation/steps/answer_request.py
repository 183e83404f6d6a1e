"""What becomes of a request: who answered what, and whether it may be carried out.

The steps find their request by the run of Airflow that made it, never by what a task was handed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.steps import reconciliation_events

APPROVED, APPROVED_ONCE, WAITING, ENDED = "approved", "approved_once", "waiting", "ended"
_STATES = (APPROVED, APPROVED_ONCE, WAITING, ENDED)
_NOTE_CHARACTERS_MAX = 500
log = logging.getLogger(__name__)


def preview_of(asked_in: str) -> str:
    """What an approver reads; the hash is that of all that is approved."""
    shown = approvals.shown(asked_in)
    approvers = "one approver" if shown["approvals_needed"] == 1 else "two approvers"
    return (
        f"{shown['preview']}\n\n**Needs {approvers} other than {_those_who_asked(shown)}, by "
        f"{shown['expires_at']:%Y-%m-%d %H:%M} UTC**\n\n- Request `{shown['request_id']}`\n"
        f"- Content `{shown['content_sha256']}`"
    )


def title_of(asked_in: str) -> str:
    """One line about the request, to tell it from others that wait."""
    shown = approvals.shown(asked_in)
    named = shown["object_id"] if len(shown["object_id"]) <= 20 else shown["object_id"][:12]
    place = f"{shown['psp']} / {shown['account']}, " if shown["account"] is not None else ""
    return f"{shown['action'].replace('_', ' ')}: {place}{shown['object_kind']} {named}"


def record_answer(asked_in: str, response: Mapping[str, Any]) -> str:
    """approved, waiting (for one more approver) or ended, after an answer of Airflow's.

    `response` is what Airflow hands to the task that asked, never what a task has returned. A
    rejection, and a time that is over, end it in the log. Raises RequestError when the database
    refuses the answer: the request waits on for somebody else's.
    """
    known = _asked(asked_in)
    if known["state"] == WAITING:
        chosen = "approved" if list(response["chosen_options"]) == ["Approve"] else "rejected"
        answer(known, chosen, _who(response), "airflow", _note(response))
    return settle(known["request_id"])


def standing(asked_in: str, expected: Collection[str] = _STATES) -> str:
    """What the database makes of the request of a run, whatever Airflow says of its tasks.

    approved, approved_once (it needs one more), waiting or ended. Another state than an `expected`
    one is logged, and raises RequestError: somebody has set a task's state by hand.
    """
    known = _asked(asked_in)
    state = settle(known["request_id"])
    if state == WAITING and known["approvals"]:
        state = APPROVED_ONCE
    if state in expected:
        return state
    why = (
        f"not approved: the run went on past its approval, and the database has "
        f"{known['approvals']} of {known['approvals_needed']} approvals; nothing is done. Clear "
        "the task that asks, and somebody else answers"
    )
    with warehouse.transaction() as cursor:
        approvals.note_refused_answer(cursor, known["request_id"], why)
    raise RequestError(why)


def answer(
    known: Mapping[str, Any], chosen: str, answered_by: str, channel: str, note: str | None
) -> None:
    """Writes an answer down; what the database refuses is logged, and raises RequestError."""
    request_id = known["request_id"]
    try:
        approvals.answer(
            request_id,
            chosen,
            answered_by=answered_by,
            channel=channel,
            content_sha256=known["content_sha256"],
            note=note,
        )
    except RequestError as error:
        with warehouse.transaction() as cursor:
            why = f"{chosen} by {answered_by}, by way of {channel}: {error}"
            approvals.note_refused_answer(cursor, request_id, why)
        raise


def settle(request_id: str) -> str:
    """Where a request stands; what is rejected or over ends in the log."""
    with warehouse.transaction() as cursor:
        known = approvals.find(cursor, request_id)
        assert known is not None
        if known["state"] == "approved":
            return APPROVED
        if known["state"] == WAITING:
            return WAITING
        if not known["is_ended"]:
            approvals.end(cursor, request_id, known["state"], None)
    log.info("request %s has ended: %s", request_id, known["state"])
    return ENDED


def end_expired_requests() -> int:
    """Ends in the log what nobody answered in time, by the database's clock; how many."""
    with warehouse.transaction() as cursor:
        return len(warehouse.run(cursor, "corrections/end_expired_requests").fetchall())


def apply_request(asked_in: str) -> int:
    """Applies the approved request of a run; its place in the log. Raises what `apply` does.

    A try that finds it applied, by one that died before it could say so or by another copy at work
    beside it, has nothing left to do.
    """
    try:
        return apply(asked_in, None)
    except RequestError:
        with warehouse.transaction() as cursor:
            known = approvals.asked(cursor, asked_in)
        if known is None or known["applied_as"] is None:
            raise
    log.info("%s was applied already, as row %s", known["request_id"], known["applied_as"])
    return int(known["applied_as"])


def apply(asked_in: str, state_sha256: str | None) -> int:
    """Applies an approved request, in one transaction; its place in the log.

    `state_sha256` is that of an object of a service as it stands now. What holds no more is
    refused, and the refusal is logged. Raises RequestError.
    """
    known = _asked(asked_in)
    try:
        with warehouse.transaction() as cursor:
            place = approvals.apply(cursor, known["request_id"], state_sha256)
            reconciliation_events.enqueue_correction(cursor, place)
    except RequestError as error:
        if known["state"] == APPROVED:
            _end_refused(known["request_id"], str(error))
        raise
    log.info("%s is row %s of reconciliation.correction_log", known["request_id"], place)
    return place


def _asked(asked_in: str) -> dict[str, Any]:
    with warehouse.transaction() as cursor:
        known = approvals.asked(cursor, asked_in)
    if known is None:
        raise RequestError(f"no request was made in {asked_in!r}")
    return known


def _end_refused(request_id: str, why: str) -> None:
    try:
        with warehouse.transaction() as cursor:
            approvals.end(cursor, request_id, "refused", why)
    except RequestError as error:
        # It has ended beside this task, or what refused it holds no more: it waits on.
        log.warning("%s is not ended as refused: %s", request_id, error)


def _those_who_asked(shown: Mapping[str, Any]) -> str:
    names = (shown["requested_by"], shown["on_behalf_of"])
    return " and ".join(name for name in names if name is not None)


def _who(response: Mapping[str, Any]) -> str:
    user = response.get("responded_by_user") or {}
    name = str(user.get("name") or user.get("id") or "").strip()
    if not name:
        raise RequestError("Airflow does not say who answered: nobody has approved")
    return name


def _note(response: Mapping[str, Any]) -> str | None:
    note = " ".join(str((response.get("params_input") or {}).get("note") or "").split())
    return note[:_NOTE_CHARACTERS_MAX] or None
