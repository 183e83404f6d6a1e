"""The corpus of statements: files made from a fixed seed, each with the verdict that it deserves.

python -m tests.corpus.corpus FOLDER writes them, with verdicts.jsonl beside them, to be looked at.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.corpus import (
    amendments,
    attacks,
    dates,
    encodings,
    identity,
    locale,
    numbers,
    sizes,
    structure,
    totals,
)
from tests.corpus.cases import File

THEMES = (
    encodings, structure, numbers, dates, identity, totals, sizes, attacks, amendments, locale,
)  # fmt: skip


def files() -> Iterator[File]:
    """All files, theme by theme."""
    for theme in THEMES:
        yield from theme.files()


def write(folder: Path) -> None:
    """Writes the files into numbered names, and what is said of them into verdicts.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "verdicts.jsonl").open("w", encoding="utf-8") as verdicts:
        for number, file in enumerate(files(), 1):
            (folder / f"{number:04}").write_bytes(file.content)
            said = {
                field.name: getattr(file, field.name)
                for field in dataclasses.fields(file)
                if field.name not in ("content", "verdicts")
            }
            deserved = [
                {"verdict": type(verdict).__name__, **dataclasses.asdict(verdict)}
                for verdict in file.verdicts
            ]
            line = {"file": f"{number:04}", **said, "verdicts": deserved}
            verdicts.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
