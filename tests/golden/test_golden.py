"""A statement of each format, and to the byte what `statement check --json` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.statement_check import run
from include.reconciliation.statements.formats import FORMATS

GOLDEN = Path(__file__).parent
LINES = "canonical.jsonl"


def test_each_statement_gives_its_golden_lines_byte_for_byte(
    databases, capsys: pytest.CaptureFixture[str]
) -> None:
    other = []
    for name in FORMATS:
        run.check([_statement(name)], FORMATS, name, currency=None, zone="UTC", as_json=True)
        if capsys.readouterr().out.encode() != (GOLDEN / name / LINES).read_bytes():
            other.append(name)

    assert [] == other, "\n".join(["other than the golden lines:", *map(_what_to_do, other)])


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_golden_was_accepted_and_leaves_nothing_over(name: str) -> None:
    golden = (GOLDEN / name / LINES).read_text(encoding="utf-8").splitlines()
    statements = [json.loads(line) for line in golden]

    assert {("accepted", name)} == {(each["verdict"], each["format"]) for each in statements}
    assert all(each["line_count"] == len(each["lines"]) > 0 for each in statements)
    assert all(
        balance["residual_minor"] in (0, None)
        for each in statements
        for balance in each["balances"]
    )


def test_every_format_has_a_folder_and_no_folder_is_without_a_format() -> None:
    assert set(FORMATS) == {path.parent.name for path in GOLDEN.glob(f"*/{LINES}")}


def _statement(name: str) -> Path:
    found = list((GOLDEN / name).glob("statement.*"))
    assert 1 == len(found), f"one file statement.* belongs into {_shown(GOLDEN / name)}"
    return found[0]


def _what_to_do(name: str) -> str:
    check = f"bin/reconciliation statement check --json --format {name} {_shown(_statement(name))}"
    golden = _shown(GOLDEN / name / LINES)
    return (
        f"{name}\n"
        f"  see:    diff <({check} | tr , '\\n') <(tr , '\\n' <{golden})\n"
        f"  renew, if each difference is meant:\n"
        f"          {check} > {golden}"
    )


def _shown(path: Path) -> Path:
    return path.relative_to(PROJECT_ROOT)
