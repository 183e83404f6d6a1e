"""Charts of a report as drawings: a waterfall, shares of ages, and a course over runs.

Pure and in whole numbers: the same figures give the same shapes. Amounts come with their text; a
chart shows how they stand to each other, and its words say what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from include.reconciliation.report.drawing import Anchor, Box, Drawing, Line, Shape, Tone, Words

WIDTH = 960
_LABELS = 330
_FIGURES = 130
_ROW = 22
_TOP = 34
# About the width of a character of the chart's font, in tenths of a point.
_CHARACTER_TENTHS = 58
_AGES = (Tone.AGE_1, Tone.AGE_2, Tone.AGE_3, Tone.AGE_4)
_COURSE_HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a waterfall: what adds or takes so many minor units."""

    label: str
    minor: int


def waterfall(
    title: str, description: str, steps: Sequence[Step], total: str, shown: Callable[[int], str]
) -> Drawing:
    """Steps from 0, each from where the one before ended, and the total that they come to.

    `shown` writes an amount of minor units; steps of 0 are drawn as a mark, none is left out.
    """
    ends = list(accumulate((step.minor for step in steps), initial=0))
    low, high = min(ends), max(ends)
    left, width = _LABELS + 10, WIDTH - _LABELS - _FIGURES - 20

    def place(minor: int) -> int:
        return left + (minor - low) * width // max(high - low, 1)

    bottom = _TOP + _ROW * (len(steps) + 1)
    shapes: list[Shape] = [Words(0, 14, title, bold=True)]
    shapes.append(Line(place(0), _TOP - 6, place(0), bottom, Tone.GRID))
    for number, step in enumerate(steps):
        y = _TOP + _ROW * number
        start, end = ends[number], ends[number + 1]
        tone = Tone.MORE if step.minor > 0 else Tone.LESS
        shapes += _bar(y, place(start), place(end), tone, step.label, _signed(step.minor, shown))
        shapes.append(Line(place(end), y + 16, place(end), y + _ROW + 4, Tone.MUTED, dashed=True))
    y = _TOP + _ROW * len(steps)
    shapes += _bar(y, place(0), place(ends[-1]), Tone.TOTAL, total, shown(ends[-1]), bold=True)
    return Drawing(WIDTH, bottom + 8, title, description, shapes)


def _signed(minor: int, shown: Callable[[int], str]) -> str:
    return f"+{shown(minor)}" if minor > 0 else shown(minor)


def _bar(
    y: int, start: int, end: int, tone: Tone, label: str, figure: str, *, bold: bool = False
) -> list[Shape]:
    return [
        Words(0, y + 14, cut(label, _LABELS), bold=bold),
        Box(min(start, end), y + 4, max(abs(end - start), 1), 12, tone),
        Words(WIDTH, y + 14, figure, anchor=Anchor.END, bold=bold),
    ]


@dataclass(frozen=True, slots=True)
class Ages:
    """How many items of a kind are how old: one number per bucket."""

    label: str
    rows: tuple[int, int, int, int]


def ageing(
    title: str, description: str, buckets: Sequence[str], kinds: Sequence[Ages]
) -> Drawing:
    """A bar per kind, as long as it has items, in four shades from young to old."""
    left, width = _LABELS + 10, WIDTH - _LABELS - 80
    most = max([1, *(sum(kind.rows) for kind in kinds)])
    shapes: list[Shape] = [Words(0, 14, title, bold=True)]
    at = left
    for bucket, tone in zip(buckets, _AGES, strict=True):
        shapes += [Box(at, 4, 12, 12, tone), Words(at + 18, 14, bucket, Tone.MUTED)]
        at += 40 + len(bucket) * _CHARACTER_TENTHS // 10
    for number, kind in enumerate(kinds):
        y = _TOP + _ROW * number
        shapes.append(Words(0, y + 14, cut(kind.label, _LABELS)))
        ends = [total * width // most for total in accumulate(kind.rows, initial=0)]
        for place, (rows, tone) in enumerate(zip(kind.rows, _AGES, strict=True)):
            if rows:
                length = max(ends[place + 1] - ends[place], 2)
                shapes.append(Box(left + ends[place], y + 3, length, 14, tone))
        shapes.append(Words(left + ends[-1] + 6, y + 14, str(sum(kind.rows))))
    return Drawing(WIDTH, _TOP + _ROW * len(kinds) + 8, title, description, shapes)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run of a course read: its name below the axis, and so many minor units."""

    label: str
    minor: int


def course(
    title: str, description: str, readings: Sequence[Reading], limit: tuple[str, int] | None,
    shown: Callable[[int], str],
) -> Drawing:  # fmt: skip
    """A column per run, the newest at the right and dark; the limit is a dashed line."""
    top, bottom = _TOP + 6, _TOP + _COURSE_HEIGHT
    left, right = 10, WIDTH - _FIGURES - 60
    highest = max([1, *(reading.minor for reading in readings), limit[1] if limit else 0])
    slot = (right - left) // max(len(readings), 10)

    def height(minor: int) -> int:
        return minor * (bottom - top) // highest

    shapes: list[Shape] = [
        Words(0, 14, title, bold=True),
        Line(left, bottom, right, bottom, Tone.MUTED),
    ]
    for number, reading in enumerate(readings):
        is_last = number == len(readings) - 1
        tall = max(height(reading.minor), 1)
        x = left + slot * number + slot // 6
        tone = Tone.TOTAL if is_last else Tone.AGE_2
        shapes.append(Box(x, bottom - tall, slot * 2 // 3, tall, tone))
    if readings:
        end = left + slot * len(readings)
        shapes += [
            Words(left, bottom + 16, readings[0].label, Tone.MUTED),
            Words(
                end if len(readings) > 1 else left, bottom + 16,
                readings[-1].label if len(readings) > 1 else "", Tone.MUTED,
                Anchor.END if slot * len(readings) > 260 else Anchor.START,
            ),
        ]  # fmt: skip
        shapes.append(
            Words(right + 10, _course_text_y(height, readings[-1].minor, limit, bottom, top),
                  shown(readings[-1].minor), bold=True)
        )  # fmt: skip
    if limit is not None:
        y = bottom - height(limit[1])
        shapes += [
            Line(left, y, right, y, Tone.ALARM, dashed=True),
            Words(right + 10, y + 4, f"{limit[0]} {shown(limit[1])}", Tone.ALARM),
        ]
    return Drawing(WIDTH, bottom + 26, title, description, shapes)


def _course_text_y(
    height: Callable[[int], int], minor: int, limit: tuple[str, int] | None, bottom: int, top: int
) -> int:
    """Beside the top of the newest column, and never on the text of the limit."""
    y = bottom - height(minor) + 4
    if limit is None:
        return y
    other = bottom - height(limit[1]) + 4
    if abs(y - other) >= 14:
        return y
    return other + 14 if y >= other else max(other - 14, top - 8)


def cut(label: str, width: int) -> str:
    """A label that fits into so many points, with a mark where it was cut."""
    most = width * 10 // _CHARACTER_TENTHS
    return label if len(label) <= most else label[: most - 1] + "…"
