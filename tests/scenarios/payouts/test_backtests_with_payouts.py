"""Published history of a PSP whose payouts are explained, decided again: without its payouts."""

from datetime import datetime
from pathlib import Path

import pytest

from include.reconciliation.backtest.comparison import changes
from include.reconciliation.backtest.printing import lines_of
from include.reconciliation.local.server import Server
from tests.scenarios.backtests import Backtest, at_risk, backtests, matches
from tests.scenarios.conftest import a_line
from tests.scenarios.payouts.conftest import PayoutDesk, payouts_toml

NOTE = (
    "adyen: its payouts are not replayed; nothing is said of the legs statement_payout and "
    "payout_bank, and no money at risk on them is in any sum"
)


@pytest.fixture
def replayed(test_server: Server, tmp_path: Path) -> Backtest:
    return backtests(test_server, tmp_path)


def two_runs(payouts: PayoutDesk) -> None:
    """A difference of ten cents, and a payout that never arrives."""
    payouts.desk.ledger("L1", 10000)
    payouts.batch(1, a_line(amount="99.90"))
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        payouts.bank_day(day)
    payouts.run()
    payouts.run("2026-03-06T12:00:00Z", "2026-03-05T00:00:00Z")


@pytest.mark.parametrize("start", ["2026-03-02T00:00:00Z", "2026-03-05T12:00:00Z"])
def test_the_rules_that_the_runs_had_change_nothing_but_payouts(
    payout_desk: PayoutDesk, replayed: Backtest, start: str
) -> None:
    two_runs(payout_desk)
    assert ("payout_missing_at_bank", "EUR", -9990, 9990) in payout_desk.found()

    found = replayed(payouts_toml(), datetime.fromisoformat(start))

    assert [] == found["differences"]
    assert [False, False] == [changes(account) for account in found["accounts"]]
    assert [NOTE] == found["notes"]
    assert NOTE in list(lines_of(found))


def test_money_at_risk_is_that_of_the_other_legs(
    payout_desk: PayoutDesk, replayed: Backtest
) -> None:
    two_runs(payout_desk)
    tolerant = payouts_toml().replace(
        "[psp.payouts]", '[psp.tolerances]\nEUR = { amount = { percent = "1" } }\n[psp.payouts]', 1
    )

    found = replayed(tolerant, psp="adyen")

    assert [("EUR", 10, 0, 10, 0)] == at_risk(found)
    assert [("gained", "ledger_statement", "EUR", 9990, 10000, -10)] == matches(found)
