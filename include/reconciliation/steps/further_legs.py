"""The legs beside `ledger_statement`: decided, proved and published by what that leg has.

Each leg has a part of the workspace of its own, where views show its two books under the names that
the passes know: the left one as statement lines, the right one as ledger rows. What it finds is
gathered with the rest, so that it is counted, published and reported once (docs/decisions/014).
What a leg's books are is said in gateway_legs and payout_legs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.legs import (
    GATEWAY_LEDGER,
    GATEWAY_LEGS,
    LEDGER_STATEMENT,
    ORDER,
    PAYOUT_BANK,
    Leg,
    further_legs,
)
from include.reconciliation.steps import gateway_legs, payout_legs

Decide = Callable[[warehouse.Cursor, attempts.Attempt, dict[str, Any], Leg], None]
Prove = Callable[[warehouse.Cursor, dict[str, Any]], list[str]]

_MATCHES = (
    "publish/040_keep_dissolved_members",
    "publish/042_release_members",
    "publish/044_release_provisional_members",
    "publish/045_release_shared_key_members",
    "publish/052_match_members",
    "publish/053_shared_key_members",
    "publish/056_provisional_members",
    "publish/057_end_absorbed",
    "publish/058_absorbed",
)


def of(attempt: attempts.Attempt) -> tuple[str, ...]:
    """The legs of an attempt's account, in the order in which money passes them."""
    names = {LEDGER_STATEMENT, *(leg.name for leg in further_legs(attempt.psp))}
    return tuple(name for name in ORDER if name in names)


@contextmanager
def workplace(cursor: warehouse.Cursor, attempt: attempts.Attempt, leg: str) -> Iterator[None]:
    """Works where a leg has its tables: in its part, or for `ledger_statement` in the whole."""
    if leg == LEDGER_STATEMENT:
        yield
        return
    with warehouse.inside(cursor, attempt.attempt_id, leg):
        yield


def drop(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> None:
    """Drops what the legs worked with; it stands on tables that are about to be made anew."""
    if further_legs(attempt.psp):
        warehouse.run(cursor, "legs/drop_legs", {"attempt_id": attempt.attempt_id})


def decide(
    cursor: warehouse.Cursor,
    attempt: attempts.Attempt,
    values: dict[str, Any],
    decide_leg: Decide,
    matcher_version: str,
) -> None:
    """Decides each leg in its part of the workspace, and gathers what it found."""
    legs = further_legs(attempt.psp)
    if not legs:
        return
    warehouse.run(cursor, "legs/make_events")
    for leg in legs:
        part = warehouse.part_of(attempt.attempt_id, leg.name)
        warehouse.run(cursor, "legs/part", {"attempt_id": attempt.attempt_id, "part": leg.name})
        with warehouse.inside(cursor, attempt.attempt_id, leg.name):
            if leg in GATEWAY_LEGS:
                leg_values = values | gateway_legs.values(attempt, leg, matcher_version)
                gateway_legs.show_books(cursor, attempt, leg, leg_values)
            else:
                leg_values = values | payout_legs.values(cursor, attempt, leg, values)
                payout_legs.show_books(cursor, attempt, leg, leg_values)
            decide_leg(cursor, attempt, leg_values, leg)
        warehouse.run_over(cursor, "legs/gather", leg=part)
        warehouse.run_over(cursor, "legs/leg_events", leg=part)
    workspace = warehouse.workspace(attempt.attempt_id)
    warehouse.run_over(cursor, "legs/leg_events", leg=workspace)
    warehouse.run(cursor, "legs/share_events")
    warehouse.run(cursor, "legs/show_events", {"legs": list(ORDER)})
    for leg in legs:
        part = warehouse.part_of(attempt.attempt_id, leg.name)
        warehouse.run_over(cursor, "legs/return_events", leg=part)
    payout_legs.tell(cursor, attempt)


def prove(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any], prove_leg: Prove
) -> list[str]:
    """Proves each leg like the first, and gathers its totals: what does not hold."""
    broken = []
    for leg in further_legs(attempt.psp):
        with warehouse.inside(cursor, attempt.attempt_id, leg.name):
            broken += prove_leg(cursor, values | {"leg": leg.name})
        part = warehouse.part_of(attempt.attempt_id, leg.name)
        warehouse.run_over(cursor, "legs/gather_totals", leg=part)
    return broken


def publish_matches(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, run_number: int, volume: int
) -> None:
    """Brings the matches of each leg into force, before those of `ledger_statement` are."""
    legs = further_legs(attempt.psp)
    values = {"account_id": attempt.account_id, "run_number": run_number, "volume": volume}
    if GATEWAY_LEDGER in legs:
        warehouse.run(cursor, "legs/keep_own_payments", values | {"leg": GATEWAY_LEDGER.name})
    if PAYOUT_BANK not in legs:
        warehouse.run(cursor, "payout_legs/release_claims", values)
    for leg in legs:
        own = gateway_legs.PUBLISHED if leg in GATEWAY_LEGS else payout_legs.PUBLISHED[leg]
        with warehouse.inside(cursor, attempt.attempt_id, leg.name):
            for name in (*own, *_MATCHES):
                warehouse.run(cursor, name, values | {"leg": leg.name})
    drop(cursor, attempt)
