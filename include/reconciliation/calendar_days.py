"""Business days: when what the ledger has today should be on the statement.

Pure arithmetic on dates and zones; which days are holidays is given by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# The calendars that a settlement may name. Those of the library `holidays`, whose import is slow.
CALENDARS = (
    "ASX", "B3", "BIST", "BME", "BMV", "BSE", "BVC", "BVMF", "BYMA", "CME", "ECB", "GPW", "HKEX",
    "IFEU", "JPX", "JSE", "KRX", "LSE", "NSE", "NYSE", "NZX", "OSE", "PSX", "SEHK", "SGX", "SIX",
    "SSE", "SZSE", "TAR", "TSE", "TSX", "TWSE", "USGS", "XASX", "XBOG", "XBOM", "XBUE", "XCME",
    "XECB", "XETR", "XFRA", "XHKG", "XIST", "XJPX", "XJSE", "XKAR", "XKRX", "XLON", "XMAD",
    "XMEX", "XNAS", "XNSE", "XNYS", "XNZE", "XSAU", "XSES", "XSHE", "XSHG", "XSIF", "XSWX",
    "XTAI", "XTSE", "XWAR",
)  # fmt: skip


# Units in which the days of a settlement are counted.
BUSINESS_DAYS, CALENDAR_DAYS = "business_days", "calendar_days"


@dataclass(frozen=True, slots=True)
class SettlementRule:
    """When a row of some day settles: which days count, how many of them, and which are batched."""

    days: int
    weekdays: Collection[int]
    holidays: Collection[date]
    unit: str = BUSINESS_DAYS
    # The weekdays on which the PSP settles; on every business day where there are none.
    batch_weekdays: Collection[int] = ()

    def settles_on(self, day: date) -> date:
        """The day on which a row of `day` settles, always a business day."""
        day = self.next_business_day(day)
        if self.unit == CALENDAR_DAYS:
            day = self.next_business_day(day + timedelta(days=self.days))
        else:
            day = add_business_days(day, self.days, self.weekdays, self.holidays)
        while not self._is_batch_day(day):
            day += timedelta(days=1)
        return day

    def next_business_day(self, day: date) -> date:
        """The day itself, or the first business day after it."""
        return add_business_days(day, 0, self.weekdays, self.holidays)

    def is_business_day(self, day: date) -> bool:
        """Whether the day counts."""
        return is_business_day(day, self.weekdays, self.holidays)

    def _is_batch_day(self, day: date) -> bool:
        """Whether a batch is of this day: of its weekday, or of closed days right before it."""
        if not self.is_business_day(day):
            return False
        if not self.batch_weekdays or day.weekday() in self.batch_weekdays:
            return True
        day -= timedelta(days=1)
        while not self.is_business_day(day):
            if day.weekday() in self.batch_weekdays:
                return True
            day -= timedelta(days=1)
        return False


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of a PSP's settlement calendar."""

    day: date
    settles_on: date
    next_business_day: date
    # Those of the calendar up to and with this one.
    business_days: int


def is_business_day(day: date, weekdays: Collection[int], holidays: Collection[date]) -> bool:
    """Whether the day is one of the weekdays (Monday is 0) and no holiday."""
    return day.weekday() in weekdays and day not in holidays


def add_business_days(
    day: date, days: int, weekdays: Collection[int], holidays: Collection[date]
) -> date:
    """The business day that lies `days` business days after `day`.

    With 0 the day itself, or the next business day where it is none.
    """
    while not is_business_day(day, weekdays, holidays):
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_business_day(day, weekdays, holidays):
            day += timedelta(days=1)
    return day


def settlement_calendar(
    first: date, last: date, rule: SettlementRule, *, provider_made_grace_days: int
) -> Iterator[CalendarDay]:
    """Every day from `first` to `last`, inclusive, with what it settles on."""
    day = first
    business_days = 0
    while day <= last:
        business_days += rule.is_business_day(day)
        yield CalendarDay(
            day=day,
            settles_on=rule.settles_on(day),
            next_business_day=_after(day, provider_made_grace_days, rule),
            business_days=business_days,
        )
        day += timedelta(days=1)


def first_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the zone's clocks show that time of that day, or more.

    A time that a change of the clocks leaves out is reached when they jump over it; of one that
    comes twice it is the first.
    """
    wall = datetime.combine(day, clock)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # In a gap: the jump lies between the two readings, on a whole second.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = int((found - before).total_seconds()) + 1
    shown = 0
    while shown < seconds:
        middle = (shown + seconds) // 2
        reading = (before + timedelta(seconds=middle)).astimezone(zone).replace(tzinfo=None)
        if reading >= wall:
            seconds = middle
        else:
            shown = middle + 1
    return before + timedelta(seconds=seconds)


def _after(day: date, days: int, rule: SettlementRule) -> date:
    """`days` business days later, counted from the day itself even where it is none."""
    for _ in range(days):
        day = rule.next_business_day(day + timedelta(days=1))
    return day
