"""Converters of values in the configuration that more than one table has."""

from __future__ import annotations

from datetime import time

from include.reconciliation.calendar_days import BUSINESS_DAYS, CALENDAR_DAYS, CALENDARS

_DAYS_MAX = 366


def amount(value: object) -> int:
    """Minor units, 0 or more. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("must be a whole number of minor units, 0 or more")
    return value


def count(value: object) -> int:
    """Days, 0 or more. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _DAYS_MAX:
        raise ValueError(f"must be a whole number of days, 0 or more, up to {_DAYS_MAX}")
    return value


def calendar(value: object) -> str:
    """A calendar of bank holidays that is known. Raises ValueError."""
    if value not in CALENDARS:
        raise ValueError(f"is no calendar of bank holidays; known: {', '.join(CALENDARS)}")
    return str(value)


def clock(value: object) -> time:
    """A time of day. Raises ValueError."""
    if not isinstance(value, time):
        raise ValueError("must be a time such as 10:00:00")
    return value


def cut_off(value: object) -> time:
    """A time of day after midnight. Raises ValueError."""
    if not isinstance(value, time) or value == time.min:
        raise ValueError("must be a time such as 16:00:00, after 00:00:00")
    return value


def unit(value: object) -> str:
    """In what days are counted. Raises ValueError."""
    if value not in (BUSINESS_DAYS, CALENDAR_DAYS):
        raise ValueError(f"must be {BUSINESS_DAYS!r} or {CALENDAR_DAYS!r}")
    return str(value)


def printed(value: object) -> str:
    """A text that has a shape: no control or direction characters. Raises ValueError."""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("must be a text without control or direction characters")
    return value
