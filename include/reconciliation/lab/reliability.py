"""docs/RELIABILITY.md, from the results in docs/reliability: nothing on it is typed by hand.

A result is a JSON object: `title`, `date`, `commit` and `command` as texts, `figures` {name: value}
and `rows`, a list of objects that become a table; further lists of objects become tables of their
own, under their names. Whatever is missing is left out, so that anybody can write one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from include.reconciliation.config import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "RELIABILITY.md"
RESULTS = PROJECT_ROOT / "docs" / "reliability"
# In the order of the page: (name of the file, what it shows where it has not been run).
EXPECTED = (
    ("lab", "Planted faults"),
    ("formats", "Statements of every format"),
    ("clean", "Clean histories"),
    ("second_opinion", "A second opinion"),
    ("kills", "Kills"),
    ("psp_behaviours", "A hostile PSP server"),
    ("airflow", "Airflow as it is"),
    ("planted_bugs", "Planted bugs"),
    ("mutation", "Mutation score"),
)
Result = Mapping[str, Any]
_SAID_ABOVE = ("title", "date", "commit", "command", "figures", "notes")

_HEAD = """# Reliability

What the lab did to the pipeline, and what came of it. This page is written by
`bin/reconciliation lab --write-docs` from the files in [docs/reliability](reliability), and a test
fails when it says anything else. Each part names the command that makes its figures again.
"""
_NOT_CLAIMED = """## What is not claimed

- Zero failures in *n* tries bound the rate of failures below 3/*n* at 95 %, on the distribution
  that the generator draws from. The world draws from another one.
- A planted fault is one that somebody thought of. What nobody thought of is not in the table.
- The labels say which event breaks which leg, how, with which delta and exposure, whether it is
  open, and the verdict. The tests alone hold pairs, rules, days, texts, since when it is open,
  suggested corrections, single terms of a waterfall and the files of the report. They alone hold
  refunds and chargebacks in the thirteen formats that no history uses, and the reasons of refusal
  that no fault here has.
- Labels of one history are not independent tries: the bound on a miss is a figure of speech for
  how many there were.
- A mutation score is that of a sample that was looked at: for a mutant that nothing noticed an
  example was written, or it is said why nothing can notice it. The first look at another sample
  finds more: of 20 further mutants of the identities (`--seed 2`) 14 were noticed, and 18 once
  four examples were written.
- After a kill matches, the outbox and the public views of runs, totals, discrepancies, pending
  items, statements, lines and alerts are compared, not those of payouts, causes and fees.
- Each part was played at its own commit; what changed since is not in its figures.
- Delivery is at least once, with a key by which a repeat is known; never exactly once. Slack may
  show a message twice when it accepts it and does not answer in time.
- Logs and reports show that they were tampered with, up to the last anchor outside. They do not
  prevent it.
- Nothing here is an availability in production.
"""


def results(folder: Path = RESULTS) -> dict[str, Result]:
    """What is kept, by the name of its file."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def keep(name: str, result: Result, *, folder: Path = RESULTS) -> Path:
    """Puts a result in the place of the last one of its name, and writes the page anew."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    kept = folder / f"{name}.json"
    kept.write_text(text, encoding="utf-8")
    write_page(folder)
    return kept


def write_page(folder: Path = RESULTS) -> Path:
    """Writes the page of what is kept in a folder, beside it."""
    page = folder.parent / PAGE.name
    page.write_text(as_page(results(folder)), encoding="utf-8")
    return page


def as_page(kept: Mapping[str, Result]) -> str:
    """The page of these results."""
    known = dict(EXPECTED)
    names = [*known, *sorted(name for name in kept if name not in known)]
    parts = [_section(known.get(name, name), kept.get(name)) for name in names]
    return "\n".join([_HEAD, *parts, _NOT_CLAIMED])


def _section(title: str, result: Result | None) -> str:
    if result is None:
        return f"## {title}\n\nNot run yet.\n"
    blocks = [f"## {result.get('title', title)}", *_provenance(result), *_figures(result)]
    blocks += [str(note) for note in result.get("notes", ())]
    for name, value in result.items():
        if name not in _SAID_ABOVE and _is_table(value):
            if name != "rows":
                blocks.append(f"### {name.replace('_', ' ').capitalize()}")
            blocks.append("\n".join(_table(value)))
    return "\n\n".join(blocks) + "\n"


def _provenance(result: Result) -> Iterator[str]:
    said = []
    if result.get("date"):
        said.append(f"On {result['date']}")
    if result.get("commit"):
        said.append(f"at commit {result['commit']}")
    if result.get("command"):
        said.append(f"by `{result['command']}`")
    if said:
        yield f"{', '.join(said)}."


def _figures(result: Result) -> Iterator[str]:
    figures: Mapping[str, Any] = result.get("figures") or {}
    if figures:
        rows = [{"figure": name.replace("_", " "), "value": figures[name]} for name in figures]
        yield "\n".join(_table(rows))


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    yield _line(name.replace("_", " ") for name in columns)
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield _line(_cell(row.get(name)) for name in columns)


def _line(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    """A value as a reader sees it; a vertical bar would end the cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
