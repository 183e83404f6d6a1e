"""What the lines of a batch come to, against what was paid out of it."""

from __future__ import annotations

from collections.abc import Callable

from include.reconciliation import config
from tests.scenarios.conftest import a_line
from tests.scenarios.payouts.conftest import PayoutDesk, an_account_row, payouts_toml
from tests.scenarios.payouts.own_format import own_file, own_toml

Configured = Callable[[str], None]
SHOWN = ("batch", "currency", "state", "payout_minor", "carried_out_minor", "unexplained_minor")


def test_every_kind_of_line_is_a_step_of_the_waterfall(without_bank: PayoutDesk) -> None:
    without_bank.batch(
        2,
        an_account_row("Balancetransfer", "5.00", "from batch 1"),
        a_line(amount="100.00", fee="1.00"),
        a_line(type="Refunded", payment="P2", event="R2", amount="-20.00"),
        a_line(type="Chargeback", payment="P3", event="CB3", amount="-10.00"),
        a_line(type="ChargebackReversed", payment="P4", event="CR4", amount="4.00"),
        an_account_row("Fee", "-2.00", "Transaction Fees"),
        an_account_row("InvoiceDeduction", "-3.00", "Invoice 7"),
        an_account_row("ReserveAdjustment", "-7.00", "held"),
        an_account_row("ReserveAdjustment", "6.00", "released"),
        an_account_row("DepositCorrection", "0.50", "correction"),
        an_account_row("Balancetransfer", "-8.00", "to batch 3"),
    )

    without_bank.desk.run()

    (payout,) = without_bank.payouts(
        "state",
        "carried_in_minor",
        "captures_minor",
        "refunds_minor",
        "chargebacks_minor",
        "processing_fees_minor",
        "deductions_minor",
        "reserve_held_minor",
        "reserve_released_minor",
        "adjustments_minor",
        "payout_minor",
        "carried_out_minor",
        "unexplained_minor",
        "lines",
        "payouts",
    )
    assert payout == {
        "state": "explained",
        "carried_in_minor": 500,
        "captures_minor": 10000,
        "refunds_minor": -2000,
        "chargebacks_minor": -600,
        "processing_fees_minor": -300,
        "deductions_minor": -300,
        "reserve_held_minor": -700,
        "reserve_released_minor": 600,
        "adjustments_minor": 50,
        "payout_minor": -6450,
        "carried_out_minor": 800,
        "unexplained_minor": 0,
        "lines": 11,
        "payouts": 1,
    }


def test_two_payouts_under_one_reference_are_one_for_each_currency(
    without_bank: PayoutDesk,
) -> None:
    without_bank.batch(
        7,
        a_line(amount="100.00"),
        a_line(payment="P2", event="C2", amount="30.00", currency="USD"),
        an_account_row("MerchantPayout", "-100.00", "TX7XT batch 7"),
        an_account_row("MerchantPayout", "-30.00", "TX7XT batch 7", "USD"),
        pays_out=False,
    )

    without_bank.desk.run()

    assert without_bank.payouts(*SHOWN[:4], "payout_references") == [
        {
            "batch": "batch 7",
            "currency": currency,
            "state": "explained",
            "payout_minor": amount,
            "payout_references": "TX7XT",
        }
        for currency, amount in (("EUR", -10000), ("USD", -3000))
    ]


def test_a_payout_that_its_lines_do_not_explain_is_a_discrepancy(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;1.00;2026-03-03",
            "2;payout;po_1;-97.50;;2026-03-03",
            "3;sale;po_2;10.00;;2026-03-03",
            "4;payout;po_2;-10.00;;2026-03-03",
        )
    )

    run = own.desk.run()

    assert own.payouts(*SHOWN) == [
        dict(zip(SHOWN, ("po_1", "EUR", "unexplained", -9750, 0, 150), strict=True)),
        dict(zip(SHOWN, ("po_2", "EUR", "explained", -1000, 0, 0), strict=True)),
    ]
    assert own.found() == [("payout_unexplained", "EUR", 150, 150)]
    assert run["verdict"] == "discrepancies"
    assert own.totals("statement_payout") == [
        {"currency": "EUR", "statement_minor": 10900, "ledger_minor": 10750, "residual_minor": 0}
    ]


def test_a_line_that_comes_later_explains_the_payout(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file("1;sale;po_1;100.00;;2026-03-03", "2;payout;po_1;-97.50;;2026-03-03")
    )
    own.desk.run()
    assert own.found() == [("payout_unexplained", "EUR", 250, 250)]

    own.desk.deliver(own_file("3;capital repayment;po_1;-2.50;;2026-03-04"))
    own.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert own.found() == []
    assert own.payouts("state", "deductions_minor", "captures_minor") == [
        {"state": "explained", "deductions_minor": -250, "captures_minor": 10000}
    ]


def test_lines_without_a_payout_wait_and_no_verdict_suffers(own: PayoutDesk) -> None:
    own.desk.ledger("L1", 10000, payment="P1", event=None)
    own.desk.deliver(own_file("1;sale;;100.00;1.00;2026-03-03"))

    run = own.desk.run()

    assert own.payouts(*SHOWN) == [
        dict(zip(SHOWN, ("", "EUR", "not_paid_out", 0, 9900, 0), strict=True))
    ]
    assert own.desk.pending() == [("statement", "not_paid_out", 9900)]
    assert (run["verdict"], run["pending"]) == ("reconciled", 0)


def test_lines_move_to_the_payout_that_takes_them(own: PayoutDesk) -> None:
    own.desk.deliver(own_file("1;sale;;100.00;;2026-03-03", "2;sale;;5.00;;2026-03-03"))
    own.desk.run()
    own.desk.deliver(
        own_file(
            "1;sale;po_9;100.00;;2026-03-03",
            "2;sale;;5.00;;2026-03-03",
            "3;payout;po_9;-100.00;;2026-03-05",
        )
    )

    own.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert own.payouts(*SHOWN) == [
        dict(zip(SHOWN, ("", "EUR", "not_paid_out", 0, 500, 0), strict=True)),
        dict(zip(SHOWN, ("po_9", "EUR", "explained", -10000, 0, 0), strict=True)),
    ]
    assert own.found() == []


def test_a_payout_without_membership_is_a_running_balance(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(names_payouts=False))
    payout_desk.desk.deliver(
        own_file(
            "1;sale;;100.00;1.00;2026-03-02",
            "2;sale;;50.00;;2026-03-03",
            "3;payout;;-120.00;;2026-03-03",
            "4;refund;;-9.00;;2026-03-04",
        )
    )

    payout_desk.desk.run()

    shown = ("batch", "carried_in_minor", "payout_minor", "carried_out_minor", "state")
    assert payout_desk.payouts(*shown) == [
        dict(zip(shown, row, strict=True))
        for row in (
            ("2026-03-02", 0, 0, 9900, "running_balance"),
            ("2026-03-03", 9900, -12000, 2900, "running_balance"),
            ("2026-03-04", 2900, 0, 2000, "running_balance"),
        )
    ]
    assert payout_desk.found() == []


def test_a_reserve_that_is_held_too_long_is_told_with_what_is_left(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(more="reserve_days = 5"))
    payout_desk.desk.deliver(
        own_file(
            "1;hold;;-30.00;;2026-03-02",
            "2;release;;10.00;;2026-03-04",
            "3;hold;;-8.00;;2026-03-09",
        )
    )

    payout_desk.desk.run("2026-03-02T00:00:00Z", "2026-03-07T00:00:00Z")
    assert payout_desk.found() == []
    payout_desk.desk.run("2026-03-07T00:00:00Z", "2026-03-11T00:00:00Z")

    # Of the 30.00 that were to be free on the 7th 10.00 are; the 8.00 may be held until the 14th.
    assert payout_desk.found() == [("reserve_overdue", "EUR", 0, 2000)]


def test_conversions_are_told_in_both_currencies(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;;2026-03-03;USD",
            "2;exchange;po_1;-100.00;;2026-03-03;USD",
            "3;exchange;po_1;92.00;;2026-03-03",
            "4;payout;po_1;-92.00;;2026-03-03",
        )
    )

    own.desk.run()

    shown = ("currency", "captures_minor", "fx_minor", "payout_minor", "state")
    assert own.payouts(*shown) == [
        dict(zip(shown, row, strict=True))
        for row in (
            ("EUR", 0, 9200, -9200, "explained"),
            ("USD", 10000, -10000, 0, "nothing_to_pay"),
        )
    ]


def test_an_amended_batch_is_explained_anew(without_bank: PayoutDesk) -> None:
    without_bank.batch(1, a_line(amount="100.00"))
    without_bank.desk.run()
    without_bank.batch(1, a_line(amount="100.00"), a_line(payment="P2", event="C2", amount="1.00"))

    without_bank.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert without_bank.payouts("captures_minor", "payout_minor", "lines", "state") == [
        {"captures_minor": 10100, "payout_minor": -10100, "lines": 2, "state": "explained"}
    ]
    assert without_bank.totals("statement_payout") == [
        {"currency": "EUR", "statement_minor": 10100, "ledger_minor": 10100, "residual_minor": 0}
    ]


def test_without_the_table_nothing_is_explained_and_the_leg_begins_when_it_is_there(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    plain = payouts_toml(None).replace("[psp.payouts]", "")
    configured(plain)
    payout_desk.batch(1, a_line(amount="100.00"))
    payout_desk.desk.run()
    assert payout_desk.payouts("batch") == []

    configured(payouts_toml(None))
    payout_desk.batch(2, a_line(payment="P2", event="C2", amount="5.00"))
    payout_desk.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    assert payout_desk.payouts("batch", "state") == [
        {"batch": "batch 1", "state": "explained"},
        {"batch": "batch 2", "state": "explained"},
    ]

    configured(plain)
    payout_desk.desk.run("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")
    assert payout_desk.payouts("batch") == []

    configured(payouts_toml(None))
    payout_desk.desk.run("2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")
    assert payout_desk.payouts("batch", "payout_minor") == [
        {"batch": "batch 1", "payout_minor": -10000},
        {"batch": "batch 2", "payout_minor": -500},
    ]


def test_the_page_draws_the_waterfall_of_a_payout(without_bank: PayoutDesk) -> None:
    without_bank.batch(2, a_line(amount="100.00", fee="1.00"))

    without_bank.desk.run()

    (page,) = config.reports_folder().rglob("discrepancy_report.html")
    drawn = page.read_text(encoding="utf-8")
    assert "Payout TX2EURXT" in drawn
    assert "3 steps; what is left is carried out, EUR 0.00, or not explained, EUR 0.00." in drawn


def test_lines_in_a_currency_in_which_their_payout_is_not_paid_are_found(own: PayoutDesk) -> None:
    own.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;;2026-03-03",
            "2;sale;po_1;50.00;;2026-03-03;USD",
            "3;payout;po_1;-100.00;;2026-03-03",
            "4;sale;po_2;33.00;;2026-03-03",
        )
    )
    own.desk.run()

    # What no payout names in any currency waits, and is no finding.
    assert own.found() == [("payout_unexplained", "USD", 0, 5000)]
    (found,) = own.desk.rows(
        "select explanation from reconciliation.discrepancies where leg = 'statement_payout'"
    )
    assert found["explanation"] == "po_1 is paid in another currency, and 50.00 USD of it is not"
    assert {row["residual_minor"] for row in own.totals("statement_payout")} == {0}

    own.desk.deliver(own_file("5;payout;po_1;-50.00;;2026-03-05;USD"))
    own.desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert own.found() == []


def test_a_reserve_that_is_given_free_and_was_never_held_is_found(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(own_toml(more="reserve_days = 30"))
    payout_desk.desk.deliver(
        own_file(
            "1;sale;po_1;100.00;;2026-03-03",
            "2;hold;po_1;-10.00;;2026-03-03",
            "3;payout;po_1;-90.00;;2026-03-03",
            # Within 30 days of the account's first: it was held before these books.
            "4;release;po_2;7.00;;2026-03-04",
            "5;payout;po_2;-7.00;;2026-03-04",
        )
    )
    payout_desk.desk.run()
    assert payout_desk.found() == []

    payout_desk.desk.deliver(
        own_file("6;release;po_3;12.00;;2026-04-02", "7;payout;po_3;-12.00;;2026-04-02")
    )
    payout_desk.desk.run("2026-03-05T00:00:00Z", "2026-04-03T00:00:00Z")

    assert payout_desk.found() == [("payout_unexplained", "EUR", 0, 200)]
