"""Attempts: what a run was asked to do, as written down before it started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.reconciliation import config
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.errors import CodeChangedError


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one PSP account, from choosing its window to its report."""

    attempt_id: int
    account_id: int
    psp_name: str
    account: str
    airflow_run_id: str
    trigger: str
    requested_by: str | None
    window_start: datetime
    window_end: datetime
    as_of: datetime
    reprocess_from: datetime | None
    reprocess_to: datetime | None
    dry_run: bool
    include_paused: bool
    code_version: str
    rules_sha256: str
    fetched_at: datetime | None
    extract_sha256: str | None
    predecessor_run_id: str | None
    matched_against_token: int | None
    run_id: str | None
    verdict: str | None
    published_run_id: str | None
    state: str

    @property
    def psp(self) -> config.Psp:
        """The PSP's entry in the configuration."""
        return config.load().psp(self.psp_name)

    @property
    def is_over(self) -> bool:
        """Whether a run was stored for this attempt: its steps have nothing left to do."""
        return self.state in ("published", "refused")


def load(cursor: warehouse.Cursor, attempt_id: int) -> Attempt:
    """The attempt; CodeChangedError when the code is not the one that it began with."""
    row = warehouse.run(cursor, "runs/attempt", {"attempt_id": attempt_id}).fetchone()
    if row is None:
        raise LookupError(f"there is no attempt {attempt_id}")
    attempt = Attempt(**row)
    if not attempt.is_over and attempt.code_version != code_version():
        raise CodeChangedError(
            f"{attempt.psp_name}/{attempt.account}: the code changed since this run began "
            f"({attempt.code_version[:12]}, now {code_version()[:12]}); "
            "clear the run from choose_window on, and it is chosen anew"
        )
    return attempt


def is_over(attempt_id: int) -> bool:
    """Whether a run was stored for this attempt, so that no pause concerns it any more."""
    with warehouse.transaction() as cursor:
        return load(cursor, attempt_id).is_over


def note(cursor: warehouse.Cursor, attempt_id: int, **columns: Any) -> None:
    """Writes down what a step found out about its attempt."""
    known = {
        "fetched_at",
        "validated_at",
        "extract_sha256",
        "extracted_at",
        "predecessor_run_id",
        "matched_against_token",
        "run_id",
        "matched_at",
        "checked_at",
        "verdict",
        "published_run_id",
        "state",
        "finished_at",
    }
    if unknown := set(columns) - known:
        raise ValueError(f"attempts have no columns {sorted(unknown)}")
    values = dict.fromkeys(known)
    values.update(columns)
    warehouse.run(
        cursor,
        "runs/note_on_attempt",
        {**values, "attempt_id": attempt_id, "columns": list(columns)},
    )
