"""A real settlement batch with its payout row, explained to the cent."""

import csv
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.money import parse_minor
from tests.scenarios.conftest import CONFIGURATION, Desk

_PATH = "shared/samples/adyen/bank-statement-import__settlement_detail_report_batch_380.csv"
# Beside the project, or beside the folder of its worktrees.
SAMPLE = next(
    (folder / _PATH for folder in PROJECT_ROOT.parents if (folder / _PATH).exists()),
    PROJECT_ROOT.parent / _PATH,
)

_WATERFALL = {
    *("batch", "currency", "payout_references", "state", "lines", "payouts", "carried_in_minor"),
    *("captures_minor", "refunds_minor", "chargebacks_minor", "processing_fees_minor"),
    *("scheme_fees_minor", "reserve_held_minor", "reserve_released_minor", "deductions_minor"),
    *("fx_minor", "adjustments_minor", "returned_minor", "payout_fees_minor", "payout_minor"),
    *("carried_out_minor", "unexplained_minor", "bank_state"),
}

pytestmark = pytest.mark.skipif(
    not SAMPLE.exists(), reason="the sample files lie beside the project, in ../shared/samples"
)


def test_the_payout_of_a_real_batch_is_explained_to_the_cent(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "real.toml"
    configuration.write_text(
        CONFIGURATION.replace('"Shop"', '"YOURCOMPANY_ACCOUNT"') + "[psp.payouts]\n"
    )
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    desk.account = "YOURCOMPANY_ACCOUNT"
    desk.folder = desk.folder.parent / "YOURCOMPANY_ACCOUNT"
    desk.folder.mkdir()
    desk.deliver(SAMPLE.read_bytes(), SAMPLE.name)

    desk.run("2021-01-05T00:00:00Z", "2021-01-08T00:00:00Z")

    (payout,) = desk.rows("select * from reconciliation.payouts")
    assert {name: value for name, value in payout.items() if name in _WATERFALL} == {
        "batch": "batch 380",
        "currency": "USD",
        "payout_references": "TX635094301XT",
        "state": "explained",
        "lines": 227,
        "payouts": 1,
        "carried_in_minor": 0,
        "captures_minor": _gross("Settled"),
        "refunds_minor": _gross("Refunded"),
        "chargebacks_minor": 0,
        # 389.63 on the lines, and 38.10 on a line of its own.
        "processing_fees_minor": -38963 - 3810,
        "scheme_fees_minor": 0,
        "reserve_held_minor": 0,
        "reserve_released_minor": 0,
        "deductions_minor": 0,
        "fx_minor": 0,
        "adjustments_minor": 0,
        "returned_minor": 0,
        "payout_fees_minor": 0,
        "payout_minor": -5530807,
        "carried_out_minor": 0,
        "unexplained_minor": 0,
        "bank_state": "not_configured",
    }
    # Told apart from the view: captures less refunds, less fees, is what was paid.
    assert _gross("Settled") + _gross("Refunded") - 38963 - 3810 == 5530807
    (totals,) = desk.rows(
        "select statement_minor, ledger_minor, amount_minor, pending_statement_minor,"
        " residual_minor from reconciliation.run_totals where leg = 'statement_payout'"
    )
    assert totals == {
        "statement_minor": 5530807,
        "ledger_minor": 5530807,
        "amount_minor": 0,
        "pending_statement_minor": 0,
        "residual_minor": 0,
    }


def _gross(type_: str) -> int:
    """The gross of the rows of a type, in cents, as the file has it."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Type"] == type_]
    return sum(
        parse_minor(row["Gross Credit (GC)"] or "0", 2)
        - parse_minor(row["Gross Debit (GC)"] or "0", 2)
        for row in rows
    )
