"""Payouts that came back, as the bank shows them: taken back, or neither there nor returned."""

from __future__ import annotations

import json

from tests.scenarios.conftest import batch_file
from tests.scenarios.payouts.conftest import (
    PayoutDesk,
    an_account_row,
    newest_folder,
    one_payout,
)


def test_a_returned_payout_is_not_awaited_at_the_bank(payout_desk: PayoutDesk) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.run()
    assert payout_desk.states()[0][3] == "awaiting_bank_statement"

    payout_desk.desk.deliver(_returned_and_paid_again())
    for day in ("2026-03-04", "2026-03-05", "2026-03-06"):
        payout_desk.bank_day(day)
    payout_desk.bank_day("2026-03-09", (10000, "TX2EURXT"))
    payout_desk.run("2026-03-10T12:00:00Z", "2026-03-05T00:00:00Z")

    assert payout_desk.states() == [
        ("batch 1", "EUR", "explained", "returned"),
        ("batch 2", "EUR", "explained", "arrived, returned"),
    ]
    assert payout_desk.payouts("returned_minor", "payout_minor")[1] == {
        "returned_minor": 10000,
        "payout_minor": -10000,
    }
    assert payout_desk.found() == []


def test_a_returned_payout_that_the_bank_shows_matches_there_with_its_return(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"))
    payout_desk.run()
    payout_desk.desk.deliver(_returned_and_paid_again())
    payout_desk.bank_day("2026-03-05", (-10000, "TX1EURXT returned"))
    payout_desk.bank_day("2026-03-06")
    payout_desk.bank_day("2026-03-09", (10000, "TX2EURXT"))

    payout_desk.run("2026-03-10T12:00:00Z", "2026-03-05T00:00:00Z")

    assert payout_desk.found() == []
    assert [row[3] for row in payout_desk.states()] == [
        "arrived_and_returned",
        "arrived, arrived_and_returned",
    ]
    assert payout_desk.payouts("arrived_minor") == [
        {"arrived_minor": 0},
        {"arrived_minor": 10000},
    ]
    assert payout_desk.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": 10000, "ledger_minor": 10000, "residual_minor": 0}
    ]


def test_a_return_that_only_the_psp_tells_is_missing_at_the_bank_where_the_payout_arrived(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"))
    payout_desk.run()
    payout_desk.desk.deliver(_returned_and_paid_again())
    for day in ("2026-03-05", "2026-03-06", "2026-03-10"):
        payout_desk.bank_day(day)
    payout_desk.bank_day("2026-03-09", (10000, "TX2EURXT"))

    payout_desk.run("2026-03-11T12:00:00Z", "2026-03-05T00:00:00Z")

    assert payout_desk.found() == [("payout_missing_at_bank", "EUR", 10000, 10000)]


def test_a_returned_payout_that_the_bank_shows_only_later_matches_from_then_on(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.desk.deliver(_returned_and_paid_again())
    payout_desk.bank_day("2026-03-06")
    payout_desk.run("2026-03-07T00:00:00Z")
    assert payout_desk.states()[0][3] == "returned"

    payout_desk.bank_day("2026-03-09", (10000, "TX1EURXT"), (-10000, "TX1EURXT returned"))
    payout_desk.bank_day("2026-03-10", (10000, "TX2EURXT"))
    payout_desk.run("2026-03-11T12:00:00Z", "2026-03-07T00:00:00Z")

    assert payout_desk.found() == []
    assert [row[3] for row in payout_desk.states()] == [
        "arrived_and_returned",
        "arrived, arrived_and_returned",
    ]


def test_a_payout_that_the_bank_took_back_says_so_before_the_psp_does(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    one_payout(payout_desk, 2, "70.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"), (7000, "TX2EURXT"))
    payout_desk.bank_day("2026-03-05", (-10000, "TX1EURXT returned"))

    payout_desk.run("2026-03-06T12:00:00Z")

    assert payout_desk.payouts("batch", "state", "bank_state", "arrived_minor") == [
        {
            "batch": "batch 1",
            "state": "explained",
            "bank_state": "arrived_and_returned",
            "arrived_minor": 0,
        },
        {
            "batch": "batch 2",
            "state": "explained",
            "bank_state": "arrived",
            "arrived_minor": 7000,
        },
    ]
    assert _told_at_the_bank() == {"batch 1": "arrived_and_returned", "batch 2": "arrived"}


def test_a_payout_that_the_bank_took_back_in_part_has_arrived_with_the_rest(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"))
    payout_desk.bank_day("2026-03-05", (-4000, "TX1EURXT returned"))

    payout_desk.run("2026-03-06T12:00:00Z")

    assert payout_desk.payouts("bank_state", "arrived_minor") == [
        {"bank_state": "arrived_and_returned", "arrived_minor": 6000}
    ]


def test_a_payout_that_is_paid_again_under_its_reference_came_back_once(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.batch(
        2,
        an_account_row("MerchantPayout", "100.00", "TX1EURXT returned by the bank"),
        an_account_row("MerchantPayout", "-100.00", "TX1EURXT batch 2"),
        booked="2026-03-05 21:00:00",
        pays_out=False,
    )
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"))
    payout_desk.bank_day("2026-03-05", (-10000, "TX1EURXT returned"))
    payout_desk.bank_day("2026-03-06", (10000, "TX1EURXT"))

    payout_desk.run("2026-03-07T12:00:00Z")

    assert payout_desk.states() == [
        ("batch 1", "EUR", "explained", "arrived_and_returned"),
        ("batch 2", "EUR", "explained", "arrived, arrived_and_returned"),
    ]
    assert _told_at_the_bank() == {
        "batch 1": "arrived_and_returned",
        "batch 2": "arrived, arrived_and_returned",
    }


def _told_at_the_bank() -> dict[str, str]:
    """What the folder of the PSP's newest run says of each batch at the bank."""
    written = newest_folder() / "payouts.ndjson"
    rows = [json.loads(line) for line in written.read_text().splitlines()]
    return {row["batch"]: row["bank_state"] for row in rows}


def _returned_and_paid_again() -> bytes:
    lines = [
        an_account_row("MerchantPayout", "100.00", "TX1EURXT returned by the bank"),
        an_account_row("MerchantPayout", "-100.00", "TX2EURXT batch 2"),
    ]
    return batch_file(2, lines, booked="2026-03-06 21:00:00", pays_out=False)
