"""Writes the blocks of a page to a sheet, from top to bottom, and says where the paper ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from include.reconciliation.report.blocks import GRID_WIDTHS, Block, Heading, Title
from include.reconciliation.report.page_layout import LAST, DrawnCell, DrawnRow, lay_out
from include.reconciliation.report.styles import Styles

_A4 = 9
# A4 across, less its margins, shows the grid's width at this scale, and so many points of rows.
_SCALE_PERCENT = 96
_PAGE_POINTS = 515
# A longer table may break: its head and this many points of it stay together.
_TOGETHER_POINTS = 260


def write_page(sheet: Any, styles: Styles, blocks: Iterable[Block], *, footer: str) -> None:
    """Write all blocks, row after row: the workbook keeps none of them in memory."""
    for number, width in enumerate(GRID_WIDTHS):
        sheet.set_column(number, number, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_print_scale(_SCALE_PERCENT)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(footer)
    written, used, breaks = 0, 0, []
    for rows, freeze in _kept_together(blocks):
        points = sum(row.points for row in rows)
        together = points if points <= _PAGE_POINTS else _TOGETHER_POINTS
        if used and used + together > _PAGE_POINTS:
            breaks.append(written)
            used = 0
        for row in rows:
            _write_row(sheet, styles, written, row)
            written += 1
        used = (used + points) % _PAGE_POINTS
        if freeze:
            # The title stays in sight, whatever is looked up below it.
            sheet.freeze_panes(written, 0)
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, max(written - 1, 0), LAST)
    # Amounts are texts on purpose: no green corner on each of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:H{written + 1}"})


def _kept_together(blocks: Iterable[Block]) -> Iterable[tuple[list[DrawnRow], bool]]:
    """Rows of blocks, a heading with what follows it; and whether to freeze below them."""
    waiting: list[DrawnRow] = []
    for block in blocks:
        waiting += lay_out(block)
        if not isinstance(block, Heading):
            yield waiting, isinstance(block, Title)
            waiting = []
    if waiting:
        yield waiting, False


def _write_row(sheet: Any, styles: Styles, number: int, row: DrawnRow) -> None:
    sheet.set_row(number, row.points)
    for cell in row.cells:
        _write_cell(sheet, styles, number, cell)


def _write_cell(sheet: Any, styles: Styles, row: int, cell: DrawnCell) -> None:
    look = styles.of(cell.style)
    if cell.first < cell.last:
        sheet.merge_range(row, cell.first, row, cell.last, "", look)
    # After the merge, by type: a text is a text whatever it begins with.
    if isinstance(cell.value, int):
        sheet.write_number(row, cell.first, cell.value, look)
    elif cell.value:
        sheet.write_string(row, cell.first, cell.value, look)
    else:
        sheet.write_blank(row, cell.first, None, look)


def footer_of(left: str, middle: str) -> str:
    """A footer in the codes of a spreadsheet; the texts hold no & of their own."""
    parts: Sequence[str] = (f"&L&8{left}", f"&C&8{middle}", "&R&8page &P of &N")
    return "".join(parts)
