"""Files that arrive packed: gzip and zip are unpacked within limits, member by member.

A member's name is text to show; nothing is ever written under it. What is not whole, or is larger
than an archive of statements ever is, refuses the archive as a whole.
"""

from __future__ import annotations

import gzip
import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.description import SIZE_BYTES_MAX

GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
MEMBERS_MAX = 1_000
DEPTH_MAX = 2
# Statements shrink to a twentieth, a file of one character to a thousandth.
RATIO_MAX = 200
RATIO_COUNTS_FROM_BYTES = 10_000_000
CHUNK_BYTES = 1 << 20
SPOOLED_BYTES = 8 << 20
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is packed."""
    return head.startswith((GZIP, ZIP, EMPTY_ZIP))


def members(stream: BinaryIO, size_bytes: int, file: str) -> Iterator[tuple[str, BinaryIO]]:
    """Each file of an archive: a name to show, and its bytes, to be read before the next one.

    Raises StatementError for an archive that is broken or beyond the limits, also while a member
    is read.
    """
    budget = _Budget(file, size_bytes)
    with _told_as_broken(file):
        yield from _members(stream, file, budget, depth=1)
    if not budget.members:
        raise _bad(file, "the archive holds no file", "at least one file", "none")


class _Budget:
    """What may still be unpacked of one archive, however deep it is nested."""

    def __init__(self, file: str, packed_bytes: int) -> None:
        self.file = file
        self.members = 0
        self._packed_bytes = max(packed_bytes, 1)
        self._bytes = 0

    def count(self, size_bytes: int) -> None:
        self._bytes += size_bytes
        if self._bytes > SIZE_BYTES_MAX:
            raise StatementError(
                "too_large",
                "the archive unpacks to more than a file may have",
                file=self.file,
                expected=f"at most {SIZE_BYTES_MAX} bytes",
            )
        is_large = self._bytes > RATIO_COUNTS_FROM_BYTES
        if is_large and self._bytes > RATIO_MAX * self._packed_bytes:
            raise StatementError(
                "beyond_limits",
                "the archive grows beyond anything that statements do",
                file=self.file,
                expected=f"at most {RATIO_MAX} times its own {self._packed_bytes} bytes",
            )

    def count_member(self) -> None:
        self.members += 1
        if self.members > MEMBERS_MAX:
            raise StatementError(
                "beyond_limits",
                "the archive holds too many files",
                file=self.file,
                expected=f"at most {MEMBERS_MAX}",
            )


class _Counted(io.RawIOBase):
    """A member that is unpacked while it is read, against the archive's budget."""

    def __init__(self, source: IO[bytes], budget: _Budget) -> None:
        self._source = source
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _told_as_broken(self._budget.file):
            block = self._source.read(min(len(buffer), CHUNK_BYTES))
        self._budget.count(len(block))
        buffer[: len(block)] = block
        return len(block)


def _members(
    stream: BinaryIO, name: str, budget: _Budget, depth: int
) -> Iterator[tuple[str, BinaryIO]]:
    if depth > DEPTH_MAX:
        raise StatementError(
            "beyond_limits",
            "archives lie inside of one another too deep",
            file=budget.file,
            expected=f"at most {DEPTH_MAX}",
        )
    for member_name, source in _opened(stream, name, budget):
        member = io.BufferedReader(_Counted(source, budget), CHUNK_BYTES)
        if not is_archive(member.peek(len(ZIP))):
            budget.count_member()
            yield member_name, cast(BinaryIO, member)
            continue
        with tempfile.SpooledTemporaryFile(SPOOLED_BYTES) as unpacked:
            while chunk := member.read(CHUNK_BYTES):
                unpacked.write(chunk)
            unpacked.seek(0)
            yield from _members(cast(BinaryIO, unpacked), member_name, budget, depth + 1)


def _opened(
    stream: BinaryIO, name: str, budget: _Budget
) -> Iterator[tuple[str, IO[bytes]]]:
    head = stream.read(len(ZIP))
    stream.seek(0)
    if head.startswith(GZIP):
        with gzip.GzipFile(fileobj=stream, mode="rb") as member:
            yield name, cast(IO[bytes], member)
        return
    with zipfile.ZipFile(stream) as archive:
        for entry in archive.infolist():
            parts = entry.filename.split("/")
            if entry.is_dir() or parts[0] == "__MACOSX" or parts[-1].startswith("."):
                continue
            if entry.flag_bits & 1:
                found = "one that needs a password"
                raise _bad(budget.file, "the archive is encrypted", "an open one", found)
            with archive.open(entry) as member:
                yield f"{name} > {entry.filename}", member


@contextmanager
def _told_as_broken(file: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise _bad(file, "the archive can't be unpacked", "a whole archive", str(error)) from None


def _bad(file: str, problem: str, expected: str, found: str) -> StatementError:
    return StatementError("bad_archive", problem, file=file, expected=expected, found=found[:100])
