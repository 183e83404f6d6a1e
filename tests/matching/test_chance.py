"""Whether a sum that fits alone proves anything among so many rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest

from include.reconciliation.chance import CHANCE_MAX, chance_sums, grain, is_chance
from include.reconciliation.group_sums import Item, decide
from include.reconciliation.sum_search import Side

Amount = Callable[[random.Random], int]


def rows_of(lines: Sequence[int], ledger_rows: Sequence[int]) -> list[Item]:
    """Lines that name their payments, and ledger rows that name none."""
    return [
        Item(place, Side.STATEMENT, amount_minor, payment=f"P{place}")
        for place, amount_minor in enumerate(lines)
    ] + [
        Item(len(lines) + place, Side.LEDGER, amount_minor)
        for place, amount_minor in enumerate(ledger_rows)
    ]


def taken(rows: Sequence[Item]) -> list[set[int]]:
    """The places of each sum that is taken as proved."""
    return [
        {item.place for item in group.items}
        for group in decide(rows).matches
        if not is_chance(group, rows)
    ]


def in_cents(numbers: random.Random) -> int:
    return int(10 ** numbers.uniform(2.7, 4.7))


def in_fives(numbers: random.Random) -> int:
    return numbers.randrange(1, 60) * 500


@pytest.mark.parametrize(
    ("amounts_minor", "expected"),
    [
        ([12_000, 4_000, 8_000], 1_000),
        ([12_500, 500], 500),
        ([1_215, 35], 5),
        ([12_345, 6_172, 6_173], 1),
        ([-1_000, 10_000, 9_000], 1_000),
    ],
)
def test_the_grain_is_the_roundest_number_that_divides_all(
    amounts_minor: list[int], expected: int
) -> None:
    assert expected == grain(amounts_minor)


def test_chance_sums_are_the_ways_to_choose_by_the_room_for_their_sums() -> None:
    rows = rows_of([120], [40, 50, 70, 80])

    # For the line 4 single rows and 6 pairs of at most 150; for each row the one line of 120.
    assert Fraction(10, 150) + 4 * Fraction(1, 120) == chance_sums(rows, 2, 1)


def test_rows_that_are_less_round_or_name_another_payment_are_no_choice() -> None:
    rows = [*rows_of([1_000], [400, 600, 601]), Item(9, Side.LEDGER, 300, payment="P9")]

    assert Fraction(3 * 100, 1_000) + 2 * Fraction(100, 1_000) == chance_sums(rows, 2, 100)


def test_the_only_sum_among_five_rows_is_taken_however_round() -> None:
    assert [{0, 1, 3}] == taken(rows_of([12_000], [4_000, 5_000, 8_000, 9_000]))


def test_the_only_sum_of_round_amounts_among_many_rows_is_no_proof() -> None:
    assert [] == taken(rows_of([12_000], [4_000, 8_000, 50_000, 60_000, 70_000, 90_000]))


def test_the_only_sum_in_cents_among_as_many_rows_is_a_proof() -> None:
    assert [{0, 1, 2}] == taken(rows_of([12_345], [4_111, 8_234, 50_003, 60_007, 70_009, 90_001]))


@pytest.mark.parametrize("amount", [in_cents, in_fives])
@pytest.mark.parametrize(("lines", "ledger_rows"), [(2, 5), (2, 8), (3, 13)])
def test_of_rows_that_have_nothing_to_do_with_each_other_few_are_taken(
    amount: Amount, lines: int, ledger_rows: int
) -> None:
    numbers = random.Random(1)
    components = [
        rows_of(
            [amount(numbers) for _ in range(lines)], [amount(numbers) for _ in range(ledger_rows)]
        )
        for _ in range(200)
    ]

    assert 200 * 3 * CHANCE_MAX >= sum(1 for rows in components if taken(rows))


def _expected_by_chance(rows: Sequence[Item]) -> Fraction:
    [group] = decide(rows).matches
    amounts = [item.amount_minor for item in group.items]
    return chance_sums(rows, len(amounts) - 1, grain(amounts))


def test_no_bound_on_chance_keeps_40_and_80_of_120_and_refuses_five_rows_of_whole_fives() -> None:
    """Why a few rows have none (decision 017): the sum that must match is the likelier one."""
    must_match = _expected_by_chance(rows_of([12_000], [4_000, 5_000, 8_000, 9_000]))
    numbers = random.Random(1)
    days = (rows_of([in_fives(numbers)], [in_fives(numbers) for _ in range(4)]) for _ in range(300))
    by_chance = [_expected_by_chance(rows) for rows in days if decide(rows).matches]

    assert Fraction(47, 51) == must_match
    assert (34, 29) == (len(by_chance), sum(found < must_match for found in by_chance))


def test_90_of_100_less_a_refund_of_10_is_among_few_enough_rows() -> None:
    assert [{0, 1, 2}] == taken(rows_of([9_000], [10_000, -1_000]))
