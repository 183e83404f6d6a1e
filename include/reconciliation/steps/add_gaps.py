"""Findings of what is not there: statements that were due, with the items that wait for them."""

from __future__ import annotations

from datetime import date

from include.reconciliation import coverage as coverages
from include.reconciliation.edges import warehouse


def add_gaps(cursor: warehouse.Cursor, covered: coverages.Coverage) -> None:
    """One statement_gap per missing statement, in each currency that waits for it."""
    awaiting = warehouse.run(cursor, "match/270_awaiting_items").fetchall()
    for number, gap in enumerate(covered.gaps):
        own = [
            row
            for row in awaiting
            if row["due_on"] in gap.days or (number == 0 and not _claimed(row["due_on"], covered))
        ]
        exposures: dict[str | None, int | None] = {}
        for row in own:
            exposures[row["currency"]] = (exposures.get(row["currency"]) or 0) + row[
                "exposure_minor"
            ]
        for currency, exposure_minor in sorted(exposures.items()) or [(None, None)]:
            warehouse.run(
                cursor,
                "match/280_add_gap",
                {
                    "currency": currency,
                    "exposure_minor": exposure_minor,
                    "due_on": gap.days[0] if gap.days else None,
                    "detail": gap.detail,
                    "event_reference": gap.keys[-1],
                    "keys": list(gap.keys),
                },
            )


def _claimed(day: date, covered: coverages.Coverage) -> bool:
    return any(day in gap.days for gap in covered.gaps)
