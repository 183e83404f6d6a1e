"""Folders of reports: files appear whole, the manifest last; a folder without it is no report.

The bytes of a report are kept in the store first, so its folder is only ever a copy: losing it
loses nothing, and writing it again writes the same bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from include.reconciliation import config
from include.reconciliation.edges import store
from include.reconciliation.errors import RequestError
from include.reconciliation.report.manifest import MANIFEST, ReportFile

_BLOCK = 1 << 20
_DRAFT_PREFIX = ".draft-"
# Held open and locked in a draft by the process that writes it.
_OWNER = ".owner"
# A draft without a lock that is this old belongs to nobody who still lives.
_ABANDONED_SECONDS = 24 * 3600


def folder_of(
    psp: str, account: str, window_start: datetime, window_end: datetime, run_id: str
) -> Path:
    """Where the report of a run lies: <psp>/<account>/<window>/<run_id> in the reports folder."""
    window = f"{_stamp(window_start)}-{_stamp(window_end)}"
    return config.reports_folder() / psp / account / window / run_id


def folder_of_book(book: str, as_of: datetime) -> Path:
    """Where the export of a book lies: books/<book>/<as_of> in the reports folder."""
    return config.reports_folder() / "books" / book / _stamp(as_of)


@contextlib.contextmanager
def draft() -> Iterator[Path]:
    """A folder of this process alone to write a report in; gone afterwards, whatever happens."""
    root = config.reports_folder()
    root.mkdir(parents=True, exist_ok=True)
    _remove_abandoned_drafts(root)
    folder = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=root))
    try:
        with _owned(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(name: str, file: Path) -> ReportFile:
    """Keep a file's bytes in the store, fsynced, under their hash."""
    with file.open("rb") as stream:
        sha256 = store.keep(stream)
    return ReportFile(name, sha256, file.stat().st_size)


def restore(folder: Path, files: Sequence[ReportFile]) -> list[str]:
    """Make a folder hold exactly the bytes of these files; returns the names of lost bytes.

    What is right already is left alone (and kept again if the store lost it). Nothing is changed
    when the bytes of a file are nowhere.
    """
    damaged = [file for file in files if not _is_right(folder / file.name, file)]
    with draft() as aside:
        lost = [file.name for file in damaged if not _copied(file, aside / file.name)]
        if lost:
            return lost
        for file in files:
            if file not in damaged and not _is_kept(file):
                keep(file.name, folder / file.name)
        if not damaged:
            return []
        manifest = [file for file in files if file.name == MANIFEST]
        for file in manifest:
            _copied(file, aside / file.name)
        folder.mkdir(parents=True, exist_ok=True)
        # While a file is replaced the folder is no report.
        with contextlib.suppress(FileNotFoundError):
            (folder / MANIFEST).unlink()
        for file in [*(file for file in damaged if file.name != MANIFEST), *manifest]:
            os.replace(aside / file.name, folder / file.name)
    _sync_folders(folder)
    return []


def _copied(file: ReportFile, target: Path) -> bool:
    """Whether the store had exactly these bytes, which are then in the target, fsynced."""
    digest = hashlib.sha256()
    try:
        stream = store.open(file.sha256)
    except OSError:
        return False
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with stream, open(descriptor, "wb") as copy:
        while block := stream.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest() == file.sha256


def _is_right(path: Path, file: ReportFile) -> bool:
    try:
        with path.open("rb") as stream:
            return _sha256(stream) == file.sha256
    except OSError:
        return False


def _is_kept(file: ReportFile) -> bool:
    try:
        with store.open(file.sha256) as stream:
            return _sha256(stream) == file.sha256
    except OSError:
        return False


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _sync_folders(folder: Path) -> None:
    """fsync a folder and those above it, up to the reports folder: a name is data too."""
    root = config.reports_folder()
    for path in (folder, *folder.parents):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == root:
            break


@contextlib.contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Hold the lock that says that a draft's writer lives; the system releases a dead one's."""
    waiting = folder / f"{_OWNER}.new"
    with waiting.open("wb") as owner:
        # Some file systems have no locks: there a draft is judged by its age.
        with contextlib.suppress(OSError):
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Only now, so that a lock file that is there is locked for as long as its writer lives.
            waiting.rename(folder / _OWNER)
        yield


def _remove_abandoned_drafts(root: Path) -> None:
    for folder in root.glob(f"{_DRAFT_PREFIX}*"):
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    try:
        with (folder / _OWNER).open("r+b") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        return False
    except OSError:
        # Without a lock (file): killed in its first moment, or on a file system without locks.
        with contextlib.suppress(OSError):
            return folder.lstat().st_mtime < time.time() - _ABANDONED_SECONDS
        return False


def _stamp(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def write_once(output: Path, content: bytes) -> None:
    """A file of its owner alone; RequestError for one that is there with other bytes: it stays."""
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        if output.is_file() and output.read_bytes() == content:
            return
        raise RequestError(
            f"--output: {output} is there, with other bytes; give another name, or remove it"
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
