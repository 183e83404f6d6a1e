"""Which window a run is about: half-open, from the watermark on, never into the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from include.reconciliation import windows
from include.reconciliation.errors import RequestError
from include.reconciliation.windows import CLOCK_SKEW, EARLIEST, LONGEST, Window

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the day."""
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def chosen(**given: Any) -> Window:
    """The window of a scheduled run from 9 to 10 o'clock, of an account that never ran."""
    usual: dict[str, Any] = {
        "trigger": "scheduled",
        "asked_start": None,
        "asked_end": None,
        "interval_start": at(9),
        "interval_end": at(10),
        "watermark": None,
        "head_as_of": None,
        "now": NOW,
        "cycle": HOUR,
    }
    return windows.choose(**{**usual, **given})


def test_the_first_run_has_the_interval_of_its_schedule() -> None:
    assert Window(at(9), at(10), at(10)) == chosen()


def test_a_run_after_an_outage_starts_at_the_watermark_and_covers_the_gap() -> None:
    assert Window(at(3), at(10), at(10)) == chosen(watermark=at(3), head_as_of=at(3))


def test_a_run_without_an_interval_ends_at_the_last_whole_cycle() -> None:
    none = {"interval_start": None, "interval_end": None}

    assert Window(at(9), at(10), at(10)) == chosen(**none)
    assert Window(at(7), at(10), at(10)) == chosen(**none, watermark=at(7))


def test_a_week_is_counted_from_the_first_thursday_of_1970() -> None:
    week = {"cycle": timedelta(days=7), "interval_start": None, "interval_end": None}
    thursday = datetime(2026, 2, 26, tzinfo=UTC)

    assert Window(thursday - timedelta(days=7), thursday, thursday) == chosen(**week)


def test_what_is_published_already_is_decided_again_for_one_cycle() -> None:
    again = Window(at(9), at(10), at(10), reprocess_from=at(9), reprocess_to=at(10))

    assert again == chosen(watermark=at(10), head_as_of=at(10))


def test_with_an_interval_of_two_cycles_both_are_decided_again() -> None:
    again = Window(at(8), at(10), at(10), reprocess_from=at(8), reprocess_to=at(10))

    assert again == chosen(interval_start=at(8), watermark=at(10), head_as_of=at(10))


def test_without_an_interval_the_last_cycle_is_decided_again() -> None:
    again = Window(at(9), at(10), at(10), reprocess_from=at(9), reprocess_to=at(10))

    assert again == chosen(
        interval_start=None, interval_end=None, watermark=at(10), head_as_of=at(10)
    )


def test_a_run_started_by_hand_whose_interval_has_no_length_has_the_last_cycle() -> None:
    assert Window(at(9), at(10), at(10)) == chosen(interval_start=at(10))


def test_a_form_names_its_window_and_the_as_of_never_goes_back() -> None:
    asked = chosen(asked_start=at(4), asked_end=at(6), watermark=at(9), head_as_of=at(9))

    assert (at(4), at(6), at(9)) == (asked.start, asked.end, asked.as_of)
    assert (at(4), at(6)) == (asked.reprocess_from, asked.reprocess_to)


def test_a_form_that_reaches_beyond_the_watermark_decides_only_the_known_part_again() -> None:
    asked = chosen(asked_start=at(4), asked_end=at(10), watermark=at(9), head_as_of=at(9))

    assert (at(4), at(9)) == (asked.reprocess_from, asked.reprocess_to)


def test_a_form_in_another_zone_is_the_same_moment_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    asked = chosen(asked_start=at(8).replace(tzinfo=east), asked_end=at(10).replace(tzinfo=east))

    assert (at(6), at(8), UTC) == (asked.start, asked.end, asked.start.tzinfo)


def test_a_backfill_keeps_its_interval_whatever_the_watermark_says() -> None:
    backfill = chosen(trigger="backfill", watermark=at(2), head_as_of=at(2))

    assert (at(9), at(10)) == (backfill.start, backfill.end)


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        (at(4), None, "without a window_start|without a window_end"),
        (None, at(4), "without a window_start"),
        (at(5), at(5), "not before the window_end"),
        (at(6), at(5), "not before the window_end"),
        (at(5), NOW + timedelta(seconds=1), "lies in the future"),
        (EARLIEST - timedelta(seconds=1), at(5), "give one from 2000-01-01 on"),
        (NOW - LONGEST - timedelta(seconds=1), NOW, "at most 92 days long"),
        (datetime(2026, 3, 2, 4), at(5), "need a time zone"),  # noqa: DTZ001 what is refused
        (at(4), datetime(2026, 3, 2, 5), "need a time zone"),  # noqa: DTZ001 what is refused
    ],
)
def test_a_window_that_can_not_be_is_refused(
    start: datetime | None, end: datetime | None, problem: str
) -> None:
    with pytest.raises(RequestError, match=problem):
        chosen(asked_start=start, asked_end=end)


def test_the_longest_window_and_one_that_ends_now_are_taken() -> None:
    longest = chosen(asked_start=NOW - LONGEST, asked_end=NOW)

    assert (NOW - LONGEST, NOW) == (longest.start, longest.end)


def test_the_earliest_window_is_taken() -> None:
    asked = chosen(asked_start=EARLIEST, asked_end=EARLIEST + HOUR)

    assert asked.start == EARLIEST


def test_an_interval_in_the_future_is_refused_but_for_the_skew_of_clocks() -> None:
    chosen(interval_end=NOW + CLOCK_SKEW)
    with pytest.raises(RequestError, match="in the future"):
        chosen(interval_end=NOW + CLOCK_SKEW + timedelta(seconds=1))
