"""The smallest history that still fails: seeds, payments and faults are dropped one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from include.reconciliation.lab.plan import Plan

Plans = tuple[Plan, ...]


def smallest(plans: Sequence[Plan], fails: Callable[[Plans], bool], *, tries: int = 60) -> Plans:
    """The plans, with as few seeds, parts and faults as still fail; at most so many tries.

    Halves of the seeds go first. What is returned has failed.
    """
    current = tuple(plans)
    left = tries
    while True:
        for candidate in _smaller(current):
            if left == 0:
                return current
            left -= 1
            if fails(candidate):
                current = candidate
                break
        else:
            return current


def _smaller(plans: Plans) -> Iterator[Plans]:
    if len(plans) > 1:
        half = len(plans) // 2
        yield plans[:half]
        yield plans[half:]
    if 1 < len(plans) <= 8:
        for plan in plans:
            yield tuple(other for other in plans if other != plan)
    if len(plans) > 2:
        return
    for place, plan in enumerate(plans):
        for fewer in _fewer(plan):
            yield (*plans[:place], fewer, *plans[place + 1 :])


def _fewer(plan: Plan) -> Iterator[Plan]:
    for part in plan.parts:
        if len(plan.parts) > 1:
            yield plan.without(part)
    for part in plan.parts:
        if len(part.faults) > 1:
            for fault in part.faults:
                yield plan.with_fewer(part, fault)
