"""The figures of a benchmark: medians and ratios of rounds, and how they are printed."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from include.reconciliation.bench.pipeline import TaskCost

Shown = TypeVar("Shown", bound=Hashable)
# How many of the rows that are wrong are shown, of each sort.
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Round:
    """One floor and one pipeline, run one after the other."""

    floor: TaskCost
    tasks: tuple[TaskCost, ...]
    pipeline_s: float

    @property
    def ratio(self) -> float:
        """How many floors the pipeline took."""
        return self.pipeline_s / self.floor.seconds


@dataclass(frozen=True, slots=True)
class Score:
    """What of the planted was found, and what was reported without being planted."""

    planted: int
    found: int
    false: int

    @property
    def is_exact(self) -> bool:
        """Whether everything planted was found, and nothing else."""
        return self.found == self.planted and self.false == 0


def score(planted: Counter[Shown], reported: Counter[Shown]) -> Score:
    """Holds the labels against the report, row by row."""
    return Score(
        planted=planted.total(),
        found=(planted & reported).total(),
        false=(reported - planted).total(),
    )


def worst(scores: Sequence[Score]) -> Score:
    """The score of the round that missed or made up the most."""
    return min(scores, key=lambda entry: entry.found - entry.false)


def examples(planted: Counter[Shown], reported: Counter[Shown]) -> Iterator[str]:
    """The first rows of each sort that are wrong, a line each."""
    for word, facts in (("missed", planted - reported), ("false", reported - planted)):
        for fact in list(facts.elements())[:EXAMPLES]:
            told = fact if isinstance(fact, tuple) else (fact,)
            yield f"{word}: {' '.join(map(str, told))}"


def figures(
    rounds: Sequence[Round],
    *,
    lines: int,
    scores: Sequence[Score],
    postgres: str,
    sizes: dict[str, int],
    server_peak_mb: int | None = None,
) -> dict[str, str]:
    """Name and value of every figure, in the order in which they are printed."""
    floor_s = statistics.median(entry.floor.seconds for entry in rounds)
    pipeline_s = statistics.median(entry.pipeline_s for entry in rounds)
    ratios = [entry.ratio for entry in rounds]
    of_the_worst = worst(scores)
    peaks = [task.peak_mb for entry in rounds for task in (entry.floor, *entry.tasks)]
    named = {
        "lines": str(lines),
        "rounds": str(len(rounds)),
        "floor_s": f"{floor_s:.2f}",
        "pipeline_s": f"{pipeline_s:.2f}",
        "ratio": f"{pipeline_s / floor_s:.2f}",
        "ratio_min": f"{min(ratios):.2f}",
        "ratio_max": f"{max(ratios):.2f}",
        "lines_per_s": str(round(lines / pipeline_s)),
        "peak_mb": str(max(peaks)),
        "server_peak_mb": "unknown" if server_peak_mb is None else str(server_peak_mb),
        "planted": str(of_the_worst.planted),
        "found": str(of_the_worst.found),
        "false": str(of_the_worst.false),
        "postgres": postgres,
    }
    return named | {f"{name}_mb": str(size_mb) for name, size_mb in sizes.items()}


def tasks(rounds: Sequence[Round]) -> list[dict[str, str]]:
    """Each task's median seconds and largest memory, in the pipeline's order."""
    return [
        {
            "name": task.name,
            "s": f"{statistics.median(entry.tasks[place].seconds for entry in rounds):.2f}",
            "peak_mb": str(max(entry.tasks[place].peak_mb for entry in rounds)),
            **({"imports": ", ".join(task.imported)} if task.imported else {}),
        }
        for place, task in enumerate(rounds[0].tasks)
    ]


def task_lines(measured: Sequence[Mapping[str, str]]) -> Iterable[str]:
    """What `tasks` says, a line each."""
    for task in measured:
        loaded = f"  imports {task['imports']}" if "imports" in task else ""
        yield f"  {task['name']:<28} {task['s']:>7} s {task['peak_mb']:>5} MB{loaded}"


def rounds_told(rounds: Sequence[Round], scores: Sequence[Score]) -> list[dict[str, str]]:
    """The figures of each round."""
    return [
        {
            "floor_s": f"{entry.floor.seconds:.2f}",
            "pipeline_s": f"{entry.pipeline_s:.2f}",
            "ratio": f"{entry.ratio:.2f}",
            "found": str(score.found),
            "false": str(score.false),
        }
        for entry, score in zip(rounds, scores, strict=True)
    ]


def as_lines(named: Mapping[str, str]) -> str:
    """One `name value` a line."""
    return "\n".join(f"{name} {value}" for name, value in named.items())


def as_json(named: Mapping[str, str]) -> str:
    """The same figures as one JSON object of texts."""
    return json.dumps(dict(named))
