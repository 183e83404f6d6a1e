"""`bin/reconciliation lab-mutation`: changes tokens by rule and counts what the tests notice.

A sample of the mutants of each area is tried, the same for the same seed. Those that survive are
named; survivors.toml says of known ones why nothing can notice them. They count as survivors all
the same.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.changed_copies import Change, Hunted, canary, copies, hunt_all
from include.reconciliation.lab.mutation.mutants import Mutant, mutants
from include.reconciliation.lab.options import whole_number
from include.reconciliation.lab.results import Result, Row, commit, joined, write_result

FLOOR_PER_CENT = 90
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Area:
    """Files that are mutated alike, and the tests that have to notice."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]

    def all_mutants(self) -> list[Mutant]:
        """Those of every file, in the order of files and places."""
        paths = sorted(path for pattern in self.files for path in PROJECT_ROOT.glob(pattern))
        return [
            mutant
            for path in paths
            for mutant in mutants(
                path.relative_to(PROJECT_ROOT).as_posix(), path.read_text(encoding="utf-8")
            )
        ]

    def sample(self, count: int, seed: int) -> list[Change]:
        """So many of them, chosen by the seed and the area's name alone."""
        found = self.all_mutants()
        numbers = random.Random(f"{seed} {self.name}")
        chosen = numbers.sample(found, min(count, len(found)))
        return [
            Change(mutant.name, mutant.file, self.tests, mutant.applied)
            for mutant in sorted(chosen, key=lambda mutant: (mutant.file, mutant.start))
        ]


def areas() -> tuple[Area, ...]:
    """All of them, in the order of the file."""
    return tuple(
        Area(entry["name"], tuple(entry["files"]), tuple(entry["tests"]))
        for entry in _entries("areas.toml", "area")
    )


def reasons() -> Mapping[tuple[str, str], str]:
    """Why a survivor can't be noticed, by the mutant's file and change, and its line's text."""
    return {
        (entry["mutant"], entry["line"]): entry["reason"]
        for entry in _entries("survivors.toml", "survivor")
    }


def main(arguments: list[str]) -> int:
    """Try a sample of each area; 0 only when each has reached its floor."""
    options = (parser := _parser()).parse_args(arguments)
    chosen = [area for area in areas() if options.only in area.name]
    if not chosen:
        parser.error(f"no area has {options.only!r} in its name")
    # What is copied now is what is tried, whatever is committed while it runs.
    tried = commit()
    hunted: dict[str, list[Hunted]] = defaultdict(list)
    with copies(options.workers) as places:
        for area in chosen:
            changes = area.sample(options.mutants, options.seed)
            problem = None if options.without_canary else canary(places, changes)
            if problem is not None:
                print(f"{area.name}: {problem}", file=sys.stderr)
                return 1
            print(f"{area.name}: {len(changes)} of {len(area.all_mutants())} mutants", flush=True)
            # What nothing can notice has survived, without hours of tests that show it again.
            known = [change for change in changes if _place_free(change) in reasons()]
            hunted[area.name] = [
                *(Hunted(change, None, 0) for change in known),
                *hunt_all(places, [change for change in changes if change not in known]),
            ]
    for name, done in hunted.items():
        print(f"{name}: {_killed(done)} of {len(done)} noticed, {_score(done):.1f} %")
    if options.write_docs:
        write_result("mutation", _result(hunted, chosen, options.seed, tried))
    return 0 if all(_score(done) >= FLOOR_PER_CENT for done in hunted.values()) else 1


def _result(
    hunted: Mapping[str, list[Hunted]], chosen: Sequence[Area], seed: int, tried: str
) -> Result:
    known = reasons()
    played: list[Row] = [
        {
            "commit": tried,
            "area": area.name,
            "mutants there are": len(area.all_mutants()),
            "tried": len(hunted[area.name]),
            "noticed": _killed(hunted[area.name]),
            "per cent": f"{_score(hunted[area.name]):.1f}",
            "survived": "; ".join(
                f"{done.change.name}: {known.get(_place_free(done.change), 'no reason known')}"
                for done in hunted[area.name]
                if done.caught_by is None
            ),
        }
        for area in chosen
    ]
    rows = joined("mutation", played, "area", [area.name for area in areas()])
    return Result(
        title="Mutation",
        date=datetime.now(UTC).date().isoformat(),
        commit=tried,
        # Areas are run one by one, each with its own number: that of its row.
        command=(
            f"bin/reconciliation lab-mutation --seed {seed} "
            "--only AREA --mutants TRIED --write-docs"
        ),
        figures={
            "mutants": sum(int(row["tried"]) for row in rows),
            "noticed": sum(int(row["noticed"]) for row in rows),
        },
        rows=rows,
    )


def _killed(done: Sequence[Hunted]) -> int:
    return sum(one.caught_by is not None for one in done)


def _score(done: Sequence[Hunted]) -> float:
    return 100 * _killed(done) / len(done) if done else 100.0


def _place_free(change: Change) -> tuple[str, str]:
    place, _, what = change.name.partition(" ")
    number = int(place.split(":")[1])
    lines = (PROJECT_ROOT / change.file).read_text(encoding="utf-8").splitlines()
    return f"{change.file} {what}", lines[number - 1].strip()


def _entries(file: str, table: str) -> list[dict[str, Any]]:
    with (_FOLDER / file).open("rb") as stream:
        return list(tomllib.load(stream).get(table, []))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/reconciliation lab-mutation", description=__doc__)
    parser.add_argument("--mutants", type=whole_number(1), default=20, help="of each area (20)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (1)")
    parser.add_argument("--only", default="", metavar="AREA", help="one area alone")
    parser.add_argument("--workers", type=whole_number(1), default=2, help="copies at once (2)")
    parser.add_argument(
        "--without-canary", action="store_true", help="don't run the tests without a change first"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the outcome for docs/RELIABILITY.md"
    )
    return parser
