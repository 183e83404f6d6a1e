"""What of the planted was found, counted by fault kind and format; adds up over packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Count = Counter[tuple[str, str]]
_COUNTS = ("planted", "found", "wrong", "decoys", "causes", "money_minor")
_NUMBERS = ("runs", "payments", "clean_seeds", "compounds", "batches")


@dataclass(slots=True)
class Outcome:
    """Labels planted, found as they must be, and found wrongly told; and what else was said.

    Counts are by (fault kind, format); `causes` by (fault kind, how the cause was claimed: right,
    none or wrong), `money_minor` by (currency, at risk or explained by a cause), `false_reports` by
    what was reported. `problems` are sentences by seed; those under None belong to no seed alone.
    """

    planted: Count = field(default_factory=Counter)
    found: Count = field(default_factory=Counter)
    wrong: Count = field(default_factory=Counter)
    decoys: Count = field(default_factory=Counter)
    causes: Count = field(default_factory=Counter)
    money_minor: Count = field(default_factory=Counter)
    false_reports: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    payments: int = 0
    clean_seeds: int = 0
    compounds: int = 0
    # Whose payout was explained, per currency.
    batches: int = 0
    problems: dict[int | None, list[str]] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Whether everything planted was found, and nothing else, and every identity held."""
        return not self.problems and self.planted == self.found

    @property
    def recall(self) -> tuple[int, int]:
        """How many labels were found as they must be, of how many."""
        return self.found.total(), self.planted.total()

    @property
    def precision(self) -> tuple[int, int]:
        """How many reports were right, of how many."""
        right = self.found.total()
        return right, right + self.wrong.total() + self.false_reports.total()

    def add(self, other: Outcome) -> None:
        """Counts another one's with this one's."""
        for name in (*_COUNTS, "false_reports"):
            getattr(self, name).update(getattr(other, name))
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for seed, sentences in other.problems.items():
            self.problems.setdefault(seed, []).extend(sentences)

    def note(self, seed: int | None, sentence: str) -> None:
        """Something is not as it must be."""
        self.problems.setdefault(seed, []).append(sentence)

    def as_json(self) -> dict[str, Any]:
        """As plain values, to be kept in a file."""
        return {
            **{
                name: [[*key, count] for key, count in sorted(getattr(self, name).items())]
                for name in _COUNTS
            },
            "false_reports": dict(sorted(self.false_reports.items())),
            **{name: getattr(self, name) for name in _NUMBERS},
            "problems": [[seed, sentences] for seed, sentences in self.problems.items()],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Outcome:
        """What `as_json` gave."""
        made = cls(
            false_reports=Counter(kept["false_reports"]),
            problems={seed: list(sentences) for seed, sentences in kept["problems"]},
        )
        for name in _COUNTS:
            counted = {(fault, format_): count for fault, format_, count in kept[name]}
            setattr(made, name, Counter(counted))
        for name in _NUMBERS:
            setattr(made, name, kept[name])
        return made
