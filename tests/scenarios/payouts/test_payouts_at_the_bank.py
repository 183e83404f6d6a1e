"""Payouts against the lines of a bank that the PSP's rule claims."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.scenarios.conftest import a_line, batch_file
from tests.scenarios.payouts.conftest import (
    BANK,
    CLAIM,
    PayoutDesk,
    an_account_row,
    newest_folder,
    payouts_toml,
)

Configured = Callable[[str], None]
# One row of a batch each, so that what was paid is easy to see.
BY_NAME = 'counterparty_name = "adyen"'


def one_payout(desk: PayoutDesk, number: int, amount: str, *, booked: str = "2026-03-03") -> None:
    """A batch of one capture, paid out on its day."""
    line = a_line(payment=f"P{number}", event=f"C{number}", amount=amount)
    desk.batch(number, line, booked=f"{booked} 21:00:00")


def test_a_payout_arrives_and_the_rest_of_the_bank_is_counted(payout_desk: PayoutDesk) -> None:
    payout_desk.batch(1, a_line(fee="1.00"))
    payout_desk.bank_day("2026-03-03", (-2500, "rent"))
    payout_desk.bank_day("2026-03-04", (9900, "ADYEN N.V. TX1EURXT batch 1"), (700, "a customer"))

    payout_desk.run()

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]
    assert payout_desk.found() == []
    (lines,) = payout_desk.desk.rows(
        "select claimed_lines, claimed_minor, unclaimed_lines, unclaimed_minor"
        " from reconciliation.bank_lines"
    )
    assert lines == {
        "claimed_lines": 1,
        "claimed_minor": 9900,
        "unclaimed_lines": 2,
        "unclaimed_minor": -1800,
    }
    assert payout_desk.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": 9900, "ledger_minor": 9900, "residual_minor": 0}
    ]


def test_a_payout_is_in_transit_until_its_day_is_over_and_then_missing(
    payout_desk: PayoutDesk,
) -> None:
    # Paid on a Friday evening: the bank's next business day is Monday, the 9th.
    one_payout(payout_desk, 1, "50.00", booked="2026-03-06")
    payout_desk.bank_day("2026-03-06")
    payout_desk.run("2026-03-08T00:00:00Z")
    assert payout_desk.states() == [("batch 1", "EUR", "explained", "in_transit")]
    assert payout_desk.found() == []
    assert payout_desk.payouts("due_at_bank_on")[0]["due_at_bank_on"].isoformat() == "2026-03-09"

    payout_desk.bank_day("2026-03-09")
    payout_desk.run("2026-03-10T12:00:00Z", "2026-03-08T00:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "missing")]
    assert payout_desk.found() == [("payout_missing_at_bank", "EUR", -5000, 5000)]
    assert payout_desk.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": 0, "ledger_minor": 5000, "residual_minor": 0}
    ]

    payout_desk.bank_day("2026-03-10", (5000, "TX1EURXT"))
    payout_desk.run("2026-03-11T12:00:00Z", "2026-03-10T12:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]
    assert payout_desk.found() == []


def test_a_day_that_the_bank_has_not_told_makes_nothing_missing(payout_desk: PayoutDesk) -> None:
    one_payout(payout_desk, 1, "50.00")
    payout_desk.bank_day("2026-03-03")

    payout_desk.run("2026-03-05T12:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "awaiting_bank_statement")]
    assert payout_desk.found() == []


def test_a_hidden_fee_of_the_bank_is_told_with_what_it_took(payout_desk: PayoutDesk) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (9850, "TX1EURXT"))
    payout_desk.bank_day("2026-03-05")
    payout_desk.bank_day("2026-03-06")
    payout_desk.bank_day("2026-03-09")

    payout_desk.run("2026-03-10T00:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "other_amount")]
    assert payout_desk.found() == [("payout_amount_mismatch", "EUR", -150, 150)]
    assert payout_desk.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": 9850, "ledger_minor": 10000, "residual_minor": 0}
    ]


def test_several_deposits_for_one_payout_are_one_match(payout_desk: PayoutDesk) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (6000, "TX1EURXT 1/2"), (4000, "TX1EURXT 2/2"))
    payout_desk.bank_day("2026-03-05")
    payout_desk.bank_day("2026-03-06")
    payout_desk.bank_day("2026-03-09")

    payout_desk.run("2026-03-10T00:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]
    assert ("payment_totals", 2, 1) in payout_desk.desk.matches()


def test_two_payouts_of_one_reference_are_awaited_each_for_itself(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "50.00")
    payout_desk.batch(
        7,
        a_line(payment="P7", event="C7", amount="100.00"),
        an_account_row("MerchantPayout", "-60.00", "TX7XT batch 7"),
        an_account_row("MerchantPayout", "-40.00", "TX7XT batch 7"),
        pays_out=False,
    )
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (5000, "TX1EURXT"), (6000, "TX7XT"), (4000, "TX7XT"))

    payout_desk.run()

    assert payout_desk.states() == [
        ("batch 1", "EUR", "explained", "arrived"),
        ("batch 7", "EUR", "explained", "arrived"),
    ]
    assert payout_desk.payouts("payouts", "payout_references") == [
        {"payouts": 1, "payout_references": "TX1EURXT"},
        {"payouts": 2, "payout_references": "TX7XT"},
    ]
    assert payout_desk.totals("payout_bank") == [
        {"currency": "EUR", "statement_minor": 15000, "ledger_minor": 15000, "residual_minor": 0}
    ]


def test_a_line_that_names_two_payouts_names_none(payout_desk: PayoutDesk) -> None:
    one_payout(payout_desk, 1, "100.00")
    one_payout(payout_desk, 2, "33.33")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (13333, "TX1EURXT and TX2EURXT"))
    for day in ("2026-03-05", "2026-03-06", "2026-03-09"):
        payout_desk.bank_day(day)

    payout_desk.run("2026-03-10T00:00:00Z")

    assert payout_desk.desk.rows("select payout_reference from internal.claimed_deposits") == [
        {"payout_reference": None}
    ]
    assert ("only_sum", 1, 2) in payout_desk.desk.matches()


def test_one_deposit_for_several_payouts_is_the_only_sum(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml(BY_NAME))
    one_payout(payout_desk, 1, "100.00")
    one_payout(payout_desk, 2, "33.33")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (13333, "ADYEN N.V. two payouts"))
    for day in ("2026-03-05", "2026-03-06", "2026-03-09"):
        payout_desk.bank_day(day)

    payout_desk.run("2026-03-10T00:00:00Z")

    assert payout_desk.states() == [
        ("batch 1", "EUR", "explained", "arrived"),
        ("batch 2", "EUR", "explained", "arrived"),
    ]
    assert ("only_sum", 1, 2) in payout_desk.desk.matches()
    assert payout_desk.found() == []


def test_deposits_that_fit_in_two_ways_stay_ambiguous(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml(BY_NAME))
    for number, amount in enumerate(("10.00", "30.00", "20.00", "40.00"), 1):
        one_payout(payout_desk, number, amount)
    payout_desk.bank_day("2026-03-03")
    # 10 + 40 = 30 + 20: which two came?
    payout_desk.bank_day("2026-03-04", (5000, "ADYEN"))
    for day in ("2026-03-05", "2026-03-06", "2026-03-09"):
        payout_desk.bank_day(day)

    payout_desk.run("2026-03-10T00:00:00Z")

    assert [state for *_, state in payout_desk.states()] == ["ambiguous"] * 4
    assert [kind for kind, *_ in payout_desk.found()] == ["ambiguous_match"]
    assert payout_desk.totals("payout_bank")[0]["residual_minor"] == 0


def test_a_deposit_that_no_payout_explains_is_a_discrepancy_after_its_grace(
    payout_desk: PayoutDesk,
) -> None:
    payout_desk.bank_day("2026-03-03", (4200, "TX99EURXT"))
    payout_desk.run("2026-03-05T00:00:00Z")
    assert payout_desk.found() == []

    payout_desk.bank_day("2026-03-04")
    payout_desk.run("2026-03-07T00:00:00Z", "2026-03-05T00:00:00Z")

    assert payout_desk.found() == [("deposit_without_payout", "EUR", 4200, 4200)]


def test_two_currencies_under_one_reference_arrive_each_for_itself(
    payout_desk: PayoutDesk,
) -> None:
    payout_desk.desk.deliver(_two_currencies())
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX7XT"))

    payout_desk.run()

    assert payout_desk.states() == [
        ("batch 7", "EUR", "explained", "arrived"),
        ("batch 7", "USD", "explained", "missing"),
    ]


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


def test_a_line_of_the_bank_is_claimed_by_its_counterparty(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml('counterparty_account = "NL13 TEST 0123 4567 89"'))
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day(
        "2026-03-04", (10000, "NL13TEST0123456789 settlement"), (10000, "somebody else")
    )

    payout_desk.run()

    (lines,) = payout_desk.desk.rows(
        "select claimed_lines, unclaimed_lines from reconciliation.bank_lines"
    )
    assert lines == {"claimed_lines": 1, "unclaimed_lines": 1}


def test_exact_amounts_claim_only_what_a_payout_has(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml(f"{BY_NAME}\nexact_amount = true"))
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "ADYEN"), (9999, "ADYEN refund of an invoice"))

    payout_desk.run()

    (lines,) = payout_desk.desk.rows(
        "select claimed_minor, unclaimed_minor from reconciliation.bank_lines"
    )
    assert lines == {"claimed_minor": 10000, "unclaimed_minor": 9999}


def test_what_is_claimed_is_looked_at_again_when_the_rule_changes(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml(BY_NAME))
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"))
    payout_desk.run()
    assert payout_desk.states()[0][3] == "missing"

    configured(payouts_toml(CLAIM))
    payout_desk.run("2026-03-06T00:00:00Z", "2026-03-05T00:00:00Z")

    assert payout_desk.states()[0][3] == "arrived"


def test_a_bank_that_is_configured_late_shows_payouts_of_all_the_time_before(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(f"{payouts_toml(None)}{BANK}")
    one_payout(payout_desk, 1, "100.00")
    payout_desk.desk.run()
    march(payout_desk)

    configured(payouts_toml(CLAIM))
    payout_desk.desk.run("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]


def test_statements_of_a_bank_that_come_late_are_looked_through_for_what_is_open(
    payout_desk: PayoutDesk,
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.desk.run()
    assert payout_desk.states()[0][3] == "awaiting_bank_statement"
    march(payout_desk)

    payout_desk.desk.run("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z")

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]


def march(desk: PayoutDesk) -> None:
    """The bank's statements of the days on which the first batch arrives."""
    desk.bank_day("2026-03-03")
    desk.bank_day("2026-03-04", (10000, "TX1EURXT"))
    desk.run_bank("2026-03-02T00:00:00Z", "2026-03-05T12:00:00Z")


def test_without_a_bank_the_payouts_are_explained_and_the_bank_is_not_configured(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(payouts_toml(None))
    one_payout(payout_desk, 1, "100.00")

    payout_desk.desk.run()

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "not_configured")]
    assert payout_desk.totals("payout_bank") == []


@pytest.mark.parametrize("every_load_size", ["as it stands"], indirect=True)
def test_large_loads_are_explained_and_found_at_the_bank_alike(
    payout_desk: PayoutDesk, every_load_size: None
) -> None:
    one_payout(payout_desk, 1, "100.00")
    payout_desk.bank_day("2026-03-03")
    payout_desk.bank_day("2026-03-04", (10000, "TX1EURXT"))

    payout_desk.run()

    assert payout_desk.states() == [("batch 1", "EUR", "explained", "arrived")]


def _told_at_the_bank() -> dict[str, str]:
    """What the folder of the PSP's newest run says of each batch at the bank."""
    written = newest_folder() / "payouts.ndjson"
    rows = [json.loads(line) for line in written.read_text().splitlines()]
    return {row["batch"]: row["bank_state"] for row in rows}


def _two_currencies() -> bytes:
    lines = [
        a_line(amount="100.00"),
        a_line(payment="P2", event="C2", amount="30.00", currency="USD"),
        an_account_row("MerchantPayout", "-100.00", "TX7XT batch 7"),
        an_account_row("MerchantPayout", "-30.00", "TX7XT batch 7", "USD"),
    ]
    return batch_file(7, lines, booked="2026-03-03 21:00:00", pays_out=False)


def _returned_and_paid_again() -> bytes:
    lines = [
        an_account_row("MerchantPayout", "100.00", "TX1EURXT returned by the bank"),
        an_account_row("MerchantPayout", "-100.00", "TX2EURXT batch 2"),
    ]
    return batch_file(2, lines, booked="2026-03-06 21:00:00", pays_out=False)
