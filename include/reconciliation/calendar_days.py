"""Business days: when what the ledger has today should be on the statement.

Pure arithmetic on dates; which days are holidays is given by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

# The calendars that a settlement may name. Those of the library `holidays`, whose import is slow.
CALENDARS = (
    "ASX", "B3", "BIST", "BME", "BMV", "BSE", "BVC", "BVMF", "BYMA", "CME", "ECB", "GPW", "HKEX",
    "IFEU", "JPX", "JSE", "KRX", "LSE", "NSE", "NYSE", "NZX", "OSE", "PSX", "SEHK", "SGX", "SIX",
    "SSE", "SZSE", "TAR", "TSE", "TSX", "TWSE", "USGS", "XASX", "XBOG", "XBOM", "XBUE", "XCME",
    "XECB", "XETR", "XFRA", "XHKG", "XIST", "XJPX", "XJSE", "XKAR", "XKRX", "XLON", "XMAD",
    "XMEX", "XNAS", "XNSE", "XNYS", "XNZE", "XSAU", "XSES", "XSHE", "XSHG", "XSIF", "XSWX",
    "XTAI", "XTSE", "XWAR",
)  # fmt: skip


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
    first: date,
    last: date,
    *,
    settlement_days: int,
    provider_made_grace_days: int,
    weekdays: Collection[int],
    holidays: Collection[date],
) -> Iterator[CalendarDay]:
    """Every day from `first` to `last`, inclusive, with what it settles on."""
    day = first
    business_days = 0
    while day <= last:
        business_days += is_business_day(day, weekdays, holidays)
        yield CalendarDay(
            day=day,
            settles_on=add_business_days(day, settlement_days, weekdays, holidays),
            next_business_day=_after(day, provider_made_grace_days, weekdays, holidays),
            business_days=business_days,
        )
        day += timedelta(days=1)


def _after(day: date, days: int, weekdays: Collection[int], holidays: Collection[date]) -> date:
    """`days` business days later, counted from the day itself even where it is none."""
    for _ in range(days):
        day += timedelta(days=1)
        while not is_business_day(day, weekdays, holidays):
            day += timedelta(days=1)
    return day
