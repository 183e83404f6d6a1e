"""Which commit is checked out, for what is written down about it."""

from __future__ import annotations

import subprocess
from collections.abc import Collection
from typing import Any

from include.reconciliation.config import PROJECT_ROOT


def code_of(own_files: Collection[str]) -> dict[str, Any]:
    """The commit, and whether files differ from it; both unknown outside of a repository.

    `own_files` are those that whoever asks writes itself: they do not make a difference.
    """
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain")
    if commit is None or changes is None:
        return {"commit": "unknown", "is_dirty": True}
    changed = {line[3:] for line in changes.splitlines()}
    return {"commit": commit.strip(), "is_dirty": bool(changed - set(own_files))}


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
