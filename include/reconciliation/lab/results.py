"""What a part of the lab found, kept as JSON in docs/reliability/ for docs/RELIABILITY.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.local.commit import code_of

FOLDER = PROJECT_ROOT / "docs" / "reliability"
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
    """Keeps it under its name, instead of what was known before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(
        json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return path


def commit() -> str:
    """The commit that ran; with files that differ from it, it says so."""
    own = {PAGE, *(f"docs/reliability/{file.name}" for file in FOLDER.glob("*.json"))}
    code = code_of(own)
    return str(code["commit"])[:12] + (" with changes" if code["is_dirty"] else "")
