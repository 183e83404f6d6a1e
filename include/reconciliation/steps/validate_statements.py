"""The step that lets statements in, or refuses them."""

from __future__ import annotations

from include.reconciliation import config
from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import deliveries, gate
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import Format, PagesFormat
from include.reconciliation.statements.formats import format_named
from include.reconciliation.steps.incidents import (
    close_alert,
    open_alert,
    quarantine_fingerprint,
)


def validate_statements(attempt_id: int) -> dict[str, int]:
    """Gates what was delivered and stages the lines that are proved and not in force.

    Leaves `work_statement_lines`. Returns how many statements wait to come into force, how many
    this attempt refused, and how many lines are staged. A refused statement never stops another.
    """
    with warehouse.attempt(attempt_id, "statements") as cursor:
        if attempts.load(cursor, attempt_id).is_over:
            # Its run is stored: what waits now is for the next one to let in.
            return {"accepted": 0, "quarantined": 0, "lines": 0}
        attempt = deliveries.attempt_with(cursor, attempt_id)
        psp = config.load().psp(attempt.psp)
        format_ = format_named(psp.format)
        warehouse.run(cursor, "statements/join_by_hash")
        # A view that matching made on it goes too; matching makes it again.
        cursor.execute("drop table if exists work_statement_lines cascade")
        warehouse.run(cursor, "statements/create_statement_lines")
        for delivery in deliveries.to_gate(cursor, attempt):
            try:
                gate.admit(cursor, attempt, delivery, psp, format_)
            except gate.Refusal as refusal:
                for statement_id in gate.refuse(cursor, attempt, delivery, format_, refusal):
                    _alert(cursor, attempt, delivery, statement_id, refusal.error)
            warehouse.run(cursor, "statements/mark_gated", {"delivery_id": delivery.delivery_id})
        _settle_versions(cursor, attempt, format_)
        row = warehouse.run(
            cursor,
            "statements/mark_validated",
            {"attempt_id": attempt_id, "account_id": attempt.account_id},
        ).fetchone()
        assert row is not None
        return {name: int(count) for name, count in row.items()}


def _settle_versions(cursor: Cursor, attempt: Attempt, format_: Format) -> None:
    account = {"account_id": attempt.account_id}
    rows = warehouse.run(cursor, "statements/supersede_waiting", account).fetchall()
    superseded = [row["statement_id"] for row in rows]
    # Lines of a file are known by their batch; those of an API may come with several reads.
    if superseded or isinstance(format_, PagesFormat):
        warehouse.run(cursor, "statements/drop_superseded_lines", {"superseded": superseded})
    for row in warehouse.run(cursor, "statements/correct_refused", account).fetchall():
        close_alert(
            cursor,
            quarantine_fingerprint(row["statement_id"]),
            "a good statement has come in its place",
        )


def _alert(
    cursor: Cursor, attempt: Attempt, delivery: Delivery, statement_id: int, error: StatementError
) -> None:
    open_alert(
        cursor,
        fingerprint=quarantine_fingerprint(statement_id),
        name="reconciliation-refused-statement",
        severity="high",
        psp=attempt.psp,
        account=attempt.account,
        summary=str(error),
        reasons={
            "statement_id": statement_id,
            "reason_code": error.reason_code,
            "file": delivery.name,
            "content_sha256": delivery.content_sha256,
        },
    )
