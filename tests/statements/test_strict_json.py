"""Values on a page of an API: taken up to their limits, and refused one step beyond."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import strict_json
from include.reconciliation.statements.strict_json import DEPTH_MAX, FILE_BYTES_MAX, Entry


def entry(**value: Any) -> Entry:
    """The first line of a page."""
    return Entry("page.json", 1, value)


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1_749_549_600, datetime(2025, 6, 10, 10, tzinfo=UTC)),
        (7_258_118_399, datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_seconds_are_counted_from_the_first_of_1970(seconds: int, moment: datetime) -> None:
    assert moment == entry(created=seconds).seconds("created")


@pytest.mark.parametrize("seconds", [-1, 7_258_118_400])
def test_seconds_before_1970_and_after_2199_are_refused(seconds: int) -> None:
    with pytest.raises(StatementError, match="seconds since 1970"):
        entry(created=seconds).seconds("created")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-06-10T09:30:00Z", datetime(2025, 6, 10, 9, 30, tzinfo=UTC)),
        ("2025-06-10T09:30:00+02:00", datetime(2025, 6, 10, 7, 30, tzinfo=UTC)),
        ("2025-06-10T09:30:00-03:30", datetime(2025, 6, 10, 13, tzinfo=UTC)),
        ("2025-06-10T09:30:00.5Z", datetime(2025, 6, 10, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2025-06-10T09:30:00.123456789Z", datetime(2025, 6, 10, 9, 30, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_a_moment_is_that_of_its_offset(written: str, moment: datetime) -> None:
    assert moment == entry(at=written).moment("at")


@pytest.mark.parametrize(
    "written", ["2025-06-10T09:30:00", "2025-06-10T09:30:00+24:00", "2025-02-30T09:30:00Z", "soon"]
)
def test_a_moment_without_an_offset_or_of_no_day_is_refused(written: str) -> None:
    with pytest.raises(StatementError, match="a time with its offset"):
        entry(at=written).moment("at")


def test_a_whole_number_has_fifteen_digits_at_most_and_is_no_truth_value() -> None:
    assert -(10**15 - 1) == entry(net=-(10**15 - 1)).whole("net")
    for found in (10**15, -(10**15), True, None, "5"):
        with pytest.raises(StatementError, match="a whole number of at most 15 digits"):
            entry(net=found).whole("net")


def test_a_page_is_nested_so_deep_and_no_deeper() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a": ' * depth + b"{}" + b"}" * depth

    assert strict_json.parse(nested(DEPTH_MAX), "page.json")
    with pytest.raises(StatementError, match="not strict JSON"):
        strict_json.parse(nested(DEPTH_MAX + 1), "page.json")


def test_an_exponent_of_thirty_is_unfolded_and_one_of_thirty_one_is_refused() -> None:
    assert 10**30 == strict_json.parse(b"1e30", "page.json")
    for written in (b"1e31", b"1E-31"):
        with pytest.raises(StatementError, match="not strict JSON"):
            strict_json.parse(written, "page.json")


def test_a_file_holds_pages_one_after_the_other_and_a_page_one_value() -> None:
    assert [{"a": 1}, {"b": 2}] == strict_json.read(io.BytesIO(b'{"a": 1}\n{"b": 2}'), "file")
    with pytest.raises(StatementError, match="2 values"):
        strict_json.parse(b"{} {}", "page.json")


def test_a_file_is_so_large_and_no_larger() -> None:
    blanks = b" " * (FILE_BYTES_MAX - 2)
    assert [{}] == strict_json.read(io.BytesIO(b"{}" + blanks), "file")
    with pytest.raises(StatementError, match="too large"):
        strict_json.read(io.BytesIO(b"{}" + blanks + b" "), "file")
