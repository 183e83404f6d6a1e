"""Tables of TOML, read key by key: a typo in a key is an error that names it, never a default."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.reconciliation.errors import ConfigurationError

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


class TableReader:
    """Takes keys out of a table one by one, and complains about those that nobody took."""

    def __init__(self, table: object, place: str) -> None:
        if not isinstance(table, dict):
            raise ConfigurationError(f"{place}: expected a table, found {table!r}")
        self._table = dict(table)
        self.place = place

    def take(self, key: str, convert: Any, *default: Any) -> Any:
        """The converted value of a key; without a default the key must be there."""
        if key not in self._table:
            if default:
                return default[0]
            raise ConfigurationError(f"{self.place}: the key {key!r} is missing")
        value = self._table.pop(key)
        if convert in (str, list, dict):
            if not isinstance(value, convert):
                word = {str: "text", list: "list", dict: "table"}[convert]
                raise ConfigurationError(f"{self.place}: {key} must be a {word}, found {value!r}")
            return value
        try:
            return convert(value)
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(f"{self.place}: {key} = {value!r}: {error}") from None

    def finish(self) -> None:
        """ConfigurationError for keys that nobody took."""
        if self._table:
            raise ConfigurationError(f"{self.place}: unknown keys {sorted(self._table)}")


def by_name(entries: list[Any], place: str) -> dict[str, dict[str, Any]]:
    """The tables of a list by the names that they have; ConfigurationError for a name twice."""
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        name = TableReader(entry, f"{place} {number}").take("name", matching(NAME))
        if name in found:
            raise ConfigurationError(f"{place} {number}: the name {name!r} is taken")
        found[name] = entry
    return found


def matching(pattern: re.Pattern[str]) -> Any:
    """A converter for text of that pattern."""

    def convert(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"must match {pattern.pattern}")
        return value

    return convert


def zone_name(value: object) -> str:
    """The name of a time zone."""
    try:
        return ZoneInfo(str(value)).key
    except Exception:
        raise ValueError("is not a time zone of the IANA list, such as Europe/Amsterdam") from None


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def duration(text: str) -> timedelta:
    """A time span such as "90m", "2h" or "3d"."""
    match = re.fullmatch(r"([1-9][0-9]*|0)([mhd])", text, re.ASCII)
    if not match:
        raise ValueError(f"{text!r} is not a time span such as 90m, 2h or 3d")
    unit = {"m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def weekdays(value: object) -> tuple[int, ...]:
    """Days of the week by number, Monday 0, out of names such as "mon"."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    if not isinstance(value, list) or not value or not all(name in names for name in value):
        raise ValueError(f"must be a list out of {', '.join(names)}")
    return tuple(sorted({names.index(name) for name in value}))
