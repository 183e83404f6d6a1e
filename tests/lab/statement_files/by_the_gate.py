"""What the gate reads of written files, as `bin/reconciliation statement check` tries them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.statement_files.statement import CanonicalLine, StatementFile
from include.reconciliation.statement_check.trial import Verdict, trial
from include.reconciliation.statements.formats import FORMATS, declared_formats

_BENCH = tomllib.loads(
    (PROJECT_ROOT / "include/reconciliation/bench/psps.toml").read_text(encoding="utf-8")
)
KNOWN = {**FORMATS, **declared_formats({entry["name"]: entry for entry in _BENCH["format"]})}
_COLUMNS = [column.name for column in fields(CanonicalLine)]


@dataclass(frozen=True, slots=True)
class Tried:
    """A statement's verdict, and its lines where it was accepted."""

    verdict: Verdict
    lines: tuple[CanonicalLine, ...]
    # What each line is known by: its scope, its key, and which of the equal ones it is.
    keys: tuple[tuple[str, str, int], ...]

    @property
    def code(self) -> str:
        """The reason code of a refusal, or "accepted"."""
        return self.verdict.error.reason_code if self.verdict.error else "accepted"


def tried(files: Iterable[StatementFile], format_name: str, zone: str, folder: Path) -> list[Tried]:
    """The verdicts on all statements of the files, in one trial."""
    found = []
    with trial(KNOWN) as attempt:
        for number, file in enumerate(files):
            path = folder / str(number) / file.name.replace("/", "_")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            for verdict in attempt.check(path, KNOWN[format_name], currency=None, zone=zone):
                is_read = verdict.statement_id is not None
                rows = list(attempt.lines(verdict)) if is_read else []
                lines = tuple(
                    CanonicalLine(**{column: row[column] for column in _COLUMNS}) for row in rows
                )
                keys = tuple(
                    (row["line_scope"], row["line_key"], row["occurrence"]) for row in rows
                )
                found.append(Tried(verdict, lines, keys))
    return found


def in_order(lines: Iterable[CanonicalLine]) -> list[CanonicalLine]:
    """The lines in an order that says nothing."""
    return sorted(lines, key=repr)
