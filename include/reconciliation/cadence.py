"""How often something is asked or done, and from when on it is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Cadence(StrEnum):
    """Every so often; its text is what stands behind the word `every`."""

    FIVE_MINUTES = "5 minutes"
    QUARTER_OF_AN_HOUR = "15 minutes"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def span(self) -> timedelta:
        """From one time to the next."""
        return _SPANS[self]

    @property
    def late_after(self) -> timedelta:
        """How long after the last time it is late: two rounds may be missed, or two hours.

        What is done by the hour or more often makes up for a missed round by the next one; what is
        done by the day or the week does not, and may only take a while.
        """
        return min(3 * self.span, self.span + timedelta(hours=2))

    def is_late(self, since: datetime, now: datetime) -> bool:
        """Whether it was due, when it was last done, or first expected, at `since`."""
        return now - since > self.late_after


_SPANS = {
    Cadence.FIVE_MINUTES: timedelta(minutes=5),
    Cadence.QUARTER_OF_AN_HOUR: timedelta(minutes=15),
    Cadence.HOUR: timedelta(hours=1),
    Cadence.DAY: timedelta(days=1),
    Cadence.WEEK: timedelta(weeks=1),
}
