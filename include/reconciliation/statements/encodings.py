"""Bytes in another encoding as UTF-8, piece by piece.

UTF-16 says so itself with a byte order mark; any other encoding has to be declared, since nothing
in a file tells it.
"""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO

from include.reconciliation.errors import StatementError

# What a format may declare.
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def as_utf8(stream: BinaryIO, encoding: str, file: str) -> BinaryIO:
    """The stream as UTF-8: itself, or one that is decoded while it is read.

    A byte order mark is right whatever the format declares.
    """
    start = stream.read(len(codecs.BOM_UTF8))
    stream.seek(-len(start), io.SEEK_CUR)
    if start[:2] in WIDE_MARKS:
        return io.BufferedReader(_Decoded(stream, "utf-16", file))
    if encoding == "utf-8" or start == codecs.BOM_UTF8:
        return stream
    return io.BufferedReader(_Decoded(stream, encoding, file))


class _Decoded(io.RawIOBase):
    """What a stream in another encoding says, in UTF-8; StatementError where it is not text."""

    def __init__(self, stream: BinaryIO, encoding: str, file: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._file = file
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._held:
            chunk = self._stream.read(len(buffer))
            self._held = self._decoded(chunk)
            if not chunk:
                break
        taken = self._held[: len(buffer)]
        self._held = self._held[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def _decoded(self, chunk: bytes) -> bytes:
        try:
            return self._decoder.decode(chunk, final=not chunk).encode()
        except UnicodeError as error:
            raise StatementError(
                "bad_encoding",
                "the bytes are not text in their encoding",
                file=self._file,
                expected=self._encoding,
                found=str(error)[:100],
            ) from None
