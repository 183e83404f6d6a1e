"""What the kills found: as one summary of all parts, and as what docs/RELIABILITY.md says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from include.reconciliation.edges.code_version import code_version
from include.reconciliation.lab.kills.canaries import CAREFUL
from include.reconciliation.lab.kills.drill import Finding
from include.reconciliation.lab.results import commit

# What must be caught: a harness that finds nothing here finds nothing anywhere.
CANARIES = "canaries"
_NOTES = (
    "A point is a place in a task's work: before or after a message to PostgreSQL, at a call that"
    " changes files, at a system call. The task is killed there, or gets an error, and is run"
    " again. Views and files are compared with those of a run that nobody disturbed. In between,"
    " nothing may be seen that is neither as before the task nor as after it.",
    "A point is reached when the task came to it: one that another thread had passed already"
    " struck nobody. Of the canaries, designs that are careless on purpose, each must differ;"
    " the careful one must not.",
)


def begin(command: str, sample: int | None, rounds: int) -> dict[str, Any]:
    """A summary without any part."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": command,
        "code_version": code_version(),
        "sample": sample,
        "rounds": rounds,
        "seconds": {},
        "parts": {},
        "not_played": {},
    }


def of_drill(found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The findings of a drill, one for each task and kind of blow."""
    return [
        {"task": task, "kind": kind, **asdict(finding)}
        | {name: told[name] for name in ("messages", "commits", "file_calls")}
        for task, told in found.items()
        for kind, finding in _findings(told).items()
    ]


def is_clean(parts: Mapping[str, Any]) -> bool:
    """Whether nothing differs but what the careless designs left."""
    for name, found in parts.items():
        if name == CANARIES:
            for toy, caught in found.items():
                if toy.startswith(CAREFUL) == bool(caught["differing"]):
                    return False
        elif any(each["differing"] for each in found):
            return False
    return True


def joined(summaries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One summary of what several calls found; of a part that two played, the later one's.

    Each call is told with its commit and parts. ValueError for different samples.
    """
    if len({each["sample"] for each in summaries}) != 1:
        raise ValueError("summaries of different samples are not of one lab")
    commits = dict.fromkeys(each["commit"] for each in summaries)
    calls = [
        {"call": each["command"], "commit": each["commit"], "parts": list(each["parts"])}
        for each in summaries
    ]
    found = {**summaries[0], "commit": ", ".join(commits), "calls": calls}
    for name in ("parts", "not_played", "seconds"):
        found[name] = {part: what for each in summaries for part, what in each[name].items()}
    found["is_clean"] = is_clean(found["parts"])
    return found


def result(summary: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """The summary as a result of the lab: its figures, a row for each part and kind, the notes.

    `parts` are all that there are: which of them are lacking is told.
    """
    rows = list(_rows(summary["parts"]))
    counted = [row for row in rows if row["part"] != CANARIES]
    points, of = (sum(row[name] for row in counted) for name in ("points", "of"))
    sample = f"a sample: {points:,} of {of:,}, at most {summary['sample']} for each task and kind"
    figures: dict[str, Any] = {
        "points and rounds": f"all {of:,}" if summary["sample"] is None else sample,
        "reached": sum(row["reached"] for row in counted),
        "differing": sum(row["differing"] for row in counted),
        "minutes": round(sum(summary["seconds"].values()) / 60),
        **summary["not_played"],
    }
    if lacking := [part for part in parts if not {part} & {*summary["parts"], *figures}]:
        figures["not played"] = ", ".join(lacking)
    return {
        "title": "Kills",
        **{name: summary[name] for name in ("date", "commit", "command")},
        "figures": figures,
        "rows": rows,
        "calls": summary.get("calls", []),
        "notes": _NOTES,
        "summary": summary,
    }


def _rows(parts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Points, those reached and those that differ, of each part and kind, over all its tasks."""
    for part, found in parts.items():
        kinds: dict[str, dict[str, Any]] = {}
        is_toys = part == CANARIES
        told = [{"kind": toy, **found[toy]} for toy in found] if is_toys else found
        for each in told:
            points = each.get("points", each.get("rounds"))
            kind = each.get("kind") or _said(each)
            row = kinds.setdefault(
                kind,
                {"part": part, "what": kind, "of": 0, "points": 0, "reached": 0, "differing": 0},
            )
            row["of"] += each.get("of", points)
            row["points"] += points
            row["reached"] += each.get("struck", points)
            differing = each["differing"]
            row["differing"] += differing if isinstance(differing, int) else len(differing)
        yield from kinds.values()


def _said(each: Mapping[str, Any]) -> str:
    return f"{each['copies']} at once" if "copies" in each else ""


def _findings(told: Mapping[str, Any]) -> Mapping[str, Finding]:
    findings: Mapping[str, Finding] = told["findings"]
    return findings
