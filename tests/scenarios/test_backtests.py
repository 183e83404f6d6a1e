"""What other rules would have made of published history: `bin/reconciliation backtest`."""

from pathlib import Path

import pytest

from include.reconciliation.local.server import Server
from tests.scenarios.backtests import Backtest, at_risk, backtests, discrepancies, matches
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")
WEDNESDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
ONE_PER_CENT = '[psp.tolerances]\nEUR = { amount = { percent = "1" } }\n'


@pytest.fixture
def replayed(test_server: Server, tmp_path: Path) -> Backtest:
    return backtests(test_server, tmp_path)


def test_a_tolerance_of_one_per_cent_makes_a_match_and_absorbs_ten(
    desk: Desk, replayed: Backtest
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)

    found = replayed(CONFIGURATION + ONE_PER_CENT)

    assert [] == found["differences"]
    assert [("gained", "ledger_statement", "EUR", 990, 1000, -10)] == matches(found)
    assert [("closed", "amount_mismatch", None, "EUR", 10, None)] == discrepancies(found)
    assert [("EUR", 10, 0, 10, 0)] == at_risk(found)
