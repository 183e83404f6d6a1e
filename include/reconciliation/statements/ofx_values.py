"""Amounts and moments as OFX files have them, which is not always as OFX says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.amounts import exponent_of, minor_units
from include.reconciliation.statements.bank_entries import DATE_ONLY, YEARS_SAID, calendar_day
from include.reconciliation.statements.text_files import refused

_AMOUNT = re.compile(r"([+-]?)([0-9]{0,25})(?:[.,]([0-9]{0,15}))?", re.ASCII)
_MOMENT = re.compile(
    r"([0-9]{8})(?:([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,][0-9]{1,9})?)?)?"
    r" ?(?:\[ ?([+-]?[0-9]{1,2})(?:[.:]([0-9]{1,2}))?(?: ?:[^\]]{0,40})?\]?)?",
    re.ASCII,
)
# Behind the hours of an offset stand minutes, or a part of an hour.
_MINUTES = {"": 0, "0": 0, "00": 0, "15": 15, "25": 15, "30": 30, "5": 30, "50": 30, "45": 45,
            "75": 45}  # fmt: skip


class Place(NamedTuple):
    """Where in the file: `row` is the number of the entry, since all may stand on one line."""

    file: str
    row: int

    def refused(
        self,
        reason_code: str,
        problem: str,
        column: str,
        expected: str | None = None,
        found: str | None = None,
    ) -> StatementError:
        """The error that names this place."""
        return refused(
            reason_code,
            problem,
            file=self.file,
            row=self.row,
            column=column,
            expected=expected,
            found=found,
        )


class Moment(NamedTuple):
    """An instant, the local day that it was written as, and the zone it was written in."""

    at: datetime
    on: date
    zone: str


def amount(text: str, currency: str, place: Place, column: str) -> int:
    """Minor units of a signed number with a point or a comma before its decimals.

    Three decimals in a currency that has two are refused, zeros too: a thousand could be meant.
    """
    match = _AMOUNT.fullmatch(text)
    exponent = exponent_of(currency, file=place.file, row=place.row, column="CURDEF")
    decimals = (match[3] or "") if match else ""
    if match is None or not (match[2] or decimals) or (len(decimals) == 3 and exponent != 3):
        expected = f"digits, and up to {exponent} decimals behind a point or a comma"
        raise place.refused("bad_amount", "an amount can't be read", column, expected, text)
    sign = "-" if match[1] == "-" else ""
    plain = f"{sign}{match[2] or '0'}.{decimals}"
    return minor_units(plain, currency, file=place.file, row=place.row, column=column)


def moment(text: str, place: Place, column: str) -> Moment:
    """A date with or without time and offset; without an offset a time is UTC, as OFX has it."""
    match = _MOMENT.fullmatch(text)
    day = calendar_day(match[1], "YYYYMMDD") if match else None
    if match and day:
        hour, minute, second, offset_hours, offset_part = match.groups()[1:]
        minutes = _MINUTES.get(offset_part or "")
        try:
            clock = time(int(hour or 0), int(minute or 0), int(second or 0))
            zone = _zone(offset_hours, minutes)
        except ValueError:
            zone = None
        if zone is not None:
            at = datetime.combine(day, clock, zone).astimezone(UTC)
            return Moment(at, day, _name(zone, offset_hours, hour))
    expected = f"YYYYMMDD, perhaps with HHMMSS and [offset:zone], {YEARS_SAID}"
    raise place.refused("bad_date", "a date can't be read", column, expected, text)


def optional_moment(text: str, place: Place, column: str) -> Moment | None:
    """The same; None where the file has nothing, or zeros for nothing."""
    return moment(text, place, column) if text[:8].strip("0") else None


def _zone(hours: str | None, minutes: int | None) -> timezone | None:
    if hours is None:
        return UTC
    if minutes is None or abs(int(hours)) > 14:
        return None
    offset = timedelta(hours=abs(int(hours)), minutes=minutes)
    return timezone(-offset if hours[0] == "-" else offset)


def _name(zone: timezone, offset_hours: str | None, hour: str | None) -> str:
    if offset_hours is None:
        return DATE_ONLY if hour is None else "UTC"
    minutes = int(zone.utcoffset(None).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
