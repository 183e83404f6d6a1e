"""What a PSP may charge, as its entry declares it: the table `[psp.fees]`, and the fee it comes to.

A rule is for a currency, some types and some payment methods; its components are added up, between
a minimum and a maximum. Percentages are texts, amounts whole minor units: nothing here is a float.
The SQL of `include/sql/fees` computes the same for many lines, and must equal `expected_fee`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import NAME, TableReader, matching

# A percentage has up to six decimals: a rate is a whole number of hundred-millionths.
RATE_UNITS = 10**8
EVERY_METHOD = "*"
TYPES = ("payment", "refund", "chargeback", "reversal")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,6}))?", re.ASCII)
_WHOLE_MAX = 10**15


class Rounding(StrEnum):
    """How a fraction of a minor unit becomes a whole one; a fee is never negative."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    UP = "up"
    DOWN = "down"


class Rounds(StrEnum):
    """What is rounded: each component, or the rule's total."""

    COMPONENT = "component"
    TOTAL = "total"


class Base(StrEnum):
    """What a percentage is of: the gross, or what the components before it have left."""

    PARALLEL = "parallel"
    CASCADING = "cascading"


class TierBy(StrEnum):
    """What chooses a tier: the line's amount, or the month's volume before the line."""

    AMOUNT = "amount"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Tier:
    """A price up to an amount or a volume, itself included; the last one has no end."""

    rate: int
    flat_minor: int = 0
    up_to_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a fee; one tier without an end where its price is always the same."""

    tiers: tuple[Tier, ...]
    by: TierBy = TierBy.AMOUNT


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What is charged for lines of a currency, of some types and some payment methods."""

    name: str
    currency: str
    components: tuple[Component, ...]
    types: tuple[str, ...] = ("payment",)
    methods: tuple[str, ...] = (EVERY_METHOD,)
    minimum_minor: int = 0
    maximum_minor: int | None = None


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The rules of a PSP, and how their components are put together."""

    rules: tuple[FeeRule, ...]
    rounding: str = Rounding.HALF_UP
    rounds: str = Rounds.COMPONENT
    base: str = Base.PARALLEL
    other_methods: str = "refused"


def rounded(amount: Fraction, rounding: str) -> int:
    """A whole number of minor units; `amount` is 0 or more."""
    whole, rest = divmod(amount.numerator, amount.denominator)
    if rounding == Rounding.DOWN or not rest:
        return whole
    if rounding == Rounding.UP:
        return whole + 1
    twice = 2 * rest - amount.denominator
    if twice == 0:
        return whole + (whole % 2 if rounding == Rounding.HALF_EVEN else 1)
    return whole + (twice > 0)


def expected_fee(
    schedule: FeeSchedule, rule: FeeRule, gross_minor: int, volume_minor: int = 0
) -> int:
    """The fee in minor units; `volume_minor` is that of the month before the line, without sign."""
    gross = abs(gross_minor)
    total, left = Fraction(0), Fraction(gross)
    for component in rule.components:
        measure = gross if component.by == TierBy.AMOUNT else volume_minor
        tier = next(
            each
            for each in component.tiers
            if each.up_to_minor is None or measure <= each.up_to_minor
        )
        of = left if schedule.base == Base.CASCADING else Fraction(gross)
        part = of * tier.rate / RATE_UNITS + tier.flat_minor
        if schedule.rounds == Rounds.COMPONENT:
            part = Fraction(rounded(part, schedule.rounding))
        total += part
        # More than there is can't be taken twice.
        left = max(left - part, Fraction(0))
    fee = max(rounded(total, schedule.rounding), rule.minimum_minor)
    return fee if rule.maximum_minor is None else min(fee, rule.maximum_minor)


def as_rows(schedule: FeeSchedule) -> Iterator[dict[str, Any]]:
    """One row per rule, component and tier, for the SQL: both bounds of the tier are there."""
    for rule_number, rule in enumerate(schedule.rules, 1):
        for number, component in enumerate(rule.components, 1):
            above = None
            for tier in component.tiers:
                yield {
                    "rule_number": rule_number,
                    "component": number,
                    "tier_by": str(component.by),
                    "above_minor": above,
                    "up_to_minor": tier.up_to_minor,
                    "rate": tier.rate,
                    "flat_minor": tier.flat_minor,
                }
                above = tier.up_to_minor


def read_fee_schedule(
    entry: object, place: str, currencies: Collection[str]
) -> FeeSchedule | None:
    """The schedule; None without one. ConfigurationError names what lacks or contradicts."""
    if entry is None:
        return None
    reader = TableReader(entry, place)
    rules = tuple(
        _rule(table, f"{place}, rule {number}", currencies)
        for number, table in enumerate(reader.take("rule", list), 1)
    )
    schedule = FeeSchedule(
        rules=rules,
        rounding=reader.take("rounding", _one_of(tuple(Rounding))),
        rounds=reader.take("rounds", _one_of(tuple(Rounds))),
        base=reader.take("base", _one_of(tuple(Base))),
        other_methods=reader.take("other_methods", _one_of(("refused", "not_compared")), "refused"),
    )
    reader.finish()
    _refuse_contradictions(schedule, place)
    return schedule


def _refuse_contradictions(schedule: FeeSchedule, place: str) -> None:
    if not schedule.rules:
        raise ConfigurationError(f"{place}: a schedule needs at least one [[psp.fees.rule]]")
    taken: dict[tuple[str, str, str], str] = {}
    for rule in schedule.rules:
        if rule.name in set(taken.values()):
            raise ConfigurationError(f"{place}: two rules are named {rule.name!r}")
        for type_ in rule.types:
            for method in rule.methods:
                key = (rule.currency, type_, method)
                if key in taken:
                    raise ConfigurationError(
                        f"{place}: rules {taken[key]!r} and {rule.name!r} both price "
                        f"{type_} by {method} in {rule.currency}; take it out of one of them"
                    )
                taken[key] = rule.name
    if schedule.other_methods == "refused":
        for currency, type_ in sorted({key[:2] for key in taken}):
            if (currency, type_, EVERY_METHOD) not in taken:
                raise ConfigurationError(
                    f"{place}: no rule prices {type_} by other methods in {currency}; add one with "
                    f'methods = ["{EVERY_METHOD}"], or say other_methods = "not_compared"'
                )


def _rule(entry: object, place: str, currencies: Collection[str]) -> FeeRule:
    reader = TableReader(entry, place)
    name = reader.take("name", matching(NAME))
    reader.place = place = f"{place} ({name})"
    currency = reader.take("currency", str)
    if currency not in currencies:
        known = ", ".join(sorted(currencies))
        raise ConfigurationError(
            f"{place}: {currency!r} is no currency of this entry's limits; known: {known}"
        )
    components = tuple(
        _component(table, f"{place}, component {number}")
        for number, table in enumerate(reader.take("components", list), 1)
    )
    rule = FeeRule(
        name=name,
        currency=currency,
        components=components,
        types=_words(reader.take("types", list, ["payment"]), f"{place}, types", TYPES),
        methods=_words(reader.take("methods", list, [EVERY_METHOD]), f"{place}, methods"),
        minimum_minor=reader.take("minimum_minor", _minor, 0),
        maximum_minor=reader.take("maximum_minor", _minor, None),
    )
    reader.finish()
    if not components:
        raise ConfigurationError(f"{place}: components needs at least one price")
    if rule.maximum_minor is not None and rule.minimum_minor > rule.maximum_minor:
        raise ConfigurationError(f"{place}: minimum_minor lies above maximum_minor")
    return rule


def _component(entry: object, place: str) -> Component:
    reader = TableReader(entry, place)
    tables = reader.take("tiers", list, None)
    if tables is None:
        price = _price(reader)
        reader.finish()
        return Component((price,))
    by = reader.take("by", _one_of(tuple(TierBy)))
    reader.finish()
    tiers = []
    for number, table in enumerate(tables, 1):
        of_tier = TableReader(table, f"{place}, tier {number}")
        up_to = of_tier.take("up_to_minor", _minor, None)
        price = _price(of_tier)
        of_tier.finish()
        tiers.append(Tier(price.rate, price.flat_minor, up_to))
    ends = [tier.up_to_minor for tier in tiers]
    if not tiers or ends[-1] is not None:
        raise ConfigurationError(
            f"{place}: the last tier has up_to_minor, so what is above has no price: leave it out"
        )
    bounds = [end for end in ends[:-1] if end is not None]
    if len(bounds) < len(ends) - 1:
        raise ConfigurationError(f"{place}: each tier but the last needs up_to_minor")
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        raise ConfigurationError(f"{place}: up_to_minor must rise from tier to tier")
    return Component(tuple(tiers), by)


def _price(reader: TableReader) -> Tier:
    percent = reader.take("percent", _rate, None)
    flat_minor = reader.take("flat_minor", _minor, None)
    if percent is None and flat_minor is None:
        raise ConfigurationError(f"{reader.place}: a price needs percent, flat_minor or both")
    return Tier(percent or 0, flat_minor or 0)


def _rate(value: object) -> int:
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a text such as "1.4", with at most six decimals')
    rate = int(found[1]) * 10**6 + int((found[2] or "").ljust(6, "0"))
    if rate > RATE_UNITS:
        raise ValueError("must be at most 100")
    return rate


def _minor(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _WHOLE_MAX:
        raise ValueError(f"must be a whole number of minor units, 0 or more, up to {_WHOLE_MAX}")
    return value


def _one_of(words: Collection[str]) -> Any:
    def convert(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return value

    return convert


def _words(found: list[Any], place: str, known: Collection[str] | None = None) -> tuple[str, ...]:
    words = [word.lower() if isinstance(word, str) else word for word in found]
    if not words or len(set(words)) != len(words):
        raise ConfigurationError(f"{place}: expected at least one word, each once; found {found}")
    for word in words:
        if not isinstance(word, str) or not word or (known is not None and word not in known):
            expected = "a text" if known is None else f"one of {', '.join(known)}"
            raise ConfigurationError(f"{place}: expected {expected}; found {word!r}")
    return tuple(words)


def rules_of(schedule: FeeSchedule) -> Iterator[Mapping[str, Any]]:
    """One row per rule, type and method, for the SQL that finds the rule of a line."""
    for number, rule in enumerate(schedule.rules, 1):
        for type_ in rule.types:
            for method in rule.methods:
                yield {
                    "rule_number": number,
                    "rule": rule.name,
                    "currency": rule.currency,
                    "type": type_,
                    "method": method,
                    "minimum_minor": rule.minimum_minor,
                    "maximum_minor": rule.maximum_minor,
                }
