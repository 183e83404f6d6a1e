"""A statement opens as the one before it closed; a break is a gap, never silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from include.reconciliation.config import Psp, Settlement, StatementsDue
from include.reconciliation.coverage import Coverage, KnownStatement, coverage

BANK = Psp(
    name="bank",
    title="Bank",
    format="mt940",
    connection="bank",
    zone="UTC",
    accounts=("A",),
    statements=StatementsDue(every_run=False, weekdays=(0, 1, 2, 3, 4)),
    settlement=Settlement(days=0),
    limits={},
)


def known(day: int, number: int | None, opening: int, closing: int, month: int = 3):
    """A statement of a day of 2026, from a Monday the 2nd of March on, with its balances in EUR."""
    on = date(2026, month, day)
    return KnownStatement(
        key=f"statement of {on}",
        sequence_number=number,
        is_good=True,
        covers_from=on,
        covers_to=on,
        covers_until=None,
        file=f"{on}.sta",
        opening={"EUR": opening},
        closing={"EUR": closing},
    )


def covered(*statements: KnownStatement) -> Coverage:
    return coverage(
        BANK,
        statements,
        as_of=datetime(2026, 3, 5, tzinfo=UTC),
        first_day=date(2026, 3, 2),
        holidays=(),
    )


def test_closing_and_opening_that_are_equal_make_a_chain() -> None:
    found = covered(known(2, None, 100, 250), known(3, None, 250, 200), known(4, None, 200, 0))

    assert ((), date(2026, 3, 4)) == (found.gaps, found.through)


def test_another_opening_is_a_gap_and_nothing_behind_it_is_covered() -> None:
    found = covered(known(2, None, 100, 250), known(3, None, 240, 200), known(4, None, 200, 0))

    assert date(2026, 3, 2) == found.through
    assert [("before statement of 2026-03-03",)] == [gap.keys for gap in found.gaps]
    assert "opens -0.10 EUR away from where statement of 2026-03-02 closed" in (
        found.gaps[0].detail
    )


def test_a_break_is_told_with_the_decimals_that_its_currency_has() -> None:
    first, second = (
        replace(each, opening={"JPY": 100}, closing={"JPY": closing}, exponents={"JPY": 0})
        for each, closing in ((known(2, None, 0, 0), 90), (known(3, None, 0, 0), 100))
    )

    assert "opens +10 JPY away from" in covered(first, second).gaps[0].detail


def test_a_missing_number_or_day_is_told_once() -> None:
    numbered = covered(known(2, 1, 100, 250), known(4, 3, 300, 200))
    dated = covered(known(2, None, 100, 250), known(4, None, 300, 200))

    assert [1, 1] == [len(numbered.gaps), len(dated.gaps)]


def test_numbers_that_begin_anew_with_the_year_keep_their_place() -> None:
    found = covered(known(27, 40, 0, 100, month=2), known(2, 1, 100, 250), known(3, 2, 250, 0))

    assert [] == [gap for gap in found.gaps if "missing" in gap.detail]
    assert date(2026, 3, 3) == found.through


def test_a_grace_over_a_change_of_the_clocks_is_as_long_as_any_other() -> None:
    """Half past one in the morning and two hours more: the clocks show half past four by then."""
    night = replace(
        BANK,
        zone="Europe/Amsterdam",
        statements=StatementsDue(every_run=False, deadline=time(1, 30), grace=timedelta(hours=2)),
    )
    due_at = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
    gaps = [
        coverage(night, [], as_of=as_of, first_day=date(2026, 3, 28), holidays=()).gaps
        for as_of in (due_at - timedelta(microseconds=1), due_at)
    ]

    assert [0, 1] == [len(found) for found in gaps]


def refused(name: str, on: date | None) -> KnownStatement:
    """A file that the gate refused; of some it is not known which day they are of."""
    return KnownStatement(
        key=name, sequence_number=None, is_good=False, covers_from=on, covers_to=on,
        covers_until=None, file=name, problem=f"{name} can't be read",
    )  # fmt: skip


def test_a_refused_file_of_a_day_between_two_good_ones_is_one_gap_with_its_reason() -> None:
    good = known(2, None, 100, 250), known(4, None, 250, 200)
    for day in (date(2026, 3, 3), None):
        (gap,) = covered(*good, refused("a.sta", day)).gaps

        assert (date(2026, 3, 3),) == gap.days
        assert ("statement a.sta", "day 2026-03-03") == gap.keys
        assert "a.sta can't be read" in gap.detail


def test_two_refused_files_of_one_day_are_one_gap_that_tells_both_reasons() -> None:
    tuesday = date(2026, 3, 3)
    (gap,) = covered(
        known(2, None, 100, 250), refused("a.sta", tuesday), refused("b.sta", tuesday),
        known(4, None, 250, 200),
    ).gaps  # fmt: skip

    assert "a.sta can't be read" in gap.detail
    assert "b.sta can't be read" in gap.detail


def test_a_chain_that_breaks_in_two_currencies_is_one_gap_that_tells_both() -> None:
    first, second = (
        replace(each, opening={"EUR": opening, "USD": opening}, closing={"EUR": 7, "USD": 8})
        for each, opening in ((known(2, None, 0, 0), 0), (known(3, None, 0, 0), 5))
    )

    (gap,) = covered(first, second).gaps

    assert "-0.02 EUR" in gap.detail
    assert "-0.03 USD" in gap.detail
