"""A line of the bank is claimed for one account, and free again when that one has no rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from include.reconciliation.steps.choose_window import choose_window
from tests.scenarios.conftest import CONFIGURATION, STEPS, Desk, a_line, batch_file
from tests.scenarios.payouts.conftest import BANK, IBAN, PayoutDesk, payouts_toml

Configured = Callable[[str], None]
UNTIL = "2026-03-05T00:00:00Z"
BY_NAME = 'counterparty_name = "adyen"'
HELD = (
    "select psp, account, amount_minor from internal.claimed_deposits"
    " inner join internal.accounts using (account_id) where last_run_number is null"
)


def second_shop(desk: PayoutDesk) -> Desk:
    """A second account with such a batch as the first one's: the bank's line may be of either."""
    folder = desk.desk.folder.parent / "Shop2"
    folder.mkdir()
    content = batch_file(
        1, [a_line(payment="Q1", event="D1")], booked="2026-03-03 21:00:00", account="Shop2"
    )
    (folder / "batch_1.csv").write_bytes(content)
    return replace(desk.desk, folder=folder, account="Shop2")


def one_deposit(desk: PayoutDesk) -> None:
    """The first account's batch, and the one line of the bank."""
    desk.batch(1, a_line(payment="P1", event="C1"), booked="2026-03-03 21:00:00")
    desk.bank_day("2026-03-03")
    desk.bank_day("2026-03-04", (10000, "ADYEN x"))
    desk.run_bank("2026-03-02T00:00:00Z", UNTIL)


def test_two_accounts_that_claim_one_line_at_once_both_publish(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml(BY_NAME).replace('["Shop"]', '["Shop", "Shop2"]'))
    other = second_shop(payout_desk)
    one_deposit(payout_desk)
    desks = (payout_desk.desk, other)
    first, second = (desk.begin("2026-03-02T00:00:00Z", UNTIL) for desk in desks)
    for attempt in (first, second):
        for step in STEPS[:5]:
            step(attempt)

    for attempt in (first, second):
        for step in STEPS[5:]:
            step(attempt)

    claims = payout_desk.desk.rows(
        "select account, claimed_lines, other_lines from reconciliation.bank_lines order by account"
    )
    assert [tuple(row.values()) for row in claims] == [("Shop", 1, 0), ("Shop2", 0, 1)]


def test_a_claim_ends_with_the_rule_that_made_it(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    second = CONFIGURATION.replace('name = "adyen"', 'name = "adyen2"\nconnection = "adyen"')
    second = second.replace('["Shop"]', '["Shop2"]')
    rule = f'\n[psp.payouts.bank]\naccount = "hausbank/{IBAN}"\n{BY_NAME}\n'
    second_shop(payout_desk)
    # By mistake the rule stands at the first PSP.
    configured(CONFIGURATION + rule + second + BANK)
    one_deposit(payout_desk)
    run("adyen", "Shop", payout_desk, until=UNTIL)
    line = {"account": "Shop", "amount_minor": 10000}
    assert payout_desk.desk.rows(HELD) == [{"psp": "adyen", **line}]

    configured(CONFIGURATION + second + rule + BANK)
    run("adyen", "Shop", payout_desk, start=UNTIL, until="2026-03-06T00:00:00Z")
    assert payout_desk.desk.rows(HELD) == []
    run("adyen2", "Shop2", payout_desk, until="2026-03-06T00:00:00Z")

    assert payout_desk.desk.rows(HELD) == [{"psp": "adyen2", **line, "account": "Shop2"}]


def run(
    psp: str, account: str, desk: PayoutDesk, *, until: str, start: str = "2026-03-02T00:00:00Z"
) -> dict[str, Any]:
    """A run of any account of the configuration."""
    attempt = choose_window(
        psp,
        account,
        airflow_run_id=f"manual__{next(desk.desk.numbers)}",
        trigger="manual",
        window_start=datetime.fromisoformat(start),
        window_end=datetime.fromisoformat(until),
    )
    for step in STEPS:
        step(attempt)
    return desk.desk.run_of(attempt)
