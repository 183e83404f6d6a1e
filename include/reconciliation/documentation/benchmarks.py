"""The figures of docs/benchmarks.md, from docs/benchmarks.json, which the benchmark writes.

The results are {sort: {size: measurement}} as `bench/record.py` keeps them; every figure is a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.documentation.marks import between

PAGE = PROJECT_ROOT / "docs" / "benchmarks.md"
RESULTS = PROJECT_ROOT / "docs" / "benchmarks.json"
MILLION, TEN_MILLION = "1000000", "10000000"
SEARCH = "10000"
LEDGER = "payouts"
PAYOUTS = "100000"
Results = Mapping[str, Mapping[str, Mapping[str, Any]]]
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted, and what the kept results say: None where they say nothing."""

    wanted: str
    limit: Decimal
    unit: str
    measured: Decimal | None
    remark: str = ""
    is_below: bool = False  # the limit itself is too much
    is_least: bool = False  # the limit is the least that is wanted

    @property
    def is_met(self) -> bool:
        """Whether what was measured is within the limit; what was not measured is not."""
        if self.measured is None:
            return False
        if self.is_least:
            return self.measured >= self.limit
        return self.measured < self.limit or (self.measured == self.limit and not self.is_below)

    @property
    def row(self) -> list[str]:
        """Its row in the table."""
        sign = "≥" if self.is_least else "<" if self.is_below else "≤"
        limit = f"{sign} {self.limit:,}{self.unit}"
        if self.measured is None:
            return [self.wanted, limit, self.remark or NOT_MEASURED, ""]
        verdict = "met" if self.is_met else "**not met**"
        return [self.wanted, limit, f"{self.measured:,}{self.unit}{self.remark}", verdict]


def results() -> Results:
    """What is kept."""
    return dict(json.loads(RESULTS.read_text(encoding="utf-8")))


def with_figures(page: str, kept: Results) -> str:
    """The page with its figures made from the results; ValueError where a mark is missing."""
    for name, section in SECTIONS.items():
        begin, end = marks(name)
        page = between(page, begin, end, section(kept) or f"*{NOT_MEASURED}*\n")
    return page


def marks(name: str) -> tuple[str, str]:
    """The lines that a section of figures stands between."""
    return (
        f"<!-- figures of {name}: made by bin/reconciliation bench --write-docs -->\n",
        f"<!-- figures of {name}: end -->\n",
    )


def targets(kept: Results) -> list[Target]:
    """The project's targets, in the order of their importance."""
    both = [kept["pipeline"].get(size) for size in (MILLION, TEN_MILLION)]
    found = []
    for size, entry, ratio_max in zip((MILLION, TEN_MILLION), both, ("2.0", "2.5"), strict=True):
        lines = _whole(size)
        figures = entry["figures"] if entry else {}
        extremes = f" ({figures['ratio_min']} to {figures['ratio_max']})" if figures else ""
        found += [
            Target(
                f"faults missed or reported wrongly, {lines} lines",
                Decimal(0),
                "",
                _wrong(figures),
                f" of {_whole(figures['planted'])}" if figures else "",
            ),
            Target(
                f"pipeline ÷ floor, {lines} lines",
                Decimal(ratio_max),
                "",
                _figure(figures, "ratio"),
                extremes,
            ),
            Target(
                f"largest process of ours, {lines} lines",
                Decimal(200),
                " MB",
                _figure(figures, "peak_mb"),
                is_below=True,
            ),
        ]
    searched = kept["sums"].get(SEARCH, {}).get("figures", {})
    return [
        *found,
        _growth(*both),
        Target(
            f"search for sums, {_whole(SEARCH)} components of 24 rows",
            Decimal(60),
            " s",
            _figure(searched, "seconds"),
            is_below=True,
        ),
        *_of_books(kept),
        _of_payouts(kept),
    ]


def _of_payouts(kept: Results) -> Target:
    """Both legs of payouts against one grouping and one join of the same rows."""
    own = kept["payouts"].get(PAYOUTS, {}).get("figures", {})
    extremes = f" ({own['ratio_min']} to {own['ratio_max']})" if own else ""
    wanted = f"legs of payouts ÷ one grouping and one join, {_whole(PAYOUTS)} payouts of 100 lines"
    return Target(wanted, Decimal("1.5"), "", _figure(own, "ratio"), extremes)


def _of_books(kept: Results) -> list[Target]:
    """All checks of a ledger against one grouping of it, and the replay of payments."""
    entries, events = _whole(TEN_MILLION), _whole(MILLION)
    sentinel = kept["sentinel"].get(f"{LEDGER} {TEN_MILLION}", {}).get("figures", {})
    replay = kept["replay"].get(MILLION, {}).get("figures", {})
    extremes = f" ({sentinel['ratio_min']} to {sentinel['ratio_max']})" if sentinel else ""
    found = [
        (f"violations missed or reported wrongly, {entries} ledger entries", sentinel),
        (f"differences missed or reported wrongly, replay of {events} events", replay),
    ]
    wrong = [
        Target(
            wanted,
            Decimal(0),
            "",
            _wrong(figures),
            f" of {_whole(figures['planted'])}" if figures else "",
        )
        for wanted, figures in found
    ]
    ratio = f"all checks of the ledger ÷ one grouping of it, {entries} entries"
    return [
        wrong[0],
        Target(ratio, Decimal("1.5"), "", _figure(sentinel, "ratio"), extremes),
        wrong[1],
        Target(
            f"replay of {events} events",
            Decimal(100_000),
            " events a second",
            _figure(replay, "events_per_s"),
            is_least=True,
        ),
    ]


def _growth(small: Mapping[str, Any] | None, large: Mapping[str, Any] | None) -> Target:
    wanted, measured, remark = "time of ten times the lines ÷ time", None, ""
    if small and large:
        if any(small[what] != large[what] for what in ("commit", "is_dirty", "machine")):
            remark = "not comparable: the two sizes are of different code or machines"
        else:
            small_s, large_s = (Decimal(entry["figures"]["pipeline_s"]) for entry in (small, large))
            measured = (large_s / small_s).quantize(Decimal("0.01"))
    return Target(wanted, Decimal(13), "", measured, remark)


def _wrong(figures: Mapping[str, str]) -> Decimal | None:
    if not figures:
        return None
    return Decimal(figures["planted"]) - Decimal(figures["found"]) + Decimal(figures["false"])


def _figure(figures: Mapping[str, str], name: str) -> Decimal | None:
    return Decimal(figures[name]) if name in figures else None


def _targets(kept: Results) -> str:
    rows = (target.row for target in targets(kept))
    return _table(("Target", "Limit", "Measured", "Verdict"), rows)


def _pipeline(kept: Results) -> str:
    return "\n".join(
        f"### {_whole(size)} lines\n\n{_where(entry)}\n{_figures(entry)}\n{_rounds(entry)}\n"
        f"{_tasks(entry)}"
        for size, entry in _by_size(kept["pipeline"])
    )


def _figures(entry: Mapping[str, Any]) -> str:
    rows = ((f"`{name}`", _readable(text)) for name, text in entry["figures"].items())
    return _table(("Figure", "Value"), rows, right=1)


def _rounds(entry: Mapping[str, Any]) -> str:
    names = ("floor_s", "pipeline_s", "ratio", "found", "false")
    rows = (
        [str(number), *(_readable(own[name]) for name in names)]
        for number, own in enumerate(entry["rounds"], 1)
    )
    head = ("Round", "Floor, s", "Pipeline, s", "Ratio", "Found", "False")
    return _table(head, rows, right=5)


def _tasks(entry: Mapping[str, Any]) -> str:
    rows = ((f"`{task['name']}`", task["s"], task["peak_mb"]) for task in entry["tasks"])
    return _table(("Task, median of the rounds", "s", "Largest memory, MB"), rows, right=2)


def _peers(kept: Results) -> str:
    parts = []
    for size, entry in _by_size(kept["pipeline"]):
        if "peers" in entry:
            own = entry["figures"]
            memory = f"{own['peak_mb']}, and {own['server_peak_mb']} of the server"
            ours = ["this pipeline", own["pipeline_s"], "in it", memory]
            found = [_readable(own["found"]), _readable(own["false"])]
            rows = [[*ours, *found], *(_peer(*peer) for peer in entry["peers"].items())]
            head = ("", "s", "Imports, s", "Largest process, MB", "Found", "False")
            parts.append(
                f"### Peers at {_whole(size)} lines\n\n{_where(entry)}\n"
                f"Planted: {_readable(own['planted'])}.\n\n"
                f"{_table(head, rows, right=5)}\n{_missed(entry['peers'])}"
            )
    return "\n".join(parts)


def _peer(name: str, own: Mapping[str, str]) -> list[str]:
    title = f"{name} {own['version']}"
    if "ended" in own:
        return [title, own["ended"], "", "", "", ""]
    found = [_readable(own["found"]), _readable(own["false"])]
    return [title, own["s"], own["import_s"], _readable(own["peak_mb"]), *found]


def _missed(peers: Mapping[str, Mapping[str, str]]) -> str:
    """Which kinds each peer does not show."""
    lines = []
    for name, own in peers.items():
        if own.get("missed", "none") != "none":
            kinds = (part.partition(":") for part in own["missed"].split(","))
            told = ", ".join(f"`{kind}` ({_readable(times)})" for kind, _, times in kinds)
            lines.append(f"- {name} does not show: {told}\n")
    return "".join(lines)


def _formats(kept: Results) -> str:
    if not kept["format"]:
        return ""
    entries = sorted(kept["format"].values(), key=lambda entry: _order(entry["figures"]))
    head = ("Format", "Columns", "Lines", "Lines per second", "Largest process, MB", "Measured on")
    rows = []
    for entry in entries:
        own = entry["figures"]
        numbers = [_readable(own[name]) for name in ("columns", "lines", "lines_per_s", "peak_mb")]
        rows.append([f"`{own['format']}`", *numbers, f"{entry['date']}, {_commit(entry)}"])
    machines = sorted({_machine(entry) for entry in entries})
    return _table(head, rows, right=4) + "\n" + "".join(f"On {machine}.\n" for machine in machines)


def _order(figures: Mapping[str, str]) -> tuple[str, int]:
    return figures["format"], int(figures["lines"])


def _sums(kept: Results) -> str:
    return "\n".join(
        f"{_where(entry)}\n{_figures(entry)}" for _, entry in _by_size(kept["sums"])
    )


def _causes(kept: Results) -> str:
    return "\n".join(
        f"{_where(entry)}\n{_figures(entry)}" for _, entry in _by_size(kept.get("causes", {}))
    )


def _sentinel(kept: Results) -> str:
    entries = sorted(kept["sentinel"].values(), key=lambda entry: int(entry["figures"]["entries"]))
    head = ("Round", "One grouping, s", "All checks, s", "Ratio", "Found", "False")
    names = ("group_by_s", "sentinel_s", "ratio", "found", "false")
    parts = []
    for entry in entries:
        own = entry["figures"]
        rounds = (
            [str(number), *(_readable(part[name]) for name in names)]
            for number, part in enumerate(entry["rounds"], 1)
        )
        checks = ((f"`{check['name']}`", check["s"]) for check in entry["tasks"])
        parts.append(
            f"### `{own['book']}`, {_whole(own['entries'])} entries\n\n{_where(entry)}\n"
            f"{_figures(entry)}\n{_table(head, rounds, right=5)}\n"
            f"{_table(('Check, median of the rounds', 's'), checks, right=1)}"
        )
    return "\n".join(parts)


def _replay(kept: Results) -> str:
    return "\n".join(
        f"{_where(entry)}\n{_figures(entry)}" for _, entry in _by_size(kept["replay"])
    )


def _payouts(kept: Results) -> str:
    return "\n".join(
        f"{_where(entry)}\n{_figures(entry)}\n"
        + _table(
            ("Part, median of the rounds", "s"),
            ((part["name"], part["s"]) for part in entry["tasks"]),
            right=1,
        )
        for _, entry in _by_size(kept["payouts"])
    )


SECTIONS: Mapping[str, Callable[[Results], str]] = {
    "targets": _targets,
    "pipeline": _pipeline,
    "peers": _peers,
    "formats": _formats,
    "sums": _sums,
    "causes": _causes,
    "sentinel": _sentinel,
    "replay": _replay,
    "payouts": _payouts,
}


def _by_size(entries: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(entries.items(), key=lambda item: int(item[0]))


def _where(entry: Mapping[str, Any]) -> str:
    """Command, day, code and machine of a measurement, a line each."""
    return (
        f"`{entry['command']}`\\\n"
        f"{entry['date']}, {_commit(entry)}\\\n"
        f"{_machine(entry)}; load {entry['load_before']} before and {entry['load_after']} after\n"
    )


def _commit(entry: Mapping[str, Any]) -> str:
    changed = " with changes that are not committed" if entry["is_dirty"] else ""
    return f"commit `{entry['commit'][:12]}`{changed}"


def _machine(entry: Mapping[str, Any]) -> str:
    own = entry["machine"]
    server = f", PostgreSQL {own['postgres']}" if "postgres" in own else ""
    return (
        f"{own['cores']} cores of {own['cpu']}, {own['memory_gb']} GB{server}, "
        f"Python {own['python']}"
    )


def _whole(text: str) -> str:
    return f"{int(text):,}"


def _readable(text: str) -> str:
    """A whole number with its thousands apart; any other text as it is."""
    return _whole(text) if text.isdecimal() else text


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> str:
    """A table whose columns after the first, so many of them, hold numbers."""
    ruler = ["---", *["---:"] * right, *["---"] * (len(head) - 1 - right)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ruler, *rows))
