"""Fifty seeds through the real steps: all that is planted is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.reconciliation.lab.catalogue import KINDS
from include.reconciliation.lab.history import make_history
from include.reconciliation.lab.pack import pack
from include.reconciliation.lab.plan import cases, plan
from include.reconciliation.lab.shrink import smallest
from include.reconciliation.lab.trial import outcome, ran, try_plans
from include.reconciliation.local.server import Server


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_seeds_report_all_that_is_planted_and_nothing_else(server: Server) -> None:
    counted = try_plans(server, [plan(seed) for seed in range(50)])

    assert {} == counted.problems
    assert counted.planted == counted.found
    assert counted.planted.total() > 80
    assert 10 == counted.clean_seeds
    assert counted.batches > 0
    assert {"right", "none"} == {verdict for _, verdict in counted.causes}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_seed_says_the_same_alone_as_packed(server: Server) -> None:
    """A fault of a payment, and a gap, whose exposure is a sum over the seeds of a pack."""
    for name in ("early", "statement_missing"):
        alone = next(planned for planned in map(plan, range(500)) if name in planned.faults)
        counted = try_plans(server, [alone])
        assert {} == counted.problems
        assert counted.planted.total() > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_payment_alone_is_in_order_though_a_window_has_none(server: Server) -> None:
    """Else what fails would shrink to a history in which nothing is wrong."""
    whole = plan(1)
    alone = replace(whole, parts=whole.parts[-1:])

    assert {} == try_plans(server, [alone]).problems


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_label_that_is_not_true_fails(server: Server) -> None:
    """The canary: a lab that could not fail would be worth nothing."""
    (true,) = pack([make_history(plan(16))])
    (seed, label), *others = true.labels
    lied = replace(label, delta_minor=label.delta_minor + 1)

    false = replace(true, labels=((seed, lied), *others))
    with ran(server, [false]) as warehouse:
        counted = outcome(warehouse, [false])

    assert not counted.is_exact
    assert [16] == list(counted.problems)
    assert 1 == counted.wrong.total() == counted.planted.total() - counted.found.total()


def test_a_history_that_fails_shrinks_to_the_payment_that_does() -> None:
    whole = plan(7)
    assert len(whole.parts) > 2
    lied = next(part for part in whole.parts if part.faults)

    def fails(plans: tuple[object, ...]) -> bool:
        tries.append(plans)
        return any(lied in plan.parts for plan in plans)  # type: ignore[attr-defined]

    tries: list[object] = []
    (left,) = smallest([whole], fails)

    assert (lied,) == left.parts


def test_the_same_seed_makes_the_same_history() -> None:
    for seed in range(20):
        assert make_history(plan(seed)) == make_history(plan(seed))


def test_a_part_less_leaves_the_others_as_they_are() -> None:
    whole = plan(7)
    fewer = whole.without(whole.parts[0])

    kept = make_history(fewer)
    changes = [change for story in make_history(whole).stories.values() for change in story.changes]

    assert all(change in changes for story in kept.stories.values() for change in story.changes)


def test_every_pair_of_kind_format_and_decimals_is_a_case() -> None:
    planted = cases()

    for kind in KINDS:
        for format_name in kind.formats:
            assert any(case[:2] == (kind.name, format_name) for case in planted)
        if kind.formats:
            for exponent in kind.exponents:
                assert any((case[0], case[2]) == (kind.name, exponent) for case in planted)


def test_every_case_comes_with_the_seeds() -> None:
    planted = {
        (planned.parts[0].faults[0], planned.format)
        for planned in map(plan, range(2 * len(cases()) * 5 // 4))
        if planned.faults
    }

    assert {case[:2] for case in cases()} <= planted


def test_every_kind_of_the_programme_is_planted_somewhere() -> None:
    assert [] == [kind.name for kind in KINDS if not kind.formats]
    assert 48 == sum(kind.is_of_programme for kind in KINDS)
    assert 4 == sum(kind.is_harmless for kind in KINDS)
