"""The name of a run: the hash of everything that decides its result."""

from __future__ import annotations

from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.identifiers import content_id


def run_name(
    cursor: warehouse.Cursor,
    attempt: attempts.Attempt,
    head_run_id: str | None,
    matcher_version: str,
    log_sha256: str | None,
) -> str:
    """The run's name (SEMANTICS, section 3), as hexadecimal SHA-256."""
    accepted = warehouse.run(
        cursor, "match/017_accepted_statements", {"account_id": attempt.account_id}
    ).fetchall()
    return content_id(
        attempt.psp_name,
        attempt.account,
        attempt.window_start.isoformat(),
        attempt.window_end.isoformat(),
        attempt.as_of.isoformat(),
        head_run_id,
        [[row["statement_key"], row["content_sha256"]] for row in accepted],
        attempt.extract_sha256,
        attempt.rules_sha256,
        matcher_version,
        attempt.dry_run,
        None if attempt.reprocess_from is None else attempt.reprocess_from.isoformat(),
        *([] if log_sha256 is None else [log_sha256]),
    )
