"""Writes the settlement calendar of a run down: per day of the PSP's zone, what settles when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from include.reconciliation import tolerances
from include.reconciliation.calendar_days import settlement_calendar
from include.reconciliation.config import Psp
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
    calendar = settlement_calendar(
        first_day,
        last_day + timedelta(days=7 * tolerances.longest_days(psp.tolerances)),
        settlement_days=settlement.days,
        provider_made_grace_days=settlement.provider_made_grace_days,
        weekdays=settlement.weekdays,
        holidays=holidays,
    )
    warehouse.run(cursor, "match/019_make_calendar")
    with cursor.copy(
        "copy work_calendar (day, settles_on, due_at, next_business_day, business_days) from stdin"
    ) as copy:
        for day in calendar:
            end = datetime.combine(day.settles_on + timedelta(days=1), time.min, tzinfo=zone)
            due_at = end.astimezone(UTC) + settlement.ledger_grace
            copy.write_row(
                [day.day, day.settles_on, due_at, day.next_business_day, day.business_days]
            )
    cursor.execute("analyze work_calendar")
