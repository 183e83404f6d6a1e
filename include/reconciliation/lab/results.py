"""What a part of the lab found, kept as JSON in docs/reliability/ for docs/RELIABILITY.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from include.reconciliation.lab import reliability
from include.reconciliation.local.commit import code_of

FOLDER = reliability.RESULTS
PAGE = "docs/RELIABILITY.md"


@dataclass(frozen=True, slots=True)
class Result:
    """One part: its figures by name, and a table whose rows share their keys."""

    title: str
    date: str
    commit: str
    command: str
    figures: Mapping[str, int | float | str]
    rows: Sequence[Mapping[str, int | float | str]] = field(default_factory=list)
    notes: Sequence[str] = ()


def write_result(name: str, result: Result) -> Path:
    """Keeps it under its name, instead of what was known before, and writes the page anew."""
    return reliability.keep(name, asdict(result), folder=FOLDER)


def commit() -> str:
    """The commit that ran; with files that differ from it, it says so."""
    own = {PAGE, *(f"docs/reliability/{file.name}" for file in FOLDER.glob("*.json"))}
    code = code_of(own)
    return str(code["commit"])[:12] + (" with changes" if code["is_dirty"] else "")
