"""Statements that are late or refused in the story, and what waits for them.

A gap stands once per currency of the ledger rows that the missing batch should hold, with the sum
of their amounts as exposure, and clears when a good file comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from include.reconciliation.demo import timeline
from include.reconciliation.demo.adyen_files import DroppedFile
from include.reconciliation.demo.desk import Story
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import MOVED, LedgerRow, due_on

_GAPS = (
    ("refused_file", "NorthwindEU", timeline.FRIDAY),
    ("late_file", "NorthwindBR", timeline.MONDAY),
)


def plant_gaps(
    story: Story, files: Iterable[DroppedFile], scenarios: frozenset[str] | None
) -> None:
    """Labels the gaps: they are open at the last window that ends before the good file comes."""
    arrivals: dict[tuple[str, date], datetime] = {}
    for file in files:
        key = (file.account, file.batch_on)
        arrivals[key] = max(file.known_at, arrivals.get(key, file.known_at))
    for fault, account, day in _GAPS:
        if scenarios is not None and fault not in scenarios:
            continue
        seen_at = max(
            window.end for window in timeline.windows() if window.end <= arrivals[account, day]
        )
        for currency, exposure_minor in sorted(waiting(story, account, day, seen_at).items()):
            story.labels.append(
                Label(
                    fault=fault,
                    psp="adyen",
                    account=account,
                    aspect="source",
                    kind="statement_gap",
                    currency=currency,
                    delta_minor=0,
                    exposure_minor=exposure_minor,
                    psp_reference=None,
                    event=f"batch of {account} for {day}",
                    is_cleared=True,
                )
            )


def waiting(story: Story, account: str, day: date, seen_at: datetime) -> dict[str, int]:
    """Absolute amount per currency of the ledger rows due that day that no earlier batch shows."""
    shown_before = {
        line.event_reference
        for line in story.lines
        if line.account == account and line.booked_on < day
    }
    rows: dict[str, LedgerRow] = {}
    for change in sorted(story.changes, key=lambda change: change.known_at):
        if change.known_at > seen_at:
            break
        rows.pop(change.ledger_id, None)
        if change.row is not None and change.row.account == account:
            rows[change.ledger_id] = change.row
    waiting: dict[str, int] = defaultdict(int)
    for row in rows.values():
        if row.status == MOVED and due_on(row) == day and row.event_reference not in shown_before:
            waiting[row.currency] += abs(row.amount_minor)
    return dict(waiting)
