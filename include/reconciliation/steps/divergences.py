"""Divergence of a PSP as the warehouse has it: money at risk at the heads, and the gross beside it.

What it means for an incident is decided elsewhere (`incidents`, `incident_rules`).
"""

from __future__ import annotations

from datetime import datetime

from include.reconciliation.divergence import Divergence
from include.reconciliation.edges import warehouse
from include.reconciliation.incident_rules import Position


def positions(
    cursor: warehouse.Cursor, psp: str, account_id: int | None = None
) -> tuple[Position, Position]:
    """What is open at the heads, and what was after each account's run before that."""
    rows = warehouse.run(
        cursor, "alerts/open_positions", {"psp": psp, "account_id": account_id}
    ).fetchall()

    def position(number: int) -> Position:
        here = [row for row in rows if row["position"] == number]
        return Position(
            divergences=tuple(
                Divergence(
                    row["currency"], row["exponent"], row["exposure_minor"], row["discrepancies"]
                )
                for row in here
                if row["currency"] is not None
            ),
            payments=sum(row["payments"] for row in here if row["currency"] is None),
        )

    return position(1), position(2)


def gross_in_doubt(cursor: warehouse.Cursor, psp: str) -> dict[str, int]:
    """Per currency the statement gross from its oldest open discrepancy to the as-of."""
    spans = warehouse.run(cursor, "alerts/open_spans", {"psp": psp}).fetchall()
    instants = sorted({span["open_since"] for span in spans if span["open_since"]})
    gross = {span["currency"]: 0 for span in spans}
    if not instants:
        return gross
    starts = {span["currency"]: span["open_since"] for span in spans if span["open_since"]}
    values = {
        "account_ids": spans[0]["account_ids"],
        "as_ofs": spans[0]["as_ofs"],
        "instants": instants,
    }
    for row in warehouse.run(cursor, "alerts/gross_since", values):
        start = starts.get(row["currency"])
        if start is not None and instants[row["place"] - 1] >= start:
            gross[row["currency"]] += row["gross_minor"]
    return gross


def open_since(cursor: warehouse.Cursor, psp: str) -> dict[str, datetime]:
    """Per currency the moment of its oldest open discrepancy, where that has one."""
    spans = warehouse.run(cursor, "alerts/open_spans", {"psp": psp})
    return {span["currency"]: span["open_since"] for span in spans if span["open_since"]}
