"""Hashes that name things: the same content gives the same name, on any machine, in any year."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def sha256_of(content: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces; refuses floats, since money could hide in one."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_id(*parts: object) -> str:
    """SHA-256 over parts that can't run into each other: ("ab", "c") and ("a", "bc") differ."""
    return sha256_of(canonical_json(list(parts)).encode())


def files_sha256(root: Path, paths: Iterable[Path]) -> str:
    """One SHA-256 over the names (relative to `root`) and contents of some files."""
    listing = [
        [path.relative_to(root).as_posix(), sha256_of(path.read_bytes())] for path in sorted(paths)
    ]
    return content_id(listing)


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float: write an integer or a text")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_floats(key)
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
