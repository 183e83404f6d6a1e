"""The pieces that a printed page is made of, apart from what they say and how they are drawn.

A page has a grid of GRID_WIDTHS columns; each column of a table takes one or more of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from include.reconciliation.report.drawing import Drawing

# In characters of the body font: a label, then seven columns that an amount fits into.
GRID_WIDTHS = (27, 17, 17, 17, 17, 17, 17, 17)


class Look(StrEnum):
    """How a cell is drawn; amounts are texts, so that no digit is ever rounded."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    AMOUNT = "amount"


class Weight(StrEnum):
    """What a row of a table is: an item, a subtotal, or the figure that decides."""

    ITEM = "item"
    SUBTOTAL = "subtotal"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Title:
    """The first lines of the page."""

    text: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict in one word, and why."""

    verdict: str
    word: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a section, with a sentence that says how to read it."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with a value each, in two columns: what it is about, and the ids that prove it."""

    stated: Sequence[tuple[str, str]]
    proving: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, how its cells look, how many grid columns it takes."""

    title: str
    look: Look = Look.TEXT
    span: int = 1


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells of one row: text, a whole number, or nothing; and what is said over the full width."""

    cells: Sequence[str | int | None]
    weight: Weight = Weight.ITEM
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; the spans of the columns add up to the grid at most."""

    columns: Sequence[Column]
    rows: Sequence[TableRow]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of figures that a table has, too; a sheet leaves it out."""

    drawing: Drawing


@dataclass(frozen=True, slots=True)
class SignOff:
    """Empty places to sign, one for each role."""

    roles: Sequence[str]
    place: str = "Date, signature"


Block = Title | Verdict | Heading | Note | Facts | Table | Chart | SignOff
