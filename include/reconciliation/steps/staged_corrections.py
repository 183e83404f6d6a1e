"""What a run knows of corrections: their log, what the ledger has posted, and what is linked."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse


def stage(cursor: warehouse.Cursor, values: dict[str, Any]) -> dict[str, Any]:
    """What the passes bind of corrections; of an account without any it is empty."""
    warehouse.run(cursor, "match/008_log_head")
    head = cursor.execute("select * from work_log_head").fetchone()
    assert head is not None
    posted = cursor.execute("select * from work_posted_corrections").fetchall()
    posting = warehouse.run(cursor, "match/009_posting_rows", values).fetchall()
    known = {**values, "log_sequence_number": head["sequence_number"] or 0}
    relinks = warehouse.run(cursor, "match/004_relinks", known).fetchall()
    return {
        "relinked_ledger_ids": [row["ledger_id"] for row in relinks],
        "relinked_to": [row["payment_key"] for row in relinks],
        "posting_ledger_ids": [row["ledger_id"] for row in posting],
        "log_sequence_number": known["log_sequence_number"],
        "log_sha256": head["entry_sha256"],
        "posted": Jsonb(posted),
    }
