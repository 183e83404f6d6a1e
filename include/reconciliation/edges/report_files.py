"""Folders of reports: files appear whole, the manifest last; a folder without it is no report.

The bytes of a report are kept in the store first, so its folder is only ever a copy: losing it
loses nothing, and writing it again writes the same bytes.
"""

from __future__ import annotations

import contextlib
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
from include.reconciliation.report.manifest import MANIFEST, ReportFile

_BLOCK = 1 << 20
_DRAFT_PREFIX = ".draft-"
# A draft or a half-written file this old belongs to nobody who still lives.
_ABANDONED_SECONDS = 24 * 3600


def folder_of(
    psp: str, account: str, window_start: datetime, window_end: datetime, run_id: str
) -> Path:
    """Where the report of a run lies: <psp>/<account>/<window>/<run_id> in the reports folder."""
    window = f"{_stamp(window_start)}-{_stamp(window_end)}"
    return config.reports_folder() / psp / account / window / run_id


@contextlib.contextmanager
def draft() -> Iterator[Path]:
    """A folder of this process alone to write a report in; gone afterwards, whatever happens."""
    root = config.reports_folder()
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root, _DRAFT_PREFIX)
    folder = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=root))
    try:
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
    lost = [file.name for file in damaged if not _is_kept(file)]
    if lost:
        return lost
    for file in files:
        if file not in damaged and not _is_kept(file):
            keep(file.name, folder / file.name)
    if not damaged:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder, ".")
    # While a file is replaced the folder is no report.
    with contextlib.suppress(FileNotFoundError):
        (folder / MANIFEST).unlink()
    last = [file for file in files if file.name == MANIFEST]
    for file in [*(file for file in damaged if file.name != MANIFEST), *last]:
        with store.open(file.sha256) as stream:
            _place(stream, folder / file.name)
    _sync_folders(folder)
    return []


def _place(stream: BinaryIO, target: Path) -> None:
    """Write a file beside its place, fsync it, and move it there in one step."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(descriptor, "wb") as temporary:
            shutil.copyfileobj(stream, temporary, _BLOCK)
            temporary.flush()
            os.fsync(temporary.fileno())
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


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


def _sweep(folder: Path, prefix: str) -> None:
    oldest = time.time() - _ABANDONED_SECONDS
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if path.name.startswith(prefix) and path.lstat().st_mtime < oldest:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _stamp(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
