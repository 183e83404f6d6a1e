"""Payouts that came back after they were paid: owed until a payout carries them."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.conftest import a_line
from tests.scenarios.payouts.conftest import PayoutDesk, an_account_row
from tests.scenarios.payouts.own_format import own_file, own_toml

Configured = Callable[[str], None]
SHOWN = ("batch", "currency", "state", "payout_minor", "carried_out_minor", "unexplained_minor")


def test_a_failed_payout_owes_its_lines_until_they_are_paid_again(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;;2026-03-03",
            "2;payout;po_1;-100.00;;2026-03-03",
        )
    )
    own.desk.run()
    assert own.payouts("state", "carried_out_minor") == [
        {"state": "explained", "carried_out_minor": 0}
    ]

    own.desk.deliver(own_file("3;payout;po_1;100.00;;2026-03-05"))
    own.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert own.payouts("state", "returned_minor", "payout_minor", "carried_out_minor") == [
        {
            "state": "failed",
            "returned_minor": 10000,
            "payout_minor": -10000,
            "carried_out_minor": 10000,
        }
    ]
    assert own.found() == [("payout_failed", "EUR", 0, 10000)]
    assert ("statement", "not_paid_out", 10000) in own.desk.pending()

    own.desk.deliver(own_file("4;payout;po_1;-100.00;;2026-03-06"))
    own.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")

    assert own.payouts("state", "carried_out_minor") == [
        {"state": "explained", "carried_out_minor": 0}
    ]
    assert own.found() == []


def test_lines_of_a_failed_payout_that_another_one_takes_are_owed_no_more(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file("1;sale;po_1;100.00;;2026-03-03", "2;payout;po_1;-100.00;;2026-03-03")
    )
    own.desk.run()
    own.desk.deliver(own_file("3;payout;po_1;100.00;;2026-03-05"))
    own.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    assert own.found() == [("payout_failed", "EUR", 0, 10000)]

    own.desk.deliver(
        own_file(
            "1;sale;po_2;100.00;;2026-03-03",
            "4;sale;po_2;5.00;;2026-03-06",
            "5;payout;po_2;-105.00;;2026-03-06",
        )
    )
    own.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")

    assert own.payouts(*SHOWN, "returned_minor") == [
        {**dict(zip(SHOWN, ("po_1", "EUR", "explained", -10000, 0, 0), strict=True)),
         "returned_minor": 10000},
        {**dict(zip(SHOWN, ("po_2", "EUR", "explained", -10500, 0, 0), strict=True)),
         "returned_minor": 0},
    ]  # fmt: skip
    assert own.found() == []


def test_where_no_line_says_that_a_failed_payout_is_carried_both_stay_open(
    own: PayoutDesk,
) -> None:
    own.desk.deliver(
        own_file("1;sale;po_1;100.00;;2026-03-03", "2;payout;po_1;-100.00;;2026-03-03")
    )
    own.desk.run()
    own.desk.deliver(
        own_file(
            "3;payout;po_1;100.00;;2026-03-05",
            "4;sale;po_2;5.00;;2026-03-05",
            "5;payout;po_2;-105.00;;2026-03-05",
        )
    )

    own.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    # That 100.00 is missing here and too much there is no proof that it is the same money.
    assert own.found() == [
        ("payout_failed", "EUR", 0, 10000),
        ("payout_unexplained", "EUR", -10000, 10000),
    ]
    assert ("statement", "not_paid_out", 10000) in own.desk.pending()
    assert own.totals("statement_payout")[0]["residual_minor"] == 0


def test_a_failed_payout_that_adyen_carries_out_is_owed_until_a_later_batch_pays_it(
    without_bank: PayoutDesk,
) -> None:
    without_bank.batch(1, a_line(amount="100.00"))
    without_bank.desk.run()
    without_bank.batch(
        2,
        an_account_row("MerchantPayout", "100.00", "TX1EURXT returned by the bank"),
        an_account_row("Balancetransfer", "-100.00", "to batch 3"),
        booked="2026-03-05 21:00:00",
        pays_out=False,
    )
    without_bank.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert without_bank.found() == [("payout_failed", "EUR", 0, 10000)]
    assert without_bank.payouts("batch", "returned_minor", "carried_out_minor")[1] == {
        "batch": "batch 2", "returned_minor": 10000, "carried_out_minor": 10000,
    }  # fmt: skip

    without_bank.batch(
        3,
        an_account_row("Balancetransfer", "100.00", "from batch 2"),
        booked="2026-03-06 21:00:00",
    )
    without_bank.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")

    assert without_bank.found() == []
    assert without_bank.payouts("batch", "carried_in_minor", "payout_minor")[2] == {
        "batch": "batch 3", "carried_in_minor": 10000, "payout_minor": -10000,
    }  # fmt: skip
    assert without_bank.totals("statement_payout")[0]["residual_minor"] == 0


def test_a_failed_payout_of_a_running_balance_is_open_until_the_next_payout(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(names_payouts=False))
    payout_desk.desk.deliver(
        own_file(
            "1;sale;;100.00;;2026-03-02",
            "2;payout;;-100.00;;2026-03-02",
            "3;payout;;100.00;;2026-03-03",
        )
    )
    payout_desk.desk.run()
    assert payout_desk.found() == [("payout_failed", "EUR", 0, 10000)]

    payout_desk.desk.deliver(own_file("4;payout;;-100.00;;2026-03-05"))
    payout_desk.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert payout_desk.found() == []


def _carried_back(desk: PayoutDesk) -> None:
    """100.00 is paid, comes back two days later, and is carried out to another batch."""
    desk.batch(1, a_line(amount="100.00"))
    desk.desk.run()
    desk.batch(
        2,
        an_account_row("MerchantPayout", "100.00", "TX1EURXT returned by the bank"),
        an_account_row("Balancetransfer", "-100.00", "to batch 3"),
        booked="2026-03-05 21:00:00",
        pays_out=False,
    )
    desk.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_a_failed_payout_stays_open_when_a_later_batch_pays_and_does_not_carry_it_in(
    without_bank: PayoutDesk,
) -> None:
    _carried_back(without_bank)
    sale = a_line(payment="P9", event="C9", amount="1.00")
    without_bank.batch(3, sale, booked="2026-03-06 21:00:00")
    without_bank.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")

    assert without_bank.found() == [
        ("payout_failed", "EUR", 0, 10000),
        ("payout_unexplained", "EUR", 0, 10000),
    ]
    # It is one event, and counts once.
    (divergence,) = without_bank.desk.rows(
        "select max(events) as events from (select count(distinct event_id) as events"
        " from reconciliation.discrepancies"
        " where leg = 'statement_payout' and change <> 'resolved') as counted"
    )
    assert divergence == {"events": 1}


def test_a_failed_payout_is_owed_until_batches_that_carry_it_have_paid_as_much(
    without_bank: PayoutDesk,
) -> None:
    _carried_back(without_bank)
    without_bank.batch(
        3,
        an_account_row("Balancetransfer", "100.00", "from batch 2"),
        an_account_row("Balancetransfer", "-70.00", "to batch 4"),
        booked="2026-03-06 21:00:00",
    )
    without_bank.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")
    assert without_bank.found() == [("payout_failed", "EUR", 0, 7000)]

    without_bank.batch(
        4,
        an_account_row("Balancetransfer", "70.00", "from batch 3"),
        booked="2026-03-07 21:00:00",
    )
    without_bank.desk.run("2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")
    assert without_bank.found() == []


def test_a_failed_payout_of_a_running_balance_is_owed_until_as_much_is_paid(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(names_payouts=False))
    payout_desk.desk.deliver(
        own_file(
            "1;sale;;100.00;;2026-03-02",
            "2;payout;;-100.00;;2026-03-02",
            "3;payout;;100.00;;2026-03-03",
        )
    )
    payout_desk.desk.run()
    payout_desk.desk.deliver(own_file("4;payout;;-40.00;;2026-03-05"))
    payout_desk.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert payout_desk.found() == [("payout_failed", "EUR", 0, 6000)]


def test_a_payment_that_is_withdrawn_opens_the_failed_payout_again(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(names_payouts=False))
    payout_desk.desk.deliver(
        own_file(
            "1;sale;;100.00;;2026-03-02",
            "2;payout;;-100.00;;2026-03-02",
            "3;payout;;100.00;;2026-03-03",
        )
    )
    payout_desk.desk.run()
    payout_desk.desk.deliver(
        own_file("4;payout;;-100.00;;2026-03-05", "5;sale;;7.00;;2026-03-05")
    )
    payout_desk.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    assert payout_desk.found() == []

    payout_desk.desk.deliver(own_file("4;sale;;1.00;;2026-03-05", "5;sale;;7.00;;2026-03-05"))
    payout_desk.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")

    assert payout_desk.found() == [("payout_failed", "EUR", 0, 10000)]
    assert payout_desk.payouts("batch", "paid_at")[-1] == {"batch": "2026-03-05", "paid_at": None}


def test_a_payout_that_came_back_twice_is_owed_once(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;;2026-03-03",
            "2;payout;po_1;-100.00;;2026-03-03",
            "3;payout;po_1;100.00;;2026-03-03",
            "4;payout;po_1;-100.00;;2026-03-04",
            "5;payout;po_1;100.00;;2026-03-04",
        )
    )
    own.desk.run()

    assert own.found() == [("payout_failed", "EUR", 0, 10000)]
    (found,) = own.desk.rows(
        "select explanation from reconciliation.discrepancies where kind = 'payout_failed'"
    )
    assert found["explanation"] == (
        "payout po_1 of 200.00 EUR came back on 2026-03-04: its lines are owed again; "
        "100.00 EUR of it is still owed"
    )


def test_a_debit_of_what_a_running_balance_owes_is_no_failed_payout(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(names_payouts=False))
    payout_desk.desk.deliver(
        own_file("1;refund;;-50.00;;2026-03-02", "2;payout;;50.00;;2026-03-02")
    )
    payout_desk.desk.run()

    assert payout_desk.found() == []


def test_what_comes_back_beyond_a_debt_of_a_running_balance_is_owed(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(names_payouts=False))
    payout_desk.desk.deliver(
        own_file("1;refund;;-50.00;;2026-03-02", "2;payout;;80.00;;2026-03-02")
    )
    payout_desk.desk.run()

    assert payout_desk.found() == [("payout_failed", "EUR", 0, 3000)]
