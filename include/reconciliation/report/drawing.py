"""A drawing: shapes at whole points, in tones that also differ in black and white; and its SVG.

Charts put one together (charts.py); the HTML page has it as SVG, the PDF page draws the shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from include.reconciliation.report.shown_text import escaped


class Tone(Enum):
    """Colours by what they mean; neighbours in a chart are far apart in lightness."""

    INK = "#1F2933"
    MUTED = "#52606D"
    GRID = "#CBD2D9"
    TOTAL = "#243B53"
    MORE = "#2B6CB0"
    LESS = "#F6C177"
    ALARM = "#AB091E"
    AGE_1 = "#E6EEF7"
    AGE_2 = "#A9C8E8"
    AGE_3 = "#4A8AC9"
    AGE_4 = "#12355B"
    PAPER = "#FFFFFF"


class Anchor(Enum):
    """Which end of a text stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle with a thin edge; x and y are its upper left corner."""

    x: int
    y: int
    width: int
    height: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line; a dashed one is a limit or leads the eye."""

    x1: int
    y1: int
    x2: int
    y2: int
    tone: Tone
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text whose base line is at y."""

    x: int
    y: int
    text: str
    tone: Tone = Tone.INK
    anchor: Anchor = Anchor.START
    bold: bool = False


Shape = Box | Line | Words
FONT_POINTS = 11


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a plane of width times height points, and what they show, in words."""

    width: int
    height: int
    title: str
    description: str
    shapes: Sequence[Shape]


def svg(drawing: Drawing, name: str) -> str:
    """The drawing as an element of an HTML page, where `name` is unique."""
    return "".join(_svg(drawing, name))


def _svg(drawing: Drawing, name: str) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {drawing.height}"'
        f' width="{drawing.width}" height="{drawing.height}" role="img"'
        f' aria-labelledby="{name}-title {name}-desc">\n'
        f'<title id="{name}-title">{escaped(drawing.title)}</title>\n'
        f'<desc id="{name}-desc">{escaped(drawing.description)}</desc>\n'
    )
    for shape in drawing.shapes:
        yield _shape(shape) + "\n"
    yield "</svg>\n"


def _shape(shape: Shape) -> str:
    match shape:
        case Box():
            return (
                f'<rect x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}"'
                f' fill="{shape.tone.value}" stroke="{Tone.INK.value}" stroke-width="0.6"/>'
            )
        case Line():
            dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
            return (
                f'<line x1="{shape.x1}" y1="{shape.y1}" x2="{shape.x2}" y2="{shape.y2}"'
                f' stroke="{shape.tone.value}"{dashes}/>'
            )
        case Words():
            weight = ' font-weight="bold"' if shape.bold else ""
            return (
                f'<text x="{shape.x}" y="{shape.y}" fill="{shape.tone.value}"'
                f' text-anchor="{shape.anchor.value}" font-size="{FONT_POINTS}"{weight}>'
                f"{escaped(shape.text)}</text>"
            )
