"""A backtest and the runs that go on meanwhile do not hold each other up."""

from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.backtest import history
from include.reconciliation.local.server import Server
from tests.scenarios.backtests import backtests, matches
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")
WEDNESDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_a_run_publishes_while_the_history_is_copied_and_is_no_part_of_it(
    desk: Desk, test_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)
    copy = history.copy

    def copy_and_publish(*arguments: Any) -> None:
        desk.ledger("L1", 990)
        desk.run(*WEDNESDAY)
        copy(*arguments)

    monkeypatch.setattr(history, "copy", copy_and_publish)
    rules = CONFIGURATION + '[psp.tolerances]\nEUR = { amount = { percent = "1" } }\n'
    found = backtests(test_server, tmp_path)(rules)

    assert (1, []) == (found["accounts"][0]["runs"], found["differences"])
    assert [("gained", "ledger_statement", "EUR", 990, 1000, -10)] == matches(found)
    assert 2 == len(desk.rows("select * from reconciliation.runs where is_published"))
