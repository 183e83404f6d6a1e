"""Asks a book whether a sentence is true of it, and keeps the answer with its alerts.

Whatever becomes of it is a row: that it holds, which rows break it, or why it could not be checked.
Row and alerts are one transaction; only then does the task end, red where the promise is broken.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.edges import book_source, warehouse
from include.reconciliation.edges.invariant_files import invariant_of
from include.reconciliation.errors import Broken, ConfigurationError, SourceError, Transient
from include.reconciliation.invariants import Invariant, Scope
from include.reconciliation.steps import check_alerts

ROWS_KEPT = 1_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Answer:
    """What a book said: how many rows break the sentence, and the first of them."""

    rows: int = 0
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    kept: list[dict[str, Any]] = field(default_factory=list)
    # The first row of each object and currency; None when there are more than alerts can tell.
    objects: dict[str, dict[str, Any]] | None = field(default_factory=dict)

    def add(self, row: Mapping[str, Any]) -> None:
        """Counts a row; amounts are added up by currency."""
        self.rows += 1
        if row["currency"] is not None:
            total = self.totals.setdefault(row["currency"], {"rows": 0, "amount_minor": 0})
            total["rows"] += 1
            total["amount_minor"] += row["amount_minor"] or 0
        if len(self.kept) < ROWS_KEPT:
            self.kept.append(dict(row))
        if self.objects is not None:
            # What is wrong in two currencies is two faults.
            key = ":".join(filter(None, (row["object"], row["currency"])))
            self.objects.setdefault(key, dict(row))
            if len(self.objects) > check_alerts.OBJECTS_MAX:
                self.objects = None


def run_check(
    book: str,
    name: str,
    *,
    airflow_run_id: str,
    window_start: datetime | None,
    window_end: datetime,
    requested_by: str | None = None,
) -> str:
    """`holds`, or raises: Broken with what is wrong, SourceError or Transient if nobody can tell.

    `window_start` None looks at all of the book; a check of scope `full` always does. A
    ConfigurationError of what it must know of the PSPs is a check that could not be made, too.
    """
    check = invariant_of(book, name)
    started_at = datetime.now(UTC)
    start = None if check.scope is Scope.FULL else window_start
    answer, problem = Answer(), None
    try:
        for row in book_source.violations(check, values_of(check, start, window_end)):
            answer.add(row)
    except (ConfigurationError, SourceError, Transient) as error:
        problem = error
    is_broken = answer.rows > check.rows_allowed
    outcome = "could_not_check" if problem else "broken" if is_broken else "holds"
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "checks/register_books", {"books": [book]})
        warehouse.run(cursor, "checks/lock_check", {"book": book, "check_name": name})
        is_latest = _keep(
            cursor,
            check,
            answer,
            {
                "airflow_run_id": airflow_run_id,
                "window_start": start,
                "window_end": window_end,
                "outcome": outcome,
                "problem": None if problem is None else str(problem),
                "requested_by": requested_by,
                "started_at": started_at,
            },
        )
        # What was so at an earlier moment says nothing of now.
        if is_latest:
            _tell(cursor, check, answer, problem, is_broken=is_broken, is_whole=start is None)
    if problem is not None:
        raise problem
    if is_broken:
        raise Broken(check_alerts.summary(check, answer.rows, answer.totals))
    log.info("%s: %s", book, check.sentence)
    return outcome


def values_of(check: Invariant, start: datetime | None, end: datetime) -> dict[str, Any]:
    """What a query is bound to; ConfigurationError where it needs an entry that is wrong."""
    values: dict[str, Any] = {
        "window_start": start or _BEGINNING,
        "window_end": end,
        "as_of": end,
        "is_whole": start is None,
    }
    if "%(over_capture)s" in check.query:
        values["over_capture"] = Jsonb(
            [
                {"psp": psp.name, "currency": currency, **asdict(allowed)}
                for psp in config.load().psps
                if psp.gateway is not None
                for currency, allowed in psp.gateway.over_capture.items()
            ]
        )
    return values


def _tell(
    cursor: warehouse.Cursor,
    check: Invariant,
    answer: Answer,
    problem: Exception | None,
    *,
    is_broken: bool,
    is_whole: bool,
) -> None:
    if problem is not None:
        # Rows that break it may do so only because of what is wrong: they are kept and counted.
        check_alerts.tell_unchecked(cursor, check, str(problem), answer.rows)
        return
    check_alerts.tell_checkable(cursor, check)
    check_alerts.tell_checked(cursor, check, answer, is_broken=is_broken, is_whole=is_whole)


def _keep(
    cursor: warehouse.Cursor, check: Invariant, answer: Answer, made: Mapping[str, Any]
) -> bool:
    """Whether no look at all of the book is of a later moment."""
    row = warehouse.run(
        cursor,
        "checks/add_run",
        {
            **made,
            "book": check.book,
            "check_name": check.name,
            "rows": answer.rows,
            "totals": Jsonb(answer.totals),
            "query_sha256": sha256(check.query.encode()).hexdigest(),
        },
    ).fetchone()
    assert row is not None
    warehouse.run(
        cursor,
        "checks/add_violations",
        {
            "check_run_id": row["check_run_id"],
            "rows": Jsonb([_as_json(each) for each in answer.kept]),
        },
    )
    return bool(row["is_latest"])


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    moment: datetime | None = row["occurred_at"]
    return {**row, "occurred_at": None if moment is None else moment.isoformat()}
