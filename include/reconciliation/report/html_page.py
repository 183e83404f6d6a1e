"""The blocks of a page as one HTML file that needs nothing else: no script, no font, no picture.

Its policy forbids everything but the one style sheet inside, which is named by its hash. Every
text goes through `escaped`; the same blocks and language give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import BinaryIO

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
from include.reconciliation.report.drawing import svg
from include.reconciliation.report.language import Language
from include.reconciliation.report.shown_text import escaped

_STYLE = Path(__file__).parent / "page.css"


def write_html(
    stream: BinaryIO, blocks: Iterable[Block], say: Language, *, title: str, footer: str
) -> None:
    """Write the page; blocks are drawn one after the other."""
    drawn = list(blocks)
    for part in _page(drawn, say, title, footer):
        stream.write(part.encode())


def _page(blocks: Sequence[Block], say: Language, title: str, footer: str) -> Iterator[str]:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    yield (
        f'<!DOCTYPE html>\n<html lang="{say.code}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    )
    writer = _Writer(say, [block.text for block in blocks if isinstance(block, Heading)])
    for block in blocks:
        yield from writer.block(block)
    yield f"{writer.end()}</main>\n<footer>{escaped(footer)}</footer>\n</body>\n</html>\n"


@cache
def _style() -> str:
    return "\n" + _STYLE.read_text(encoding="utf-8") + _widths()


def _widths() -> str:
    """A class for each place and span of the grid, in thousandths of its width."""
    whole = sum(GRID_WIDTHS)
    ends = [0, *accumulate(GRID_WIDTHS)]
    rules = [
        f".c{first}_{last} {{ width: {(ends[last] - ends[first]) * 1000 // whole / 10}%; }}"
        for first in range(len(GRID_WIDTHS))
        for last in range(first + 1, len(GRID_WIDTHS) + 1)
    ]
    return "\n".join(rules) + "\n"


class _Writer:
    """Writes blocks; knows which section is open and how many charts there were."""

    def __init__(self, say: Language, headings: Sequence[str]) -> None:
        self._say = say
        self._headings = headings
        self._sections = 0
        self._charts = 0

    def end(self) -> str:
        """What closes the last section."""
        return "</section>\n" if self._sections else ""

    def block(self, block: Block) -> Iterator[str]:
        """One block, after those that were written before."""
        match block:
            case Title():
                yield f"<h1>{escaped(block.text)}</h1>\n"
                yield f'<p class="subtitle">{escaped(block.subtitle)}</p>\n'
                yield from self._contents()
            case Verdict():
                yield from _verdict(block)
            case Facts():
                yield '<div class="facts">\n'
                yield from _facts(block.stated, "")
                yield from _facts(block.proving, ' class="code"')
                yield "</div>\n"
            case Heading():
                yield from self._heading(block)
            case Note():
                yield f'<p class="note">{escaped(block.text)}</p>\n'
            case Table():
                yield from self._table(block)
            case Chart():
                self._charts += 1
                yield f"<figure>\n{svg(block.drawing, f'chart-{self._charts}')}</figure>\n"
            case SignOff():
                for role in block.roles:
                    yield (
                        f'<div class="signature">{escaped(role)}<span></span>'
                        f"{escaped(block.place)}<span></span></div>\n"
                    )

    def _contents(self) -> Iterator[str]:
        links = [
            f'<a href="#section-{number}">{escaped(heading)}</a>'
            for number, heading in enumerate(self._headings, 1)
        ]
        if links:
            yield f"<nav>{' '.join(links)}</nav>\n"

    def _heading(self, block: Heading) -> Iterator[str]:
        yield self.end()
        self._sections += 1
        name = f"section-{self._sections}"
        yield f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escaped(block.text)}</h2>\n'
        if block.note:
            yield f'<p class="note">{escaped(block.note)}</p>\n'

    def _table(self, block: Table) -> Iterator[str]:
        yield "<table>\n<thead><tr>"
        for column, place in zip(block.columns, _places(block.columns), strict=True):
            yield f'<th scope="col" class="{column.look} {place}">{escaped(column.title)}</th>'
        yield from _rest(block.columns, "th")
        yield "</tr></thead>\n<tbody>\n"
        for row in block.rows:
            yield from self._row(row, block.columns)
        yield "</tbody>\n</table>\n"

    def _row(self, row: TableRow, columns: Sequence[Column]) -> Iterator[str]:
        explained = " explained" if row.detail else ""
        yield f'<tr class="{row.weight}{explained}">'
        cells = [*row.cells, *([None] * (len(columns) - len(row.cells)))]
        for value, column in zip(cells, columns, strict=True):
            yield f'<td class="{_classes(value, column)}">{self._cell(value)}</td>'
        yield from _rest(columns, "td")
        yield "</tr>\n"
        if row.detail:
            span = len(columns) + bool(_left_over(columns))
            yield f'<tr class="detail"><td colspan="{span}">{escaped(row.detail)}</td></tr>\n'

    def _cell(self, value: str | int | None) -> str:
        if isinstance(value, int):
            return escaped(self._say.count(value))
        # A text from outside keeps its direction to itself.
        return f"<bdi>{escaped(value)}</bdi>" if value else ""


def _classes(value: str | int | None, column: Column) -> str:
    indented = isinstance(value, str) and value.startswith("   ") and column.look is Look.TEXT
    return f"{column.look} indented" if indented else str(column.look)


def _verdict(block: Verdict) -> Iterator[str]:
    word = f"<strong>{escaped(block.word)}</strong>"
    yield f'<div class="verdict {escaped(block.verdict)}">{word}\n<ul>'
    for reason in block.reasons:
        yield f"<li>{escaped(reason)}</li>"
    yield "</ul></div>\n"


def _facts(facts: Sequence[tuple[str, str]], look: str) -> Iterator[str]:
    yield "<dl>"
    for label, value in facts:
        yield f"<dt>{escaped(label)}</dt><dd{look}>{escaped(value)}</dd>"
    yield "</dl>\n"


def _places(columns: Sequence[Column]) -> list[str]:
    ends = [0, *accumulate(column.span for column in columns)]
    return [f"c{first}_{last}" for first, last in pairwise(ends)]


def _left_over(columns: Sequence[Column]) -> int:
    return len(GRID_WIDTHS) - sum(column.span for column in columns)


def _rest(columns: Sequence[Column], tag: str) -> Iterator[str]:
    """An empty cell over the columns of the grid that the table has none for."""
    if _left_over(columns):
        used = sum(column.span for column in columns)
        yield f'<{tag} class="c{used}_{len(GRID_WIDTHS)}"></{tag}>'
