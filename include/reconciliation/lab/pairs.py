"""All pairs: the fewest cases, found greedily, in which every two values of two dimensions meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

Case = tuple[object, ...]


def all_pairs(
    dimensions: Sequence[Sequence[object]], is_possible: Callable[[Case], bool]
) -> list[Case]:
    """Cases that cover every pair that some possible case has, the same ones each time.

    `dimensions` are the values of each dimension, by position of a case. Every case is possible.
    Greedy: of all possible cases the one that has most pairs which no case has yet, the first of
    equals.
    """
    possible = [case for case in _product(dimensions) if is_possible(case)]
    open_pairs = {pair for case in possible for pair in _pairs(case)}
    # A case has C(n, 2) pairs; few are better than all, so looking for that many ends the search.
    most = len(list(combinations(dimensions, 2)))
    chosen: list[Case] = []
    rest = possible
    while open_pairs:
        best, best_new = rest[0], -1
        useful = []
        for case in rest:
            new = sum(pair in open_pairs for pair in _pairs(case))
            if new:
                useful.append(case)
            if new > best_new:
                best, best_new = case, new
                if new == most:
                    useful.extend(rest[rest.index(case) + 1 :])
                    break
        chosen.append(best)
        open_pairs.difference_update(_pairs(best))
        rest = [case for case in useful if case != best]
    return chosen


def _pairs(case: Case) -> list[tuple[tuple[int, object], tuple[int, object]]]:
    return list(combinations(enumerate(case), 2))


def _product(dimensions: Sequence[Sequence[object]]) -> list[Case]:
    cases: list[Case] = [()]
    for values in dimensions:
        cases = [(*case, value) for case in cases for value in values]
    return cases
