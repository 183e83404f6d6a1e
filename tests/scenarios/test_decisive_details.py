"""What one detail decides: zero, the order alone, a line that stayed, another account."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenarios.absorbed import Tolerate
from tests.scenarios.conftest import CONFIGURATION, Desk, Line, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_a_batch_that_comes_to_a_cent_more_than_its_row_is_no_match(desk: Desk) -> None:
    desk.ledger("L1", 9999, payment=None, event="TX1EURXT")
    desk.batch(1, a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00"))

    run = desk.run()

    assert (run["is_published"], desk.matches()) == (True, [])
    assert desk.open_discrepancies() == [
        ("missing_in_ledger", "EUR", 4000, 4000),
        ("missing_in_ledger", "EUR", 6000, 6000),
        ("missing_in_statement", "EUR", -9999, 9999),
    ]


def test_a_word_and_a_status_that_nobody_knows_are_told_though_one_moves_nothing(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000, status="limbo")
    desk.batch(1, a_line(type="Wonder", payment="P2", event="C2", amount="0.00"))

    run = desk.run()

    assert run["is_published"]
    assert desk.open_discrepancies() == [
        ("unclassified_line", "EUR", -10000, 10000),
        ("unclassified_line", "EUR", 0, 0),
    ]


def test_money_for_what_failed_in_the_ledger_is_known_by_its_amount_where_no_event_is_named(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000, event=None, status="failed")
    desk.batch(1, a_line())

    desk.run()

    assert desk.open_discrepancies() == [("status_mismatch", "EUR", 10000, 10000)]


def test_a_matched_row_of_zero_that_vanishes_exposes_nothing(desk: Desk) -> None:
    desk.ledger("L1", 0)
    desk.batch(1, a_line(amount="0.00"))
    desk.run(*TUESDAY)
    desk.forget("L1")
    desk.run(*WEDNESDAY)

    assert desk.open_discrepancies() == [
        ("ledger_changed", "EUR", 0, 0),
        ("missing_in_ledger", "EUR", 0, 0),
    ]


def test_a_row_that_names_the_order_alone_finds_the_open_line_of_an_earlier_run(
    desk: Desk,
) -> None:
    desk.batch(1, a_line(merchant="order-7"))
    desk.run(*TUESDAY)
    opened = desk.open_discrepancies()
    desk.ledger("L1", 10000, payment=None, event=None, merchant="order-7")
    desk.run(*WEDNESDAY)

    assert (opened, desk.open_discrepancies()) == (
        [("missing_in_ledger", "EUR", 10000, 10000)],
        [],
    )
    assert desk.matches() == [("payment_and_amount", 1, 1)]


def test_an_amendment_leaves_what_its_other_lines_tie_by_order_as_it_was_decided(
    desk: Desk, tolerate: Tolerate
) -> None:
    """The order is matched again only when a line of it is new, changed or gone."""
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 10000, payment=None, event=None, merchant="order-7")
    desk.ledger("L2", -1000, type="refund", payment="P2", event="R1")
    lines = [
        a_line(amount="60.00", merchant="order-7"),
        a_line(payment="P2", event="C2", amount="40.00", merchant="order-7"),
        a_line(type="Refunded", payment="P2", event="R1", amount="-10.05", merchant="order-7"),
    ]
    desk.batch(1, *lines)
    desk.run()
    decided = desk.matches()
    tolerate()
    desk.ledger("L3", 700, payment="P3", event="C3")
    desk.batch(1, *lines, a_line(payment="P3", event="C3", amount="7.00"))
    run = desk.run(*THURSDAY)

    assert decided == [("amount_within_tolerance", 1, 1), ("order_totals", 2, 1)]
    assert desk.matches() == [decided[0], ("event_reference", 1, 1), decided[1]]
    assert (run["verdict"], run["matched"]) == ("reconciled", 1)


def test_a_batch_of_that_number_at_another_account_is_another_batch(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "two_accounts.toml"
    configuration.write_text(
        CONFIGURATION.replace('accounts = ["Shop"]', 'accounts = ["Shop", "Store"]')
    )
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    store = replace(desk, account="Store", folder=desk.folder.parent / "Store")
    store.folder.mkdir()
    payout = Line("MerchantPayout", "", "TX7EURXT batch 1, Store", "-100.00", net_only=True)
    store.batch(1, a_line(payment="P9", event="C9"), payout, account="Store", pays_out=False)
    store.run()

    desk.ledger("L1", 10000, payment=None, event="TX1EURXT")
    desk.batch(1, a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00"))
    desk.run()

    assert [
        row["rule"]
        for row in desk.rows("select * from reconciliation.matches where account = 'Shop'")
    ] == ["batch_totals"]
