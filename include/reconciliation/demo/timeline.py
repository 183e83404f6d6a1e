"""The virtual clock: nine days over a month's end and a weekend, in twelve windows.

Nothing here reads the real clock. Days are the days of the PSPs' zone, instants are UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")

WEDNESDAY = date(2026, 2, 25)
THURSDAY = date(2026, 2, 26)
FRIDAY = date(2026, 2, 27)
SATURDAY = date(2026, 2, 28)
SUNDAY = date(2026, 3, 1)
MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
NEXT_WEDNESDAY = date(2026, 3, 4)
NEXT_THURSDAY = date(2026, 3, 5)

DAYS = tuple(WEDNESDAY + timedelta(days=number) for number in range(9))
BUSINESS_DAYS = tuple(day for day in DAYS if day.weekday() < 5)
# The batch of the last day is not made yet when the story ends.
BATCH_DAYS = BUSINESS_DAYS[:-1]


class StoryWindow(NamedTuple):
    """One window of the story, half-open, in UTC."""

    start: datetime
    end: datetime


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """That time of that day, in UTC."""
    return datetime.combine(day, time(hour, minute, second), UTC)


BEGIN = at(WEDNESDAY, 0)
END = at(NEXT_THURSDAY, 12)


def windows() -> tuple[StoryWindow, ...]:
    """A window at each noon and midnight, without those in which little would be new."""
    ends = [at(day, hour) for day in DAYS for hour in (0, 12)]
    quiet = {
        BEGIN,
        at(WEDNESDAY, 12),
        at(FRIDAY, 0),
        at(SUNDAY, 0),
        at(SUNDAY, 12),
        at(NEXT_THURSDAY, 0),
    }
    ends = [end for end in ends if end not in quiet and end <= END]
    return tuple(
        StoryWindow(start, end) for start, end in zip([BEGIN, *ends], ends, strict=False)
    )


def next_business_day(day: date) -> date:
    """The first business day after that day; the story has no bank holidays."""
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def business_day(day: date) -> date:
    """The day itself, or the next business day where it is none."""
    return day if day.weekday() < 5 else next_business_day(day)


def settlement_day(day: date) -> date:
    """The day on whose batch a file-based PSP settles; what is sold at a weekend is Monday's."""
    return next_business_day(business_day(day))


def booked_in_batch_of(day: date) -> datetime:
    """When the batch of a business day books its lines: ten minutes before midnight, local time."""
    return datetime.combine(day, time(23, 50), ZONE).astimezone(UTC)


def delivered(day: date) -> datetime:
    """When the file of a business day's batch lies in the drop folder: the next morning."""
    return at(day + timedelta(days=1), 5)
