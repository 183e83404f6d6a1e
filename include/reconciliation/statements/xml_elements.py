"""Walks through XML from outside in chunks, with what may be held bounded.

Elements are known by their local names. What a handler takes is forgotten afterwards, so that a
file of any size needs the memory of its largest part. No DOCTYPE, hence no entities.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from include.reconciliation.errors import StatementError

CHUNK_BYTES = 1 << 16
# A tag or comment that is longer is no part of a statement.
TOKEN_BYTES_MAX = 1 << 20
TEXT_MAX = 1 << 16
DEPTH_MAX = 64
# Characters held at once, with so many for each element.
HELD_MAX = 1 << 25
ELEMENT_COST = 200
# One byte a character beside Unicode's own; expat reads no others.
ENCODINGS = {
    "utf-8", "utf-16", "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1251",
    "cp1252", "cp1257",
}  # fmt: skip


class Element:
    """An element by its local name, with its attributes, its text and what is inside of it."""

    __slots__ = ("attributes", "children", "held_before", "length", "name", "parts")

    def __init__(self, name: str, attributes: Mapping[str, str], held_before: int) -> None:
        self.name = name
        self.attributes = attributes
        self.parts: list[str] = []
        self.length = 0
        self.children: list[Element] = []
        self.held_before = held_before

    def all(self, *path: str) -> Iterator[Element]:
        """The elements at a path of local names, in the order of the file."""
        for child in self.children:
            if child.name == path[0]:
                if len(path) == 1:
                    yield child
                else:
                    yield from child.all(*path[1:])

    def texts(self, *path: str) -> list[str]:
        """The texts at a path, with single blanks for white space; empty ones are not there."""
        found = (" ".join("".join(element.parts).split()) for element in self.all(*path))
        return [text for text in found if text]

    def text(self, *path: str) -> str | None:
        """The first text at a path."""
        return next(iter(self.texts(*path)), None)


Handler = Callable[[list[Element], Element], None]


def walk(stream: BinaryIO, file: str, handlers: Mapping[str, Handler]) -> Iterator[None]:
    """Calls the handler of each element that has one, at its end, with its open parents.

    The element is then taken out of its parent. Pauses after each chunk, for what the handlers
    have made of it. Raises StatementError for what is not well-formed, or holds a DOCTYPE.
    """
    walker = _Walker(file, handlers)
    fed_bytes = 0
    is_blank = True
    try:
        while chunk := stream.read(CHUNK_BYTES):
            is_blank = is_blank and chunk.isspace()
            walker.parser.Parse(chunk, False)
            fed_bytes += len(chunk)
            if fed_bytes - walker.parser.CurrentByteIndex > TOKEN_BYTES_MAX:
                walker.beyond_limits(f"a tag or comment of more than {TOKEN_BYTES_MAX} bytes")
            yield
        if is_blank:
            raise StatementError("empty", "the file is empty", file=file, expected="XML")
        walker.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise StatementError(
            "bad_xml",
            "the file is not well-formed XML: it was cut, or edited",
            file=file,
            found=str(error),
        ) from None
    yield


class _Walker:
    """The state between two calls of the parser."""

    def __init__(self, file: str, handlers: Mapping[str, Handler]) -> None:
        self.file = file
        self.handlers = handlers
        self.open: list[Element] = []
        self.held = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._characters
        self.parser.EndElementHandler = self._end

    def beyond_limits(self, found: str) -> NoReturn:
        """Ends the reading of a file that would need too much."""
        raise StatementError(
            "beyond_limits",
            "a part of the file is larger than any statement's",
            file=self.file,
            found=f"{found}, in line {self.parser.CurrentLineNumber}",
        )

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        try:
            known = encoding is None or codecs.lookup(encoding).name in ENCODINGS
        except LookupError:
            known = False
        if not known:
            raise StatementError(
                "bad_encoding",
                "the encoding can't be read",
                file=self.file,
                row=1,
                expected="UTF-8",
                found=repr(str(encoding)[:40]),
            )

    def _refuse_html(self, name: str) -> None:
        if name.casefold() == "html":
            raise StatementError(
                "html_page",
                "this is a page for a browser, not a statement",
                file=self.file,
                row=self.parser.CurrentLineNumber,
                expected="XML",
            )

    def _doctype(self, name: str, *rest: object) -> None:
        self._refuse_html(name)
        raise StatementError(
            "forbidden_xml",
            "the file declares a DOCTYPE, which no statement needs and attacks begin with",
            file=self.file,
            found=f"<!DOCTYPE {name[:40]!r}> in line {self.parser.CurrentLineNumber}",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= DEPTH_MAX:
            self.beyond_limits(f"elements nested deeper than {DEPTH_MAX}")
        local_name = name.rpartition(":")[2]
        if not self.open:
            self._refuse_html(local_name)
        element = Element(local_name, attributes, self.held)
        self.held += ELEMENT_COST + sum(map(len, attributes.values()))
        if self.held > HELD_MAX:
            self.beyond_limits(f"more than {HELD_MAX} characters that belong together")
        if self.open:
            self.open[-1].children.append(element)
        self.open.append(element)

    def _characters(self, text: str) -> None:
        element = self.open[-1]
        # Between elements there is white space; inside of a text it may come as a part of its own.
        if not element.parts and text.isspace():
            return
        element.parts.append(text)
        element.length += len(text)
        self.held += len(text)
        if element.length > TEXT_MAX:
            self.beyond_limits(f"a text of more than {TEXT_MAX} characters")

    def _end(self, name: str) -> None:
        element = self.open.pop()
        handler = self.handlers.get(element.name)
        if handler is not None:
            if self.open:
                self.open[-1].children.pop()
            handler(self.open, element)
            self.held = element.held_before
