"""What a backtest refuses to try, and what it says has no effect."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.reconciliation.errors import ReconciliationError, RequestError
from include.reconciliation.local.server import Server
from tests.scenarios.backtests import Backtest, backtests
from tests.scenarios.conftest import CONFIGURATION, Desk

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")


@pytest.fixture
def replayed(test_server: Server, tmp_path: Path) -> Backtest:
    return backtests(test_server, tmp_path)


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (("days = 1\n", "days = one\n"), "is not valid TOML"),
        (("days = 1\n", "dayz = 1\n"), "the key 'days' is missing"),
        (('name = "adyen"', 'name = "stripe"'), "has no PSP 'adyen'"),
        (("adyen_settlement_details", "stripe_payouts"), "adyen: format is 'stripe_payouts'"),
        (("Europe/Amsterdam", "Europe/Lisbon"), "adyen: zone is 'Europe/Lisbon'"),
        (("[psp.limits]\n", "[psp.gateway]\n[psp.limits]\n"), "a gateway that is added"),
        (("EUR = {", "GBP = {"), "no limits.EUR"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_tried_is_refused_with_the_reason(
    desk: Desk, replayed: Backtest, change: tuple[str, str], about: str
) -> None:
    desk.ledger("L1", 1000)
    desk.run(*TUESDAY)

    with pytest.raises(ReconciliationError, match=re.escape(about)):
        replayed(CONFIGURATION.replace(*change))


def test_what_has_no_effect_is_said(desk: Desk, replayed: Backtest) -> None:
    desk.run(*TUESDAY)

    found = replayed(
        'look_back = "3d"\n'
        + CONFIGURATION.replace('name = "adyen"', 'name = "adyen"\nconnection = "elsewhere"')
    )

    assert [
        "adyen: connection is another one; that has no effect on a replay",
        "look_back is another one; that has no effect on a replay",
    ] == found["notes"]


def test_a_span_without_runs_is_refused(desk: Desk, replayed: Backtest) -> None:
    desk.run(*TUESDAY)

    with pytest.raises(RequestError, match="no run of adyen was published whose window ends after"):
        replayed(CONFIGURATION, datetime(2026, 3, 5, tzinfo=UTC), psp="adyen")
