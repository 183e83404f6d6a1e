"""Where the blocks of a page go: rows with heights, cells with the grid columns that they span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

from include.reconciliation.report.blocks import (
    GRID_WIDTHS,
    Block,
    Chart,
    Column,
    Facts,
    Heading,
    Look,
    Note,
    SignOff,
    Table,
    TableRow,
    Title,
    Verdict,
)

LAST = len(GRID_WIDTHS) - 1
ROW_POINTS = 13
_GAP_POINTS = 7


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell over the grid columns `first` to `last`, both inclusive."""

    first: int
    last: int
    value: str | int
    style: str


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row of the page: its height in points and its cells."""

    points: int
    cells: Sequence[DrawnCell] = ()


# With a cell of its own: a workbook that streams writes no row without one.
_GAP = DrawnRow(_GAP_POINTS, [DrawnCell(0, 0, "", "gap")])


def lay_out(block: Block) -> list[DrawnRow]:
    """The rows of one block."""
    match block:
        case Title():
            return [
                DrawnRow(24, [DrawnCell(0, LAST, block.text, "title")]),
                DrawnRow(16, [DrawnCell(0, LAST, block.subtitle, "subtitle")]),
            ]
        case Verdict():
            return _verdict(block)
        case Facts():
            return _facts(block)
        case Heading():
            head = DrawnRow(18, [DrawnCell(0, LAST, block.text, "heading")])
            return [_GAP, head, *(_note(block.note) if block.note else [])]
        case Note():
            return _note(block.text)
        case Table():
            return _table(block)
        case Chart():
            return []
        case SignOff():
            return [row for role in block.roles for row in _signature(role, block.place)]


def points_for(texts: Sequence[tuple[str, int]], *, least: int = ROW_POINTS) -> int:
    """The height that wrapped texts need in columns so many characters wide.

    Spreadsheets make no merged cell grow. A character of a text is on average a little narrower
    than the digit that widths are measured in; words that wrap early take about as much again.
    """
    lines = max([1, *(-(-len(text) * 9 // (width * 10)) for text, width in texts)])
    return max(least, lines * ROW_POINTS)


def _width(first: int, last: int) -> int:
    return sum(GRID_WIDTHS[first : last + 1])


def _note(text: str) -> list[DrawnRow]:
    points = points_for([(text, _width(0, LAST))])
    return [DrawnRow(points, [DrawnCell(0, LAST, text, "note")])]


def _verdict(block: Verdict) -> list[DrawnRow]:
    style = f"verdict_{block.verdict}"
    rows = [_GAP]
    for number, reason in enumerate(block.reasons):
        least = 30 if len(block.reasons) == 1 else 18
        word = block.word if number == 0 else ""
        cells = [DrawnCell(0, 1, word, style), DrawnCell(2, LAST, reason, "reason")]
        rows.append(DrawnRow(points_for([(reason, _width(2, LAST) * 9 // 10)], least=least), cells))
    return [*rows, _GAP]


def _facts(block: Facts) -> list[DrawnRow]:
    rows = []
    for stated, proving in zip_longest(block.stated, block.proving, fillvalue=("", "")):
        cells = [
            DrawnCell(0, 0, stated[0], "label"),
            DrawnCell(1, 2, stated[1], "text_item"),
            DrawnCell(3, 3, proving[0], "label"),
            DrawnCell(4, LAST, proving[1], "code_item"),
        ]
        rows.append(DrawnRow(points_for([(stated[1], _width(1, 2))]), cells))
    return rows


def _table(block: Table) -> list[DrawnRow]:
    places = _places(block.columns)
    heads = []
    for column, (first, last) in zip(block.columns, places, strict=True):
        right = column.look in (Look.AMOUNT, Look.COUNT)
        heads.append(DrawnCell(first, last, column.title, "head_right" if right else "head"))
    titles = [
        (column.title, _width(*place)) for column, place in zip(block.columns, places, strict=True)
    ]
    points = points_for(titles, least=16)
    rows = [DrawnRow(points, heads)]
    for row in block.rows:
        rows.append(_table_row(row, block.columns, places))
        if row.detail:
            rows += _note(row.detail)
    return [*rows, _GAP]


def _table_row(
    row: TableRow, columns: Sequence[Column], places: Sequence[tuple[int, int]]
) -> DrawnRow:
    values = [*row.cells, *([None] * (len(columns) - len(row.cells)))]
    cells, texts = [], []
    for value, column, (first, last) in zip(values, columns, places, strict=True):
        shown = "" if value is None else value
        cells.append(DrawnCell(first, last, shown, f"{column.look}_{row.weight}"))
        if isinstance(value, str) and column.look is Look.TEXT:
            texts.append((value, _width(first, last)))
    return DrawnRow(points_for(texts), cells)


def _signature(role: str, place: str) -> list[DrawnRow]:
    cells = [
        DrawnCell(0, 0, role, "sign_label"),
        DrawnCell(1, 3, "", "sign"),
        DrawnCell(4, 4, place, "sign_label"),
        DrawnCell(5, LAST, "", "sign"),
    ]
    return [DrawnRow(30, cells)]


def _places(columns: Sequence[Column]) -> list[tuple[int, int]]:
    ends = list(accumulate(column.span for column in columns))
    if ends and ends[-1] > len(GRID_WIDTHS):
        raise ValueError(f"a table of {ends[-1]} grid columns does not fit into {len(GRID_WIDTHS)}")
    return [(end - column.span, end - 1) for column, end in zip(columns, ends, strict=True)]
