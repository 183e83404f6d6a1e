"""Texts in a PDF: what the font lacks is shown as its code, and lines end before the edge."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.pdfbase.pdfmetrics import stringWidth

PADDING = 3
# A row of a table never fills a page; longer texts go on in the next row.
_LINES_OF_ROW_MAX = 40
CHARACTERS_SHOWN_MAX = 4_000


def cell(value: object, width: float, font: str, size: int) -> list[str]:
    """A value as texts that each fit into one row of that width; at least one."""
    texts = [] if value is None else [part for part in str(value).split("\n") if part]
    lines = [
        line
        for text in texts
        for line in _folded(drawn(text, CHARACTERS_SHOWN_MAX), width - 2 * PADDING, font, size)
    ]
    starts = range(0, max(len(lines), 1), _LINES_OF_ROW_MAX)
    return ["\n".join(lines[start : start + _LINES_OF_ROW_MAX]) for start in starts]


def drawn(text: str, characters_max: int) -> str:
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
