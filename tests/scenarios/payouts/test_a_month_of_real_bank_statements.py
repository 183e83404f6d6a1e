"""A chain of real statements of a bank, read in place, against payouts made from its credits."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line, batch_file
from tests.scenarios.payouts.conftest import PayoutDesk, an_account_row

_PATH = "shared/samples/camt053_chain"
# Beside the project, or beside the folder of its worktrees.
SAMPLES = next(
    (folder / _PATH for folder in PROJECT_ROOT.parents if (folder / _PATH).exists()),
    PROJECT_ROOT.parent / _PATH,
)
ACCOUNT = "LT625883379695428516"
_SPACE = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
_PAYOUTS = f"""
[psp.payouts.bank]
account = "hausbank/{ACCOUNT}"
days = 1
reference = "(REF[0-9]+)"
exact_amount = true
[[bank]]
name = "hausbank"
format = "camt"
zone = "Europe/Vilnius"
accounts = ["{ACCOUNT}"]
currencies = ["EUR"]
[bank.statements]
due = "daily"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
deadline = 10:00:00
deadline_days = 4
[bank.settlement]
days = 0
"""

pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason="the sample files lie beside the project, in ../shared/samples"
)


def _credits() -> list[tuple[str, str, str]]:
    """(day, reference, amount) of each credit of the account, as the files have them."""
    found = []
    for path in sorted(SAMPLES.glob("*.xml")):
        for statement in ElementTree.parse(path).iter(f"{_SPACE}Stmt"):
            if statement.findtext(f"{_SPACE}Acct/{_SPACE}Id/{_SPACE}Othr/{_SPACE}Id") != ACCOUNT:
                continue
            found += [
                (
                    path.stem.rpartition("__")[2],
                    entry.findtext(f"{_SPACE}AcctSvcrRef", ""),
                    entry.findtext(f"{_SPACE}Amt", ""),
                )
                for entry in statement.iter(f"{_SPACE}Ntry")
                if entry.findtext(f"{_SPACE}CdtDbtInd") == "CRDT"
            ]
    return found


def test_every_payout_of_a_month_is_found_at_a_real_bank(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "month.toml"
    configuration.write_text(f"{CONFIGURATION}\n[psp.payouts]\n{_PAYOUTS}")
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    folder = tmp_path / "bank" / ACCOUNT
    folder.mkdir(parents=True)
    connection = {"conn_type": "fs", "extra": {"path": str(tmp_path / "bank")}}
    monkeypatch.setenv("AIRFLOW_CONN_HAUSBANK", json.dumps(connection))
    for path in SAMPLES.glob("*.xml"):
        if b"camt.053" in (content := path.read_bytes()):
            (folder / path.name).write_bytes(content)
    paid = _credits()
    for number, (day, reference, amount) in enumerate(paid, 1):
        lines = [
            a_line(payment=f"P{number}", event=f"C{number}", amount=amount),
            an_account_row("MerchantPayout", f"-{amount}", f"{reference} batch {number}"),
        ]
        desk.deliver(batch_file(number, lines, booked=f"{day} 01:00:00", pays_out=False))
    desk_at_bank = PayoutDesk(desk, folder)

    bank_run = desk_at_bank.run_bank("2024-03-07T00:00:00Z", "2024-04-02T00:00:00Z", ACCOUNT)
    desk.run("2024-03-07T00:00:00Z", "2024-04-02T00:00:00Z")

    assert len(paid) > 30
    assert bank_run["discrepancies"] == 0
    assert {state[2:] for state in desk_at_bank.states()} == {("explained", "arrived")}
    assert len(desk_at_bank.states()) == len(paid)
    total = sum(int(Decimal(amount) * 100) for _, _, amount in paid)
    assert desk_at_bank.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": total, "ledger_minor": total, "residual_minor": 0}
    ]
    (lines,) = desk.rows("select claimed_lines, unclaimed_lines from reconciliation.bank_lines")
    assert lines["claimed_lines"] == len(paid)
    assert lines["unclaimed_lines"] == bank_run["statement_lines"] - len(paid)
