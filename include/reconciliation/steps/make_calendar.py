"""Writes the settlement calendar of a run down: per day of the PSP's zone, what settles when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from include.reconciliation import tolerances
from include.reconciliation.calendar_days import (
    SettlementRule,
    first_instant,
    settlement_calendar,
)
from include.reconciliation.config import Psp, Settlement
from include.reconciliation.edges import warehouse


def make_calendar(
    cursor: warehouse.Cursor,
    psp: Psp,
    first_day: date,
    last_day: date,
    holidays: Collection[date],
) -> None:
    """The days from first to last, and on to where a line that is tolerably early may be due."""
    settlement = psp.settlement
    zone = ZoneInfo(psp.zone)
    rule = settlement_rule(settlement, holidays)
    calendar = settlement_calendar(
        first_day,
        # A row after the cut-off is one of the day that follows.
        last_day + timedelta(days=7 * tolerances.longest_days(psp.tolerances) + 1),
        rule,
        provider_made_grace_days=settlement.provider_made_grace_days,
    )

    def due_at(settles_on: date) -> datetime:
        end = first_instant(settles_on + timedelta(days=1), time.min, zone)
        return end + settlement.ledger_grace

    warehouse.run(cursor, "match/019_make_calendar")
    begins_at = None
    with cursor.copy(
        "copy work_calendar (day, settles_on, due_at, next_business_day, business_days, begins_at,"
        " cut_off_at, after_day, after_settles_on, after_due_at) from stdin"
    ) as copy:
        for day, after in pairwise(calendar):
            row = [
                day.day,
                day.settles_on,
                due_at(day.settles_on),
                day.next_business_day,
                day.business_days,
            ]
            if settlement.cut_off is None:
                copy.write_row([*row, None, None, None, None, None])
                continue
            cut_off_at = first_instant(day.day, settlement.cut_off, zone)
            copy.write_row(
                [
                    *row,
                    begins_at,
                    cut_off_at,
                    rule.next_business_day(after.day),
                    after.settles_on,
                    due_at(after.settles_on),
                ]
            )
            if rule.is_business_day(day.day):
                begins_at = cut_off_at
    cursor.execute("analyze work_calendar")


def settlement_rule(settlement: Settlement, holidays: Collection[date]) -> SettlementRule:
    """The rule that the PSP's entry gives, with the days on which nothing is open."""
    return SettlementRule(
        days=settlement.days,
        weekdays=settlement.weekdays,
        holidays=holidays,
        unit=settlement.unit,
        batch_weekdays=settlement.batch_weekdays,
    )
