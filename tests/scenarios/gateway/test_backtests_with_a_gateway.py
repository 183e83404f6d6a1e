"""Published history of a PSP with a gateway, decided again: each of its legs."""

from datetime import datetime
from pathlib import Path

import pytest

from include.reconciliation.backtest.comparison import changes
from include.reconciliation.local.server import Server
from tests.scenarios.backtests import Backtest, at_risk, backtests, discrepancies, matches
from tests.scenarios.conftest import CONFIGURATION, a_line
from tests.scenarios.gateway.conftest import GatewayDesk

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")
WEDNESDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
RULES = CONFIGURATION + "[psp.gateway]\n"
ONE_PER_CENT = '[psp.tolerances]\nEUR = { amount = { percent = "1" } }\n'


@pytest.fixture
def replayed(test_server: Server, tmp_path: Path) -> Backtest:
    return backtests(test_server, tmp_path)


def some_days(gateway: GatewayDesk) -> None:
    """What each leg can find, over three runs; rows of before are touched again."""
    desk = gateway.desk
    for number in range(1, 8):
        gateway.captured(f"P{number}", f"C{number}")
        if number != 5:
            # The third names the event alone, the fourth the order.
            desk.ledger(
                f"L{number}", 10000, payment=None if number in (3, 4) else f"P{number}",
                event=f"C{number}" if number != 4 else None, merchant=f"order-P{number}",
            )  # fmt: skip
    gateway.transaction("capture", 2000, "P6", "C6b")
    gateway.transaction("refund", -3000, "P1", "R1")
    desk.run(*MONDAY)
    lines = [a_line(payment=f"P{number}", event=f"C{number}") for number in (1, 2, 3, 4)]
    desk.batch(1, *lines, a_line(payment="P9", event="C9", amount="99.50"))
    gateway.transaction("capture", 10500, "P2", "C2")
    desk.run(*TUESDAY)
    desk.ledger("L9", 10000, payment="P9", event="C9")
    gateway.captured("P9", "C9")
    desk.ledger("L7", 9000, payment="P7", event="C7")
    desk.batch(
        2,
        a_line(payment="P6", event="C6"),
        a_line(payment="P7", event="C7"),
        booked="2026-03-04 21:00:00",
    )
    desk.run(*WEDNESDAY)


@pytest.mark.parametrize("start", [MONDAY[0], "2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z"])
def test_the_rules_that_the_runs_had_change_nothing_on_any_leg(
    gateway: GatewayDesk, replayed: Backtest, start: str
) -> None:
    some_days(gateway)

    found = replayed(RULES, datetime.fromisoformat(start))

    assert [] == found["differences"]
    assert not changes(found["accounts"][0])


def test_a_tolerance_holds_where_there_is_a_statement_and_not_between_the_books(
    gateway: GatewayDesk, replayed: Backtest
) -> None:
    gateway.captured()
    gateway.desk.ledger("L1", 10000)
    gateway.desk.batch(1, a_line(amount="99.50"))
    gateway.desk.run(*TUESDAY)

    found = replayed(RULES + ONE_PER_CENT)

    assert [
        ("gained", "gateway_statement", "EUR", 9950, 10000, -50),
        ("gained", "ledger_statement", "EUR", 9950, 10000, -50),
    ] == matches(found)
    assert [("closed", "amount_mismatch", None, "EUR", 50, None)] * 2 == discrepancies(found)
    # Of one event the money is at risk once.
    assert [("EUR", 50, 0, 50, 0)] == at_risk(found)
