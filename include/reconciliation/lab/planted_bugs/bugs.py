"""The planted bugs: one change of one file each, and the tests that must fail with it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("bugs.toml")


class NotPlantedError(RuntimeError):
    """The text that a bug changes is not there, or stands there more than once."""


@dataclass(frozen=True, slots=True)
class PlantedBug:
    """`old` becomes `new` in `file`; one of `tests` (paths of pytest) has to fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def planted(self, text: str) -> str:
        """The file with the bug in it; NotPlantedError where it does not fit any more."""
        found = text.count(self.old)
        if found != 1 or self.old == self.new:
            raise NotPlantedError(
                f"{self.name}: what it changes stands {found} times in {self.file}"
            )
        return text.replace(self.old, self.new)


def planted_bugs() -> tuple[PlantedBug, ...]:
    """All of them, in the order of the file."""
    with _FILE.open("rb") as stream:
        entries = tomllib.load(stream)["bug"]
    return tuple(PlantedBug(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries)


def chosen(bugs: Iterable[PlantedBug], words: str) -> list[PlantedBug]:
    """Those whose name or file holds the words."""
    return [bug for bug in bugs if words in bug.name or words in bug.file]
