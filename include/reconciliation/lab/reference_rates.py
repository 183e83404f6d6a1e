"""The reference rates of the lab: each business day has its own, so that an old one shows.

One US dollar in each currency of settlement; from a business day to the next it moves by one per
cent or, over a weekend, by four.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from include.reconciliation.lab.weeks import WEEKS

FILE = "reference_rates.csv"
SOURCE = "ECB"
_BASE = "USD"
_DECIMALS = 6
# On a Monday, in units of the last decimal.
_MONDAYS = {"EUR": 921_437, "JPY": 157_321_900, "KWD": 307_258}


def reference_rate(currency: str, day: date) -> str:
    """What a dollar is in that currency on a business day."""
    units = _MONDAYS[currency] * (100 + day.weekday()) // 100
    whole, fraction = divmod(units, 10**_DECIMALS)
    return f"{whole}.{fraction:0{_DECIMALS}d}"


def day_before(day: date) -> date:
    """The business day before that day, whose rate was published before."""
    day -= timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def published() -> str:
    """The file: every rate of both weeks, and the one before each."""
    return "\n".join(["source,date,pair,rate", *_rows(), ""])


def _rows() -> Iterator[str]:
    for week in WEEKS:
        for day in (day_before(week.batch_days[0]), *week.batch_days):
            for currency in _MONDAYS:
                rate = reference_rate(currency, day)
                yield f"{SOURCE},{day},{_BASE}/{currency},{rate}"
