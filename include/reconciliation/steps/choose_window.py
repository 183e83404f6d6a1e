"""Chooses what a run is about, once, and writes it down: retries and clears read it."""

from __future__ import annotations

from datetime import datetime

from psycopg.types.json import Jsonb

from include.reconciliation import config, windows
from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.edges.bank_holidays import calendar_version
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import content_id
from include.reconciliation.report_settings import refuse_language


def choose_window(
    psp: str,
    account: str,
    *,
    airflow_run_id: str,
    trigger: str,
    interval_start: datetime | None = None,
    interval_end: datetime | None = None,
    window_start: datetime | None = None,
    window_end: datetime | None = None,
    dry_run: bool = False,
    include_paused: bool = False,
    language: str | None = None,
    requested_by: str | None = None,
    note: str | None = None,
) -> int:
    """The attempt of this Airflow run for this account; RequestError when it can't be made."""
    refuse_language(language)
    entry = config.load().psp(psp)
    if account not in entry.accounts:
        raise RequestError(f"{psp} has no account {account!r}; known: {', '.join(entry.accounts)}")
    version = code_version()
    rules = {
        "psp": entry.rules(),
        "cycle_minutes": int(config.load().cycle.total_seconds() // 60),
        "look_back_hours": int(config.load().look_back.total_seconds() // 3600),
        "ledger_change_detection": config.load().ledger_change_detection,
        "calendar": calendar_version(),
    }
    if entry.payouts is not None and entry.payouts.bank is not None:
        # Its zone and business days say when a payout is due there.
        rules["bank"] = config.load().psp(entry.payouts.bank.bank).rules()
    with warehouse.transaction() as cursor:
        account_id = _account_id(cursor, {"psp": psp, "account": account})
        warehouse.run(cursor, "runs/lock_choice", {"account_id": account_id})
        in_use = warehouse.run(
            cursor,
            "runs/attempt_in_use",
            {"account_id": account_id, "airflow_run_id": airflow_run_id},
        ).fetchone()
        if in_use is not None:
            if in_use["state"] != "chosen" or in_use["code_version"] == version:
                return int(in_use["attempt_id"])
            attempts.note(cursor, in_use["attempt_id"], state="abandoned", finished_at=None)
            # Nothing works in it any more, and nobody else would take it away.
            warehouse.run(
                cursor, "reports/drop_workspace", {"attempt_id": in_use["attempt_id"]}
            )
        head = warehouse.run(cursor, "runs/account_head", {"account_id": account_id}).fetchone()
        assert head is not None
        window = windows.choose(
            trigger=trigger,
            asked_start=window_start,
            asked_end=window_end,
            interval_start=interval_start,
            interval_end=interval_end,
            watermark=head["watermark"],
            head_as_of=head["as_of"],
            now=head["now"],
            cycle=config.load().cycle,
        )
        attempt_id = _value(
            warehouse.run(
                cursor,
                "runs/choose_attempt",
                {
                    "account_id": account_id,
                    "airflow_run_id": airflow_run_id,
                    "trigger": trigger,
                    "requested_by": requested_by,
                    "request_note": note,
                    "window_start": window.start,
                    "window_end": window.end,
                    "as_of": window.as_of,
                    "reprocess_from": window.reprocess_from,
                    "reprocess_to": window.reprocess_to,
                    "dry_run": dry_run,
                    "include_paused": include_paused,
                    "report_language": language,
                    "code_version": version,
                    "rules_sha256": content_id(rules, version),
                    "rules": Jsonb(rules),
                },
            )
        )
        cursor.execute("select internal.open_workspace(%s)", [attempt_id])
        return attempt_id


def _account_id(cursor: warehouse.Cursor, account: dict[str, str]) -> int:
    if warehouse.run(cursor, "runs/ensure_account", account).rowcount == 0:
        # Another run gave it its number meanwhile: that is seen by the next statement, not by this.
        warehouse.run(cursor, "runs/ensure_account", account)
    return _value(cursor)


def _value(cursor: warehouse.Cursor) -> int:
    row = cursor.fetchone()
    assert row is not None
    return int(next(iter(row.values())))
