"""The legs of a PSP with a gateway: which books each holds against each other, by which rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.edges import attempts, ledger_source, warehouse
from include.reconciliation.legs import (
    AUTHORISATION,
    GATEWAY_LEDGER,
    GATEWAY_STATEMENT,
    Leg,
)

# What shows a leg its books.
_SIDES = {
    AUTHORISATION: ("legs/left_takings", "legs/left_rows", "legs/right_authorisations"),
    GATEWAY_LEDGER: ("legs/left_gateway", "legs/left_rows", "legs/right_ledger"),
    GATEWAY_STATEMENT: ("legs/left_lines", "legs/right_gateway"),
}

# What is published of a leg before its matches are.
PUBLISHED = ("legs/forget_leg", "legs/keep_payments")


def publish_rows(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any]
) -> None:
    """Brings new versions of the gateway's rows into force, and ends the old."""
    with warehouse.inside(cursor, attempt.attempt_id, ledger_source.GATEWAY.name):
        warehouse.run(cursor, "publish/025_end_ledger_transactions", values)
        warehouse.run(cursor, "publish/030_ledger_transactions", values)


def values(attempt: attempts.Attempt, leg: Leg, matcher_version: str) -> dict[str, Any]:
    """What the passes bind of a leg in place of what they bind of `ledger_statement`."""
    gateway = attempt.psp.gateway
    assert gateway is not None
    changed: dict[str, Any] = {
        "leg": leg.name,
        "left": leg.left,
        "right": leg.right,
        "leg_kinds": Jsonb(dict(leg.kinds)),
        "money_types": list(gateway.money_types),
        # The day of settlement is compared where the ledger is.
        "compare_dates": False,
    }
    if leg is AUTHORISATION:
        changed["tolerances"] = Jsonb(gateway.over_capture_rows(matcher_version))
    if leg is not GATEWAY_STATEMENT:
        # No statement is awaited; a row of the gateway waits a cycle, what it takes none.
        changed["covered_through"] = date.max
        # Between the company's own books only a declared over-capture is tolerated.
        changed["tolerates"] = leg is AUTHORISATION and bool(gateway.over_capture)
        changed["statement_grace"] = timedelta(0) if leg is AUTHORISATION else config.load().cycle
    return changed


def show_books(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, leg: Leg, values: dict[str, Any]
) -> None:
    """Shows a leg its two books, in its part of the workspace."""
    parent = warehouse.workspace(attempt.attempt_id)
    gateway = warehouse.part_of(attempt.attempt_id, ledger_source.GATEWAY.name)
    warehouse.run(cursor, "legs/leg", values)
    warehouse.run_over(cursor, "legs/gateway_rows", gateway=gateway)
    for name in _SIDES[leg]:
        warehouse.run_over(cursor, name, parent=parent, gateway=gateway)
    warehouse.run(cursor, "legs/right_rows")
    warehouse.run(cursor, "extract/ledger_changes")
