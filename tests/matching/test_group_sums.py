"""Which lines add up to which ledger rows, where no reference says so: the pure search."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from include.reconciliation import group_sums
from include.reconciliation.group_sums import (
    ITEMS_MAX,
    SHOWN_MAX,
    Answer,
    Group,
    Item,
    decide,
)
from include.reconciliation.sum_search import Side

Amounts = tuple[tuple[int, ...], tuple[int, ...]]


def rows_of(
    lines: Iterable[int | dict[str, object]], ledger_rows: Iterable[int | dict[str, object]]
) -> list[Item]:
    """Items of two sides; each is an amount, or an amount with references."""
    sides = chain(
        ((Side.STATEMENT, row) for row in lines), ((Side.LEDGER, row) for row in ledger_rows)
    )
    return [
        Item(place, side, **({"amount_minor": row} if isinstance(row, int) else row))  # type: ignore[arg-type]
        for place, (side, row) in enumerate(sides)
    ]


def amounts(group: Group) -> Amounts:
    """A group by its amounts: lines, ledger rows."""
    return (
        tuple(item.amount_minor for item in group.lines),
        tuple(item.amount_minor for item in group.ledger_rows),
    )


def matched(answer: Answer) -> list[Amounts]:
    return sorted(amounts(group) for group in answer.matches)


def test_two_ways_to_make_a_hundred_and_twenty_are_ambiguous() -> None:
    answer = decide(rows_of([120], [40, 50, 70, 80]))

    (ambiguity,) = answer.ambiguities
    assert ([], 2) == (matched(answer), ambiguity.groups_count)
    assert [((120,), (40, 80)), ((120,), (50, 70))] == sorted(map(amounts, ambiguity.groups))
    assert [120, 40, 50, 70, 80] == [item.amount_minor for item in ambiguity.members]


def test_the_only_way_to_make_a_hundred_and_twenty_is_a_match() -> None:
    answer = decide(rows_of([120], [40, 50, 80, 90]))

    assert Answer(matches=answer.matches) == answer
    assert [((120,), (40, 80))] == matched(answer)


def test_a_refund_is_a_negative_part() -> None:
    assert [((90,), (100, -10))] == matched(decide(rows_of([90], [100, -10])))


def test_several_lines_add_up_to_one_ledger_row() -> None:
    assert [((30, 70), (100,))] == matched(decide(rows_of([30, 70, 45], [100])))


def test_of_two_equal_lines_for_one_row_the_first_is_taken_and_the_other_stays_open() -> None:
    answer = decide(rows_of([100, 100], [100]))

    assert [[0, 2]] == [[item.place for item in group.items] for group in answer.matches]
    assert () == answer.ambiguities


def test_two_lines_of_different_payments_for_one_row_are_ambiguous() -> None:
    lines = [{"amount_minor": 100, "payment": name} for name in ("P1", "P2")]

    answer = decide(rows_of(lines, [100]))

    assert ((), 2) == (answer.matches, answer.ambiguities[0].groups_count)


def test_two_payments_for_two_equal_rows_leave_nothing_open_so_each_has_its_own() -> None:
    lines = [{"amount_minor": 100, "payment": name} for name in ("P1", "P2")]

    assert [((100,), (100,))] * 2 == matched(decide(rows_of(lines, [100, 100])))


def test_where_only_the_pairing_is_uncertain_the_rows_are_one_match_together() -> None:
    lines = [{"amount_minor": 100, "payment": name} for name in ("P1", "P2")]
    ledger_rows = [{"amount_minor": 100, "event": name} for name in ("E1", "E2")]

    assert [((100, 100), (100, 100))] == matched(decide(rows_of(lines, ledger_rows)))


def test_two_sums_that_share_nothing_are_two_matches() -> None:
    assert [((30,), (10, 20)), ((500,), (100, 400))] == matched(
        decide(rows_of([30, 500], [10, 20, 100, 400]))
    )


def test_a_sum_that_competes_with_a_pair_is_ambiguous() -> None:
    answer = decide(rows_of([10, 20], [10, 20, 30]))

    assert ((), 3) == (answer.matches, answer.ambiguities[0].groups_count)


def test_what_cancels_out_on_one_side_is_no_second_answer() -> None:
    assert [((120,), (40, 80))] == matched(decide(rows_of([120], [40, 80, 100, -100])))


def test_rows_that_name_different_payments_do_not_add_up() -> None:
    line = {"amount_minor": 100, "payment": "P1"}
    named = [{"amount_minor": amount, "payment": "P2"} for amount in (40, 60)]

    assert Answer() == decide(rows_of([line], named))
    assert [((100,), (40, 60))] == matched(decide(rows_of([line], [40, 60])))


def test_rows_that_name_different_orders_do_not_add_up() -> None:
    line = {"amount_minor": 100, "order": "order-1"}

    assert Answer() == decide(rows_of([line], [{"amount_minor": 100, "order": "order-2"}]))
    assert [((100,), (100,))] == matched(
        decide(rows_of([line], [{"amount_minor": 100, "order": "order-1"}]))
    )


def test_a_refund_and_a_chargeback_of_one_amount_are_two_events() -> None:
    answer = decide(
        rows_of(
            [{"amount_minor": -100, "type": "chargeback"}],
            [{"amount_minor": -100, "type": "refund"}],
        )
    )

    assert Answer() == answer


def test_where_nothing_adds_up_the_nearest_miss_is_told() -> None:
    nearest = decide(rows_of([120], [40, 75, 300])).nearest

    assert nearest is not None
    assert (((120,), (40, 75)), 5) == (amounts(nearest.group), nearest.difference_minor)


def test_the_nearest_miss_of_a_ledger_row_has_the_sign_of_statement_minus_ledger() -> None:
    nearest = decide(rows_of([40, 75], [120])).nearest

    assert nearest is not None
    assert (((40, 75), (120,)), -5) == (amounts(nearest.group), nearest.difference_minor)


def test_what_is_off_by_half_is_no_near_miss() -> None:
    assert Answer() == decide(rows_of([100], [50, 200]))


def test_more_rows_than_the_bound_are_left_alone() -> None:
    rows = rows_of([1000], [1] * ITEMS_MAX)

    assert Answer(is_past_bound=True) == decide(rows)
    assert not decide(rows[:-1]).is_past_bound


def test_more_sums_than_the_bound_are_left_alone() -> None:
    assert Answer(is_past_bound=True) == decide(rows_of([66], range(1, 24)))


def test_two_solutions_that_differ_are_enough_to_know_that_four_groups_are_ambiguous(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer takes eight states; to try a third solution would take eleven."""
    monkeypatch.setattr(group_sums, "STATES_MAX", 8)

    answer = decide(rows_of([120], [51, 69, 52, 68, 53, 67, 54, 66]))

    assert (4, False) == (answer.ambiguities[0].groups_count, answer.is_past_bound)


def test_ambiguous_groups_are_shown_up_to_a_number_and_counted_all() -> None:
    rows = [{"amount_minor": 10, "event": f"E{number:02d}"} for number in range(20)]

    (ambiguity,) = decide(rows_of([100], rows)).ambiguities

    assert (SHOWN_MAX, 184_756) == (len(ambiguity.groups), ambiguity.groups_count)


def test_an_amount_of_zero_takes_no_part() -> None:
    assert [((100,), (100,))] == matched(decide(rows_of([100, 0], [100, 0])))


def test_a_thousand_components_of_twenty_four_take_less_than_six_seconds() -> None:
    source = random.Random(24)
    components = []
    for _ in range(1000):
        row_amounts = [source.randrange(100, 1_000_000) for _ in range(ITEMS_MAX)]
        lines = source.randrange(1, ITEMS_MAX)
        components.append(rows_of(row_amounts[:lines], row_amounts[lines:]))

    began = time.process_time()
    for component in components:
        decide(component)

    assert time.process_time() - began < 6


# --- Against a search that tries everything ------------------------------------------------------


def likeness(item: Item) -> tuple[str, int, str, str, str, str]:
    names = (item.payment or "", item.order or "", item.event or "")
    return (item.side, item.amount_minor, item.type, *names)


def may_go_together(item: Item, other: Item) -> bool:
    return not (item.payment and other.payment) and (
        not (item.order and other.order) or item.order == other.order
    )


def every_group(items: Sequence[Item]) -> list[frozenset[Item]]:
    """One row and others of the other side, of its sum, that hold no smaller such set."""
    found = set()
    for one in items:
        others = [item for item in items if item.side != one.side and may_go_together(one, item)]
        fitting = [
            frozenset(parts)
            for size in range(1, len(others) + 1)
            for parts in combinations(others, size)
            if sum(part.amount_minor for part in parts) == one.amount_minor
        ]
        for parts in fitting:
            is_smallest = not any(smaller < parts for smaller in fitting)
            is_of_two_types = len(parts) == 1 and next(iter(parts)).type != one.type
            if is_smallest and not is_of_two_types:
                found.add(parts | {one})
    return list(found)


def solutions(
    groups: Sequence[frozenset[Item]], taken: frozenset[Item]
) -> Iterator[frozenset[Item]]:
    """What each maximal set of disjoint groups clears."""
    free = [group for group in groups if not group & taken]
    if not free:
        yield taken
    for place, group in enumerate(free):
        # A solution that leaves the first free group out holds one that competes with it.
        if place == 0 or group & free[0]:
            yield from solutions(free, taken | group)


def tried(items: Sequence[Item]) -> tuple[Counter[object], set[Item]]:
    """What is cleared, by likeness, and which rows are in an ambiguity."""
    clusters: list[tuple[set[Item], list[frozenset[Item]]]] = []
    for group in every_group(items):
        members, groups = set(group), [group]
        for cluster in [one for one in clusters if one[0] & group]:
            clusters.remove(cluster)
            members |= cluster[0]
            groups += cluster[1]
        clusters.append((members, groups))
    cleared: Counter[object] = Counter()
    ambiguous: set[Item] = set()
    for members, groups in clusters:
        rests = {
            tuple(sorted(likeness(item) for item in members - solution))
            for solution in solutions(groups, frozenset())
        }
        if len(rests) > 1:
            ambiguous |= members
        else:
            cleared += Counter(map(likeness, members)) - Counter(rests.pop())
    return cleared, ambiguous


ITEMS = some.lists(
    some.builds(
        Item,
        place=some.just(0),
        side=some.sampled_from(Side),
        amount_minor=some.integers(-4, 9).filter(bool),
        type=some.sampled_from(["payment", "refund"]),
        payment=some.sampled_from([None, None, "P1", "P2"]),
        order=some.sampled_from([None, None, None, "O1", "O2"]),
        event=some.sampled_from([None, None, "E1"]),
    ),
    max_size=8,
).map(
    lambda items: [
        Item(n, i.side, i.amount_minor, i.type, i.payment, i.order, i.event)
        for n, i in enumerate(items)
    ]
)


@settings(max_examples=1500, deadline=None)
@given(items=ITEMS)
def test_the_answer_is_that_of_a_search_that_tries_everything(items: list[Item]) -> None:
    answer = decide(items)

    cleared = Counter(likeness(item) for group in answer.matches for item in group.items)
    ambiguous = {item for found in answer.ambiguities for item in found.members}
    assert not answer.is_past_bound
    assert tried(items) == (cleared, ambiguous)


@settings(max_examples=300, deadline=None)
@given(items=ITEMS, shuffled=some.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_changes_the_answer(
    items: list[Item], shuffled: random.Random
) -> None:
    others = list(items)
    shuffled.shuffle(others)

    assert decide(items) == decide(others)


@settings(max_examples=300, deadline=None)
@given(items=ITEMS)
def test_every_match_is_a_sum_of_rows_that_are_in_no_other(items: list[Item]) -> None:
    answer = decide(items)

    members = [item for group in answer.matches for item in group.items]
    assert len(set(members)) == len(members)
    for group in answer.matches:
        assert group.lines and group.ledger_rows
        assert sum(i.amount_minor for i in group.lines) == sum(
            i.amount_minor for i in group.ledger_rows
        )


@settings(max_examples=300, deadline=None)
@given(items=ITEMS)
def test_mirrored_sides_and_signs_give_the_mirrored_answer(items: list[Item]) -> None:
    other = {Side.STATEMENT: Side.LEDGER, Side.LEDGER: Side.STATEMENT}
    mirrored = [
        Item(i.place, other[i.side], -i.amount_minor, i.type, i.payment, i.order, i.event)
        for i in items
    ]

    answer, mirror = decide(items), decide(mirrored)

    cleared = {item.place for group in answer.matches for item in group.items}
    assert cleared == {item.place for group in mirror.matches for item in group.items}
