"""What both steps know of a delivery and of the attempt that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.reconciliation.edges import warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import RequestError


@dataclass(frozen=True, slots=True)
class Attempt:
    """The part of an attempt that reading statements needs."""

    attempt_id: int
    account_id: int
    psp: str
    account: str
    window_start: datetime
    window_end: datetime
    reprocess_from: datetime | None
    fetched_at: datetime | None
    rules_sha256: str
    code_version: str
    watermark: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes that a PSP delivered for an account."""

    delivery_id: int
    content_sha256: str
    name: str
    size_bytes: int
    read_from: datetime | None
    read_to: datetime | None
    is_new: bool


def attempt_with(cursor: Cursor, attempt_id: int) -> Attempt:
    """The attempt of that id; RequestError when there is none."""
    row = warehouse.run(cursor, "statements/attempt", {"attempt_id": attempt_id}).fetchone()
    if row is None:
        raise RequestError(f"there is no attempt {attempt_id}")
    return Attempt(**row)


def to_gate(cursor: Cursor, attempt: Attempt) -> list[Delivery]:
    """The deliveries to parse now, in the order of receipt, locked until the transaction ends."""
    rows = warehouse.run(
        cursor,
        "statements/deliveries_to_gate",
        {
            "account_id": attempt.account_id,
            "rules_sha256": attempt.rules_sha256,
            "code_version": attempt.code_version,
        },
    ).fetchall()
    return [Delivery(**row) for row in rows]


def keep(cursor: Cursor, attempt: Attempt, **delivery: Any) -> bool:
    """Notes a delivery; returns whether its content is new for the account."""
    values = {"account_id": attempt.account_id, "read_from": None, "read_to": None, **delivery}
    row = warehouse.run(cursor, "statements/keep_delivery", values).fetchone()
    assert row is not None
    return bool(row["is_new"])
