"""The hash chain of the correction log: who changes, removes, inserts or swaps a row breaks it.

The database makes the hashes (`internal.append_to_log`); this says the same without it. Each field
is written with its length before it, so that two fields can't run into each other, and a field that
is absent differs from an empty one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from include.reconciliation.identifiers import sha256_of
from include.reconciliation.payment_chain import microseconds, with_length

# In the order in which they are hashed, after the hash of the row before.
FIELDS = (
    "sequence_number", "event", "request_id", "action", "object_kind", "object_id", "psp",
    "account_id", "leg", "discrepancy_id", "episode", "currency", "amount_minor", "reason_code",
    "reason", "ticket", "psp_ticket", "accept_until", "post_by", "link_to", "state_before",
    "state_after", "requested_by", "on_behalf_of", "requested_at", "content_sha256", "approved_by",
    "approved_at", "second_approved_by", "second_approved_at", "result", "logged_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the log as somebody saw it: `seen_in` says where that is written."""

    sequence_number: int
    sha256: str
    seen_in: str


def entry_sha256(previous_sha256: str | None, row: Mapping[str, Any]) -> str:
    """The hash of a row and of all before it."""
    fields = [previous_sha256, *(_text(row[name]) for name in FIELDS)]
    return sha256_of("".join(map(with_length, fields)).encode())


def problems(rows: Iterable[Mapping[str, Any]], anchors: Iterable[Anchor]) -> Iterator[str]:
    """What does not hold, the first row first; nothing when all of it does.

    `rows` in the order of their numbers. After a row that does not hold nothing can be said of the
    hashes that follow, so the rest is only held against the anchors.
    """
    hashes: dict[int, str] = {}
    previous: str | None = None
    is_whole = True
    for expected, row in enumerate(rows, 1):
        number = row["sequence_number"]
        if is_whole and number != expected:
            yield f"row {expected} is not there: the next one is row {number}"
            is_whole = False
        elif is_whole and row["previous_sha256"] != previous:
            yield f"row {number} does not follow the row before it: another one stood there"
            is_whole = False
        elif is_whole and row["entry_sha256"] != entry_sha256(previous, row):
            yield f"row {number} has changed since it was written"
            is_whole = False
        previous = row["entry_sha256"]
        hashes[number] = row["entry_sha256"]
    last = max(hashes, default=0)
    for anchor in sorted(anchors, key=lambda each: (each.sequence_number, each.seen_in)):
        if anchor.sequence_number > last:
            yield (
                f"row {last + 1} is not there: the log ends before row {anchor.sequence_number}, "
                f"which {anchor.seen_in} knows"
            )
        elif hashes.get(anchor.sequence_number) != anchor.sha256:
            yield (
                f"row {anchor.sequence_number} is not the one that {anchor.seen_in} knows: it, or "
                "one before it, was written anew"
            )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return str(microseconds(value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
