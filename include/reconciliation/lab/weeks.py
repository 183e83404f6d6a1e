"""The virtual clock of the lab: nine days over a change of the clocks, in three windows.

In spring the week has the hour that never was and a month's end, in autumn the hour that occurs
twice. Neither has a bank holiday. Instants are UTC, days are those of the PSPs' zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from include.reconciliation.demo.timeline import StoryWindow, at

# Wednesday to the Thursday of the week after, as the days of a week are numbered here.
WED, THU, FRI, SAT, SUN, MON, TUE, NEXT_WED, NEXT_THU = range(9)


@dataclass(frozen=True, slots=True)
class Week:
    """Nine days from a Wednesday."""

    name: str
    wednesday: date

    def day(self, number: int) -> date:
        """The day of that number, from 0."""
        return self.wednesday + timedelta(days=number)

    def at(self, number: int, hour: int, minute: int = 0) -> datetime:
        """That time of that day, in UTC."""
        return at(self.day(number), hour, minute)

    @property
    def windows(self) -> tuple[StoryWindow, ...]:
        """The windows of the runs: until Friday, until Monday, until the second Thursday."""
        ends = [self.at(WED, 0), self.at(FRI, 9), self.at(MON, 9), self.end]
        return tuple(StoryWindow(*pair) for pair in pairwise(ends))

    @property
    def end(self) -> datetime:
        """The end of the last window, when all that is planted is decided."""
        return self.at(NEXT_THU, 12)

    @property
    def batch_days(self) -> tuple[date, ...]:
        """The business days whose batches are delivered before the end."""
        days = (self.day(number) for number in range(NEXT_THU))
        return tuple(day for day in days if day.weekday() < 5)


SPRING = Week("spring", date(2026, 3, 25))
AUTUMN = Week("autumn", date(2026, 10, 21))
WEEKS = (SPRING, AUTUMN)
