"""A line of the bank is claimed for one account, and free again when that one has no rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from include.reconciliation.steps.choose_window import choose_window
from tests.scenarios.conftest import CONFIGURATION, STEPS, Desk, a_line, batch_file
from tests.scenarios.payouts.conftest import BANK, IBAN, PayoutDesk, payouts_toml

Configured = Callable[[str], None]
UNTIL = "2026-03-05T00:00:00Z"
LATER = "2026-03-10T12:00:00Z"
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


@pytest.fixture
def arrived_for_the_first(payout_desk: PayoutDesk, configured: Configured) -> PayoutDesk:
    """A line that may be of either account, and is matched with a payout of the first."""
    first, _ = two_rules()
    second_shop(payout_desk)
    configured(first + BANK)
    payout_desk.batch(1, a_line(payment="P1", event="C1"), booked="2026-03-03 21:00:00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "ADYEN x"))
    for day in ("2026-03-05", "2026-03-06", "2026-03-09"):
        payout_desk.bank_day(day)
    payout_desk.run_bank("2026-03-02T00:00:00Z", LATER)
    run("adyen", "Shop", payout_desk, until=LATER)
    assert bank_states(payout_desk) == {"adyen": "arrived"}
    return payout_desk


@pytest.mark.parametrize("gone", ["the account", "its rule", "its rule moved"])
def test_a_line_of_an_account_that_never_runs_again_is_claimed_for_another(
    arrived_for_the_first: PayoutDesk, configured: Configured, gone: str
) -> None:
    first, second = two_rules()
    without = {
        "the account": CONFIGURATION.replace('["Shop"]', '["Other"]'),
        "its rule": CONFIGURATION,
        "its rule moved": first.replace(f"hausbank/{IBAN}", "hausbank/DE02"),
    }[gone]
    configured(without + second + BANK.replace(f'["{IBAN}"]', f'["{IBAN}", "DE02"]'))

    run("adyen2", "Shop2", arrived_for_the_first, until=LATER)

    line = {"psp": "adyen2", "account": "Shop2", "amount_minor": 10000}
    assert arrived_for_the_first.desk.rows(HELD) == [line]
    assert claimed(arrived_for_the_first)["adyen2"] == (1, 0, 0)
    # What is gone stands as its last run left it.
    assert bank_states(arrived_for_the_first) == {"adyen": "arrived", "adyen2": "arrived"}


def test_an_account_that_comes_back_gives_up_the_line_that_another_one_took(
    arrived_for_the_first: PayoutDesk, configured: Configured
) -> None:
    first, second = two_rules()
    configured(CONFIGURATION.replace('["Shop"]', '["Other"]') + second + BANK)
    run("adyen2", "Shop2", arrived_for_the_first, until=LATER)
    configured(first + second + BANK)

    for until in ("2026-03-11T00:00:00Z", "2026-03-12T00:00:00Z"):
        run("adyen", "Shop", arrived_for_the_first, start=LATER, until=until)

        assert claimed(arrived_for_the_first) == {"adyen": (0, 1, 0), "adyen2": (1, 0, 0)}
        assert bank_states(arrived_for_the_first) == {"adyen": "missing", "adyen2": "arrived"}
        assert arrived_for_the_first.found() == [("payout_missing_at_bank", "EUR", -10000, 10000)]
        assert {row["residual_minor"] for row in arrived_for_the_first.totals("payout_bank")} == {0}


def test_a_line_that_was_matched_for_an_account_without_a_rule_is_matched_for_another(
    arrived_for_the_first: PayoutDesk, configured: Configured
) -> None:
    _, second = two_rules()
    configured(CONFIGURATION + second + BANK)
    run("adyen", "Shop", arrived_for_the_first, start=LATER, until="2026-03-11T00:00:00Z")
    assert arrived_for_the_first.desk.rows(HELD) == []

    run("adyen2", "Shop2", arrived_for_the_first, until="2026-03-11T00:00:00Z")

    assert bank_states(arrived_for_the_first) == {"adyen2": "arrived"}


def test_a_line_of_an_account_that_has_its_rule_is_left_to_it(
    arrived_for_the_first: PayoutDesk, configured: Configured
) -> None:
    first, second = two_rules()
    configured(first + second + BANK)

    run("adyen2", "Shop2", arrived_for_the_first, until=LATER)

    assert claimed(arrived_for_the_first) == {"adyen": (1, 0, 0), "adyen2": (0, 1, 0)}


def two_rules() -> tuple[str, str]:
    """The entries of two PSPs, whose rules claim lines of one bank account by the same name."""
    rule = f'\n[psp.payouts.bank]\naccount = "hausbank/{IBAN}"\n{BY_NAME}\n'
    second = CONFIGURATION.replace('name = "adyen"', 'name = "adyen2"\nconnection = "adyen"')
    return CONFIGURATION + rule, second.replace('["Shop"]', '["Shop2"]') + rule


def claimed(desk: PayoutDesk) -> dict[str, tuple[int, int, int]]:
    """Of each PSP at its head, lines of the bank: claimed, of other accounts, of nobody."""
    rows = desk.desk.rows(
        "select psp, claimed_lines, other_lines, unclaimed_lines from reconciliation.bank_lines"
    )
    return {psp: tuple(counts) for psp, *counts in (row.values() for row in rows)}


def bank_states(desk: PayoutDesk) -> dict[str, str]:
    """Where the one payout of each PSP stands at the bank."""
    rows = desk.desk.rows("select psp, bank_state from reconciliation.payouts")
    return {row["psp"]: row["bank_state"] for row in rows}


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
