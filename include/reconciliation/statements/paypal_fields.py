"""The values in a row of PayPal's settlement report, each refused at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.amounts import exponent_of
from include.reconciliation.statements.bank_entries import YEARS, YEARS_SAID

_DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)
_TIME = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d):?([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC, the day it was written as, and the offset it was written with."""

    at: datetime
    on: date
    zone: str


@dataclass(frozen=True, slots=True)
class Fields:
    """One row: its values by place, those of the body also by the name that CH gives them."""

    file: str
    row: int
    values: list[str]
    columns: Mapping[str, int]

    def at(self, place: int) -> str:
        """The value at a place, empty where the row ends before it."""
        return self.values[place] if place < len(self.values) else ""

    def named(self, *columns: str) -> str:
        """The first of the columns that is there and holds something."""
        for column in columns:
            place = self.columns.get(column.casefold())
            if place is not None and self.values[place]:
                return self.values[place]
        return ""

    def needed(self, value: str, column: str) -> str:
        """The value; StatementError when it is empty."""
        if not value:
            raise self.error("missing_value", "a value is missing", column=column)
        return value

    def whole(self, place: int, column: str) -> int:
        """A number that counts something."""
        text = self.needed(self.at(place), column)
        if not _DIGITS.fullmatch(text):
            raise self.error(
                "bad_amount",
                "a number can't be read",
                column=column,
                expected="a whole number",
                found=repr(text[:40]),
            )
        return int(text)

    def minor(self, text: str, currency: str, column: str) -> int:
        """Minor units of an amount, which is written in hundredths whatever the currency."""
        exponent = exponent_of(currency, file=self.file, row=self.row, column=column)
        if not _DIGITS.fullmatch(text):
            raise self.error(
                "bad_amount",
                "an amount can't be read",
                column=column,
                expected="a whole number of hundredths, without a sign",
                found=repr(text[:40]),
            )
        minor, rest = divmod(int(text) * 10**exponent, 100)
        if rest:
            raise self.error(
                "excess_decimals",
                "an amount has more decimals than its currency",
                column=column,
                expected=f"hundredths that make at most {exponent} decimals in {currency}",
                found=text,
            )
        return minor

    def signed(self, side: str, text: str, currency: str, column: str) -> int:
        """Minor units with the sign that CR or DR beside them gives."""
        minor = self.minor(text, currency, column)
        if side not in ("CR", "DR") and minor:
            raise self.error(
                "bad_amount",
                "an amount has no direction",
                column=column,
                expected="CR or DR beside it",
                found=repr(side[:40]),
            )
        return -minor if side == "DR" else minor

    def moment(self, text: str, column: str) -> Moment:
        """A time with its offset."""
        match = _TIME.fullmatch(self.needed(text, column))
        try:
            if match is None:
                raise ValueError(text)
            year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
            if year not in YEARS:
                raise ValueError(text)
            offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
            zone = timezone(-offset if match[7] == "-" else offset)
            local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
            return Moment(local.astimezone(UTC), local.date(), f"{match[7]}{match[8]}:{match[9]}")
        except (ValueError, OverflowError):
            raise self.error(
                "bad_date",
                "a time can't be read",
                column=column,
                expected=f"YYYY/MM/DD HH:MM:SS with an offset such as -0800, {YEARS_SAID}",
                found=repr(text[:40]),
            ) from None

    def error(
        self,
        reason_code: str,
        problem: str,
        *,
        column: str | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> StatementError:
        """A refusal at this row."""
        return StatementError(
            reason_code,
            problem,
            file=self.file,
            row=self.row,
            column=column,
            expected=expected,
            found=found,
        )
