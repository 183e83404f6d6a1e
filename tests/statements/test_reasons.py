"""The reasons for a refusal: each is used."""

from __future__ import annotations

import re

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.statements import csv_gate, parsed_gate
from include.reconciliation.statements.reasons import REASONS

STATEMENTS = PROJECT_ROOT / "include" / "reconciliation" / "statements"


def test_every_reason_is_given_somewhere_and_no_other() -> None:
    sources = [path for path in STATEMENTS.glob("*.py") if path.name != "reasons.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    codes = {reason.code for reason in REASONS}

    assert set() == {code for code in codes if f'"{code}"' not in text}
    assert set() == set(re.findall(r'StatementError\(\s*"(\w+)"', text)) - codes
    assert set() == set(re.findall(r'Gate\(\s*"\w+", "(\w+)"', text)) - codes


def test_every_promise_of_a_format_is_a_file_and_every_file_a_promise() -> None:
    promised = {f"csv/{gate.promise}.sql" for gate in csv_gate.GATES}
    of_parsed = (*parsed_gate.GATES, *parsed_gate.RANGE_GATES)
    promised |= {f"parsed/{gate.promise}.sql" for gate in of_parsed}
    folder = PROJECT_ROOT / "include" / "sql" / "gate"

    assert promised == {path.relative_to(folder).as_posix() for path in folder.rglob("*.sql")}
