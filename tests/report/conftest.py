"""Fixtures of the report: runs made by hand, and how a workbook is read back."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.report.hand_made_run import PREDECESSOR_RUN_ID, TOTALS, HandMadeRun, roll


@pytest.fixture
def a_run(warehouse: psycopg.Connection) -> HandMadeRun:
    """A run without rows; the test adds them, and writes it."""
    return HandMadeRun(warehouse)


@pytest.fixture
def an_ordinary_run(a_run: HandMadeRun) -> HandMadeRun:
    """A run with one discrepancy, two pending items and a proof that closes."""
    a_run.a_discrepancy()
    a_run.a_pending_item()
    a_run.a_pending_item(
        side="statement", reason="ledger_grace", amount_minor=-700, currency="JPY",
        status=None, provider_type="Refunded", type="refund", ledger_id=None,
        statement_file="settlement_detail_report_batch_7.csv", statement_row=15,
        line_scope="batch 7", line_key="refunded|8835511210689999", occurrence=1,
        first_run_id=PREDECESSOR_RUN_ID,
    )
    a_run.totals.append(dict(TOTALS))
    a_run.rolls.append(roll("ledger", new=(2, 17300), cleared=(1, 12300), closing=(1, 5000)))
    a_run.rolls.append(roll("statement"))
    a_run.buckets.append(
        {
            "leg": "ledger_statement", "side": "statement", "in_force_rows": 20, "matched_rows": 18,
            "pending_rows": 1, "discrepancy_rows": 1, "not_expected_rows": 0,
        }
    )
    a_run.not_compared.append(
        {
            "leg": "ledger_statement", "currency": "EUR", "what": "fee", "lines": 3,
            "amount_minor": 75,
        }
    )
    return a_run


@pytest.fixture
def parts_of() -> Callable[[Path], dict[str, bytes]]:
    """The parts of a workbook by name, as they lie in its zip."""

    def read(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    return read


@pytest.fixture
def cells_of() -> Callable[[Path, str], Sequence[Sequence[Any]]]:
    """The values of a sheet, row by row, as openpyxl reads them."""

    def read(path: Path, sheet: str) -> Sequence[Sequence[Any]]:
        import openpyxl

        workbook = openpyxl.load_workbook(path)
        return [[cell.value for cell in row] for row in workbook[sheet].iter_rows()]

    return read
