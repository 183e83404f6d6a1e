"""What a part of the lab found, kept as JSON in docs/reliability/ for docs/RELIABILITY.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from include.reconciliation.lab import reliability
from include.reconciliation.local.commit import code_of

FOLDER = reliability.RESULTS
PAGE = "docs/RELIABILITY.md"
Row = Mapping[str, int | float | str]


@dataclass(frozen=True, slots=True)
class Result:
    """One part: its figures by name, and a table whose rows share their keys."""

    title: str
    date: str
    commit: str
    command: str
    figures: Mapping[str, int | float | str]
    rows: Sequence[Row] = field(default_factory=list)
    notes: Sequence[str] = ()


def write_result(name: str, result: Result) -> Path:
    """Keeps it under its name, instead of what was known before, and writes the page anew."""
    return reliability.keep(name, asdict(result), folder=FOLDER)


def joined(
    name: str, rows: Sequence[Row], column: str, there_are: Sequence[str], folder: Path = FOLDER
) -> list[Row]:
    """These rows and those of earlier calls, one for each of `there_are` that was ever played.

    `column` tells them apart; each says at which commit it was played.
    """
    file = folder / f"{name}.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"rows": []}
    found = {row[column]: {"commit": kept["commit"], **row} for row in kept["rows"]}
    found |= {row[column]: {"commit": commit(), **row} for row in rows}
    return [found[each] for each in there_are if each in found]


def commit() -> str:
    """The commit that ran; with files that differ from it, it says so."""
    own = {PAGE, *(f"docs/reliability/{file.name}" for file in FOLDER.glob("*.json"))}
    code = code_of(own)
    return str(code["commit"])[:12] + (" with changes" if code["is_dirty"] else "")
