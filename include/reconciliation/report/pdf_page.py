"""The blocks of a page as a PDF on A4 across, without a date: the same blocks, the same bytes.

Texts are drawn as they are: nothing here reads markup. What the page's font lacks is written as its
code; only the minus sign, which it lacks too, becomes a dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as JoinedTable

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
    Weight,
)
from include.reconciliation.report.drawing import FONT_POINTS, Anchor, Box, Drawing, Line, Words
from include.reconciliation.report.language import Language
from include.reconciliation.report.pdf_text import cell, drawn

_FONT, _BOLD, _CODE, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", "Courier", 7, 9
_PAGE = landscape(A4)
# A frame has a padding of its own.
_MARGIN, _PADDING = 30, 6
_LEFT = _MARGIN + _PADDING
_WIDTH = _PAGE[0] - 2 * _LEFT
_INK, _MUTED, _RULE = HexColor("#1F2933"), HexColor("#52606D"), HexColor("#CBD2D9")
_BAND, _PAPER = HexColor("#243B53"), HexColor("#FFFFFF")
_GROUNDS = {
    Weight.SUBTOTAL: HexColor("#F0F4F8"),
    Weight.GOOD: HexColor("#E3F9E5"),
    Weight.BAD: HexColor("#FFE3E3"),
}
_VERDICTS = {
    "incomplete": HexColor("#AB091E"),
    "discrepancies": HexColor("#B44D12"),
    "reconciled_with_pending": HexColor("#1B5E9E"),
    "reconciled": HexColor("#207227"),
}
_TEXT_MAX = 2_000
# Between a figure and a text at its right.
_FIGURE_PADDING = 8
_REASONS_JOINED_MAX = 20
# Of a drawing's points in those of the page.
_SCALE_MAX, _SCALE_MIN, _PICTURE_POINTS_MAX = 0.68, 0.52, 480


def write_pdf(
    stream: BinaryIO, blocks: Iterable[Block], say: Language, *, title: str, footer: str
) -> None:
    """Write the pages; each says at its foot which run it is of."""
    foot = _text(footer)

    def draw_foot(canvas: Any, _: Any) -> None:
        canvas.setTitle(title)
        canvas.setFont(_FONT, 6)
        canvas.setFillColor(_MUTED)
        canvas.drawString(_LEFT, 20, foot)
        number = _text(say("page {number}", number=canvas.getPageNumber()))
        canvas.drawRightString(_PAGE[0] - _LEFT, 20, number)

    def canvas_of(*arguments: Any, **settings: Any) -> Canvas:
        settings.update(invariant=1, pageCompression=0)
        return Canvas(*arguments, **settings)

    SimpleDocTemplate(
        stream, pagesize=_PAGE, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=24,
        bottomMargin=30, lang=say.code,
    ).build([part for block in blocks for part in _drawn_block(block, say)],
            onFirstPage=draw_foot, onLaterPages=draw_foot, canvasmaker=canvas_of)  # fmt: skip


def _text(value: str) -> str:
    short = value if len(value) <= _TEXT_MAX else value[: _TEXT_MAX - 1] + "…"
    return drawn(short.replace("−", "–"), _TEXT_MAX)


def _drawn_block(block: Block, say: Language) -> Iterator[Any]:
    match block:
        case Title():
            yield _lines(block.text, _BOLD, 15, _INK)
            yield _lines(block.subtitle, _FONT, 9, _MUTED)
            yield Spacer(1, 8)
        case Verdict():
            yield _verdict(block)
            yield Spacer(1, 4)
        case Facts():
            yield _facts(block)
            yield Spacer(1, 6)
        case Heading():
            # With it stay the head of its table and a few rows.
            yield CondPageBreak(110)
            yield Spacer(1, 8)
            yield _lines(block.text, _BOLD, 10, _BAND)
            if block.note:
                yield _lines(block.note, _FONT, _SIZE, _MUTED)
            yield Spacer(1, 3)
        case Note():
            if block.text.endswith(":"):
                # It speaks of the table below it.
                yield CondPageBreak(70)
            yield _lines(block.text, _FONT, _SIZE, _MUTED)
        case Table():
            yield _table(block, say)
            yield Spacer(1, 5)
        case Chart():
            yield _Picture(block.drawing)
            yield Spacer(1, 5)
        case SignOff():
            for role in block.roles:
                yield _signature(role, block.place)


def _plain(rows: Sequence[Sequence[str]], widths: Sequence[float], style: Sequence[Any]) -> Any:
    edges = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((f"{side}PADDING", (0, 0), (-1, -1), 3) for side in ("LEFT", "RIGHT")),
        *((f"{side}PADDING", (0, 0), (-1, -1), 1) for side in ("TOP", "BOTTOM")),
    ]
    return LongTable(rows, colWidths=list(widths), style=[*edges, *style], hAlign="LEFT")


def _lines(text: str, font: str, size: int, ink: Any) -> Any:
    rows = [[part] for part in cell(_text(text), _WIDTH, font, size)]
    style = [
        ("FONT", (0, 0), (-1, -1), font, size, size + 2),
        ("TEXTCOLOR", (0, 0), (-1, -1), ink),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
    return _plain(rows, [_WIDTH], style)


def _verdict(block: Verdict) -> Any:
    widths = [_WIDTH * 22 // 100, _WIDTH * 78 // 100]
    words = "\n".join(cell(_text(block.word), widths[0], _BOLD, 12))
    reasons = [
        part for reason in block.reasons for part in cell(_text(reason), widths[1] - 8, _FONT, 9)
    ]
    colour = _VERDICTS[block.verdict]
    style = [
        ("FONT", (0, 0), (0, -1), _BOLD, 12, 14),
        ("FONT", (1, 0), (1, -1), _FONT, 9, 11),
        ("BACKGROUND", (0, 0), (0, -1), colour),
        ("TEXTCOLOR", (0, 0), (0, -1), _PAPER),
        ("TEXTCOLOR", (1, 0), (1, -1), _INK),
        ("ALIGN", (0, 0), (0, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, 0), 6),
        ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
        ("BOX", (0, 0), (-1, -1), 1, colour),
        ("LEFTPADDING", (1, 0), (1, -1), 10),
    ]
    first, *others = reasons
    rows = [[words, first], *(["", other] for other in others)]
    # A longer list of reasons than a page holds could not be broken in a joined cell.
    joined = [("SPAN", (0, 0), (0, -1))] if len(rows) <= _REASONS_JOINED_MAX else []
    return JoinedTable(rows, colWidths=widths, style=[*style, *joined], hAlign="LEFT")


def _facts(block: Facts) -> Any:
    shares = (16, 26, 13, 45)
    widths = [_WIDTH * share // 100 for share in shares]
    fonts = (_FONT, _FONT, _FONT, _CODE)
    rows = []
    for number in range(max(len(block.stated), len(block.proving))):
        texts = [
            *(block.stated[number] if number < len(block.stated) else ("", "")),
            *(block.proving[number] if number < len(block.proving) else ("", "")),
        ]
        rows.append(
            [
                "\n".join(cell(_text(text), width, font, _SIZE))
                for text, width, font in zip(texts, widths, fonts, strict=True)
            ]
        )
    style = [
        ("FONT", (0, 0), (-1, -1), _FONT, _SIZE, _LEADING),
        ("FONT", (3, 0), (3, -1), _CODE, _SIZE, _LEADING),
        ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
        ("TEXTCOLOR", (0, 0), (0, -1), _MUTED),
        ("TEXTCOLOR", (2, 0), (2, -1), _MUTED),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, _RULE),
    ]
    return _plain(rows, widths, style)


def _table(block: Table, say: Language) -> Any:
    widths = _widths(block.columns)
    heads = [
        "\n".join(cell(_text(column.title), width - _FIGURE_PADDING, _BOLD, _SIZE))
        for column, width in zip(block.columns, widths, strict=False)
    ]
    rows = [heads]
    style: list[Any] = [
        ("FONT", (0, 0), (-1, -1), _FONT, _SIZE, _LEADING),
        ("FONT", (0, 0), (-1, 0), _BOLD, _SIZE, _LEADING),
        ("TEXTCOLOR", (0, 1), (-1, -1), _INK),
        ("BACKGROUND", (0, 0), (-1, 0), _BAND),
        ("TEXTCOLOR", (0, 0), (-1, 0), _PAPER),
    ]
    for place, column in enumerate(block.columns):
        if column.look in (Look.AMOUNT, Look.COUNT):
            style += [
                ("ALIGN", (place, 0), (place, -1), "RIGHT"),
                ("RIGHTPADDING", (place, 0), (place, -1), _FIGURE_PADDING),
            ]
        elif column.look is Look.CODE:
            style.append(("FONT", (place, 1), (place, -1), _CODE, _SIZE, _LEADING))
    for row in block.rows:
        _add_row(row, block.columns, widths, say, rows, style)
    if (rest := _WIDTH - sum(widths)) > 1:
        # The bands of a narrow table are as wide as those of the others.
        widths = [*widths, rest]
        rows = [[*row, ""] for row in rows]
    table = _plain(rows, widths, style)
    table.repeatRows = 1
    return table


def _add_row(
    row: TableRow, columns: Sequence[Column], widths: Sequence[float], say: Language,
    rows: list[list[str]], style: list[Any],
) -> None:  # fmt: skip
    first = len(rows)
    values = [*row.cells, *([None] * (len(columns) - len(row.cells)))]
    bold = row.weight is not Weight.ITEM
    parts = []
    for value, column, width in zip(values, columns, widths, strict=False):
        shown = say.count(value) if isinstance(value, int) else value or ""
        font = _CODE if column.look is Look.CODE else _BOLD if bold else _FONT
        fits = width if column.look in (Look.TEXT, Look.CODE) else width - _FIGURE_PADDING
        parts.append(cell(_text(shown), fits, font, _SIZE))
    for number in range(max(map(len, parts))):
        rows.append([part[number] if number < len(part) else "" for part in parts])
    last = len(rows) - 1
    if bold:
        style += [
            ("FONT", (0, first), (-1, last), _BOLD, _SIZE, _LEADING),
            ("BACKGROUND", (0, first), (-1, last), _GROUNDS[row.weight]),
            ("LINEABOVE", (0, first), (-1, first), 0.5, _INK),
        ]
    if row.detail:
        # The cells beside it are empty, and its lines are as wide as the table.
        for part in cell(_text(row.detail), sum(widths) - 12, _FONT, 6):
            rows.append([part, *([""] * (len(columns) - 1))])
        style += [
            ("FONT", (0, last + 1), (-1, -1 + len(rows)), _FONT, 6, 8),
            ("TEXTCOLOR", (0, last + 1), (0, len(rows) - 1), _MUTED),
            ("LEFTPADDING", (0, last + 1), (0, len(rows) - 1), 12),
        ]
    style.append(("LINEBELOW", (0, len(rows) - 1), (-1, len(rows) - 1), 0.25, _RULE))


def _widths(columns: Sequence[Column]) -> list[float]:
    point = _WIDTH / sum(GRID_WIDTHS)
    widths, at = [], 0
    for column in columns:
        widths.append(point * sum(GRID_WIDTHS[at : at + column.span]))
        at += column.span
    return widths


def _signature(role: str, place: str) -> Any:
    widths = [_WIDTH * share // 100 for share in (14, 36, 14, 36)]
    style = [
        ("FONT", (0, 0), (-1, -1), _FONT, 8, 10),
        ("TEXTCOLOR", (0, 0), (-1, -1), _MUTED),
        ("TOPPADDING", (0, 0), (-1, -1), 20),
        ("LINEBELOW", (1, 0), (1, 0), 0.5, _INK),
        ("LINEBELOW", (3, 0), (3, 0), 0.5, _INK),
    ]
    return _plain([[_text(role), "", _text(place), ""]], widths, style)


class _Picture(Flowable):
    """A drawing, as wide as is easy to read; smaller where that saves half a page."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self._scale = _SCALE_MAX

    def wrap(self, _: Any, height: Any) -> tuple[float, float]:
        """How large it is in what the page has left, or on the next one."""
        fitting = height / self._drawing.height
        self._scale = min(fitting, _SCALE_MAX) if fitting >= _SCALE_MIN else _SCALE_MAX
        self._scale = min(self._scale, _PICTURE_POINTS_MAX / self._drawing.height)
        return _WIDTH, self._drawing.height * self._scale

    def draw(self) -> None:
        """Its shapes, in the canvas's own coordinates: y grows upwards."""
        canvas, height = self.canv, self._drawing.height
        canvas.saveState()
        canvas.scale(self._scale, self._scale)
        for shape in self._drawing.shapes:
            canvas.setStrokeColor(HexColor("#1F2933"))
            match shape:
                case Box():
                    canvas.setLineWidth(0.6)
                    canvas.setFillColor(HexColor(shape.tone.value))
                    canvas.rect(
                        shape.x, height - shape.y - shape.height, shape.width, shape.height, fill=1
                    )
                case Line():
                    canvas.setLineWidth(1)
                    canvas.setStrokeColor(HexColor(shape.tone.value))
                    canvas.setDash(*((5, 4) if shape.dashed else ()))
                    canvas.line(shape.x1, height - shape.y1, shape.x2, height - shape.y2)
                    canvas.setDash()
                case Words():
                    canvas.setFillColor(HexColor(shape.tone.value))
                    canvas.setFont(_BOLD if shape.bold else _FONT, FONT_POINTS)
                    write = {
                        Anchor.START: canvas.drawString,
                        Anchor.MIDDLE: canvas.drawCentredString,
                        Anchor.END: canvas.drawRightString,
                    }[shape.anchor]
                    write(shape.x, height - shape.y, _text(shape.text))
        canvas.restoreState()
