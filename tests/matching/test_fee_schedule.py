"""The fee of a line by a declared schedule, and schedules that are refused."""

import tomllib
from fractions import Fraction

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse as edge
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.fee_schedule import (
    RATE_UNITS,
    Base,
    Component,
    FeeRule,
    FeeSchedule,
    Rounding,
    Rounds,
    Tier,
    TierBy,
    as_rows,
    expected_fee,
    read_fee_schedule,
    rounded,
    rules_of,
)
from include.reconciliation.local.bootstrap import SUPERUSER
from tests.conftest import Databases

AMOUNTS = st.integers(min_value=0, max_value=10**12)
RATES = st.integers(min_value=0, max_value=RATE_UNITS)
ROUNDINGS = st.sampled_from(list(Rounding))


def a_schedule(*tiers: Tier, rounds: str = "component", base: str = "parallel") -> FeeSchedule:
    rule = FeeRule("cards", "EUR", tuple(Component((tier,)) for tier in tiers))
    return FeeSchedule((rule,), Rounding.HALF_UP, rounds, base)


@pytest.mark.parametrize(
    ("rounding", "of_a_half", "of_one_and_a_half", "of_a_third", "of_two_thirds"),
    [("half_even", 0, 2, 0, 1), ("half_up", 1, 2, 0, 1), ("up", 1, 2, 1, 1), ("down", 0, 1, 0, 0)],
)
def test_each_rounding(
    rounding: str, of_a_half: int, of_one_and_a_half: int, of_a_third: int, of_two_thirds: int
) -> None:
    assert [
        rounded(Fraction(*parts), rounding) for parts in ((1, 2), (3, 2), (1, 3), (2, 3))
    ] == [of_a_half, of_one_and_a_half, of_a_third, of_two_thirds]


def test_a_percentage_and_a_flat_part() -> None:
    # 1.4 % of 100.00 and 0.25
    schedule = a_schedule(Tier(1_400_000), Tier(0, 25))

    assert expected_fee(schedule, schedule.rules[0], 10000) == 165


def test_a_cascade_takes_its_second_percentage_of_what_is_left() -> None:
    # 10 % of 100.00, then 10 % of 90.00; beside each other it is twice 10.00
    cascade = a_schedule(Tier(10**7), Tier(10**7), base="cascading")
    parallel = a_schedule(Tier(10**7), Tier(10**7))

    assert expected_fee(cascade, cascade.rules[0], 10000) == 1900
    assert expected_fee(parallel, parallel.rules[0], 10000) == 2000


def test_two_halves_are_one_cent_by_component_and_half_of_it_in_the_total() -> None:
    # 0.5 % of 1.00 is half a cent.
    by_component = a_schedule(Tier(500_000), Tier(500_000))
    in_total = a_schedule(Tier(500_000), Tier(500_000), rounds="total")

    assert expected_fee(by_component, by_component.rules[0], 100) == 2
    assert expected_fee(in_total, in_total.rules[0], 100) == 1


@pytest.mark.parametrize(("gross", "fee"), [(1000, 10), (1001, 20), (5000, 100), (100_000, 150)])
def test_tiers_by_amount_between_a_minimum_and_a_maximum(gross: int, fee: int) -> None:
    tiers = Component((Tier(10**6, 0, 1000), Tier(2 * 10**6)))
    rule = FeeRule("cards", "EUR", (tiers,), minimum_minor=5, maximum_minor=150)

    assert expected_fee(FeeSchedule((rule,)), rule, gross) == fee


@pytest.mark.parametrize(("volume", "fee"), [(0, 100), (100_000, 100), (100_001, 50)])
def test_a_tier_by_the_volume_of_the_month(volume: int, fee: int) -> None:
    tiers = Component((Tier(10**6, 0, 100_000), Tier(500_000)), TierBy.VOLUME)
    rule = FeeRule("cards", "EUR", (tiers,))

    assert expected_fee(FeeSchedule((rule,)), rule, 10000, volume) == fee


@given(gross=AMOUNTS, rate=RATES, rounding=ROUNDINGS)
def test_one_percentage_is_within_a_minor_unit_of_the_exact_one(
    gross: int, rate: int, rounding: Rounding
) -> None:
    rule = FeeRule("cards", "EUR", (Component((Tier(rate),)),))
    fee = expected_fee(FeeSchedule((rule,), rounding), rule, gross)

    exact = Fraction(gross * rate, RATE_UNITS)
    assert abs(fee - exact) < 1
    assert (rounding != Rounding.DOWN or fee <= exact) and (rounding != Rounding.UP or fee >= exact)


@given(gross=AMOUNTS, rates=st.lists(RATES, min_size=1, max_size=4), rounding=ROUNDINGS)
def test_a_cascade_never_takes_more_than_there_is_nor_more_than_beside_each_other(
    gross: int, rates: list[int], rounding: Rounding
) -> None:
    rule = FeeRule("cards", "EUR", tuple(Component((Tier(rate),)) for rate in rates))
    cascade = FeeSchedule((rule,), rounding, Rounds.COMPONENT, Base.CASCADING)
    parallel = FeeSchedule((rule,), rounding, Rounds.COMPONENT, Base.PARALLEL)

    assert expected_fee(cascade, rule, gross) <= gross
    assert expected_fee(cascade, rule, gross) <= expected_fee(parallel, rule, gross)


@given(first=AMOUNTS, second=AMOUNTS, rate=RATES, rounding=ROUNDINGS)
def test_more_gross_never_costs_less(
    first: int, second: int, rate: int, rounding: Rounding
) -> None:
    rule = FeeRule("cards", "EUR", (Component((Tier(rate, 30),)),), minimum_minor=50)
    schedule = FeeSchedule((rule,), rounding)

    low, high = sorted((first, second))
    assert expected_fee(schedule, rule, low) <= expected_fee(schedule, rule, high)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    grosses=st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=30),
    components=st.lists(
        st.builds(
            lambda low, high, flat, end: Component((Tier(low, flat, end), Tier(high))),
            *(RATES, RATES, st.integers(0, 500), st.integers(0, 10**11)),
        ),
        min_size=1,
        max_size=3,
    ),
    rounding=ROUNDINGS,
    rounds=st.sampled_from(list(Rounds)),
    base=st.sampled_from(list(Base)),
    minimum=st.integers(0, 200),
)
def test_the_sql_gives_the_same_fee(
    databases: Databases,
    grosses: list[int],
    components: list[Component],
    rounding: Rounding,
    rounds: Rounds,
    base: Base,
    minimum: int,
) -> None:
    rule = FeeRule("cards", "EUR", tuple(components), minimum_minor=minimum)
    schedule = FeeSchedule((rule,), rounding, rounds, base)
    values = {
        "fee_rules": Jsonb(list(rules_of(schedule))),
        "fee_tiers": Jsonb(list(as_rows(schedule))),
        "rounding": rounding,
        "rounds_components": rounds == Rounds.COMPONENT,
        "cascades": base == Base.CASCADING,
    }
    address = databases.conninfo("reconciliation", SUPERUSER)
    with psycopg.connect(address, row_factory=dict_row) as session, session.cursor() as cursor:
        cursor.execute("create schema work_1")
        cursor.execute("set local search_path = work_1, internal")
        edge.run(cursor, "fees/010_rules", values)
        edge.run(cursor, "fees/012_tiers", values)
        edge.run(cursor, "fees/025_no_lines")
        cursor.executemany(
            "insert into work_fee_lines values (%s, 'payment', null, 'EUR', %s, 0, 1, 'cards', %s,"
            " null, null)",
            [(number, gross, minimum) for number, gross in enumerate(grosses)],
        )
        edge.run(cursor, "fees/040_expected", values)
        found = {
            row["item_id"]: row["expected_minor"]
            for row in cursor.execute("select * from work_fee_expected")
        }
        session.rollback()

    assert found == {
        number: expected_fee(schedule, rule, gross) for number, gross in enumerate(grosses)
    }


WHOLE = """
rounding = "half_up"
rounds = "component"
base = "parallel"
[[rule]]
name = "cards"
currency = "EUR"
methods = ["visa"]
components = [{ percent = "1.4" }, { flat_minor = 25 }]
[[rule]]
name = "others"
currency = "EUR"
components = [{ by = "volume", tiers = [{ up_to_minor = 1000, percent = "2" }, { percent = "1" }] }]
"""


def test_a_whole_schedule_is_read() -> None:
    schedule = read_fee_schedule(tomllib.loads(WHOLE), "fees", ["EUR"])

    assert schedule is not None
    assert [rule.name for rule in schedule.rules] == ["cards", "others"]
    assert schedule.rules[0].components == (
        Component((Tier(1_400_000),)),
        Component((Tier(0, 25),)),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('rounding = "half_up"\n', "", "the key 'rounding' is missing"),
        ('"half_up"', '"half"', "must be one of half_even, half_up, up, down"),
        ('percent = "1.4"', "percent = 1.4", 'must be a text such as "1.4"'),
        ('percent = "1.4"', 'percent = "100.1"', "must be at most 100"),
        ('{ percent = "1.4" }', "{ }", "a price needs percent, flat_minor or both"),
        ('{ percent = "1" }', '{ up_to_minor = 2000, percent = "1" }', "so what is above has no"),
        ("up_to_minor = 1000, ", "", "each tier but the last needs up_to_minor"),
        ('by = "volume", ', "", "the key 'by' is missing"),
        ('methods = ["visa"]\n', "", "rules 'cards' and 'others' both price payment by *"),
        ('currency = "EUR"\nmethods', 'currency = "CHF"\nmethods', "'CHF' is no currency"),
        ('name = "others"', 'name = "cards"', "two rules are named 'cards'"),
        (
            'name = "others"\ncurrency = "EUR"',
            'name = "others"\ncurrency = "EUR"\nmethods = ["mc"]',
            "no rule prices payment by other methods in EUR",
        ),
        (
            'methods = ["visa"]',
            'methods = ["visa"]\nminimum_minor = 9\nmaximum_minor = 8',
            "minimum_minor lies above maximum_minor",
        ),
        ("flat_minor = 25", "flat_minor = -25", "must be a whole number of minor units"),
        ("flat_minor = 25", "flat = 25", "a price needs percent, flat_minor or both"),
    ],
)
def test_an_incomplete_or_contradictory_schedule_is_refused(old: str, new: str, said: str) -> None:
    assert WHOLE.count(old) >= 1

    with pytest.raises(ConfigurationError) as refused:
        read_fee_schedule(tomllib.loads(WHOLE.replace(old, new, 1)), "fees", ["EUR"])

    assert said in str(refused.value)
