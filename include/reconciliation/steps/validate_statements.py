"""The step that lets statements in, or refuses them."""

from __future__ import annotations

import logging

from include.reconciliation import config
from include.reconciliation.edges import attempts, volumes, warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.statements import admission, deliveries, gate
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import Format
from include.reconciliation.statements.formats import format_of
from include.reconciliation.steps.incidents import (
    close_alert,
    open_alert,
    quarantine_fingerprint,
)

# A file's work tables take some 80 locks, which last as long as their transaction; a server with
# the defaults of PostgreSQL has 6,400 of them.
FILES_AT_ONCE = 25

log = logging.getLogger(__name__)


def validate_statements(attempt_id: int) -> dict[str, int]:
    """Gates what was delivered and stages the lines that are proved and not in force.

    Leaves `work_statement_lines`. Returns how many statements wait to come into force, how many
    this attempt refused, and how many lines are staged. A refused statement never stops another.
    """
    stage_waiting(attempt_id)
    with warehouse.attempt(attempt_id, "statements") as cursor:
        attempt = attempts.load(cursor, attempt_id)
        if attempt.is_over:
            # Its run is stored: what waits now is for the next one to let in.
            return {"accepted": 0, "quarantined": 0, "lines": 0}
        row = warehouse.run(
            cursor,
            "statements/mark_validated",
            {"attempt_id": attempt_id, "account_id": attempt.account_id},
        ).fetchone()
        assert row is not None
        return {**row, "lines": _staged_lines(cursor)}


def stage_waiting(attempt_id: int) -> None:
    """Gates and stages what waits, in portions of files, each in a transaction.

    A portion alone is no staging: whoever comes after one sees that, and begins anew.
    """
    is_all = _stage_portion(attempt_id, is_first=True)
    while not is_all:
        is_all = _stage_portion(attempt_id, is_first=False)


def _stage_portion(attempt_id: int, *, is_first: bool) -> bool:
    """Whether nothing is left to stage."""
    with warehouse.attempt(attempt_id, "statements") as cursor:
        attempt = attempts.load(cursor, attempt_id)
        if attempt.is_over or is_staged(cursor, attempt.account_id):
            return True
        if is_first or not _is_begun(cursor):
            _begin(cursor, attempt_id)
        return _go_on(cursor, attempt_id, FILES_AT_ONCE)


def is_staged(cursor: Cursor, account_id: int) -> bool:
    """Whether all that waits to come into force is staged, and nothing else.

    Holds the account's statements still until the transaction ends: another run may have let in,
    or brought into force, what this one has staged.
    """
    warehouse.run(cursor, "runs/lock_statements", {"account_id": account_id})
    known = cursor.execute("select to_regclass('work_staged_statements') as name").fetchone()
    if known is None or known["name"] is None:
        return False
    row = warehouse.run(cursor, "statements/is_staged", {"account_id": account_id}).fetchone()
    return row is not None and bool(row["is_staged"])


def stage(cursor: Cursor, attempt_id: int) -> None:
    """Parses, gates and stages whatever waits; the caller holds `is_staged`'s lock."""
    _begin(cursor, attempt_id)
    _go_on(cursor, attempt_id, None)


def _is_begun(cursor: Cursor) -> bool:
    row = cursor.execute("select to_regclass('work_gated_deliveries') as name").fetchone()
    return row is not None and row["name"] is not None


def _begin(cursor: Cursor, attempt_id: int) -> None:
    # A view that matching made on it goes too; matching makes it again.
    volumes.discard(cursor, attempt_id, volumes.LINES)
    cursor.execute(warehouse.drop_table("work_staged_statements", "work_gated_deliveries"))
    warehouse.run(cursor, "statements/create_statement_lines")
    warehouse.run(cursor, "statements/create_gated_deliveries")


def _go_on(cursor: Cursor, attempt_id: int, files_max: int | None) -> bool:
    """Gates the next files, and settles what they are to each other when none is left."""
    attempt = deliveries.attempt_with(cursor, attempt_id)
    psp = config.load().psp(attempt.psp)
    format_ = format_of(psp)
    warehouse.run(cursor, "statements/join_by_hash")
    waiting = deliveries.to_gate(cursor, attempt)
    is_continued = admission.is_flagged(cursor, "statements/has_gated_deliveries")
    for delivery in waiting[:files_max]:
        case = gate.case_of(cursor, attempt, delivery, psp)
        try:
            gate.admit(case, format_)
        except gate.Refusal as refusal:
            for statement_id in gate.refuse(case, refusal):
                log.warning("%s / %s refused: %s", attempt.psp, attempt.account, refusal)
                _alert(cursor, attempt, delivery, statement_id, refusal)
        warehouse.run(cursor, "statements/mark_gated", {"delivery_id": delivery.delivery_id})
        cursor.execute("insert into work_gated_deliveries values (%s)", [delivery.delivery_id])
    if files_max is not None and len(waiting) > files_max:
        return False
    if is_continued:
        _drop_lines_not_waiting(cursor, attempt)
    cursor.execute(warehouse.drop_table("work_gated_deliveries"))
    _settle_versions(cursor, attempt, format_)
    warehouse.run(cursor, "statements/note_staged", {"account_id": attempt.account_id})
    volumes.adopt(cursor, attempt_id, volumes.LINES, _staged_lines(cursor))
    return True


def _staged_lines(cursor: Cursor) -> int:
    counted = cursor.execute(
        "select coalesce(sum(lines), 0) as lines from work_staged_statements"
    ).fetchone()
    assert counted is not None
    return int(counted["lines"])


def _drop_lines_not_waiting(cursor: Cursor, attempt: Attempt) -> None:
    """Between two portions another run may have brought statements into force."""
    account = {"account_id": attempt.account_id}
    rows = warehouse.run(cursor, "statements/staged_not_waiting", account).fetchall()
    _drop_lines(cursor, [row["statement_id"] for row in rows])


def _drop_lines(cursor: Cursor, statement_ids: list[int]) -> None:
    if statement_ids:
        warehouse.run(cursor, "statements/drop_superseded_lines", {"superseded": statement_ids})


def _settle_versions(cursor: Cursor, attempt: Attempt, format_: Format) -> None:
    account = {"account_id": attempt.account_id}
    rows = warehouse.run(cursor, "statements/mark_late_versions", account).fetchall()
    rows += warehouse.run(cursor, "statements/supersede_waiting", account).fetchall()
    _drop_lines(cursor, [row["statement_id"] for row in rows])
    # Lines of a statement's own scope are in no other; those of the account's may come again.
    if format_.line_scope == "account":
        warehouse.run(cursor, "statements/drop_lines_read_again", account)
    for row in warehouse.run(cursor, "statements/correct_refused", account).fetchall():
        close_alert(
            cursor,
            quarantine_fingerprint(row["statement_id"]),
            "a good statement has come in its place",
        )


def _alert(
    cursor: Cursor, attempt: Attempt, delivery: Delivery, statement_id: int, refusal: gate.Refusal
) -> None:
    open_alert(
        cursor,
        fingerprint=quarantine_fingerprint(statement_id),
        name="reconciliation-refused-statement",
        severity="high",
        psp=attempt.psp,
        account=attempt.account,
        summary=str(refusal),
        reasons={
            "statement_id": statement_id,
            "reason_code": refusal.error.reason_code,
            "file": delivery.name,
            "content_sha256": delivery.content_sha256,
        },
    )
