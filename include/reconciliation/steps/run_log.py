"""The billing gateway's own log of runs: one row per published run, through the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation.edges import outbox, warehouse
from include.reconciliation.money import format_minor

CONNECTION_ID = "billing_gateway"


def enqueue_run_log(cursor: warehouse.Cursor, run_number: int) -> bool:
    """Enqueues the row of a published run, once per run_id; False when there is nothing to add."""
    row = warehouse.run(cursor, "alerts/run_log", {"run_number": run_number}).fetchone()
    if row is None:
        return False
    corrections = warehouse.run(cursor, "corrections/of_run", {"run_number": run_number}).fetchall()
    payload = {
        "provider": row["provider"],
        "account": row["account"],
        "run_id": row["run_id"],
        "window_start": row["window_start"].isoformat(),
        "window_end": row["window_end"].isoformat(),
        "verdict": row["verdict"],
        "matched": row["matched"],
        "pending": row["pending"],
        "discrepancies": row["discrepancies"],
        "divergence": row["divergence"],
        "notes": _notes(row, corrections),
    }
    return outbox.enqueue(
        cursor, outbox.Kind.PAYMENT_RECONCILIATION_LOG, f"log:{row['run_id']}", payload
    )


def write_run_log(payload: Mapping[str, Any]) -> None:
    """Adds the row to the gateway's log, or nothing when it is there."""
    values = {**payload, "divergence": Jsonb(payload["divergence"])}
    with warehouse.connect(CONNECTION_ID) as session, session.cursor() as cursor:
        warehouse.run(cursor, "alerts/add_payment_reconciliation_log", values)


def _notes(row: Mapping[str, Any], corrections: Sequence[Mapping[str, Any]]) -> str:
    notes = [f"run {row['trigger']}"]
    if row["requested_by"]:
        notes.append(f"requested by {row['requested_by']}")
    if row["request_note"]:
        notes.append(row["request_note"])
    if row["supersedes_run_id"]:
        notes.append(f"supersedes run {row['supersedes_run_id']}")
    if row["late_statement_lines"] or row["late_ledger_transactions"]:
        notes.append(
            f"late arrivals: {row['late_statement_lines']} statement lines, "
            f"{row['late_ledger_transactions']} ledger transactions"
        )
    notes.extend(row["verdict_reasons"])
    notes.extend(map(_correction, corrections))
    return "; ".join(notes)


def _correction(row: Mapping[str, Any]) -> str:
    """What runbook 004 wants in the notes: what was done, how much, why, and who let it."""
    amount = ""
    if row["amount_minor"] is not None:
        amount = f" {row['currency']} {format_minor(row['amount_minor'], row['exponent'] or 0)}"
    tickets = [row[name] for name in ("ticket", "psp_ticket") if row[name]]
    approvers = [row[name] for name in ("approved_by", "second_approved_by") if row[name]]
    return (
        f"correction {row['request_id'][:12]}: {row['action']}{amount} ({row['reason_code']}"
        f"{''.join(', ' + ticket for ticket in tickets)}), asked for by {row['requested_by']}, "
        f"approved by {' and '.join(approvers)}"
    )
