"""The content-addressed store: bytes are kept under their SHA-256 and never change.

No name from outside becomes a path. A content is complete or absent: it is written under a name of
its own, synced, and only then renamed.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import uuid
from pathlib import Path
from typing import BinaryIO, Protocol

from include.reconciliation.config import store_folder

CHUNK_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int = ..., /) -> bytes:
        """Some bytes, about as many as asked for; none at the end."""


class StoreDamaged(Exception):
    """A kept content no longer has the hash that names it; restore it from a backup."""


def keep(content: bytes | Readable) -> str:
    """Keeps bytes or what is left of a stream; returns their hexadecimal SHA-256.

    A content that is there already is read and checked, not written again; one that was damaged
    is replaced.
    """
    stream: Readable = io.BytesIO(content) if isinstance(content, bytes) else content
    folder = store_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = folder / f".{os.getpid()}-{uuid.uuid4().hex}"
    try:
        content_sha256 = _write(stream, temporary)
        target = path(content_sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if not (target.exists() and _sha256_of(target) == content_sha256):
            os.replace(temporary, target)
            _sync_folder(target.parent)
            _sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return content_sha256


def open(content_sha256: str) -> BinaryIO:
    """A kept content, for reading; FileNotFoundError when it was never kept."""
    return path(content_sha256).open("rb")


def read(content_sha256: str) -> bytes:
    """A small kept content whole; StoreDamaged when it is not what its name says."""
    content = path(content_sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != content_sha256:
        raise StoreDamaged(f"the store's file {content_sha256} no longer has that hash")
    return content


def path(content_sha256: str) -> Path:
    """Where a content is or would be kept; ValueError for anything but a SHA-256."""
    if not _SHA256.fullmatch(content_sha256):
        raise ValueError(f"{content_sha256!r} is not a SHA-256 in lower-case hexadecimal")
    return store_folder() / content_sha256[:2] / content_sha256


def _write(stream: Readable, temporary: Path) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sha256_of(file_path: Path) -> str:
    digest = hashlib.sha256()
    with file_path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    # The rename itself must survive a power cut, not only the bytes.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
