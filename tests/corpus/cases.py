"""What the corpus is made of: a file, and the verdict that it deserves."""

from __future__ import annotations

import random
from dataclasses import dataclass

SEED = 2_025_1117


@dataclass(frozen=True, slots=True)
class Accepted:
    """A statement is let in: its lines, their net by currency, and when they were booked (UTC).

    What is None is not looked at.
    """

    lines: int
    net: tuple[tuple[str, int], ...] | None = None
    booked: tuple[str, ...] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file is refused for a reason, and at a row where one is named here."""

    reason_code: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The bytes were read before, under whatever name."""


Verdict = Accepted | Refused | SeenBefore


@dataclass(frozen=True, slots=True)
class File:
    """A file, what it deserves, and how it is tried.

    `format` is the one that it is known by, where it is accepted; `as_format` pins one, as a PSP's
    entry does. `limits` are constants of the statements' modules, small enough for a test.
    """

    name: str
    content: bytes
    verdicts: tuple[Verdict, ...]
    format: str | None = None
    as_format: str | None = None
    zone: str = "UTC"
    currency: str | None = None
    limits: tuple[tuple[str, int], ...] = ()


def chance(name: str) -> random.Random:
    """What is left to chance in the file of that name: the same in every run, and for it alone."""
    return random.Random(f"{SEED} {name}")
