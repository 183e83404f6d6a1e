"""What tolerances let pass: told in the report, part of the proof, numbered without waste."""

from pathlib import Path
from typing import Any

import openpyxl
import psycopg
from psycopg import sql

from include.reconciliation.steps.match_transactions import MATCH_RULES
from tests.conftest import Databases
from tests.scenarios.absorbed import Tolerate
from tests.scenarios.conftest import STEPS, Desk, a_line

WINDOW = ("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")


def control_page(folder: Any) -> list[list[Any]]:
    """The rows of the workbook's first sheet, empty cells left out."""
    sheet = openpyxl.load_workbook(Path(str(folder)) / "discrepancies.xlsx")["Control"]
    return [
        [cell.value for cell in row if cell.value not in (None, "")] for row in sheet.iter_rows()
    ]


def test_what_no_row_absorbs_is_not_in_the_identity(
    desk: Desk, tolerate: Tolerate, databases: Databases
) -> None:
    """The term is computed from what will be published, so a lost row leaves a residual."""
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 10005)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*WINDOW)
    for step in STEPS[:4]:
        step(attempt_id)
    members = sql.Identifier(f"work_{attempt_id}", "work_members")
    with psycopg.connect(databases.conninfo("reconciliation", "postgres")) as superuser:
        superuser.execute(sql.SQL("update {} set absorbed_minor = null").format(members))
    for step in STEPS[4:]:
        step(attempt_id)

    run = desk.run_of(attempt_id)
    assert (run["verdict"], run["is_published"]) == ("incomplete", False)
    assert run["verdict_reasons"][0] == (
        "statement minus ledger is explained does not hold: ledger_statement, gross, EUR: "
        "expected 0, found -5, difference -5"
    )


def test_the_report_totals_what_each_tolerance_gave_away(desk: Desk, tolerate: Tolerate) -> None:
    tolerate(EUR='{ amount = { minor = 500, percent = "0.05" }, date = { business_days = 1 } }')
    desk.ledger("L1", 9996)
    desk.ledger("L2", 10003, payment="P2", event="C2")
    desk.batch(1, a_line(), a_line(payment="P2", event="C2"))
    attempt_id = desk.begin(*WINDOW)
    rows = control_page([step(attempt_id) for step in STEPS][-1])
    start = rows.index(["Let pass by tolerances"])

    assert rows[start + 3 : start + 5] == [
        [
            "amount  EUR: at most 500 minor units and 0.05 %",
            2, "0.01", 2, "0.04", "-0.03", "0.01",
        ],
        ["date  EUR: at most 1 business day", 0, 0, "0.00"],
    ]  # fmt: skip
    assert ["Absorbed by tolerance", "0.01"] in rows


def test_the_report_says_nothing_of_tolerances_where_there_are_none(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*WINDOW)
    rows = control_page([step(attempt_id) for step in STEPS][-1])

    assert ["Let pass by tolerances"] not in rows
    assert ["Proof"] in rows


def test_the_numbers_of_rules_are_used_up_by_new_rules_alone(
    desk: Desk, databases: Databases
) -> None:
    """There are 32,767 of them, and a run every hour at each account."""
    for hour in range(3):
        desk.run(f"2026-03-02T{hour:02d}:00:00Z", f"2026-03-02T{hour + 1:02d}:00:00Z")

    with psycopg.connect(databases.conninfo("reconciliation", "postgres")) as superuser:
        found = superuser.execute(
            "select last_value, (select count(*) from internal.match_rules)"
            " from internal.match_rules_rule_number_seq"
        ).fetchone()
    assert found == (len(MATCH_RULES), len(MATCH_RULES))
