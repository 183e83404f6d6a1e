"""An approved action is carried out: the book is read again, the service called, the book read.

In this order: read the object, ask the provider where the action wants it, apply the request (which
refuses what has changed), look at the emergency stop, write the call down, call, write the answer
down. Whoever dies in between leaves rows: the next try reads the book first, and repeats the very
same call only where nothing has happened yet.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from include.reconciliation import operator_rules, service_answers
from include.reconciliation.edges import (
    approvals,
    emergency_stop,
    operator_objects,
    service_calls,
    warehouse,
)
from include.reconciliation.edges.psp_client import PspClient
from include.reconciliation.errors import ProviderUnavailable, RequestError, Transient
from include.reconciliation.operator_actions import Action
from include.reconciliation.operator_rules import Progress, Standing
from include.reconciliation.service_answers import Answer
from include.reconciliation.steps import answer_request, incidents
from include.reconciliation.steps.ask_before_acting import Word, claimed, told

IN_DOUBT = "operator-action-in-doubt"
APPROVED, APPLIED = "approved", "applied"
VERIFIED, FAILED = "verified", "failed"
# A call whose answer was lost, and that the book shows nothing of after so long, has done nothing.
SETTLED_SECONDS = 900
VERIFY_SECONDS = 120
_POLL_SECONDS = 3.0
log = logging.getLogger(__name__)


def call_service(asked_in: str) -> str:
    """Carries the approved action of a run out, once; what the service said.

    Raises RequestError for what is refused, by the database, the provider or the service, and while
    an emergency stop holds it; Transient where nobody knows what was done: then clear the task.
    """
    known, action = _request(asked_in)
    request_id = known["request_id"]
    if known["outcome"] == VERIFIED:
        return "it is done and verified"
    if known["outcome"] == FAILED or known["state"] not in (APPROVED, APPLIED):
        raise RequestError(f"request {request_id} has ended: {known['outcome'] or known['state']}")
    client = service_calls.service(action.target.service)
    now = operator_objects.standing(action, known["object_id"], request_id)
    if known["state"] == APPLIED and _is_settled(known, action, now):
        return "it has arrived"
    _refuse_while_stopped(action)
    with claimed(action, known["object_id"]) as asked_at:
        # What has changed is refused below, whatever a provider would say.
        if now is not None and now.sha256() == known["state_sha256"]:
            said = told(action, known["object_id"], now, asked_at)
            if said is not None and said.word is not Word.CLEAR:
                _refuse_word(known, action, said.word, said.sentence)
        if known["state"] == APPROVED:
            _refuse_while_stopped(action)
            answer_request.apply(asked_in, None if now is None else now.sha256())
        return _call(client, known, action)


def verify_effect(asked_in: str) -> str:
    """Waits until the book shows the action's effect, and writes the outcome down.

    Raises RequestError where the book shows something else, Transient while it shows nothing yet.
    """
    known, action = _request(asked_in)
    if known["outcome"] == VERIFIED:
        return "it is verified"
    if known["outcome"] == FAILED or known["state"] != APPLIED:
        raise RequestError(f"request {known['request_id']} was not carried out")
    until = time.monotonic() + VERIFY_SECONDS
    while True:
        now = operator_objects.standing(action, known["object_id"], known["request_id"])
        found = _progress(action, known, now)
        if found is Progress.DONE:
            return _note(known, action, VERIFIED, _shown(now))
        if found is Progress.ELSEWHERE:
            raise RequestError(_note(known, action, FAILED, _shown(now)))
        if time.monotonic() >= until:
            break
        time.sleep(_POLL_SECONDS)
    detail = f"{_shown(now)} {VERIFY_SECONDS} seconds after the call"
    _tell_in_doubt(known, action, detail)
    raise Transient(f"{action.title} of {known['object_id']}: {detail}: clear this task later")


def _request(asked_in: str) -> tuple[Mapping[str, Any], Action]:
    with warehouse.transaction() as cursor:
        known = approvals.asked(cursor, asked_in)
    if known is None:
        raise RequestError(f"no request was made in {asked_in!r}")
    return known, operator_rules.action_of(known["action"])


def _progress(action: Action, known: Mapping[str, Any], now: Standing | None) -> Progress:
    return Progress.ELSEWHERE if now is None else operator_rules.progress(action, known, now)


def _is_settled(known: Mapping[str, Any], action: Action, now: Standing | None) -> bool:
    """Whether an earlier try has arrived, as the book shows; else the same call may be repeated."""
    calls = service_calls.so_far(known["request_id"])
    found = _progress(action, known, now)
    if calls["is_accepted"] or found in (Progress.DONE, Progress.ON_THE_WAY):
        return True
    if found is Progress.UNCHANGED:
        return False
    raise _unsettled(known, action, now, calls, "its precondition holds no more")


def _unsettled(
    known: Mapping[str, Any],
    action: Action,
    now: Standing | None,
    calls: Mapping[str, Any],
    why: str,
) -> RequestError | Transient:
    """The failure, written down as the outcome unless an earlier call may still have an effect."""
    if calls["unclear"] and calls["seconds_since_unclear"] < SETTLED_SECONDS:
        return Transient(
            f"{action.title} of {known['object_id']}: {why}, {_shown(now)}; a call without an "
            f"answer is {calls['seconds_since_unclear']} s old: clear this task after "
            f"{SETTLED_SECONDS} s"
        )
    return RequestError(_note(known, action, FAILED, f"{why}; {_shown(now)}"))


def _refuse_while_stopped(action: Action) -> None:
    stop = None if action.held_by is None else emergency_stop.read(action.held_by)
    if stop is not None:
        # Skipped tasks would leave a green run, and somebody waits for what it was to do.
        raise RequestError(f"{stop.sentence()}; nothing was sent: clear this task after it")


def _refuse_word(known: Mapping[str, Any], action: Action, word: Word, sentence: str) -> None:
    text = f"{action.title} of {known['object_id']}: {sentence}"
    if word is Word.LATER:
        raise Transient(f"{text}; nothing was sent: clear this task later")
    if known["state"] == APPROVED:
        with warehouse.transaction() as cursor:
            approvals.end(cursor, known["request_id"], "refused", sentence)
    raise RequestError(text)


def _call(client: PspClient, known: Mapping[str, Any], action: Action) -> str:
    request_id = known["request_id"]
    path, content = operator_rules.path(action, known), operator_rules.body(action, known)
    before = service_calls.so_far(request_id)
    _refuse_while_stopped(action)
    call_id = service_calls.begin(request_id, path, content)
    with client:
        found = service_calls.call(client, path, content, request_id)
    log.info("POST %s with key %s: %s (%s)", path, request_id, found.answer.value, found.detail)
    with warehouse.transaction() as cursor:
        service_calls.note(cursor, call_id, found)
    if found.answer is Answer.ACCEPTED:
        return found.detail
    if found.answer is Answer.UNKNOWN:
        _tell_in_doubt(known, action, found.detail)
        raise ProviderUnavailable(
            f"{action.title} of {known['object_id']}: nobody knows whether it was done "
            f"({found.detail}): clear this task, which reads the book first"
        )
    now = operator_objects.standing(action, known["object_id"], request_id)
    if _progress(action, known, now) in (Progress.DONE, Progress.ON_THE_WAY):
        return f"{found.detail}; the book shows it done"
    raise _unsettled(known, action, now, before, f"{action.target.service} refuses it")


def _note(known: Mapping[str, Any], action: Action, outcome: str, what: str) -> str:
    """Writes the outcome down with what the service said, and closes the alert; the sentence."""
    calls = service_calls.so_far(known["request_id"])
    said = f"{action.target.service}: {calls['detail']}; " if calls["detail"] else ""
    result = f"{action.title} of {known['object_id']}: {outcome}; {said}{what}"
    with warehouse.transaction() as cursor:
        approvals.note_outcome(cursor, known["request_id"], outcome, result)
        incidents.close_alert(cursor, _fingerprint(known), result)
    log.info("%s", result)
    return result


def _tell_in_doubt(known: Mapping[str, Any], action: Action, detail: str) -> None:
    summary = (
        f"{action.title} of {known['object_id']}, asked for by {known['requested_by']}: nobody "
        f"knows what became of it ({service_answers.short(detail)})"
    )
    with warehouse.transaction() as cursor:
        incidents.open_alert(
            cursor, _fingerprint(known), IN_DOUBT, "high", None, None, summary, {"in_doubt": {}},
            book=action.target.book,
        )  # fmt: skip


def _fingerprint(known: Mapping[str, Any]) -> str:
    return f"operator-action:{known['request_id']}"


def _shown(now: Standing | None) -> str:
    return "the book has no such object" if now is None else f"the book shows {now.state}"
