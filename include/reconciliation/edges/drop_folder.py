"""A drop folder: one folder per account, in which a PSP or a transfer tool leaves files.

Files are only read: nothing is moved or deleted, the folder belongs to whoever fills it. Their
names are text to show, never paths.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from include.reconciliation.edges.connections import connection
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.outside_text import printable

NAME_LENGTH_MAX = 200
# What transfer tools call a file that is not complete yet.
TEMPORARY_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
# Smaller files are read at each look; larger ones only when the file system says that they moved.
ALWAYS_READ_BYTES_MAX = 16 << 20
LOOKS_APART_SECONDS = 0.2
# Clocks of a file server and of the database differ a little.
CLOCK_SKEW_NS = 900 * 10**9


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A regular file that did not change between two looks."""

    path: Path
    name: str
    size_bytes: int
    modified_ns: int
    changed_ns: int

    def is_unread_since(self, looked_at: datetime | None) -> bool:
        """Whether its content may differ from what the last look, at that time, saw."""
        if looked_at is None or self.size_bytes <= ALWAYS_READ_BYTES_MAX:
            return True
        is_changed = self.changed_ns >= _nanoseconds(looked_at) - CLOCK_SKEW_NS
        return is_changed or not os.access(self.path, os.R_OK)

    def is_new_since(self, looked_at: datetime | None) -> bool:
        """Whether it arrived after that time, so that known bytes in it are a re-delivery."""
        return looked_at is None or self.changed_ns >= _nanoseconds(looked_at)


def account_folder(connection_id: str, account: str) -> Path:
    """The account's folder; ConfigurationError when connection or folder is not there."""
    base = connection(connection_id).extra.get("path")
    if not isinstance(base, str) or not base:
        raise ConfigurationError(
            f'connection {connection_id!r}: its extra needs {{"path": "..."}}, the drop folder'
        )
    folder = Path(base) / account
    if not folder.is_dir():
        raise ConfigurationError(
            f"connection {connection_id!r}: the folder of account {account!r} is not there; "
            f"expected {account}/ inside the drop folder"
        )
    return folder


def settled_files(folder: Path) -> list[DroppedFile]:
    """The files that are complete as far as two looks can tell, the oldest first.

    Of two versions of one statement that are found at once the one written last is the later one.
    """
    first = {file.path: file for file in _look(folder)}
    if not first:
        return []
    time.sleep(LOOKS_APART_SECONDS)
    second = _look(folder)
    return [file for file in second if first.get(file.path) == file]


@contextmanager
def opened(file: DroppedFile) -> Iterator[BinaryIO]:
    """The file for reading; FileChanged when it is not as it was seen, or FileUnreadable."""
    # Without waiting: a pipe in its place would be opened when somebody writes to it.
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        raise FileUnreadable(file.name) from None
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):
            raise
        raise FileChanged(file.name) from None  # It is a link or a socket now.
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileChanged(file.name)
    with os.fdopen(descriptor, "rb") as stream:
        _refuse_changed(file, stream)
        yield stream
        _refuse_changed(file, stream)


class FileUnreadable(Exception):
    """The file's owner lets nobody of ours read it."""


class FileChanged(Exception):
    """The file changed while it was read; the next run looks again."""


def shown_name(name: str) -> str:
    """A file name as harmless text: no control or direction characters, at most 200 characters."""
    return printable(name)[:NAME_LENGTH_MAX]


def _look(folder: Path) -> list[DroppedFile]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(TEMPORARY_SUFFIXES):
                continue
            try:
                seen = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(seen.st_mode):
                found.append(_file(Path(entry.path), entry.name, seen))
    return sorted(found, key=lambda file: (file.modified_ns, file.path))


def _file(path: Path, name: str, seen: os.stat_result) -> DroppedFile:
    return DroppedFile(
        path=path,
        name=shown_name(name),
        size_bytes=seen.st_size,
        modified_ns=seen.st_mtime_ns,
        changed_ns=seen.st_ctime_ns,
    )


def _nanoseconds(instant: datetime) -> int:
    since_epoch = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return since_epoch // timedelta(microseconds=1) * 1000


def _refuse_changed(file: DroppedFile, stream: BinaryIO) -> None:
    now = os.fstat(stream.fileno())
    # Whoever writes can set the time of the last change, but not that of the last change of state.
    seen = (file.size_bytes, file.modified_ns, file.changed_ns)
    if (now.st_size, now.st_mtime_ns, now.st_ctime_ns) != seen:
        raise FileChanged(f"{file.name} changed while it was read")
