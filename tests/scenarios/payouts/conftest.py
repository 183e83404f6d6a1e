"""A desk whose payouts are explained, and followed to an account at a bank."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation import config
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.verify import verify
from tests.scenarios.conftest import CONFIGURATION, STEPS, Desk, Line
from tests.scenarios.payouts.own_format import own_toml
from tests.statements.camt_files import (
    IBAN,
    a_balance,
    a_detail,
    a_message,
    a_statement,
    an_entry,
)

BANK = f"""
[[bank]]
name = "hausbank"
format = "camt"
zone = "Europe/Berlin"
accounts = ["{IBAN}"]
currencies = ["EUR", "USD"]
[bank.statements]
due = "daily"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
deadline = 10:00:00
deadline_days = 4
grace = "2h"
[bank.settlement]
days = 0
ledger_grace = "1h"
"""
# What Adyen writes into the bank's text is the payout's reference.
CLAIM = 'reference = "(TX[0-9]+[A-Z]*XT)"'


def payouts_toml(claim: str | None = CLAIM, *, days: int = 1, more: str = "") -> str:
    """The configuration of the desk; without a claim there is no bank."""
    if claim is None:
        return f"{CONFIGURATION}\n[psp.payouts]\n{more}\n"
    rule = f'account = "hausbank/{IBAN}"\ndays = {days}\n{claim}'
    return f"{CONFIGURATION}\n[psp.payouts]\n{more}\n[psp.payouts.bank]\n{rule}\n{BANK}"


def an_account_row(type_: str, amount: str, text: str = "", currency: str = "EUR") -> Line:
    """A row of the account, of no payment."""
    return Line(type_, "", text, amount, currency, net_only=True)


def money(minor: int) -> str:
    """An amount as camt has it, without a sign."""
    return str(Decimal(abs(minor)) / 100)


@dataclass
class PayoutDesk:
    """A desk with a bank: days of the bank's statements, and what the legs show."""

    desk: Desk
    bank_folder: Path
    balance_minor: int = 0
    runs: list[str] = field(default_factory=list)

    def batch(self, number: int, *lines: Any, **settings: Any) -> None:
        """A batch of lines; every one is in the ledger too unless the scenario says otherwise."""
        self.desk.batch(number, *lines, **settings)

    def bank_day(self, day: str, *movements: tuple[int, str], currency: str = "EUR") -> None:
        """The bank's statement of a day: signed amounts in cents, each with its text."""
        opening = self.balance_minor
        self.balance_minor += sum(amount for amount, _ in movements)

        def balance(code: str, minor: int) -> str:
            sign = "DBIT" if minor < 0 else "CRDT"
            return a_balance(code, money(minor), sign, on=day, currency=currency)

        entries = [
            an_entry(
                money(amount),
                "CRDT" if amount > 0 else "DBIT",
                a_detail(remittance=text),
                reference=f"{day}-{number}",
                booked=f"<Dt>{day}</Dt>",
                value=f"<Dt>{day}</Dt>",
                currency=currency,
            )
            for number, (amount, text) in enumerate(movements, 1)
        ] or [""]
        balances = balance("OPBD", opening) + balance("CLBD", self.balance_minor)
        statement = a_statement(
            *entries, balances=balances, key=f"S{day}", currency=currency
        ).replace("<ElctrncSeqNb>7</ElctrncSeqNb>", "")
        (self.bank_folder / f"camt_{day}.xml").write_bytes(a_message(statement))

    def run_bank(self, start: str, end: str, account: str = IBAN) -> dict[str, Any]:
        """Runs the bank account, whose lines nobody expects in the ledger."""
        attempt_id = choose_window(
            "hausbank",
            account,
            airflow_run_id=f"manual__{next(self.desk.numbers)}",
            trigger="manual",
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
        )
        folder = ""
        for step in STEPS:
            folder = str(step(attempt_id))
        assert [] == verify(Path(folder))[0]
        return self.desk.run_of(attempt_id)

    def run(
        self, until: str = "2026-03-05T00:00:00Z", start: str = "2026-03-02T00:00:00Z"
    ) -> dict[str, Any]:
        """Runs the bank account, then the PSP account that is paid out to it."""
        self.run_bank(start, until)
        return self.desk.run(start, until)

    def payouts(self, *names: str) -> list[dict[str, Any]]:
        """These columns of the view `payouts`, by batch and currency; and each row closes."""
        rows = self.desk.rows("select * from reconciliation.payouts order by batch, currency")
        for row in rows:
            assert closes(row), row
        return [{name: row[name] for name in names} for row in rows]

    def states(self) -> list[tuple[str, str, str, str]]:
        """(batch, currency, state, state at the bank) of each payout."""
        return [
            tuple(row.values())
            for row in self.payouts("batch", "currency", "state", "bank_state")
        ]

    def found(self) -> list[tuple[str, str, int, int | None]]:
        """What is open on the legs of payouts: kind, currency, delta and exposure, sorted."""
        rows = self.desk.rows(
            "select kind, currency, delta_minor, exposure_minor from reconciliation.discrepancies"
            " where change <> 'resolved' and leg in ('statement_payout', 'payout_bank')"
            " order by kind, currency, delta_minor"
        )
        return [tuple(row.values()) for row in rows]

    def totals(self, leg: str) -> list[dict[str, Any]]:
        """Both sides of a leg, per currency, with the residual."""
        return self.desk.rows(
            "select currency, statement_minor, ledger_minor, residual_minor"
            " from reconciliation.run_totals inner join reconciliation.runs using (run_id)"
            " where is_head and leg = %s order by currency",
            leg,
        )


def newest_folder() -> Path:
    """The folder of the PSP's newest run."""
    made = config.reports_folder().rglob("adyen/**/manifest.json")
    return max(made, key=lambda path: path.stat().st_mtime_ns).parent


TERMS = (
    *("carried_in_minor", "captures_minor", "refunds_minor", "chargebacks_minor"),
    *("processing_fees_minor", "scheme_fees_minor", "reserve_held_minor"),
    *("reserve_released_minor", "deductions_minor", "fx_minor", "adjustments_minor"),
    *("returned_minor", "payout_fees_minor", "payout_minor"),
)


def closes(row: dict[str, Any]) -> bool:
    """Whether the terms of a waterfall come to what is carried out and what is not explained."""
    total: int = sum(row[name] for name in TERMS)
    return total == row["carried_out_minor"] + row["unexplained_minor"]


@pytest.fixture
def configured(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Puts a configuration into force, from the next run on."""

    def configure(text: str) -> None:
        path = tmp_path / f"payouts_{len(list(tmp_path.glob('payouts_*')))}.toml"
        path.write_text(text)
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return configure


@pytest.fixture
def payout_desk(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    configured: Callable[[str], None],
) -> PayoutDesk:
    """A desk whose bank account receives what Adyen pays out."""
    configured(payouts_toml())
    folder = tmp_path / "bank" / IBAN
    folder.mkdir(parents=True)
    connection = {"conn_type": "fs", "extra": {"path": str(tmp_path / "bank")}}
    monkeypatch.setenv("AIRFLOW_CONN_HAUSBANK", json.dumps(connection))
    return PayoutDesk(desk, folder)


@pytest.fixture
def without_bank(payout_desk: PayoutDesk, configured: Callable[[str], None]) -> PayoutDesk:
    """The desk, whose payouts are explained and not followed to a bank."""
    configured(payouts_toml(None))
    return payout_desk


@pytest.fixture
def own(payout_desk: PayoutDesk, configured: Callable[[str], None]) -> PayoutDesk:
    """The desk of a PSP whose lines name their payouts."""
    configured(own_toml())
    return payout_desk
