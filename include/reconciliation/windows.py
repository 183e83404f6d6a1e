"""Which window a run is about: pure, so that every case can be written down as a test.

Windows are half-open [start, end) in UTC. A scheduled run starts where the account's watermark
stands, so the first run after an outage or a pause covers the whole gap (SEMANTICS, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from include.reconciliation.errors import RequestError

LONGEST = timedelta(days=92)
# A scheduler's clock may be a little ahead of the one that a run is held against.
CLOCK_SKEW = timedelta(minutes=15)
# Nothing that is reconciled is older; days are counted back from a window, and the calendar ends.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """The window of a run, its as-of, and the part of it that is decided again."""

    start: datetime
    end: datetime
    as_of: datetime
    reprocess_from: datetime | None = None
    reprocess_to: datetime | None = None


def choose(
    *,
    trigger: str,
    asked_start: datetime | None,
    asked_end: datetime | None,
    interval_start: datetime | None,
    interval_end: datetime | None,
    watermark: datetime | None,
    head_as_of: datetime | None,
    now: datetime,
    cycle: timedelta,
) -> Window:
    """The window of a run; RequestError when the form asks for one that can't be."""
    check(asked_start, asked_end, now)
    if asked_start is not None and asked_end is not None:
        return _window(asked_start, asked_end, watermark, head_as_of)
    check_interval(interval_end, now)
    if trigger == "backfill" and interval_start is not None and interval_end is not None:
        return _window(interval_start, interval_end, watermark, head_as_of)

    end = interval_end if interval_end is not None else _floor(now, cycle)
    start = watermark if watermark is not None else interval_start
    if start is not None and start < end:
        return _window(start, end, watermark, head_as_of)
    # Nothing to start from, or all of it published already: the last cycle is decided again.
    last = interval_start if interval_start is not None and interval_start < end else end - cycle
    return _window(last, end, watermark, head_as_of)


def check(start: datetime | None, end: datetime | None, now: datetime) -> None:
    """Raises RequestError when the form's two ends make no window that a run can have at `now`."""
    if start is None and end is None:
        return
    if start is None:
        raise RequestError(f"window_end: found {end} without a window_start; give both, or none")
    if end is None:
        raise RequestError(f"window_start: found {start} without a window_end; give both, or none")
    if start.tzinfo is None or end.tzinfo is None:
        raise RequestError(
            "window_start and window_end need a time zone, such as 2026-11-19T10:00:00Z"
        )
    if start >= end:
        raise RequestError(
            f"window_start: found {start.isoformat()}, which is not before the window_end "
            f"{end.isoformat()}; give an earlier window_start or a later window_end"
        )
    if start < EARLIEST:
        raise RequestError(
            f"window_start: found {start.isoformat()}; give one from {EARLIEST:%Y-%m-%d} on"
        )
    if end > now:
        raise RequestError(
            f"window_end: found {end.isoformat()}, which lies in the future (it is "
            f"{now.isoformat(timespec='seconds')}); give one that has passed"
        )
    if end - start > LONGEST:
        raise RequestError(
            f"window_start: found {start.isoformat()}, {(end - start).days} days before the "
            f"window_end; a window is at most {LONGEST.days} days long: ask for it in parts"
        )


def check_interval(end: datetime | None, now: datetime) -> None:
    """Raises RequestError when the interval of a run, or its logical date, lies in the future.

    The as-of never goes back: one run as of another year would make everything overdue for good.
    """
    if end is not None and end > now + CLOCK_SKEW:
        raise RequestError(
            f"logical_date: found an interval that ends at {end.isoformat()}, in the future (it is "
            f"{now.isoformat(timespec='seconds')}); give a date that has passed, or none"
        )


def _window(
    start: datetime, end: datetime, watermark: datetime | None, head_as_of: datetime | None
) -> Window:
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    as_of = max(end, head_as_of) if head_as_of is not None else end
    if watermark is None or start >= watermark:
        return Window(start, end, as_of)
    return Window(start, end, as_of, start, min(end, watermark))


def _floor(moment: datetime, cycle: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((moment.astimezone(UTC) - epoch) // cycle) * cycle
