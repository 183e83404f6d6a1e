"""Requests, answers and the correction log, as the database keeps them.

Whatever it refuses comes back as RequestError with its reason: it has the last word. Answers go in
under a role of their own, which can do nothing else; the application's role can't approve.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg

from include.reconciliation import approval_rules
from include.reconciliation.action_requests import ActionRequest
from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.edges import warehouse
from include.reconciliation.errors import ConfigurationError, RequestError

APPROVER_CONNECTION_ID = "reconciliation_approvals"
RULES_FILE = PROJECT_ROOT / "include" / approval_rules.FILE_NAME
# A thousand refusals of one and the same content: somebody's program runs in circles.
_ATTEMPTS_MAX = 1000
# What each try of a run asks for alike.
_OF_THE_FORM = ("action", "object_id", "reason_code", "reason", "requested_by", "on_behalf_of")
_ENDED = ("applied", "rejected", "expired", "refused")


def rules() -> approval_rules.ApprovalRules:
    """What include/approvals.toml says; ConfigurationError when it is not there."""
    try:
        return approval_rules.read(RULES_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"include/{approval_rules.FILE_NAME} is not there") from None


def ask(
    cursor: warehouse.Cursor,
    asked_in: str,
    request: ActionRequest,
    preview: str,
    expire_after: timedelta,
) -> dict[str, Any]:
    """Writes a request down and returns it; one with this content that waits is the same one.

    `asked_in` is the run of Airflow that asks: a second try of it finds the request it has made.
    Raises RequestError where a run of that id has asked for something else: it was deleted, and its
    id was given to another.
    """
    made = asked(cursor, asked_in)
    if made is not None:
        values = request.columns()
        if other := [name for name in _OF_THE_FORM if made[name] != values[name]]:
            raise RequestError(
                f"{asked_in} has asked for something already, by {made['requested_by']}, with "
                f"another {', '.join(other)}: trigger it anew, under an id of its own"
            )
        return made
    for attempt in range(1, _ATTEMPTS_MAX):
        request_id = request.request_id(attempt)
        known = find(cursor, request_id)
        if known is None:
            values = {**request.columns(), "request_id": request_id, "preview": preview}
            with told():
                warehouse.run(cursor, "corrections/ask", {**values, "expire_after": expire_after})
            known = find(cursor, request_id)
            assert known is not None
        if known["state"] not in _ENDED:
            values = {"asked_in": asked_in, "request_id": request_id}
            warehouse.run(cursor, "corrections/note_run", values)
            return known
        # What has its outcome, or was taken back, may be asked for again, and approved anew.
        is_done = known["outcome"] is not None or known["is_taken_back"]
        if known["state"] == "applied" and not is_done:
            raise RequestError(
                f"this very request was applied already, as {request_id}: nothing is left to do"
            )
    raise RequestError("this very request has ended a thousand times")


def find(cursor: warehouse.Cursor, request_id: str) -> dict[str, Any] | None:
    """A request with its state, or None."""
    return warehouse.run(cursor, "corrections/find_request", {"request_id": request_id}).fetchone()


def asked(cursor: warehouse.Cursor, asked_in: str) -> dict[str, Any] | None:
    """The request that was made in this run of Airflow, with its state; None when there is none."""
    row = warehouse.run(cursor, "corrections/request_of_run", {"asked_in": asked_in}).fetchone()
    return None if row is None else find(cursor, row["request_id"])


def shown(asked_in: str) -> dict[str, Any]:
    """What an approver sees of the request of a run; RequestError when there is none."""
    with _approver() as cursor:
        row = warehouse.run(cursor, "corrections/shown_request", {"asked_in": asked_in}).fetchone()
    if row is None:
        raise RequestError(f"no request was made in {asked_in!r}")
    return row


def answer(
    request_id: str,
    chosen: str,
    *,
    answered_by: str,
    channel: str,
    content_sha256: str,
    note: str | None = None,
) -> None:
    """Writes an answer down; RequestError says why the database refuses it."""
    values = {
        "request_id": request_id,
        "answered_by": answered_by,
        "answer": chosen,
        "channel": channel,
        "note": note,
        "content_sha256": content_sha256,
    }
    with _approver() as cursor, told():
        warehouse.run(cursor, "corrections/answer", values)


def apply(cursor: warehouse.Cursor, request_id: str, state_sha256: str | None = None) -> int:
    """Carries a request out; its place in the log. RequestError says what holds no more."""
    values = {"request_id": request_id, "state_sha256": state_sha256}
    return _place(cursor, "corrections/apply", values)


def end(cursor: warehouse.Cursor, request_id: str, event: str, why: str | None) -> int:
    """Ends a request without an effect: rejected, expired or refused."""
    values = {"request_id": request_id, "event": event, "why": why}
    return _place(cursor, "corrections/end_request", values)


def note_refused_answer(cursor: warehouse.Cursor, request_id: str, why: str) -> int:
    """Writes down that an answer was refused: the request waits on."""
    values = {"request_id": request_id, "why": why}
    return _place(cursor, "corrections/note_refused_answer", values)


def note_outcome(cursor: warehouse.Cursor, request_id: str, event: str, result: str) -> int:
    """Writes down what came of a request that was carried out."""
    values = {"request_id": request_id, "event": event, "result": result}
    return _place(cursor, "corrections/note_outcome", values)


@contextmanager
def told() -> Iterator[None]:
    """What the database refuses, in its own words."""
    try:
        yield
    except (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation) as error:
        raise RequestError(error.diag.message_primary or str(error)) from error


def _place(cursor: warehouse.Cursor, query: str, values: dict[str, Any]) -> int:
    with told():
        row = warehouse.run(cursor, query, values).fetchone()
    assert row is not None
    return int(row["sequence_number"])


@contextmanager
def _approver() -> Iterator[warehouse.Cursor]:
    with warehouse.connect(APPROVER_CONNECTION_ID) as session, session.cursor() as cursor:
        yield cursor
