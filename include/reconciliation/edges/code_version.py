"""Which code runs: a hash over what can change a result, computed from the files at run time."""

from __future__ import annotations

from functools import cache

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.identifiers import files_sha256

_KINDS = {".py", ".sql", ".toml", ".po", ".css"}
# Who may command from Slack changes no result, and may change at any moment.
_NO_RULES = {"slack.toml"}


@cache
def code_version() -> str:
    """SHA-256 over the files of `include/` that can change a result, and the lock."""
    files = [
        path
        for path in (PROJECT_ROOT / "include").rglob("*")
        if path.suffix in _KINDS and path.name not in _NO_RULES and path.is_file()
    ]
    return files_sha256(PROJECT_ROOT, [*files, PROJECT_ROOT / "requirements.txt"])
