"""The legs of a PSP with a gateway: decided, proved and published by what `ledger_statement` has.

Each leg has a part of the workspace of its own, where views show its two books under the names that
the passes know: the left one as statement lines, the right one as ledger rows. What it finds is
gathered with the rest, so that it is counted, published and reported once (docs/decisions/014).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.edges import attempts, ledger_source, warehouse
from include.reconciliation.legs import (
    AUTHORISATION,
    GATEWAY_LEDGER,
    GATEWAY_LEGS,
    GATEWAY_STATEMENT,
    LEDGER_STATEMENT,
    ORDER,
    Leg,
)

Decide = Callable[[warehouse.Cursor, attempts.Attempt, dict[str, Any], Leg], None]
Prove = Callable[[warehouse.Cursor, dict[str, Any]], list[str]]

# What shows a leg its books.
_SIDES = {
    AUTHORISATION: ("legs/left_takings", "legs/left_rows", "legs/right_authorisations"),
    GATEWAY_LEDGER: ("legs/left_gateway", "legs/left_rows", "legs/right_ledger"),
    GATEWAY_STATEMENT: ("legs/left_lines", "legs/right_gateway"),
}

_PUBLISHED = (
    "legs/forget_leg",
    "legs/keep_payments",
    "publish/040_keep_dissolved_members",
    "publish/042_release_members",
    "publish/045_release_shared_key_members",
    "publish/052_match_members",
    "publish/053_shared_key_members",
    "publish/057_end_absorbed",
    "publish/058_absorbed",
)


def of(attempt: attempts.Attempt) -> tuple[str, ...]:
    """The legs of an attempt's account, in the order in which money passes them."""
    return (LEDGER_STATEMENT,) if attempt.psp.gateway is None else ORDER


@contextmanager
def workplace(cursor: warehouse.Cursor, attempt: attempts.Attempt, leg: str) -> Iterator[None]:
    """Works where a leg has its tables: in its part, or for `ledger_statement` in the whole."""
    if leg == LEDGER_STATEMENT:
        yield
        return
    with warehouse.inside(cursor, attempt.attempt_id, leg):
        yield


def drop(cursor: warehouse.Cursor, attempt_id: int) -> None:
    """Drops what the legs worked with; it stands on tables that are about to be made anew."""
    warehouse.run(cursor, "legs/drop_legs", {"attempt_id": attempt_id})


def decide(
    cursor: warehouse.Cursor,
    attempt: attempts.Attempt,
    values: dict[str, Any],
    decide_leg: Decide,
    matcher_version: str,
) -> None:
    """Decides each leg in its part of the workspace, and gathers what it found."""
    warehouse.run(cursor, "legs/make_events")
    for leg in GATEWAY_LEGS:
        part = warehouse.part_of(attempt.attempt_id, leg.name)
        warehouse.run(cursor, "legs/part", {"attempt_id": attempt.attempt_id, "part": leg.name})
        with warehouse.inside(cursor, attempt.attempt_id, leg.name):
            leg_values = values | _values(attempt, leg, matcher_version)
            _show_books(cursor, attempt, leg, leg_values)
            decide_leg(cursor, attempt, leg_values, leg)
        warehouse.run_over(cursor, "legs/gather", leg=part)
        warehouse.run_over(cursor, "legs/leg_events", leg=part)
    workspace = warehouse.workspace(attempt.attempt_id)
    warehouse.run_over(cursor, "legs/leg_events", leg=workspace)
    warehouse.run(cursor, "legs/share_events")
    warehouse.run(cursor, "legs/show_events", {"legs": list(ORDER)})
    for leg in GATEWAY_LEGS:
        part = warehouse.part_of(attempt.attempt_id, leg.name)
        warehouse.run_over(cursor, "legs/return_events", leg=part)


def prove(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any], prove_leg: Prove
) -> list[str]:
    """Proves each leg like the first, and gathers its totals: what does not hold."""
    broken = []
    for leg in GATEWAY_LEGS:
        with warehouse.inside(cursor, attempt.attempt_id, leg.name):
            broken += prove_leg(cursor, values | {"leg": leg.name})
        part = warehouse.part_of(attempt.attempt_id, leg.name)
        warehouse.run_over(cursor, "legs/gather_totals", leg=part)
    return broken


def publish_matches(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, run_number: int, volume: int
) -> None:
    """Brings the matches of each leg into force, before those of `ledger_statement` are."""
    values = {"account_id": attempt.account_id, "run_number": run_number, "volume": volume}
    warehouse.run(cursor, "legs/keep_own_payments", values | {"leg": GATEWAY_LEDGER.name})
    for leg in GATEWAY_LEGS:
        with warehouse.inside(cursor, attempt.attempt_id, leg.name):
            for name in _PUBLISHED:
                warehouse.run(cursor, name, values | {"leg": leg.name})
    drop(cursor, attempt.attempt_id)


def publish_rows(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any]
) -> None:
    """Brings new versions of the gateway's rows into force, and ends the old."""
    with warehouse.inside(cursor, attempt.attempt_id, ledger_source.GATEWAY.name):
        warehouse.run(cursor, "publish/025_end_ledger_transactions", values)
        warehouse.run(cursor, "publish/030_ledger_transactions", values)


def _values(attempt: attempts.Attempt, leg: Leg, matcher_version: str) -> dict[str, Any]:
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


def _show_books(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, leg: Leg, values: dict[str, Any]
) -> None:
    parent = warehouse.workspace(attempt.attempt_id)
    gateway = warehouse.part_of(attempt.attempt_id, ledger_source.GATEWAY.name)
    warehouse.run(cursor, "legs/leg", values)
    warehouse.run_over(cursor, "legs/gateway_rows", gateway=gateway)
    for name in _SIDES[leg]:
        warehouse.run_over(cursor, name, parent=parent, gateway=gateway)
    warehouse.run(cursor, "legs/right_rows")
    warehouse.run(cursor, "extract/ledger_changes")
