"""The rules of delay, recovery and messages, with nothing but figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from include.reconciliation.config import Limits
from include.reconciliation.divergence import Divergence, above_limit, not_recovered
from include.reconciliation.incident_rules import (
    Freshness,
    cycles_elapsed,
    day_of_pause,
    is_material,
    signature,
)

HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of one day."""
    return datetime(2026, 11, 20, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "now", "expected"),
    [
        (at(10), at(10), 0),
        (at(10), at(11) - timedelta(microseconds=1), 0),
        (at(10), at(11), 1),
        (at(10), at(12, 59, 59), 2),
        (at(10), at(13), 3),
        # A run by hand that ended at half past: the cycle from 10:00 to 11:00 was half over.
        (at(10, 30), at(11, 59), 0),
        (at(10, 30), at(12), 1),
        # A clock that went back.
        (at(10), at(9), 0),
    ],
)
def test_only_cycles_that_have_wholly_passed_count(
    start: datetime, now: datetime, expected: int
) -> None:
    assert expected == cycles_elapsed(start, now, HOUR)


def test_an_account_is_late_after_more_than_two_cycles() -> None:
    def is_late(now: datetime) -> bool:
        return Freshness("a", at(10), at(10), now).is_late(HOUR)

    assert [False, False, True] == [is_late(at(12)), is_late(at(12, 59, 59)), is_late(at(13))]


@pytest.mark.parametrize(
    ("exposure_minor", "gross_minor", "expected"),
    [
        (1, 1000, "0.1 %"),
        (15, 10_000, "0.2 %"),
        (14, 10_000, "0.1 %"),
        (1000, 1000, "100.0 %"),
        (2000, 1000, "200.0 %"),
        (0, 1000, "0.0 %"),
        (5, 0, "n/a"),
        (5, None, "n/a"),
    ],
)
def test_per_cent_is_rounded_to_a_tenth_without_a_float(
    exposure_minor: int, gross_minor: int | None, expected: str
) -> None:
    assert expected == Divergence("BRL", 2, exposure_minor, 1, gross_minor).per_cent()


def test_a_limit_alerts_above_it_and_is_recovered_below_the_lower_one() -> None:
    limits = {"EUR": Limits(alert_above_minor=1000, recovered_below_minor=100)}
    below, recovered_at, alert_at, above = (
        Divergence("EUR", 2, exposure, 1) for exposure in (99, 100, 1000, 1001)
    )

    assert (above,) == above_limit((below, recovered_at, alert_at, above), limits)
    assert (recovered_at, alert_at, above) == not_recovered(
        (below, recovered_at, alert_at, above), limits
    )


def test_in_a_currency_without_limits_one_minor_unit_alerts_and_holds_the_incident_open() -> None:
    nothing, cent = Divergence("CHF", 2, 0, 1), Divergence("CHF", 2, 1, 1)

    assert (cent,) == above_limit((nothing, cent), {}) == not_recovered((nothing, cent), {})


def test_an_amount_is_written_with_the_decimals_of_its_currency() -> None:
    amounts = [Divergence("BRL", 2, 500_001, 1).amount(), Divergence("JPY", 0, 150_001, 1).amount()]

    assert ["BRL 5,000.01", "JPY 150,001"] == amounts


@pytest.mark.parametrize(
    ("severity", "reasons", "expected"),
    [
        ("high", {"divergence": {"EUR": {"exposure_minor": 9}}}, False),
        ("high", {"divergence": {}}, False),
        ("critical", {"divergence": {"EUR": {"exposure_minor": 1}}}, True),
        ("high", {"divergence": {"EUR": {}, "BRL": {}}}, True),
        ("high", {"divergence": {"EUR": {}}, "delay": {"NorthwindEU": {}}}, True),
    ],
)
def test_a_new_cause_is_news_and_a_figure_is_not(
    severity: str, reasons: dict[str, dict[str, object]], expected: bool
) -> None:
    before = signature("high", {"divergence": {"EUR": {"exposure_minor": 1}}})

    assert expected == is_material(before, signature(severity, reasons))


def test_a_pause_is_a_day_old_after_24_hours() -> None:
    days = [day_of_pause(at(0), at(0) + timedelta(hours=hours)) for hours in (-1, 0, 23, 24, 49)]

    assert [0, 0, 0, 1, 2] == days
