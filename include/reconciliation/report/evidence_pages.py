"""An evidence pack as a PDF: its verdict first, then its tables, with the JSON attached.

Texts from outside are drawn as they are: nothing here reads markup, and what the page's font does
not have is written as its code. No date, no compression: the same pack gives the same bytes. The
last line is the SHA-256 of all before it (verify_evidence.py holds it against the file).
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, SimpleDocTemplate, Spacer

from include.reconciliation.identifiers import sha256_of
from include.reconciliation.money import format_minor

ATTACHMENT = "evidence_pack.json"
_FONT, _BOLD, _MARGIN, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", 42, 7, 9
_WIDTH = A4[0] - 2 * _MARGIN
_PADDING = 3
# A row of a table never fills a page; longer texts go on in the next row.
_LINES_OF_ROW_MAX = 40
_CHARACTERS_SHOWN_MAX = 4_000
_GREY, _PALE = HexColor("#555555"), HexColor("#eeeeee")
_VERDICTS = {
    "holds": "HOLDS: all that was read agrees with itself and with its hashes",
    "does_not_hold": "DOES NOT HOLD",
    "incomplete": "INCOMPLETE: not all could be read or told",
}
Row = Mapping[str, Any]


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
            "Subtype": pdfdoc.PDFName("application/json"),
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
    yield _lines([_VERDICTS[pack["verdict"]], *pack["verdict_reasons"]], _BOLD, 10)
    yield Spacer(1, 8)
    yield _table(("What", "Found"), (1, 4), list(_summary(pack, exponents)))
    for title, columns, widths, rows in _sections(pack, exponents):
        yield Spacer(1, 12)
        yield _lines([title], _BOLD, 11)
        if rows is None:
            yield _lines(["Not in this pack: its source was not read, see Sources."], _FONT, _SIZE)
        elif not rows:
            yield _lines(["None."], _FONT, _SIZE)
        else:
            yield _table(columns, widths, rows)


def _summary(pack: Row, exponents: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What page one says: figures of the pack, none that a table does not have."""
    intent, replay = pack["intent"], pack["replay"]
    if intent is not None:
        yield "Amount", _money(intent["amount_minor"], intent["currency"], exponents)
    if replay is not None:
        stored, state = replay["stored"], replay["replayed"]
        yield "State by its events", f"{state['state']} after event {state['sequence_number']}"
        yield (
            "State as stored",
            "none"
            if stored is None
            else (f"{stored['state']} after event {stored['sequence_number']}"),
        )
        outcome = replay["outcome"].replace("_", " ")
        yield "Replay", f"{outcome}; SHA-256 {replay['replayed_sha256']}"
    if pack["discrepancies"] is not None:
        latest = [each["history"][-1] for each in pack["discrepancies"]]
        still = [row for row in latest if row["is_at_the_head"] and row["change"] != "resolved"]
        yield "Discrepancies", f"{len(latest)} in all runs, {len(still)} open at the head"
        deltas: Counter[str] = Counter()
        for row in still:
            if row["currency"] is not None:
                deltas[row["currency"]] += row["exposure_minor"] or 0
        for currency in sorted(deltas):
            yield f"Exposure, {currency}", _money(deltas[currency], currency, exponents)
    if pack["corrections"] is not None:
        events = Counter(row["event"] for row in pack["corrections"]["rows"])
        told = ", ".join(f"{events[name]} {name.replace('_', ' ')}" for name in sorted(events))
        yield "Log of corrections", told or "no row about this payment"
    for source in pack["sources"]:
        said = f": {source['said']}" if source["said"] else ""
        yield f"Source {source['source']}", source["state"].replace("_", " ") + said
    yield "Looked for as", ", ".join(pack["references"])
    yield "Masked", f"{len(pack['masked'])} texts hold personal data that is not shown"
    yield "Seal", f"SHA-256 {pack['seal_sha256']}"
    yield (
        "To verify",
        (
            f"bin/reconciliation evidence verify FILE. The pack is attached as {ATTACHMENT}; where"
            " a page and the attachment differ, the attachment counts."
        ),
    )


_Section = tuple[str, tuple[str, ...], tuple[int, ...], Sequence[Sequence[object]] | None]


def _sections(pack: Row, exponents: Mapping[str, int]) -> Iterator[_Section]:
    def of(name: str, *columns: str) -> list[list[object]] | None:
        rows = pack[name]
        return None if rows is None else [[row[column] for column in columns] for row in rows]

    intent = pack["intent"]
    yield (
        "Intent",
        ("Field", "Value"),
        (1, 4),
        (None if pack["events"] is None else [] if intent is None else sorted(intent.items())),
    )
    yield (
        "Decisions", ("Event", "Type", "Reason", "Operator", "Approval"), (1, 3, 3, 3, 3),
        of("decisions", "sequence_number", "type", "reason", "operator_id", "approval_id"),
    )  # fmt: skip
    yield (
        "Attempts", ("Number", "Attempt", "Reference outside", "Created"), (1, 4, 4, 3),
        of("attempts", "attempt_number", "attempt_id", "external_reference", "created_at"),
    )  # fmt: skip
    yield (
        "Events",
        ("No.", "Type and attempt", "Recorded", "Payload", "Hash"),
        (1, 4, 3, 5, 5),
        (
            None
            if pack["events"] is None
            else [
                (
                    event["sequence_number"],
                    f"{event['type']}\n{event['attempt_id'] or ''}\n{event['event_id']}",
                    event["recorded_at"],
                    event["payload"],
                    event["event_sha256"],
                )
                for event in pack["events"]
            ]
        ),
    )
    yield (
        "Requests to the rail", ("Request", "Attempt", "Asked", "Answered"), (4, 4, 3, 3),
        of("rail_requests", "request_id", "attempt_id", "requested_at", "answered_at"),
    )  # fmt: skip
    yield (
        "Actions of operators", ("Action", "Operator", "Approval", "Reason", "When"),
        (2, 2, 3, 5, 3), of("operator_actions", "action", "operator_id", "approval_id", "reason",
                            "acted_at"),
    )  # fmt: skip
    yield from _reconciliation(pack, exponents)


def _reconciliation(pack: Row, exponents: Mapping[str, int]) -> Iterator[_Section]:
    def money(row: Row, name: str) -> str:
        return _money(row[name], row["currency"], exponents)

    yield (
        "Rows of statements, ledger and gateway",
        ("Source", "Type", "References", "Amount", "When", "Where"), (2, 2, 4, 2, 3, 4),
        None if pack["rows"] is None else [
            (
                row["source"], f"{row['type']}\n{row['status']}",
                f"{row['psp_reference'] or ''}\n{row['merchant_reference'] or ''}"
                f"\n{row['event_reference'] or ''}",
                money(row, "amount_minor"), row["occurred_at"],
                row["ledger_id"] or f"{row['file']} row {row['file_row']}",
            )
            for row in pack["rows"]
        ],
    )  # fmt: skip
    yield (
        "Matches of all runs", ("Leg", "Rule", "Rows of this payment", "Run", "Dissolved by"),
        (3, 3, 4, 4, 4),
        None if pack["matches"] is None else [
            (
                match["leg"], f"{match['rule']} {match['rule_version']}",
                "\n".join(f"{row['side']}: {money(row, 'amount_minor')}" for row in match["rows"])
                + f"\nof {match['statement_lines']} + {match['ledger_transactions']} rows",
                match["run_id"], match["dissolved_run_id"],
            )
            for match in pack["matches"]
        ],
    )  # fmt: skip
    yield (
        "Discrepancies, as each run saw them",
        ("Kind and leg", "Change, status", "Statement", "Ledger", "Delta", "Run", "What"),
        (3, 2, 2, 2, 2, 4, 4),
        None if pack["discrepancies"] is None else [
            (
                f"{row['kind']}\n{each['leg']}\n{each['discrepancy_id']}",
                f"{row['change']}\n{row['status']}",
                money(row, "statement_minor"), money(row, "ledger_minor"),
                money(row, "delta_minor"), row["run_id"], row["explanation"],
            )
            for each in pack["discrepancies"] for row in each["history"]
        ],
    )  # fmt: skip
    log = pack["corrections"]
    yield (
        "Corrections and operator actions in the log",
        ("No.", "Event, action", "Amount", "Reason", "Asked, approved", "When", "Hash"),
        (1, 3, 2, 4, 3, 3, 4),
        None if log is None else [
            (
                row["sequence_number"], f"{row['event']}\n{row['action']}",
                money(row, "amount_minor"), f"{row['reason_code']}: {row['reason']}",
                f"{row['requested_by']}\n{row['approved_by'] or 'nobody'}"
                f"\n{row['second_approved_by'] or ''}",
                row["logged_at"], row["entry_sha256"],
            )
            for row in log["rows"]
        ],
    )  # fmt: skip
    head = None if log is None else log["head"]
    yield (
        "End of the log",
        ("Row", "Hash"),
        (1, 6),
        (None if log is None else [] if head is None else [[head["sequence_number"], head["entry_sha256"]]]),
    )
    yield (
        "Heads of the accounts", ("PSP", "Account", "Run", "Verdict", "Up to"), (2, 2, 5, 3, 3),
        None if pack["positions"] is None else [
            [row[name] for name in ("psp", "account", "run_id", "verdict", "window_end")]
            for row in pack["positions"]
        ],
    )  # fmt: skip


def _money(minor: int | None, currency: str | None, exponents: Mapping[str, int]) -> str:
    if minor is None:
        return ""
    if currency is None or currency not in exponents:
        return f"{minor} minor units of {currency or 'an unknown currency'}"
    return f"{currency} {format_minor(minor, exponents[currency], group=',')}"


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
