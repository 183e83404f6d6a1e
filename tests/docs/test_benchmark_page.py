"""Every figure of docs/benchmarks.md is one of docs/benchmarks.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from include.reconciliation.documentation import benchmarks
from include.reconciliation.documentation.benchmarks import SECTIONS, marks, targets, with_figures

PAGE = benchmarks.PAGE.read_text(encoding="utf-8")
SORTS = ("pipeline", "format", "sums", "causes", "sentinel", "replay", "payouts")
EMPTY: dict[str, dict[str, object]] = {sort: {} for sort in SORTS}
FRAME = "# Benchmarks\n" + "".join("".join(marks(name)) for name in SECTIONS)
MACHINE = {"cores": 2, "cpu": "A CPU", "memory_gb": 8, "python": "3.12.1", "postgres": "18.4"}
# A number with what it was measured in, a share or a multiple.
MEASURED = re.compile(
    r"\d[\d.,]*\s*(?:ms|s|seconds?|minutes?|[kMG]B|%|times|lines (?:a|per) second)\b|\d\.\d"
)


def measured(**changed: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "date": "2026-01-02",
        "commit": "0123456789abcdef",
        "is_dirty": False,
        "command": "bin/reconciliation bench --lines 1000000",
        "machine": MACHINE,
        "load_before": "0.1",
        "load_after": "2.1",
        "figures": {
            "pipeline_s": "10.00", "ratio": "1.90", "ratio_min": "1.80", "ratio_max": "2.10",
            "peak_mb": "60", "server_peak_mb": "90",
            "planted": "3250", "found": "3250", "false": "0",
        },
        "tasks": [{"name": "publish_run", "s": "1.25", "peak_mb": "41"}],
        "rounds": [
            {"false": "0", "found": "3250", "ratio": "1.90", "pipeline_s": "10.00",
             "floor_s": "5.25"}
        ],
    }  # fmt: skip
    figures = {**entry["figures"], **changed.pop("figures", {})}  # type: ignore[dict-item]
    return {**entry, **changed, "figures": figures}


def kept(**sorts: dict[str, object]) -> dict[str, dict[str, object]]:
    return {**EMPTY, **sorts}


def verdicts(results: dict[str, dict[str, object]]) -> dict[str, tuple[str, str]]:
    rows = (target.row for target in targets(results))  # type: ignore[arg-type]
    return {wanted: (shown, verdict) for wanted, _, shown, verdict in rows}


def typed_figures(page: str) -> Iterator[str]:
    """Lines outside of the marks that hold a measure, or a row of a table with a number."""
    for name in SECTIONS:
        begin, end = marks(name)
        before, _, rest = page.partition(begin)
        page = before + rest.partition(end)[2]
    is_code = False
    for line in page.splitlines():
        is_code ^= line.startswith("```")
        is_row = line.startswith("|") and any(
            re.fullmatch(r"[^a-z]*\d[^a-z]*", cell.strip()) for cell in line.split("|")
        )
        # What a benchmark prints is `name value`; a command has more to it.
        is_output = is_code and re.match(r"\s*\w+ +\d[\d.]*\b", line)
        if is_row or is_output or MEASURED.search(line):
            yield line


def test_the_page_is_made_from_what_is_kept() -> None:
    """When it fails: run `bin/reconciliation docs` and commit both files."""
    assert PAGE == with_figures(PAGE, benchmarks.results())


def test_no_figure_of_the_page_is_typed() -> None:
    """When it fails: measure it with `--write-docs`, and let the page be made."""
    assert [] == list(typed_figures(PAGE))


@pytest.mark.parametrize(
    "line",
    [
        "| `narrow` | 277,739 | 43 MB |",
        "| adyen | 1,234 |",
        "it took 20.68 s on the same machine",
        "a ratio of 3.32",
        "```text\npipeline_s 17\n```",
        "  match_transactions   6 s",
    ],
)
def test_a_typed_figure_is_seen(line: str) -> None:
    assert 1 == len(list(typed_figures(f"{FRAME}{line}\n")))


def test_something_is_kept_of_every_sort_and_says_where_it_is_from() -> None:
    results = benchmarks.results()

    assert EMPTY.keys() == results.keys()
    for sort, entries in results.items():
        assert entries, sort
        for entry in entries.values():
            assert re.fullmatch(r"[0-9a-f]{40}", entry["commit"]), entry["command"]
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry["date"]), entry["command"]
            assert entry["command"].startswith("bin/reconciliation bench ")
            assert {"cores", "cpu", "memory_gb", "python"} <= entry["machine"].keys()


def test_a_changed_figure_makes_another_page() -> None:
    before = with_figures(FRAME, kept(pipeline={"1000000": measured()}))  # type: ignore[arg-type]
    after = with_figures(
        FRAME,
        kept(pipeline={"1000000": measured(figures={"ratio": "1.91"})}),  # type: ignore[arg-type]
    )

    assert "| 1.90" in before
    assert before != after


def test_each_figure_of_a_round_and_of_a_task_stands_in_its_column() -> None:
    page = with_figures(FRAME, kept(pipeline={"1000": measured()}))  # type: ignore[arg-type]

    assert "| Round | Floor, s | Pipeline, s | Ratio | Found | False |\n" in page
    assert "| 1 | 5.25 | 10.00 | 1.90 | 3,250 | 0 |\n" in page
    assert "| `publish_run` | 1.25 | 41 |\n" in page
    assert "load 0.1 before and 2.1 after\n" in page


def test_what_was_measured_with_uncommitted_changes_says_so() -> None:
    clean = with_figures(FRAME, kept(pipeline={"1000": measured()}))  # type: ignore[arg-type]
    dirty = with_figures(FRAME, kept(pipeline={"1000": measured(is_dirty=True)}))  # type: ignore[arg-type]

    assert "2026-01-02, commit `0123456789ab`\\\n" in clean
    assert "commit `0123456789ab` with changes that are not committed\\\n" in dirty


def test_without_results_nothing_is_called_met() -> None:
    assert {("not measured", "")} == set(verdicts(EMPTY).values())


def test_targets_are_met_or_not_met_by_what_was_measured() -> None:
    small = measured(figures={"ratio": "2.01", "peak_mb": "200", "found": "3249", "false": "2"})
    large = measured(figures={"pipeline_s": "130.4", "ratio": "2.50"})
    sums = {"figures": {"seconds": "60.00"}}

    shown = verdicts(
        kept(pipeline={"1000000": small, "10000000": large}, sums={"10000": sums})
    )

    assert {
        "faults missed or reported wrongly, 1,000,000 lines": ("3 of 3,250", "**not met**"),
        "pipeline ÷ floor, 1,000,000 lines": ("2.01 (1.80 to 2.10)", "**not met**"),
        "largest process of ours, 1,000,000 lines": ("200 MB", "**not met**"),
        "faults missed or reported wrongly, 10,000,000 lines": ("0 of 3,250", "met"),
        "pipeline ÷ floor, 10,000,000 lines": ("2.50 (1.80 to 2.10)", "met"),
        "largest process of ours, 10,000,000 lines": ("60 MB", "met"),
        "time of ten times the lines ÷ time": ("13.04", "**not met**"),
        "search for sums, 10,000 components of 24 rows": ("60.00 s", "**not met**"),
    } == {wanted: told for wanted, told in shown.items() if told[0] != "not measured"}


@pytest.mark.parametrize(
    ("ratio", "events_per_s", "verdict"),
    [("1.51", "99999", "**not met**"), ("1.50", "100000", "met")],
)
def test_the_targets_of_the_books_are_met_at_their_limits(
    ratio: str, events_per_s: str, verdict: str
) -> None:
    sentinel = measured(figures={"ratio": ratio, "planted": "70", "found": "70"})
    replay = measured(figures={"events_per_s": events_per_s, "planted": "5", "found": "4"})

    shown = verdicts(kept(sentinel={"payouts 10000000": sentinel}, replay={"1000000": replay}))

    assert {
        "violations missed or reported wrongly, 10,000,000 ledger entries": ("0 of 70", "met"),
        "all checks of the ledger ÷ one grouping of it, 10,000,000 entries": (
            f"{ratio} (1.80 to 2.10)",
            verdict,
        ),
        "differences missed or reported wrongly, replay of 1,000,000 events": (
            "1 of 5",
            "**not met**",
        ),
        "replay of 1,000,000 events": (f"{int(events_per_s):,} events a second", verdict),
    } == {wanted: told for wanted, told in shown.items() if told[0] != "not measured"}


@pytest.mark.parametrize(
    "changed",
    [{"commit": "f" * 16}, {"is_dirty": True}, {"machine": {**MACHINE, "cores": 4}}],
)
def test_growth_is_told_only_of_the_same_code_on_the_same_machine(
    changed: dict[str, object],
) -> None:
    two = kept(pipeline={"1000000": measured(), "10000000": measured(**changed)})

    shown, verdict = verdicts(two)["time of ten times the lines ÷ time"]

    assert ("not comparable", "") == (shown.partition(":")[0], verdict)


def test_peers_stand_beside_the_pipeline_with_what_they_do_not_show() -> None:
    of_peer = {
        "version": "1.1.0", "s": "7.10", "import_s": "0.30", "peak_mb": "1234", "found": "3000",
        "false": "3", "missed": "status_mismatch:250",
    }  # fmt: skip
    entry = measured(peers={"datacompy": of_peer, "pandas": {"version": "3", "ended": "no memory"}})

    page = with_figures(FRAME, kept(pipeline={"1000000": entry}))  # type: ignore[arg-type]

    assert "| this pipeline | 10.00 | in it | 60, and 90 of the server | 3,250 | 0 |\n" in page
    assert "| datacompy 1.1.0 | 7.10 | 0.30 | 1,234 | 3,000 | 3 |\n" in page
    assert "| pandas 3 | no memory |" in page
    assert "- datacompy does not show: `status_mismatch` (250)\n" in page


def test_the_target_of_growth_is_exact_to_a_hundredth() -> None:
    two = kept(
        pipeline={
            "1000000": measured(figures={"pipeline_s": "10.00"}),
            "10000000": measured(figures={"pipeline_s": "130.00"}),
        }
    )

    [growth] = [target for target in targets(two) if "ten times" in target.wanted]  # type: ignore[arg-type]
    assert (Decimal("13.00"), "met") == (growth.measured, growth.row[-1])
