"""Days on which things settle: examples, and any calendar against one counted day by day."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.reconciliation.calendar_days import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    SettlementRule,
    first_instant,
    settlement_calendar,
)
from tests.matching import day_by_day

WORKING_WEEK = (0, 1, 2, 3, 4)
MONDAY, THURSDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6)
ZONES = (
    "UTC",
    "Europe/Amsterdam",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Santiago",  # summer time begins at midnight
    "America/Havana",  # and ends at one, so that midnight comes twice
    "Atlantic/Azores",
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kolkata",
    "Pacific/Apia",
)
DAYS = st.dates(date(2025, 12, 1), date(2026, 12, 31))
WEEKDAYS = st.sets(st.integers(0, 6), min_size=1).map(sorted).map(tuple)


@st.composite
def rules(draw) -> day_by_day.Rules:
    """Any rule that an entry may give, with as many holidays as leave some days open."""
    weekdays = draw(WEEKDAYS)
    return day_by_day.Rules(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        days=draw(st.integers(0, 9)),
        weekdays=weekdays,
        holidays=frozenset(draw(st.sets(DAYS, max_size=25))),
        in_calendar_days=draw(st.booleans()),
        batch_weekdays=draw(st.sets(st.sampled_from(weekdays)).map(sorted).map(tuple)),
    )


def rule_of(given_rules: day_by_day.Rules) -> SettlementRule:
    return SettlementRule(
        days=given_rules.days,
        weekdays=given_rules.weekdays,
        holidays=given_rules.holidays,
        unit=CALENDAR_DAYS if given_rules.in_calendar_days else BUSINESS_DAYS,
        batch_weekdays=given_rules.batch_weekdays,
    )


@settings(max_examples=400, deadline=2000)
@given(rules(), DAYS)
def test_any_day_settles_as_counted_day_by_day(rule: day_by_day.Rules, day: date) -> None:
    assert rule_of(rule).settles_on(day) == day_by_day.due_on(day, rule)


@settings(max_examples=100, deadline=2000)
@given(rules(), DAYS)
def test_a_later_day_never_settles_before_an_earlier_one(rule: day_by_day.Rules, day: date) -> None:
    settled = [rule_of(rule).settles_on(day + timedelta(days=number)) for number in range(15)]

    assert settled == sorted(settled)


@settings(max_examples=150, deadline=2000)
@given(st.sampled_from(ZONES), DAYS)
def test_a_day_ends_when_the_clocks_show_the_next_one(zone: str, day: date) -> None:
    ends_at = first_instant(day + timedelta(days=1), time.min, ZoneInfo(zone))

    assert ends_at == day_by_day.end_of(day, ZoneInfo(zone))


def test_days_count_from_the_first_business_day() -> None:
    rule = SettlementRule(days=2, weekdays=WORKING_WEEK, holidays=frozenset())

    assert [rule.settles_on(MONDAY + timedelta(days=number)).day for number in range(7)] == [
        4, 5, 6, 9, 10, 11, 11,
    ]  # fmt: skip


def test_calendar_days_run_over_a_weekend_and_end_on_a_business_day() -> None:
    rule = SettlementRule(days=3, weekdays=WORKING_WEEK, holidays=frozenset(), unit=CALENDAR_DAYS)

    assert (rule.settles_on(THURSDAY), rule.settles_on(FRIDAY)) == (
        date(2026, 3, 9),
        date(2026, 3, 9),
    )


def test_a_week_may_end_on_another_day_than_sunday() -> None:
    rule = SettlementRule(days=1, weekdays=(6, 0, 1, 2, 3), holidays=frozenset())

    assert (rule.settles_on(THURSDAY), rule.settles_on(FRIDAY)) == (
        date(2026, 3, 8),
        date(2026, 3, 9),
    )


def test_holidays_make_a_chain_with_the_weekend() -> None:
    easter = frozenset([date(2026, 4, 3), date(2026, 4, 6)])
    rule = SettlementRule(days=1, weekdays=WORKING_WEEK, holidays=easter)

    assert rule.settles_on(date(2026, 4, 2)) == date(2026, 4, 7)


@pytest.mark.parametrize(
    ("day", "settles_on"),
    [
        (date(2025, 12, 23), date(2025, 12, 24)),  # Wednesday's batch takes Tuesday's rows
        (date(2025, 12, 24), date(2026, 1, 2)),  # the next Wednesday and the day after are closed
        (date(2025, 12, 31), date(2026, 1, 7)),
        (date(2026, 1, 1), date(2026, 1, 7)),
    ],
)
def test_a_weekly_batch_that_falls_on_a_holiday_is_made_on_the_next_business_day(
    day: date, settles_on: date
) -> None:
    closed = frozenset([date(2025, 12, 25), date(2025, 12, 31), date(2026, 1, 1)])
    rule = SettlementRule(days=1, weekdays=WORKING_WEEK, holidays=closed, batch_weekdays=(2,))

    assert rule.settles_on(day) == settles_on


def test_a_calendar_counts_its_business_days() -> None:
    rule = SettlementRule(days=0, weekdays=WORKING_WEEK, holidays=frozenset([MONDAY]))
    calendar = settlement_calendar(
        MONDAY, MONDAY + timedelta(days=7), rule, provider_made_grace_days=1
    )

    assert [day.business_days for day in calendar] == [0, 1, 2, 3, 4, 4, 4, 5]


@pytest.mark.parametrize(
    ("grace_days", "waited_until"),
    [(0, [2, 3, 4, 5, 6, 7, 8]), (1, [3, 4, 5, 6, 9, 9, 9]), (2, [4, 5, 6, 9, 10, 10, 10])],
)
def test_what_a_psp_made_itself_is_waited_for_by_business_days_from_any_day_of_a_week(
    grace_days: int, waited_until: list[int]
) -> None:
    rule = SettlementRule(days=0, weekdays=WORKING_WEEK, holidays=frozenset())
    week = settlement_calendar(
        MONDAY, MONDAY + timedelta(days=6), rule, provider_made_grace_days=grace_days
    )

    assert [date(2026, 3, day) for day in waited_until] == [day.next_business_day for day in week]


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00Z"),
        ("Europe/Amsterdam", date(2026, 3, 29), time(3), "2026-03-29T01:00Z"),
        ("Europe/Amsterdam", date(2026, 3, 29), time(16), "2026-03-29T14:00Z"),
        ("Europe/Amsterdam", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30Z"),
        ("Europe/Amsterdam", date(2026, 10, 25), time(16), "2026-10-25T15:00Z"),
        ("America/Santiago", date(2026, 9, 6), time(0), "2026-09-06T04:00Z"),
        ("America/Santiago", date(2026, 9, 6), time(0, 30), "2026-09-06T04:00Z"),
        ("America/Havana", date(2026, 11, 1), time(0), "2026-11-01T04:00Z"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30Z"),
    ],
)
def test_a_time_that_is_left_out_or_comes_twice_is_reached_once(
    zone: str, day: date, clock: time, instant: str
) -> None:
    assert first_instant(day, clock, ZoneInfo(zone)) == datetime.fromisoformat(instant)
