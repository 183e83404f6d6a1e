"""Text files of banks, decoded as they are and not as they say, line by line in little memory.

UTF-8 first, in UTF-16 where a byte order mark says so; a piece that is not UTF-8 is read as Windows
1252, of which Latin-1 is nearly a part. A bank that joins two systems writes both into one file.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from include.reconciliation.errors import StatementError

LINE_CHARACTERS_MAX = 1 << 16


def refused(
    reason_code: str,
    problem: str,
    *,
    file: str,
    row: int | None = None,
    column: str | None = None,
    expected: str | None = None,
    found: str | None = None,
) -> StatementError:
    """The error for a refusal; `found`, which comes from outside, is cut and made printable."""
    return StatementError(
        reason_code,
        problem,
        file=file,
        row=row,
        column=column,
        expected=expected,
        found=None if found is None else repr(found[:80]),
    )


def wrong_beginning(text: str, *, file: str, row: int, expected: str) -> StatementError:
    """The error for a file that does not begin as its format does."""
    if text.lstrip()[:1] == "<":
        problem = "this is a page of markup, not a statement"
        return refused("html_page", problem, file=file, row=row, expected=expected, found=text)
    problem = "the file does not begin as the format does"
    return refused("bad_header", problem, file=file, row=row, expected=expected, found=text)


@contextmanager
def opened(stream: BinaryIO, file: str) -> Iterator[io.TextIOWrapper]:
    """The stream as text with line ends as "\\n"; bytes that are not UTF-8 wait for `repaired`."""
    buffered = io.BufferedReader(cast(io.RawIOBase, stream))
    is_wide = buffered.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding, errors = ("utf-16", "strict") if is_wide else ("utf-8-sig", "surrogateescape")
    text = io.TextIOWrapper(buffered, encoding, errors)
    try:
        yield text
    except UnicodeError as error:
        problem = "the bytes are not text in the encoding of their byte order mark"
        raise refused("bad_encoding", problem, file=file, found=str(error)) from None
    finally:
        # Otherwise the caller's stream would be closed with the wrapper.
        text.detach()
        buffered.detach()


def repaired(text: str) -> str:
    """The piece of text as UTF-8 where it is that, else as Windows 1252 or Latin-1."""
    try:
        text.encode()
    except UnicodeEncodeError:
        content = text.encode("utf-8", "surrogateescape")
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    return text


def lines(stream: BinaryIO, file: str) -> Iterator[tuple[int, str]]:
    """Number and text of every line that is not blank, without its end.

    An end-of-file mark of DOS is no text. StatementError for NUL bytes and for endless lines.
    """
    with opened(stream, file) as text:
        number = 0
        while line := text.readline(LINE_CHARACTERS_MAX + 1):
            number += 1
            if len(line) > LINE_CHARACTERS_MAX:
                expected = f"at most {LINE_CHARACTERS_MAX} characters"
                raise refused(
                    "beyond_limits", "a line is too long", file=file, row=number, expected=expected
                )
            if "\0" in line:
                raise refused("bad_encoding", "a NUL byte", file=file, row=number)
            line = repaired(line.removesuffix("\n").removesuffix("\x1a"))
            if line.strip():
                yield number, line
