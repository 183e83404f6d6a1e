"""Holds the fees of the run's lines against the schedule that the PSP's entry declares."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import fee_schedule
from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.fee_schedule import Base, FeeSchedule, Rounding, Rounds, TierBy

_TABLES = (
    "work_fee_rules",
    "work_fee_tiers",
    "work_fee_lines",
    "work_fee_expected",
    "work_fee_differences",
    "work_run_fees",
)
# What a PSP without a schedule is held against: no lines are read for it.
_NOTHING = FeeSchedule((), Rounding.HALF_UP, Rounds.COMPONENT, Base.PARALLEL)


def compare_fees(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any]
) -> None:
    """Writes down, in the attempt's workspace, which lines were charged too much or too little."""
    cursor.execute(warehouse.drop_table(*_TABLES))
    schedule = attempt.psp.fees or _NOTHING
    asked = values | {
        "fee_rules": Jsonb(list(fee_schedule.rules_of(schedule))),
        "fee_tiers": Jsonb(list(fee_schedule.as_rows(schedule))),
        "rounding": schedule.rounding,
        "rounds_components": schedule.rounds == Rounds.COMPONENT,
        "cascades": schedule.base == Base.CASCADING,
    }
    warehouse.run(cursor, "fees/010_rules", asked)
    warehouse.run(cursor, "fees/012_tiers", asked)
    warehouse.run(cursor, "fees/020_lines" if schedule.rules else "fees/025_no_lines", asked)
    if _goes_by_volume(schedule):
        warehouse.run(cursor, "fees/030_volumes", asked)
    cursor.execute("analyze work_fee_lines, work_fee_tiers")
    for name in ("040_expected", "050_differences", "060_run_fees"):
        warehouse.run(cursor, f"fees/{name}", asked)


def _goes_by_volume(schedule: FeeSchedule) -> bool:
    return any(
        component.by == TierBy.VOLUME and len(component.tiers) > 1
        for rule in schedule.rules
        for component in rule.components
    )
