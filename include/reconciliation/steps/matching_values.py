"""What a run binds in the passes, and its name: the hash of all that decides its result."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config, kinds, tolerances
from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.identifiers import content_id
from include.reconciliation.legs import LEDGER_STATEMENT
from include.reconciliation.steps import payout_legs

MATCHER_VERSION = "1"


def values_of(attempt: attempts.Attempt, head: dict[str, Any]) -> dict[str, Any]:
    """What the passes bind on the leg `ledger_statement`, against the head as it is now."""
    settlement = attempt.psp.settlement
    tolerated = tolerances.as_rows(attempt.psp.tolerances, MATCHER_VERSION)
    return {
        "account_id": attempt.account_id,
        "psp": attempt.psp_name,
        "account": attempt.account,
        "leg": LEDGER_STATEMENT,
        "left": "statement",
        "right": "ledger",
        "as_of": attempt.as_of if head["as_of"] is None else max(attempt.as_of, head["as_of"]),
        "window_start": attempt.window_start,
        "reprocess_from": attempt.reprocess_from,
        "reprocess_to": attempt.reprocess_to,
        "head_run_number": head["run_number"],
        "head_as_of": head["as_of"],
        "look_back": config.load().look_back,
        "zone": attempt.psp.zone,
        "ledger_grace": settlement.ledger_grace,
        "statement_grace": settlement.statement_grace,
        "compare_dates": settlement.compare_dates,
        "has_cut_off": settlement.cut_off is not None,
        # Told when the lines are staged.
        "has_earlier_lines": True,
        "tolerates": bool(tolerated),
        "tolerances": Jsonb(tolerated),
        "kinds": Jsonb(
            {kind.name: {"aspect": kind.aspect, "severity": kind.severity} for kind in kinds.KINDS}
        ),
        "independent": list(kinds.INDEPENDENT),
    }


def run_id(
    cursor: warehouse.Cursor,
    attempt: attempts.Attempt,
    head: dict[str, Any],
    log_sha256: str | None,
) -> str:
    """The run's name: the hash of everything that decides its result (SEMANTICS, section 3)."""
    accepted = warehouse.run(
        cursor, "match/017_accepted_statements", {"account_id": attempt.account_id}
    ).fetchall()
    return content_id(
        attempt.psp_name,
        attempt.account,
        attempt.window_start.isoformat(),
        attempt.window_end.isoformat(),
        attempt.as_of.isoformat(),
        head["run_id"],
        [[row["statement_key"], row["content_sha256"]] for row in accepted],
        attempt.extract_sha256,
        attempt.rules_sha256,
        MATCHER_VERSION,
        attempt.dry_run,
        None if attempt.reprocess_from is None else attempt.reprocess_from.isoformat(),
        *([] if log_sha256 is None else [log_sha256]),
        *payout_legs.read_beside(cursor, attempt.psp),
    )
