"""The reasons for a refusal: each is used."""

from __future__ import annotations

import re

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import csv_gate, parsed_gate
from include.reconciliation.statements.reasons import REASONS, sentence
from tests.statements.adyen_files import a_file, a_row

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
    of_parsed = (*parsed_gate.GATES, *parsed_gate.NAME_GATES, *parsed_gate.RANGE_GATES)
    promised |= {f"parsed/{gate.promise}.sql" for gate in of_parsed}
    folder = PROJECT_ROOT / "include" / "sql" / "gate"

    assert promised == {path.relative_to(folder).as_posix() for path in folder.rglob("*.sql")}


def test_who_dropped_a_file_is_not_told_to_wait_for_the_next_read(checked) -> None:
    _, (dropped,) = checked(b'{"data": [{"object": "balance_transaction", ')
    error = StatementError("bad_json", "a page is not JSON", file="page 1")

    assert dropped["reason"].endswith(
        "fetch the file from the PSP again and put it into the drop folder"
    )
    assert sentence(error, is_read=True).endswith(
        "nothing: the next run reads the range again; call the PSP if it lasts"
    )


def test_an_amount_that_is_none_is_told_what_its_format_accepts(checked) -> None:
    header = "balance_transaction_id,created,currency,gross,fee,net,reporting_category"

    _, (signed,) = checked(f"{header}\ntxn_1,2026-03-29 12:30:00,eur,1e2,0,100,charge\n".encode())
    _, (sided,) = checked(a_file([a_row(gross_credit_gc="1e2")]))

    assert "before it, with a minus sign where it is negative; found 1e2" in signed["reason"]
    assert "before it, without a sign; found 1e2" in sided["reason"]
