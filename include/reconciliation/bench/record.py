"""What was measured, kept in docs/benchmarks.json with where and when, and shown on its page.

The file holds the last measurement of each sort and size. Nothing on the page is typed by hand.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.documentation import benchmarks
from include.reconciliation.documentation.benchmarks import PAGE, RESULTS
from include.reconciliation.local.commit import code_of

# What a measurement writes changes nothing of what the next one measures.
_OWN_FILES = {path.relative_to(PROJECT_ROOT).as_posix() for path in (RESULTS, PAGE)}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One benchmark's figures, as texts by name, and what they are made of."""

    sort: str  # pipeline, format, sums, causes, sentinel, replay or payouts
    size: str  # lines, format and lines, components: with the sort, what a later one replaces
    figures: Mapping[str, str]
    tasks: Sequence[Mapping[str, str]] = ()
    rounds: Sequence[Mapping[str, str]] = ()
    peers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, str]:
        """Every figure that is printed, those of the peers under their names."""
        of_peers = {
            f"{peer}_{name}": text
            for peer, own in self.peers.items()
            for name, text in own.items()
        }
        return {**self.figures, **of_peers}


def setting(arguments: Sequence[str], *, command: str = "bench") -> dict[str, Any]:
    """When, from which code, on what and by which command is measured; asked before it begins."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        **code_of(_OWN_FILES),
        "command": shlex.join(["bin/reconciliation", command, *arguments]),
        "machine": {
            "cores": os.cpu_count(),
            "cpu": _cpu(),
            "memory_gb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 10**9,
            "python": platform.python_version(),
        },
        # How many processes wanted a core: more than the benchmark's own, and it was not alone.
        "load_before": _load(),
    }


def keep(measurement: Measurement, its_setting: Mapping[str, Any]) -> None:
    """Puts the measurement in the place of the last one of its sort and size, in file and page."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    results.setdefault(measurement.sort, {})[measurement.size] = {
        **its_setting,
        "load_after": _load(),
        "figures": dict(measurement.figures),
        **({"tasks": list(measurement.tasks)} if measurement.tasks else {}),
        **({"rounds": list(measurement.rounds)} if measurement.rounds else {}),
        **({"peers": dict(measurement.peers)} if measurement.peers else {}),
    }
    # In one order whatever was measured last, so that a comparison of two versions says little.
    results = {sort: dict(sorted(entries.items())) for sort, entries in results.items()}
    text = json.dumps(results, indent=2, ensure_ascii=False) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    page = benchmarks.with_figures(PAGE.read_text(encoding="utf-8"), json.loads(text))
    PAGE.write_text(page, encoding="utf-8")


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _cpu() -> str:
    """The model of the processor, as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
