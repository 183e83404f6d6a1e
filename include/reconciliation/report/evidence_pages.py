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
from include.reconciliation.report.pdf_text import PADDING, cell, drawn

_FONT, _BOLD, _MARGIN, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", 42, 7, 9
_WIDTH = A4[0] - 2 * _MARGIN
_GREY, _PALE = HexColor("#555555"), HexColor("#eeeeee")


def pdf(pack: Row, content: bytes, exponents: Mapping[str, int]) -> bytes:
    """The pages of a pack, with its JSON attached byte for byte; `exponents` by currency."""
    target = io.BytesIO()
    seal = f"payment {drawn(pack['payment_id'], 60)}   seal {pack['seal_sha256']}"

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
    cells = [[part] for text in texts for part in cell(text, _WIDTH, font, size)]
    style = [("FONT", (0, 0), (-1, -1), font, size, size + 3), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return LongTable(cells, colWidths=[_WIDTH], style=style)


def _table(columns: Sequence[str], shares: Sequence[int], rows: Sequence[Sequence[object]]) -> Any:
    """A table whose head is on every page."""
    widths = [_WIDTH * share / sum(shares) for share in shares]
    cells: list[list[str]] = [list(columns)]
    for row in rows:
        parts = [
            cell(value, width, _FONT, _SIZE) for value, width in zip(row, widths, strict=True)
        ]
        for number in range(max(map(len, parts))):
            cells.append([part[number] if number < len(part) else "" for part in parts])
    style = [
        ("FONT", (0, 0), (-1, -1), _FONT, _SIZE, _LEADING),
        ("FONT", (0, 0), (-1, 0), _BOLD, _SIZE, _LEADING),
        ("BACKGROUND", (0, 0), (-1, 0), _PALE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, _GREY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((f"{side}PADDING", (0, 0), (-1, -1), PADDING) for side in ("LEFT", "RIGHT")),
        *((f"{side}PADDING", (0, 0), (-1, -1), 1) for side in ("TOP", "BOTTOM")),
    ]
    return LongTable(cells, colWidths=widths, repeatRows=1, style=style)
