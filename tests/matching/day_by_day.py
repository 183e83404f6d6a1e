"""When a row is due, worked out as with a finger on a wall calendar: slow, and plain to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Rules:
    """What the PSP's entry says of settlement."""

    zone: ZoneInfo
    days: int
    weekdays: tuple[int, ...]
    holidays: frozenset[date]
    in_calendar_days: bool = False
    cut_off: time | None = None
    batch_weekdays: tuple[int, ...] = ()
    ledger_grace: timedelta = timedelta(0)


def is_open(day: date, rules: Rules) -> bool:
    """Whether the PSP works on that day."""
    return day.weekday() in rules.weekdays and day not in rules.holidays


def open_from(day: date, rules: Rules) -> date:
    """The day itself where the PSP works, else the next on which it does."""
    while not is_open(day, rules):
        day += DAY
    return day


def due_on(day: date, rules: Rules) -> date:
    """The day on which a row of that day settles."""
    day = open_from(day, rules)
    if rules.in_calendar_days:
        day = open_from(day + rules.days * DAY, rules)
    else:
        days_to_go = rules.days
        while days_to_go:
            day += DAY
            if is_open(day, rules):
                days_to_go -= 1
    if not rules.batch_weekdays:
        return day
    around = [day + number * DAY for number in range(-60, 61)]
    batches = [open_from(near, rules) for near in around if near.weekday() in rules.batch_weekdays]
    return min(batch for batch in batches if batch >= day)


def day_of(moment: datetime, rules: Rules) -> date:
    """The day that a row is of: the next one once the clocks have shown the cut-off."""
    local = moment.astimezone(rules.zone)
    if rules.cut_off is None:
        return local.date()
    seen = moment
    while seen.astimezone(rules.zone).date() == local.date():
        if seen.astimezone(rules.zone).time() >= rules.cut_off:
            return local.date() + DAY
        seen -= MINUTE
    return local.date()


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant that is of a later day on the clocks of the zone."""
    seen = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)
    while seen.astimezone(zone).date() <= day:
        seen += MINUTE
    return seen


def due(moment: datetime, rules: Rules) -> tuple[date, datetime]:
    """The due day of a ledger row, and the instant from which on it is late."""
    day = due_on(day_of(moment, rules), rules)
    return day, end_of(day, rules.zone) + rules.ledger_grace
