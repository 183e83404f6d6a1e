"""Draws the blocks of a page on a sheet, from top to bottom, one row after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from include.reconciliation.report.blocks import (
    GRID_WIDTHS,
    Block,
    Column,
    Heading,
    Look,
    Note,
    Pairs,
    SignOff,
    Table,
    TableRow,
    Title,
    Verdict,
)
from include.reconciliation.report.styles import Styles

_LAST = len(GRID_WIDTHS) - 1
_ROW_HEIGHT = 13.5


class PageWriter:
    """Writes to one sheet; rows are written in order, as the workbook keeps none of them."""

    def __init__(self, sheet: Any, styles: Styles) -> None:
        self._sheet = sheet
        self._styles = styles
        self._row = 0

    def write(self, blocks: Iterable[Block], *, footer: str) -> None:
        """All blocks, and how the page prints."""
        sheet = self._sheet
        for number, width in enumerate(GRID_WIDTHS):
            sheet.set_column(number, number, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(footer)
        for block in blocks:
            self._write(block)
        sheet.print_area(0, 0, max(self._row - 1, 0), _LAST)
        # Amounts are texts on purpose: no green corner on each of them.
        sheet.ignore_errors({"number_stored_as_text": f"A1:H{self._row + 1}"})

    def _write(self, block: Block) -> None:
        match block:
            case Title():
                self._line(block.text, "title", height=24)
                self._line(block.subtitle, "subtitle", height=16)
                # The title stays in sight, whatever is looked up below it.
                self._sheet.freeze_panes(self._row, 0)
                self._row += 1
            case Verdict():
                self._verdict(block)
            case Heading():
                self._row += 1
                self._line(block.text, "heading", height=18)
                if block.note:
                    self._line(block.note, "note")
            case Note():
                self._line(block.text, "note")
            case Pairs():
                for label, value, look in block.rows:
                    self._height([(value, 1, _LAST)])
                    self._cell(0, 0, label, "label")
                    self._cell(1, _LAST, value, f"{look}_item")
                    self._row += 1
            case Table():
                self._table(block)
            case SignOff():
                self._sign_off(block)

    def _verdict(self, block: Verdict) -> None:
        style = f"verdict_{block.verdict}"
        for number, reason in enumerate(block.reasons):
            self._height([(reason, 2, _LAST)], least=30 if len(block.reasons) == 1 else 18)
            self._cell(0, 1, block.word if number == 0 else "", style)
            self._cell(2, _LAST, reason, "reason")
            self._row += 1
        self._row += 1

    def _table(self, block: Table) -> None:
        places = _places(block.columns)
        self._height([(c.title, *place) for c, place in zip(block.columns, places, strict=True)], least=16)
        for column, (first, last) in zip(block.columns, places, strict=True):
            right = column.look in (Look.AMOUNT, Look.COUNT)
            self._cell(first, last, column.title, "head_right" if right else "head")
        self._row += 1
        for row in block.rows:
            self._table_row(row, block.columns, places)
        self._height([], least=6)
        self._row += 1

    def _table_row(
        self, row: TableRow, columns: Sequence[Column], places: Sequence[tuple[int, int]]
    ) -> None:
        cells = [*row.cells, *([None] * (len(columns) - len(row.cells)))]
        self._height(
            [
                (cell, *place)
                for cell, place, column in zip(cells, places, columns, strict=True)
                if isinstance(cell, str) and column.look is Look.TEXT
            ]
        )
        for cell, column, (first, last) in zip(cells, columns, places, strict=True):
            style = f"{column.look}_{row.weight}"
            self._cell(first, last, "" if cell is None else cell, style)
        self._row += 1

    def _sign_off(self, block: SignOff) -> None:
        for role in block.roles:
            self._sheet.set_row(self._row, 28)
            for column, label in ((0, role), (4, "Date and signature")):
                self._cell(column, column, label, "label")
                self._cell(column + 1, column + 2, "", "sign")
            self._row += 1

    def _line(self, text: str, style: str, *, height: float | None = None) -> None:
        if height is None:
            self._height([(text, 0, _LAST)])
        else:
            self._sheet.set_row(self._row, height)
        self._cell(0, _LAST, text, style)
        self._row += 1

    def _cell(self, first: int, last: int, value: str | int, style: str) -> None:
        look = self._styles.of(style)
        if first < last:
            # Filled by hand: a text is a text whatever it begins with, also in a merged cell.
            self._sheet.merge_range(self._row, first, self._row, last, "", look)
        if isinstance(value, int):
            self._sheet.write_number(self._row, first, value, look)
        elif value or first == last:
            write = self._sheet.write_string if value else self._sheet.write_blank
            write(self._row, first, value, look)

    def _height(self, texts: Sequence[tuple[str, int, int]], *, least: float = _ROW_HEIGHT) -> None:
        """Makes the row high enough for wrapped texts: spreadsheets do not grow merged cells."""
        lines = 1
        for text, first, last in texts:
            width = sum(GRID_WIDTHS[first : last + 1])
            lines = max(lines, -(-len(text) * 21 // (width * 20)))
        self._sheet.set_row(self._row, max(least, lines * _ROW_HEIGHT))


def _places(columns: Sequence[Column]) -> list[tuple[int, int]]:
    ends = list(accumulate(column.span for column in columns))
    if ends and ends[-1] > len(GRID_WIDTHS):
        raise ValueError(f"a table of {ends[-1]} grid columns does not fit into {len(GRID_WIDTHS)}")
    return [(end - column.span, end - 1) for column, end in zip(columns, ends, strict=True)]
