"""An evidence pack as a PDF: its verdict first, then its tables, with the JSON attached.

Texts from outside are drawn as they are: nothing here reads markup, and what the page's font does
not have is written as its code. No date, no compression: the same pack gives the same bytes. The
last line is the SHA-256 of all before it (verify_evidence.py holds it against the file).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, SimpleDocTemplate, Spacer

from include.reconciliation.identifiers import sha256_of
from include.reconciliation.report.evidence_tables import (
    ATTACHMENT,
    Row,
    headline,
    sections,
    summary,
)

_FONT, _BOLD, _MARGIN, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", 42, 7, 9
_WIDTH = A4[0] - 2 * _MARGIN
_PADDING = 3
# A row of a table never fills a page; longer texts go on in the next row.
_LINES_OF_ROW_MAX = 40
_CHARACTERS_SHOWN_MAX = 4_000
_GREY, _PALE = HexColor("#555555"), HexColor("#eeeeee")


def pdf(pack: Row, content: bytes, exponents: Mapping[str, int]) -> bytes:
    """The pages of a pack, with its JSON attached byte for byte; `exponents` by currency."""
    target = io.BytesIO()
    seal = f"payment {_drawn(pack['payment_id'], 60)}   seal {pack['seal_sha256']}"

    def first(canvas: Any, _: Any) -> None:
        _attach(canvas, content)
        foot(canvas, _)

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont(_FONT, 6)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 24, seal)
        canvas.drawRightString(A4[0] - _MARGIN, 24, f"page {canvas.getPageNumber()}")

    def canvas_of(*arguments: Any, **settings: Any) -> Canvas:
        settings.update(invariant=1, pageCompression=0)
        return Canvas(*arguments, **settings)

    SimpleDocTemplate(
        target, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN,
        bottomMargin=_MARGIN,
    ).build(list(_pages(pack, exponents)), onFirstPage=first, onLaterPages=foot,
            canvasmaker=canvas_of)  # fmt: skip
    made = target.getvalue()
    return made + f"%evidence-pack-sha256 {sha256_of(made)}\n".encode()


class _Undated(pdfdoc.PDFInfo):
    """What the file says of itself: a title, and no moment."""

    def format(self, document: Any) -> Any:
        title = pdfdoc.PDFString("Evidence pack of a payment")
        return pdfdoc.PDFDictionary({"Title": title}).format(document)


def _attach(canvas: Any, content: bytes) -> None:
    """Puts the JSON among the attachments that a viewer lists."""
    document = canvas._doc
    document.info.__class__ = _Undated
    plain = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("EmbeddedFile"),
            "Subtype": "/application#2Fjson",
            "Filter": pdfdoc.PDFName("ASCIIHexDecode"),
        }
    )
    stream = document.Reference(pdfdoc.PDFStream(plain, content.hex().encode() + b">"))
    name = pdfdoc.PDFString(ATTACHMENT)
    file = document.Reference(
        pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Filespec"),
                "F": name,
                "UF": name,
                "EF": pdfdoc.PDFDictionary({"F": stream}),
            }
        )
    )
    files = document.Reference(pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([name, file])}))
    document.Catalog.Names = pdfdoc.PDFDictionary({"EmbeddedFiles": files})


def _pages(pack: Row, exponents: Mapping[str, int]) -> Iterator[Any]:
    yield _lines(["Evidence pack"], _BOLD, 18)
    yield _lines([f"Payment {pack['payment_id']}"], _BOLD, 11)
    yield _lines(headline(pack), _BOLD, 10)
    yield Spacer(1, 8)
    yield _table(("What", "Found"), (1, 4), list(summary(pack, exponents)))
    for title, columns, widths, rows in sections(pack, exponents):
        yield Spacer(1, 12)
        yield _lines([title], _BOLD, 11)
        if rows is None:
            yield _lines(["Not in this pack: its source was not read, see Sources."], _FONT, _SIZE)
        elif not rows:
            yield _lines(["None."], _FONT, _SIZE)
        else:
            yield _table(columns, widths, rows)


def _lines(texts: Sequence[str], font: str, size: int) -> Any:
    """Paragraphs over the whole width, drawn as they are."""
    cells = [[part] for text in texts for part in _cell(text, _WIDTH, font, size)]
    style = [("FONT", (0, 0), (-1, -1), font, size, size + 3), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return LongTable(cells, colWidths=[_WIDTH], style=style)


def _table(columns: Sequence[str], shares: Sequence[int], rows: Sequence[Sequence[object]]) -> Any:
    """A table whose head is on every page."""
    widths = [_WIDTH * share / sum(shares) for share in shares]
    cells: list[list[str]] = [list(columns)]
    for row in rows:
        parts = [
            _cell(value, width, _FONT, _SIZE) for value, width in zip(row, widths, strict=True)
        ]
        for number in range(max(map(len, parts))):
            cells.append([part[number] if number < len(part) else "" for part in parts])
    style = [
        ("FONT", (0, 0), (-1, -1), _FONT, _SIZE, _LEADING),
        ("FONT", (0, 0), (-1, 0), _BOLD, _SIZE, _LEADING),
        ("BACKGROUND", (0, 0), (-1, 0), _PALE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, _GREY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((f"{side}PADDING", (0, 0), (-1, -1), _PADDING) for side in ("LEFT", "RIGHT")),
        *((f"{side}PADDING", (0, 0), (-1, -1), 1) for side in ("TOP", "BOTTOM")),
    ]
    return LongTable(cells, colWidths=widths, repeatRows=1, style=style)


def _cell(value: object, width: float, font: str, size: int) -> list[str]:
    """A value as texts that each fit into one row of that width; at least one."""
    texts = [] if value is None else [part for part in str(value).split("\n") if part]
    lines = [
        line
        for text in texts
        for line in _folded(_drawn(text, _CHARACTERS_SHOWN_MAX), width - 2 * _PADDING, font, size)
    ]
    starts = range(0, max(len(lines), 1), _LINES_OF_ROW_MAX)
    return ["\n".join(lines[start : start + _LINES_OF_ROW_MAX]) for start in starts]


def _drawn(text: str, characters_max: int) -> str:
    """The text with the code of each character that the font lacks or that has no shape."""
    shown = "".join(
        character if _has_shape(character) else f"[U+{ord(character):04X}]"
        for character in text[:characters_max]
    )
    more = len(text) - characters_max
    return shown if more <= 0 else f"{shown} [{more} more characters in the attachment]"


def _has_shape(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return character.isprintable()


def _folded(text: str, width: float, font: str, size: int) -> Iterator[str]:
    """The text in lines of that width, cut between words where that can be."""
    while stringWidth(text, font, size) > width and len(text) > 1:
        length = _fitting(text, width, font, size)
        space = text.rfind(" ", length // 2, length)
        cut = space + 1 if space > 0 else length
        yield text[:cut]
        text = text[cut:]
    yield text


def _fitting(text: str, width: float, font: str, size: int) -> int:
    """How many characters of a text fit into that width; at least one."""
    used, length = stringWidth(text[0], font, size), 1
    while length < len(text):
        used += stringWidth(text[length], font, size)
        if used > width:
            break
        length += 1
    return length
