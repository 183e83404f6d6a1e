"""Tolerances: what a PSP's entry lets pass, per currency; without an entry nothing is.

A difference of amount, fee or tax is allowed up to a number of minor units, a share of the ledger's
value (rounded down), or the smaller of the two; one of dates up to a number of business days.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import TableReader

# 100 %, in parts per million.
WHOLE_PPM = 1_000_000
DAYS_MAX = 31
# How the match is called that a tolerance made, by what it absorbed: rows of one event, the rest of
# a payment; a match that another rule made may have absorbed a fee, a tax or days beside.
RULES = {
    "amount_within_tolerance": "amount",
    "totals_within_tolerance": "amount",
    "fee_within_tolerance": "fee",
    "tax_within_tolerance": "tax",
    "date_within_tolerance": "date",
}
# How the match of captures is called that exceed their authorisation as far as is declared.
OVER_CAPTURE = "declared_over_capture"
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far statement and ledger may be apart: minor units, parts per million, or the smaller."""

    minor: int | None = None
    ppm: int | None = None

    def words(self) -> str:
        """The criteria for people, such as "at most 50 minor units and 1 %"."""
        parts = [] if self.minor is None else [_counted(self.minor, "minor unit")]
        if self.ppm is not None:
            whole, rest = divmod(self.ppm, WHOLE_PPM // 100)
            fraction = f"{rest:04d}".rstrip("0")
            parts.append(f"{whole}{'.' if fraction else ''}{fraction} %")
        return f"at most {' and '.join(parts)}"


@dataclass(frozen=True, slots=True)
class DateTolerance:
    """How many business days the statement may be early or late."""

    business_days: int

    def words(self) -> str:
        """The criteria for people."""
        return f"at most {_counted(self.business_days, 'business day')}"


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What is tolerated in one currency."""

    amount: Tolerance | None = None
    fee: Tolerance | None = None
    tax: Tolerance | None = None
    date: DateTolerance | None = None


def read_tolerances(
    entry: Mapping[str, Any], place: str, currencies: Collection[str]
) -> dict[str, Tolerances]:
    """The tolerances by currency; ConfigurationError names the path of what is wrong."""
    return {
        currency: _of_currency(table, f"{place}.{currency}")
        for currency, table in _by_currency(entry, place, currencies)
    }


def read_over_capture(
    entry: Mapping[str, Any], place: str, currencies: Collection[str]
) -> dict[str, Tolerance]:
    """How far captures may exceed their authorisation, by currency; ConfigurationError likewise."""
    return {
        currency: _tolerance(table, f"{place}.{currency}")
        for currency, table in _by_currency(entry, place, currencies)
    }


def _by_currency(
    entry: Mapping[str, Any], place: str, currencies: Collection[str]
) -> Iterator[tuple[str, Any]]:
    for currency, table in entry.items():
        if currency not in currencies:
            known = ", ".join(sorted(currencies))
            raise ConfigurationError(
                f"{place}: {currency!r} is no currency of this entry's limits; known: {known}"
            )
        yield currency, table


def rule_versions(tolerances: Mapping[str, Tolerances], matcher_version: str) -> dict[str, str]:
    """The version of each rule that tolerates: the matcher's, and the criteria per currency."""
    return {
        rule: rule_version(criteria, matcher_version)
        for rule in RULES
        if (criteria := _criteria(tolerances, rule))
    }


def rule_version(criteria: Mapping[str, Tolerance | DateTolerance], matcher_version: str) -> str:
    """The version of one rule: the matcher's, and its criteria per currency."""
    words = (f"{currency} {criterion.words()}" for currency, criterion in sorted(criteria.items()))
    return f"{matcher_version}: {'; '.join(words)}"


def as_rows(
    tolerances: Mapping[str, Tolerances], matcher_version: str
) -> list[dict[str, str | int | None]]:
    """One row per rule and currency, for the SQL that applies them."""
    return [
        row
        for rule in RULES
        for row in rows_of_rule(rule, _criteria(tolerances, rule), matcher_version)
    ]


def rows_of_rule(
    rule: str, criteria: Mapping[str, Tolerance | DateTolerance], matcher_version: str
) -> list[dict[str, str | int | None]]:
    """One row per currency of one rule, for the SQL that applies it."""
    return [
        {
            "rule": rule,
            "rule_version": rule_version(criteria, matcher_version),
            "currency": currency,
            "minor": getattr(criterion, "minor", None),
            "ppm": getattr(criterion, "ppm", None),
            "business_days": getattr(criterion, "business_days", None),
        }
        for currency, criterion in sorted(criteria.items())
    ]


def _criteria(
    tolerances: Mapping[str, Tolerances], rule: str
) -> dict[str, Tolerance | DateTolerance]:
    return {
        currency: criterion
        for currency, of_currency in tolerances.items()
        if (criterion := getattr(of_currency, RULES[rule])) is not None
    }


def longest_days(tolerances: Mapping[str, Tolerances]) -> int:
    """The most business days that any currency tolerates; 0 where dates are not tolerated."""
    return max((of.date.business_days for of in tolerances.values() if of.date), default=0)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _of_currency(table: object, place: str) -> Tolerances:
    reader = TableReader(table, place)
    parts = {
        part: None if table is None else _tolerance(table, f"{place}.{part}")
        for part in ("amount", "fee", "tax")
        for table in [reader.take(part, dict, None)]
    }
    days = reader.take("date", dict, None)
    tolerances = Tolerances(**parts, date=_date(days, f"{place}.date"))
    reader.finish()
    if tolerances == Tolerances():
        known = ", ".join(field.name for field in fields(Tolerances))
        raise ConfigurationError(f"{place}: says nothing; give one of {known}, or leave it out")
    return tolerances


def _tolerance(table: object, place: str) -> Tolerance:
    reader = TableReader(table, place)
    tolerance = Tolerance(
        minor=reader.take("minor", _minor, None), ppm=reader.take("percent", _ppm, None)
    )
    reader.finish()
    if tolerance == Tolerance():
        raise ConfigurationError(f"{place}: a tolerance needs 'minor', 'percent', or both")
    return tolerance


def _date(table: object, place: str) -> DateTolerance | None:
    if table is None:
        return None
    reader = TableReader(table, place)
    tolerance = DateTolerance(reader.take("business_days", _days))
    reader.finish()
    return tolerance


def _minor(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("must be a whole number of minor units, 1 or more")
    return value


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= DAYS_MAX:
        raise ValueError(f"must be a whole number of business days, from 1 to {DAYS_MAX}")
    return value


def _ppm(value: object) -> int:
    """Parts per million of a percentage such as "0.25": a text, since a float is not exact."""
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('must be a text such as "0.25", with at most 4 decimals')
    ppm = int(match[1]) * (WHOLE_PPM // 100) + int((match[2] or "").ljust(4, "0"))
    if not 0 < ppm < WHOLE_PPM:
        raise ValueError("must be more than 0 and less than 100")
    return ppm
