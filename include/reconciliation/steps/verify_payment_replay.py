"""Replays payments from their events and holds the result against what their system has stored.

A difference is critical: with it are written, in one transaction, the finding, the alert and the
request to stop payments; the rows of the payment are kept in the store before. Nothing is repaired.
"""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation.edges import payment_event_store, store, warehouse
from include.reconciliation.edges.emergency_stop import PAYMENTS
from include.reconciliation.edges.payment_event_store import Scope, Snapshot, Told
from include.reconciliation.errors import Broken, RequestError
from include.reconciliation.payment_comparison import Finding, Outcome, compare
from include.reconciliation.steps.emergency_stop import carry_out_requests, request_stop
from include.reconciliation.steps.incidents import close_alert, open_alert

log = logging.getLogger(__name__)

NAME = "payment_replay_verification"
BOOK = "payment_events"
DIFFERENCE = "payment_events-replay-difference"
NOT_CHECKED = "payment_events-replay-not-checked"
UNREADABLE = "payment_events-replay-could-not-run"
# Level 3 of runbook 002, notified at once when a replay fails.
ESCALATES_TO = "engineering, the CTO and compliance"
# So many payments are named in an alert; the rest are a number.
NAMED_MAX = 20
# So many objects are made before Python looks for cycles among them.
_OBJECTS_BETWEEN_SEARCHES = 100_000


def verify_payment_replay(
    *,
    airflow_run_id: str,
    payment_id: str | None = None,
    recorded_from: datetime | None = None,
    recorded_to: datetime | None = None,
    requested_by: str | None = None,
    note: str | None = None,
) -> int:
    """Replays the payments of the scope, batch by batch; returns the number of the replay.

    The alert and the stop are there with the first batch that has a difference, not at the end.
    """
    scope = Scope(payment_id, recorded_from, recorded_to)
    _refuse(scope)
    try:
        with payment_event_store.snapshot() as snapshot, _few_searches_for_cycles():
            batches = snapshot.batches(scope)
            batch = next(batches, None)
            if batch is None and payment_id is not None:
                raise RequestError(f"payment_id: the event store knows no payment {payment_id!r}")
            replay_id = _begin(scope, snapshot, airflow_run_id, requested_by, note)
            named: dict[Outcome, dict[str, str]] = {
                Outcome.DIFFERENT: {},
                Outcome.NOT_CHECKED: {},
            }
            while batch is not None:
                if _judge(snapshot, replay_id, batch, named):
                    carry_out_requests(is_last_chance=False)
                batch = next(batches, None)
    except Exception as error:
        _could_not_run(error)
        raise
    _end(replay_id, scope)
    return replay_id


def every_payment_is_what_its_events_say(replay_id: int) -> int:
    """The number of payments that were replayed; Broken when not all of them are proved."""
    with warehouse.transaction() as cursor:
        row = warehouse.run(cursor, "payment_events/replay", {"replay_id": replay_id}).fetchone()
    if row is None:
        raise LookupError(f"there is no replay {replay_id}")
    if row["verdict"] != "same":
        raise Broken(
            f"replay {replay_id}: of {row['payments']} payments {row['different']} differ from "
            f"their projection and {row['not_checked']} could not be told; "
            "see reconciliation.payment_replay_findings and docs/runbook.md"
        )
    return int(row["payments"])


@contextmanager
def _few_searches_for_cycles() -> Iterator[None]:
    """Millions of rows come and go, and none is part of a cycle: a fifth of the time went there."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _refuse(scope: Scope) -> None:
    start, end = scope.recorded_from, scope.recorded_to
    if scope.payment_id is not None and (start is not None or end is not None):
        raise RequestError("payment_id: found beside a span; give one of them")
    if start is not None and end is not None and start >= end:
        raise RequestError(
            f"recorded_from: found {start.isoformat()}, which is not before recorded_to "
            f"{end.isoformat()}; give an earlier one"
        )


def _begin(
    scope: Scope,
    snapshot: Snapshot,
    airflow_run_id: str,
    requested_by: str | None,
    note: str | None,
) -> int:
    values = {
        **asdict(scope),
        "airflow_run_id": airflow_run_id,
        "requested_by": requested_by,
        "note": note,
        "read_at": snapshot.read_at,
    }
    with warehouse.transaction() as cursor:
        row = warehouse.run(cursor, "payment_events/begin_replay", values).fetchone()
    assert row is not None
    return int(row["replay_id"])


def _judge(
    snapshot: Snapshot,
    replay_id: int,
    batch: Sequence[Told],
    named: dict[Outcome, dict[str, str]],
) -> bool:
    """Compares a batch and writes down what was found; True when payments are to be stopped."""
    outcomes: Counter[Outcome] = Counter()
    found: list[tuple[Finding, str]] = []
    for told in batch:
        finding = compare(told.payment_id, told.events, told.projection, snapshot.read_at)
        outcomes[finding.outcome] += 1
        if finding.outcome in named:
            # Kept before the finding that names it: a finding without its evidence can't be.
            found.append((finding, store.keep(snapshot.evidence(finding))))
    with warehouse.transaction() as cursor:
        for finding, evidence_sha256 in found:
            _add_finding(cursor, replay_id, finding, evidence_sha256)
            if len(named[finding.outcome]) < NAMED_MAX:
                named[finding.outcome][finding.payment_id] = finding.sentences[0]
        so_far = _count(
            cursor,
            replay_id,
            payments=len(batch),
            events=sum(len(told.events) for told in batch),
            behind=outcomes[Outcome.BEHIND],
            different=outcomes[Outcome.DIFFERENT],
            not_checked=outcomes[Outcome.NOT_CHECKED],
        )
        if outcomes[Outcome.NOT_CHECKED]:
            _alert_not_checked(cursor, replay_id, so_far, named[Outcome.NOT_CHECKED])
        if not outcomes[Outcome.DIFFERENT]:
            return False
        reason = _alert_difference(cursor, replay_id, so_far, named[Outcome.DIFFERENT])
        request_stop(cursor, PAYMENTS, requested_by=NAME, reason=reason, replay_id=replay_id)
    return True


def _add_finding(
    cursor: warehouse.Cursor, replay_id: int, finding: Finding, evidence_sha256: str
) -> None:
    stored = finding.stored
    warehouse.run(
        cursor,
        "payment_events/add_finding",
        {
            "replay_id": replay_id,
            "payment_id": finding.payment_id,
            "outcome": finding.outcome.value,
            "sentences": Jsonb(list(finding.sentences)),
            "replayed_state": finding.replayed.state,
            "replayed_sequence_number": finding.replayed.sequence_number,
            "replayed_sha256": finding.replayed_sha256,
            "stored_state": None if stored is None else stored.state,
            "stored_sequence_number": None if stored is None else stored.sequence_number,
            "stored_sha256": None if stored is None else stored.state_sha256,
            "evidence_sha256": evidence_sha256,
        },
    )


def _count(
    cursor: warehouse.Cursor, replay_id: int, *, is_last: bool = False, **figures: int
) -> dict[str, Any]:
    nothing = {"payments": 0, "events": 0, "behind": 0, "different": 0, "not_checked": 0}
    row = warehouse.run(
        cursor,
        "payment_events/count_batch",
        {**nothing, **figures, "replay_id": replay_id, "is_last": is_last},
    ).fetchone()
    assert row is not None
    return row


def _alert_difference(
    cursor: warehouse.Cursor, replay_id: int, so_far: dict[str, Any], named: dict[str, str]
) -> str:
    first = next(iter(named))
    summary = (
        f"replay {replay_id}: {so_far['different']} of {so_far['payments']} payments are not what "
        f"their events say, {first} the first: {named[first]}; payments are stopped"
    )
    open_alert(
        cursor,
        "payment_events:replay:difference",
        DIFFERENCE,
        "critical",
        None,
        None,
        summary,
        {payment_id: {"sentence": sentence} for payment_id, sentence in named.items()},
        book=BOOK,
        escalate_after=timedelta(0),
        escalate_to=ESCALATES_TO,
    )
    return summary


def _alert_not_checked(
    cursor: warehouse.Cursor, replay_id: int, so_far: dict[str, Any], named: dict[str, str]
) -> None:
    first = next(iter(named))
    open_alert(
        cursor,
        "payment_events:replay:not_checked",
        NOT_CHECKED,
        "high",
        None,
        None,
        f"replay {replay_id}: could not check {so_far['not_checked']} payments, {first} the first: "
        f"{named[first]}",
        {payment_id: {"sentence": sentence} for payment_id, sentence in named.items()},
        book=BOOK,
    )


def _could_not_run(error: Exception) -> None:
    """Opens the alert of a replay that did not come to its end: nothing turns green by silence."""
    if isinstance(error, RequestError):
        return
    with warehouse.transaction() as cursor:
        open_alert(
            cursor,
            "payment_events:replay:could_not_run",
            UNREADABLE,
            "high",
            None,
            None,
            f"could not check payments by replay: {type(error).__name__}: {error}",
            {type(error).__name__: {}},
            book=BOOK,
        )


def _end(replay_id: int, scope: Scope) -> None:
    """Closes alerts whose cause is gone: a replay of all payments alone can say that."""
    with warehouse.transaction() as cursor:
        found = _count(cursor, replay_id, is_last=True)
        if scope != Scope():
            return
        close_alert(
            cursor, "payment_events:replay:could_not_run", "all payments were replayed again"
        )
        if not found["not_checked"]:
            close_alert(
                cursor, "payment_events:replay:not_checked", f"replay {replay_id} knows all events"
            )
        if not found["different"] and not found["not_checked"]:
            close_alert(
                cursor,
                "payment_events:replay:difference",
                f"replay {replay_id}: all {found['payments']} payments are what their events say; "
                "payments stay stopped until somebody starts them",
            )
