"""Reference rates that settlements are held against: the table `[psp.exchange_rates]` and its file.

The file is a CSV with the columns source, date, pair and rate: `ECB,2026-03-02,EUR/USD,1.0850` says
that one EUR is 1.0850 USD. A rate is a text of decimals, and its last one says how exact it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import TableReader

COLUMNS = ["source", "date", "pair", "rate"]
_PAIR = re.compile(r"([A-Z]{3})/([A-Z]{3})", re.ASCII)
_RATE = re.compile(r"(?=.*[1-9])[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_BASIS_POINTS_MAX = 10_000
_DAYS_BACK_MAX = 31
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Which rates, how far a settlement may be from them, and the hash of the file as read."""

    file: str
    source: str
    tolerance_basis_points: int
    days_back: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """One `base` is `rate` of `quote` on that day."""

    day: date
    base: str
    quote: str
    rate: str


def read_exchange_rates(
    entry: object, place: str, bytes_of: Callable[[str], bytes]
) -> ExchangeRates | None:
    """The table's content; None without one.

    `bytes_of` reads a file beside the configuration. ConfigurationError names key, row and column.
    """
    if entry is None:
        return None
    reader = TableReader(entry, place)
    file = reader.take("file", _file_name)
    source = reader.take("source", str)
    try:
        content = bytes_of(file)
    except OSError as error:
        raise ConfigurationError(f"{place}: {file} can't be read: {error.strerror}") from None
    found = ExchangeRates(
        file=file,
        source=source,
        tolerance_basis_points=reader.take("tolerance_basis_points", _up_to(_BASIS_POINTS_MAX)),
        days_back=reader.take("days_back", _up_to(_DAYS_BACK_MAX), 4),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    reader.finish()
    if not list(reference_rates(content, file, source)):
        raise ConfigurationError(f"{place}: {file} has no rate of source {source!r}")
    return found


def reference_rates(content: bytes, file: str, source: str) -> Iterator[ReferenceRate]:
    """The rates of a source, as they stand; ConfigurationError names the row and the column."""
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = next(rows, [])
        if header != COLUMNS:
            expected = ",".join(COLUMNS)
            raise ConfigurationError(f"{file}: expected the header {expected}; found {header}")
        known: dict[tuple[date, frozenset[str]], int] = {}
        for number, row in enumerate(rows, 2):
            rate = _rate(row, f"{file} row {number}")
            if row[0] != source:
                continue
            key = (rate.day, frozenset((rate.base, rate.quote)))
            if key in known:
                raise ConfigurationError(
                    f"{file} row {number}: {row[2]} of {row[1]} is in row {known[key]} already"
                )
            known[key] = number
            yield rate
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{file}: no CSV in UTF-8: {error}") from None


def _rate(row: list[str], place: str) -> ReferenceRate:
    if len(row) != len(COLUMNS):
        raise ConfigurationError(f"{place}: expected {len(COLUMNS)} columns; found {len(row)}")
    _, day, pair, rate = row
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise ConfigurationError(f"{place}, date: expected 2026-03-02; found {day!r}") from None
    currencies = _PAIR.fullmatch(pair)
    if currencies is None or currencies[1] == currencies[2]:
        raise ConfigurationError(f"{place}, pair: expected two as EUR/USD; found {pair!r}")
    if not _RATE.fullmatch(rate):
        raise ConfigurationError(
            f"{place}, rate: expected decimals above 0, at most 12 behind the point; found {rate!r}"
        )
    return ReferenceRate(on, currencies[1], currencies[2], rate)


def _file_name(value: object) -> str:
    if not isinstance(value, str) or not _FILE.fullmatch(value):
        raise ValueError("must be the name of a file beside the configuration")
    return value


def _up_to(most: int) -> Callable[[object], int]:
    def convert(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise ValueError(f"must be a whole number from 0 to {most}")
        return value

    return convert
