"""What one seed plants, in which format and currency: a function of the seed alone.

Every fifth seed is a clean history. The others go through all pairs of fault kind, format and
decimals of the currency in turn, and add kinds by chance, and several on one payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from include.reconciliation.demo.streams import stream
from include.reconciliation.lab.catalogue import (
    BY_NAME,
    EXPONENTS,
    FORMATS,
    KINDS,
    OF_PAYMENTS,
    FaultKind,
)
from include.reconciliation.lab.compounds import MEMBERS
from include.reconciliation.lab.pairs import all_pairs
from include.reconciliation.lab.weeks import WEEKS, Week

CURRENCIES = {0: "JPY", 2: "EUR", 3: "KWD"}
CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Part:
    """One payment or a few, with a stream of their own: clean, one fault, or several on one."""

    number: int
    faults: tuple[str, ...]
    # Whether several faults are, or were before one was left out, on one payment.
    is_compound: bool = False

    @property
    def name(self) -> str:
        """What names its stream; dropping another part, or another fault, does not change it."""
        return f"part {self.number}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The history of one seed, before it is made."""

    seed: int
    format: str
    week: Week
    currency: str
    parts: tuple[Part, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What is planted, in order."""
        return tuple(fault for part in self.parts for fault in part.faults)

    def without(self, part: Part) -> Plan:
        """The same but for one part."""
        return replace(self, parts=tuple(other for other in self.parts if other != part))

    def with_fewer(self, part: Part, fault: str) -> Plan:
        """The same but for one of several faults of a part."""
        fewer = replace(part, faults=tuple(name for name in part.faults if name != fault))
        parts = tuple(fewer if other == part else other for other in self.parts)
        return replace(self, parts=parts)


def plan(seed: int, *, is_clean: bool = False) -> Plan:
    """What that seed plants."""
    numbers = stream(seed, "plan")
    clean_parts = numbers.randint(2, 4)
    number = None if is_clean else _case_of(seed)
    if number is None:
        format_name = numbers.choice(OF_PAYMENTS)
        currency = CURRENCIES[numbers.choice(EXPONENTS)]
        week = numbers.choice(WEEKS)
        return Plan(seed, format_name, week, currency, _parts([()] * clean_parts))
    rows = cases()
    kind, format_name, exponent = rows[number]
    week = numbers.choice(BY_NAME[kind].weeks)
    chosen: list[tuple[str, ...]] = [(kind,)]
    if format_name in OF_PAYMENTS:
        if numbers.randrange(10) < 4:
            chosen.append(_several(numbers.randint(2, 5), format_name, seed))
        if numbers.randrange(10) < 3:
            chosen.append((numbers.choice(_others(format_name, exponent, week)),))
        chosen += [()] * clean_parts
    return Plan(seed, format_name, week, CURRENCIES[exponent], _parts(chosen))


def _parts(chosen: Sequence[tuple[str, ...]]) -> tuple[Part, ...]:
    return tuple(
        Part(number, names, is_compound=len(names) > 1) for number, names in enumerate(chosen)
    )


def _others(format_name: str, exponent: int, week: Week) -> list[str]:
    """The kinds that can be planted beside another one, in the account that all share."""
    return [
        other.name
        for other in KINDS
        if format_name in other.formats
        and exponent in other.exponents
        and week in other.weeks
        and other.account is None
    ]


def cases_of(seeds: Iterable[int]) -> set[int]:
    """The numbers of the cases that these seeds try."""
    return {number for seed in seeds if (number := _case_of(seed)) is not None}


def _case_of(seed: int) -> int | None:
    """The number of a seed's case; None for every fifth seed, in which nothing is wrong."""
    return None if seed % 5 == 4 else (seed // 5 * 4 + seed % 5) % len(cases())


@cache
def cases() -> tuple[tuple[str, str, int], ...]:
    """All pairs of kind, format and decimals that there can be."""
    found = all_pairs(
        [[kind.name for kind in KINDS], list(FORMATS), list(EXPONENTS)],
        lambda case: _is_possible(BY_NAME[str(case[0])], str(case[1]), cast(int, case[2])),
    )
    return tuple(cast("list[tuple[str, str, int]]", found))


def _is_possible(kind: FaultKind, format_name: str, exponent: int) -> bool:
    return format_name in kind.formats and exponent in kind.exponents


def _several(count: int, format_name: str, seed: int) -> tuple[str, ...]:
    """So many faults that can meet on one payment, each of another aspect or event."""
    numbers = stream(seed, "several")
    groups = [
        [name for name in group if format_name in BY_NAME[name].formats] for group in MEMBERS
    ]
    filled = [group for group in groups if group]
    picked = numbers.sample(range(len(filled)), min(count, len(filled)))
    return tuple(numbers.choice(filled[place]) for place in sorted(picked))
