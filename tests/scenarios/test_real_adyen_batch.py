"""A real settlement batch, written by others and read in place, against a ledger made from it."""

import csv
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.money import parse_minor
from tests.scenarios.conftest import CONFIGURATION, Desk, settings_of

SAMPLE = (
    PROJECT_ROOT.parent
    / "shared/samples/adyen/bank-statement-import__settlement_detail_report_batch_380.csv"
)

pytestmark = pytest.mark.skipif(
    not SAMPLE.exists(), reason="the sample files lie beside the project, in ../shared/samples"
)


def _ledger_from(desk: Desk) -> list[dict[str, str]]:
    """Books every capture and refund of the batch on the business day before it."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Type"] in ("Settled", "Refunded")]
    for number, row in enumerate(rows):
        credit, debit = row["Gross Credit (GC)"], row["Gross Debit (GC)"]
        costs = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")
        desk.ledger(
            f"L{number:03d}",
            parse_minor(credit or "0", 2) - parse_minor(debit or "0", 2),
            type="capture" if row["Type"] == "Settled" else "refund",
            payment=row["Psp Reference"],
            event=row["Modification Reference"],
            merchant=row["Merchant Reference"],
            currency=row["Gross Currency"],
            fee_minor=sum(parse_minor(row[name] or "0", 2) for name in costs),
            at="2021-01-05T10:00:00Z",
        )
    return rows


@pytest.fixture
def adyen_desk(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk, for the account that the batch is of."""
    configuration = tmp_path / "real.toml"
    configuration.write_text(CONFIGURATION.replace('"Shop"', '"YOURCOMPANY_ACCOUNT"'))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    desk.account = "YOURCOMPANY_ACCOUNT"
    desk.folder = desk.folder.parent / "YOURCOMPANY_ACCOUNT"
    desk.folder.mkdir()
    return desk


def test_a_real_batch_is_reconciled_with_the_ledger_that_it_was_made_from(adyen_desk: Desk) -> None:
    _ledger_from(adyen_desk)
    adyen_desk.deliver(SAMPLE.read_bytes(), SAMPLE.name)

    run = adyen_desk.run("2021-01-05T00:00:00Z", "2021-01-08T00:00:00Z")

    assert settings_of(run) == {
        "verdict": "reconciled",
        "statement_lines": 228,
        "ledger_transactions": 226,
        "matched": 226,
        "pending": 0,
        "discrepancies": 0,
    }
    totals = adyen_desk.rows(
        "select measure, statement_minor, ledger_minor, not_expected_statement_minor,"
        " residual_minor"
        " from reconciliation.run_totals order by measure"
    )
    assert totals == [
        {
            "measure": "fee",
            "statement_minor": 38963,
            "ledger_minor": 38963,
            "not_expected_statement_minor": 0,
            "residual_minor": 0,
        },
        {
            "measure": "gross",
            "statement_minor": 5573580,
            "ledger_minor": 5573580,
            "not_expected_statement_minor": 0,
            "residual_minor": 0,
        },
    ]


def test_the_known_differences_of_a_real_batch_are_found_and_nothing_else(adyen_desk: Desk) -> None:
    rows = _ledger_from(adyen_desk)
    amounts = [
        parse_minor(row["Gross Credit (GC)"] or "0", 2)
        - parse_minor(row["Gross Debit (GC)"] or "0", 2)
        for row in rows
    ]
    refund = next(number for number, row in enumerate(rows) if row["Type"] == "Refunded")
    adyen_desk.forget("L000")
    change = "update ledger.transactions set {} where id = %s"
    for ledger_id, what in (
        ("L001", "amount_minor = amount_minor + 1"),
        ("L002", "fee_minor = fee_minor + 7"),
        ("L003", "status = 'failed'"),
        (f"L{refund:03d}", "amount_minor = amount_minor - 100"),
    ):
        adyen_desk.ledger_session.execute(change.format(what).encode(), [ledger_id])
    adyen_desk.ledger(
        "L-extra", 4200, payment="extra", event="extra", currency="USD", at="2021-01-05T11:00:00Z"
    )
    adyen_desk.deliver(SAMPLE.read_bytes(), SAMPLE.name)

    run = adyen_desk.run("2021-01-05T00:00:00Z", "2021-01-08T00:00:00Z")

    assert adyen_desk.open_discrepancies() == sorted(
        [
            ("amount_mismatch", "USD", -1, 1),
            ("fee_mismatch", "USD", -7, 7),
            ("missing_in_ledger", "USD", amounts[0], amounts[0]),
            ("missing_in_statement", "USD", -4200, 4200),
            ("refund_mismatch", "USD", 100, 100),
            ("status_mismatch", "USD", amounts[3], amounts[3]),
        ]
    )
    assert (run["verdict"], run["matched"]) == ("discrepancies", 222)
