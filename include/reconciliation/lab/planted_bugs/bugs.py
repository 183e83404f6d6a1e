"""The planted bugs: one change of one file each, and the tests that must fail with it."""

from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path

from include.reconciliation.lab.changed_copies import Change

_FILE = Path(__file__).with_name("bugs.toml")


class NotPlantedError(RuntimeError):
    """The text that a bug changes is not there, or stands there more than once."""


def planted_bugs() -> tuple[Change, ...]:
    """All of them, in the order of the file."""
    with _FILE.open("rb") as stream:
        entries = tomllib.load(stream)["bug"]
    return tuple(
        planted_bug(entry["name"], entry["file"], entry["old"], entry["new"], tuple(entry["tests"]))
        for entry in entries
    )


def planted_bug(name: str, file: str, old: str, new: str, tests: tuple[str, ...]) -> Change:
    """`old` becomes `new` in the file; NotPlantedError, when planted, where it fits no more."""
    return Change(name, file, tests, partial(_planted, name, file, old, new))


def _planted(name: str, file: str, old: str, new: str, text: str) -> str:
    found = text.count(old)
    if found != 1 or old == new:
        raise NotPlantedError(f"{name}: what it changes stands {found} times in {file}")
    return text.replace(old, new)
