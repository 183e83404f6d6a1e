"""Whether a sum proves anything, or rows that have nothing to do with each other would have it too.

Of n rows up to k can be chosen in so many ways, and what is chosen adds up to something between
nothing and the k largest. So a target is met by chance about *ways × grain ÷ k largest* times. The
grain is how round the rows of the sum are: amounts in whole fives meet far more often than amounts
in cents, so only rows that are as round are counted, and each of them may be the target.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from heapq import nlargest
from math import comb

from include.reconciliation.group_sums import Group, Item

# What adds up in one way among so few rows is taken as it is.
ROWS_MAX = 5
CHANCE_MAX = Fraction(1, 100)


def is_chance(group: Group, rows: Collection[Item]) -> bool:
    """Whether the group proves nothing among all rows of its component."""
    if len(rows) <= ROWS_MAX:
        return False
    amounts = [item.amount_minor for item in group.items]
    return chance_sums(rows, len(amounts) - 1, grain(amounts)) > CHANCE_MAX


def chance_sums(rows: Iterable[Item], parts_max: int, grain_minor: int) -> Fraction:
    """How many sums of so many parts at most, as round as that, there would be by chance."""
    shapes = [row.shape for row in rows if row.amount_minor % grain_minor == 0]
    expected = Fraction(0)
    for target in shapes:
        parts = [
            abs(shape.amount_minor)
            for shape in shapes
            if shape.side != target.side and not shape.contradicts(target)
        ]
        if parts:
            ways = sum(comb(len(parts), number) for number in range(1, parts_max + 1))
            expected += Fraction(ways * grain_minor, sum(nlargest(parts_max, parts)))
    return expected


def grain(amounts_minor: Collection[int]) -> int:
    """The largest of 1, 5, 10, 50, 100 and so on that divides all of the amounts."""
    power = 1
    while not any(amount % (10 * power) for amount in amounts_minor):
        power *= 10
    return power if any(amount % (5 * power) for amount in amounts_minor) else 5 * power
