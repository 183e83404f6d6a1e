"""The elements of an OFX file, of SGML 1.x and XML 2.x alike, as a stream.

In SGML a value ends where the next tag begins, so that only what holds other elements has an end of
its own. Which those are is listed; everything else is a value. Nothing is expanded but the plain
character entities, and a DOCTYPE is refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.text_files import (
    opened,
    refused,
    repaired,
    wrong_beginning,
)

AGGREGATES = frozenset(
    """
    OFX SIGNONMSGSRSV1 SONRS STATUS FI BANKMSGSRSV1 CREDITCARDMSGSRSV1 STMTTRNRS CCSTMTTRNRS STMTRS
    CCSTMTRS BANKACCTFROM CCACCTFROM BANKACCTTO CCACCTTO BANKTRANLIST STMTTRN BANKTRANLISTP STMTTRNP
    PAYEE EXTDPAYEE CURRENCY ORIGCURRENCY IMAGEDATA LEDGERBAL AVAILBAL BALLIST BAL REWARDINFO
    INVSTMTMSGSRSV1 INVSTMTTRNRS INVSTMTRS
    """.split()
)
CHUNK_CHARACTERS = 1 << 16
TAG_CHARACTERS_MAX = 400
VALUE_CHARACTERS_MAX = 1 << 14
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]{0,60})(?:\s[^<>]{0,300})?(/?)>")
_ENTITY = re.compile(r"&(?:#([0-9]{1,6})|#x([0-9A-Fa-f]{1,5})|(amp|lt|gt|quot|apos|nbsp));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
# What is read over, by how it begins and ends.
_SKIPPED = (("<!--", "-->"), ("<?", "?>"))
_CDATA = ("<![CDATA[", "]]>")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT)", re.IGNORECASE)


class Token(NamedTuple):
    """Where an element begins or ends, or a value; names are in capitals."""

    kind: str  # begin, end, value
    name: str
    value: str = ""


def tokens(stream: BinaryIO, file: str) -> Iterator[Token]:
    """What the file consists of, in order; StatementError where that can't be an OFX file."""
    with opened(stream, file) as text:
        scanner = _Scanner(text, file)
        scanner.skip_header()
        name, size = "", 0
        pieces: list[str] = []
        for tag, piece in scanner.pieces():
            if tag is None:
                size += len(piece)
                if size > VALUE_CHARACTERS_MAX:
                    raise scanner.too_long(f"a value of {name}" if name else "a text")
                if name:
                    pieces.append(piece)
                continue
            value = " ".join(unescaped(repaired("".join(pieces))).split())
            if value:
                yield Token("value", name, value)
            is_end, name, is_empty = bool(tag[1]), tag[2].upper(), bool(tag[3])
            pieces, size = [], 0
            if name in AGGREGATES:
                if not is_end:
                    yield Token("begin", name)
                if is_end or is_empty:
                    yield Token("end", name)
            if is_end or is_empty or name in AGGREGATES:
                name = ""


class _Scanner:
    """Cuts text into tags and what stands between them, with little of it in memory."""

    def __init__(self, text: io.TextIOWrapper, file: str) -> None:
        self.text = text
        self.file = file
        self.buffer = ""
        self.position = 0
        self.is_at_end = False

    def skip_header(self) -> None:
        """Reads up to the element OFX; whatever encoding the header claims is not believed."""
        self._fill(CHUNK_CHARACTERS)
        if not self.buffer.strip("\x1a \n\r\t"):
            raise refused("empty", "the file is empty", file=self.file)
        match = _TAG.search(self.buffer)
        is_html = match is not None and match[2].upper() == "HTML"
        end = match.start() if match else len(self.buffer)
        if not is_html and _DECLARATION.search(self.buffer, 0, end):
            raise self._forbidden()
        if match is None or match[2].upper() != "OFX":
            raise wrong_beginning(
                repaired(self.buffer[:200]),
                file=self.file,
                row=1,
                expected="a header and the element OFX",
            )
        self.position = match.start()

    def pieces(self) -> Iterator[tuple[re.Match[str] | None, str]]:
        """Tags, and between them texts in which entities still wait for `unescaped`."""
        while True:
            self._fill(TAG_CHARACTERS_MAX)
            if self.position == len(self.buffer):
                return
            if self.buffer[self.position] != "<":
                end = self.buffer.find("<", self.position)
                end = len(self.buffer) if end < 0 else end
                yield None, self.buffer[self.position : end]
                self.position = end
            elif tag := _TAG.match(self.buffer, self.position):
                self.position = tag.end()
                yield tag, ""
            elif self.buffer.startswith(_CDATA[0], self.position):
                yield None, self._up_to(*_CDATA).replace("&", "&amp;")
            elif not any(self._skipped(*marks) for marks in _SKIPPED):
                if _DECLARATION.match(self.buffer, self.position):
                    raise self._forbidden()
                # A sign of comparison in a text.
                self.position += 1
                yield None, "<"

    def too_long(self, what: str) -> StatementError:
        """The error for a part that never seems to end."""
        expected = f"at most {VALUE_CHARACTERS_MAX} characters"
        return refused("beyond_limits", f"{what} is too long", file=self.file, expected=expected)

    def _fill(self, characters: int) -> None:
        """Sees to it that so many characters lie ahead, unless the file ends before."""
        while len(self.buffer) - self.position < characters and not self.is_at_end:
            chunk = self.text.read(CHUNK_CHARACTERS)
            self.is_at_end = not chunk
            if "\0" in chunk:
                raise refused("bad_encoding", "a NUL byte", file=self.file)
            self.buffer = self.buffer[self.position :] + chunk
            self.position = 0

    def _up_to(self, begin: str, end: str) -> str:
        """The text between two marks."""
        self._fill(VALUE_CHARACTERS_MAX)
        found = self.buffer.find(end, self.position + len(begin))
        if found < 0:
            raise self.too_long(f"what begins with {begin}")
        text = self.buffer[self.position + len(begin) : found]
        self.position = found + len(end)
        return text

    def _skipped(self, begin: str, end: str) -> bool:
        is_there = self.buffer.startswith(begin, self.position)
        if is_there:
            self._up_to(begin, end)
        return is_there

    def _forbidden(self) -> StatementError:
        return refused("forbidden_xml", "the file declares a document type", file=self.file)


def unescaped(text: str) -> str:
    """The text with its character entities as characters; anything else stays as it is."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    # Neither NUL nor half a character may come in this way.
    is_one = 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return chr(code) if is_one else match[0]
