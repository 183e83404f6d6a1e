"""Payouts that a statement has no row for: their lines name them, and only the bank proves them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from include.reconciliation import config
from tests.scenarios.payouts.conftest import PayoutDesk, payouts_toml
from tests.statements.api_answers import a_collection, an_item

Configured = Callable[[str], None]
SHOWN = ("batch", "state", "payout_minor", "carried_out_minor", "unexplained_minor", "bank_state")
COLUMNS = (
    "balance_transaction_id,source_id,payment_intent_id,created,available_on,automatic_payout_id,"
    "currency,gross,fee,net,reporting_category"
)
BY_ID = 'reference = "(po_[0-9]+)"'
BY_UTR = 'reference = "(UTR[0-9]+)"'


def toml(format_: str, claim: str | None, zone: str = "Europe/Amsterdam") -> str:
    """The desk's PSP with another format, and how the bank names its payouts."""
    text = payouts_toml(claim).replace("adyen_settlement_details", format_)
    inr = "INR = { alert_above_minor = 100000, recovered_below_minor = 10000 }"
    return text.replace("[psp.limits]\n", f"[psp.limits]\n{inr}\n", 1).replace(
        'currencies = ["EUR", "USD"]', 'currencies = ["EUR", "USD", "INR"]'
    ).replace('zone = "Europe/Amsterdam"', f'zone = "{zone}"', 1)  # fmt: skip


def report(*rows: str) -> bytes:
    """Stripe's report of rows `id;category;payout;gross;fee;day;source`, in EUR."""
    lines = [COLUMNS]
    for row in rows:
        id_, category, payout, gross, fee, day, *source = row.split(";")
        net = f"{float(gross) - float(fee or 0):.2f}"
        moment = f"{day} 12:00:00"
        lines.append(
            f"txn_{id_},{source[0] if source else f'ch_{id_}'},pi_{id_},{moment},{moment},{payout},"
            f"eur,{gross},{fee or '0.00'},{net},{category}"
        )
    return ("\n".join(lines) + "\n").encode()


def recon(*items: tuple[str, int, str, str]) -> bytes:
    """A page of Razorpay's recon: payments of (id, paise, settlement, UTR), settled on 3 March."""
    settled_at = 1772539200  # 2026-03-03 12:00 UTC
    return json.dumps(
        json.loads(
            a_collection(
                *(
                    an_item(
                        entity_id=id_, amount=minor, credit=minor, debit=0, fee=0, tax=0,
                        settlement_id=settlement, settlement_utr=utr, order_receipt=f"ORD-{id_}",
                        created_at=settled_at - 3600, settled_at=settled_at,
                    )
                    for id_, minor, settlement, utr in items
                )
            )
        )
    ).encode()  # fmt: skip


@pytest.fixture
def stripe(payout_desk: PayoutDesk, configured: Configured) -> PayoutDesk:
    """The desk of an account at Stripe, whose payouts the bank names."""
    configured(toml("stripe_payout_reconciliation", BY_ID))
    return payout_desk


@pytest.fixture
def razorpay(payout_desk: PayoutDesk, configured: Configured) -> PayoutDesk:
    """The desk of an account at Razorpay, whose settlements the bank knows by their UTR."""
    configured(toml("razorpay_settlements", BY_UTR, "Asia/Kolkata"))
    return payout_desk


def row(*values: object) -> dict[str, object]:
    return dict(zip(SHOWN, values, strict=True))


def page() -> str:
    return max(
        config.reports_folder().rglob("adyen/**/discrepancy_report.html"),
        key=lambda path: path.stat().st_mtime_ns,
    ).read_text(encoding="utf-8")


def test_a_payout_of_stripe_is_the_sum_of_its_lines_and_is_found_at_the_bank(
    stripe: PayoutDesk,
) -> None:
    stripe.desk.deliver(
        report(
            "1;charge;po_1;100.00;2.00;2026-03-03",
            "2;refund;po_1;-10.00;;2026-03-03",
            "3;charge;;40.00;1.00;2026-03-03",
        )
    )
    stripe.bank_day("2026-03-03")
    stripe.bank_day("2026-03-04", (8800, "STRIPE po_1"))

    stripe.run()

    assert stripe.payouts(*SHOWN) == [
        row("", "not_paid_out", 0, 3900, 0, "nothing_paid"),
        row("po_1", "sum_of_lines", -8800, 0, 0, "arrived"),
    ]
    assert stripe.found() == []
    assert stripe.desk.rows(
        "select basis, payouts, lines from reconciliation.payouts where batch = 'po_1'"
    ) == [{"basis": "sum_of_lines", "payouts": 0, "lines": 2}]


def test_it_is_said_that_nothing_on_the_statement_proves_such_a_payout(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(toml("stripe_payout_reconciliation", None))
    payout_desk.desk.deliver(report("1;charge;po_1;100.00;2.00;2026-03-03"))

    payout_desk.desk.run()

    assert payout_desk.payouts(*SHOWN) == [
        row("po_1", "sum_of_lines", -9800, 0, 0, "not_configured")
    ]
    assert "Sum of lines: the statement has no row of the payout" in page()
    # Not matched with itself: the leg has no other side for it.
    assert payout_desk.desk.rows(
        "select matched_rows, not_expected_rows from internal.run_buckets"
        " where leg = 'statement_payout' and side = 'statement'"
    ) == [{"matched_rows": 0, "not_expected_rows": 1}]
    assert payout_desk.totals("statement_payout")[0]["residual_minor"] == 0


def test_a_payout_of_stripe_that_the_bank_lacks_a_cent_of_is_told(stripe: PayoutDesk) -> None:
    stripe.desk.deliver(report("1;charge;po_1;100.00;2.00;2026-03-03"))
    stripe.bank_day("2026-03-03")
    stripe.bank_day("2026-03-04", (9799, "STRIPE po_1"))

    stripe.run("2026-03-06T12:00:00Z")

    assert stripe.found() == [("payout_amount_mismatch", "EUR", -1, 1)]


def test_a_payout_of_stripe_that_never_arrives_is_missing_at_the_bank(stripe: PayoutDesk) -> None:
    stripe.desk.deliver(report("1;charge;po_1;100.00;2.00;2026-03-03"))
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        stripe.bank_day(day)

    stripe.run("2026-03-06T12:00:00Z")

    assert stripe.found() == [("payout_missing_at_bank", "EUR", -9800, 9800)]


def test_lines_that_stripe_adds_to_a_payout_change_what_the_bank_should_show(
    stripe: PayoutDesk,
) -> None:
    stripe.desk.deliver(
        report("1;charge;po_1;100.00;;2026-03-03", "2;charge;;5.00;;2026-03-03")
    )
    stripe.bank_day("2026-03-03")
    stripe.run()
    stripe.desk.deliver(
        report("1;charge;po_1;100.00;;2026-03-03", "2;charge;po_1;5.00;;2026-03-03")
    )
    stripe.bank_day("2026-03-04", (10500, "STRIPE po_1"))

    stripe.run("2026-03-06T00:00:00Z", "2026-03-05T00:00:00Z")

    assert stripe.payouts(*SHOWN) == [row("po_1", "sum_of_lines", -10500, 0, 0, "arrived")]
    assert stripe.found() == []


def test_a_failed_payout_of_stripe_is_owed_until_the_payout_that_carries_it(
    stripe: PayoutDesk,
) -> None:
    stripe.desk.deliver(report("1;charge;po_1;100.00;;2026-03-03"))
    stripe.bank_day("2026-03-03")
    stripe.run()

    failure = "9;payout_failure;{};100.00;;2026-03-04;po_1"
    stripe.desk.deliver(report(failure.format("")))
    stripe.bank_day("2026-03-04")
    stripe.bank_day("2026-03-05")
    stripe.run("2026-03-06T12:00:00Z", "2026-03-05T00:00:00Z")

    assert stripe.payouts(*SHOWN) == [
        row("", "failed", 0, 10000, 0, "nothing_paid"),
        row("po_1", "sum_of_lines", -10000, 0, 0, "returned"),
    ]
    assert stripe.found() == [("payout_failed", "EUR", 0, 10000)]
    assert ("statement", "not_paid_out", 10000) in stripe.desk.pending()

    stripe.desk.deliver(
        report(failure.format("po_2"), "2;charge;po_2;50.00;;2026-03-05")
    )
    stripe.bank_day("2026-03-06", (15000, "STRIPE po_2"))
    stripe.run("2026-03-09T12:00:00Z", "2026-03-06T12:00:00Z")

    assert stripe.payouts(*SHOWN, "returned_minor", "captures_minor") == [
        {**row("po_1", "sum_of_lines", -10000, 0, 0, "returned"),
         "returned_minor": 0, "captures_minor": 10000},
        {**row("po_2", "sum_of_lines", -15000, 0, 0, "arrived"),
         "returned_minor": 10000, "captures_minor": 5000},
    ]  # fmt: skip
    assert stripe.found() == []


def test_a_settlement_of_razorpay_is_found_at_the_bank_by_its_utr(razorpay: PayoutDesk) -> None:
    razorpay.desk.deliver(
        recon(
            ("pay_1", 50000, "setl_1", "UTR1"),
            ("pay_2", 20000, "setl_1", "UTR1"),
            ("pay_3", 30000, "setl_2", "UTR2"),
        ),
        "recon_1.json",
    )
    razorpay.bank_day("2026-03-03", currency="INR")
    razorpay.bank_day("2026-03-04", (70000, "NEFT UTR1 RAZORPAY"), (29900, "NEFT UTR2 RAZORPAY"),
                      currency="INR")  # fmt: skip

    razorpay.run("2026-03-06T12:00:00Z")

    assert razorpay.payouts(*SHOWN) == [
        row("setl_1", "sum_of_lines", -70000, 0, 0, "arrived"),
        row("setl_2", "sum_of_lines", -30000, 0, 0, "other_amount"),
    ]
    assert razorpay.found() == [("payout_amount_mismatch", "INR", -100, 100)]


def test_a_settlement_that_loses_its_lines_is_not_awaited_any_more(razorpay: PayoutDesk) -> None:
    razorpay.desk.deliver(recon(("pay_1", 50000, "setl_1", "UTR1")), "recon_1.json")
    razorpay.bank_day("2026-03-03", currency="INR")
    razorpay.run()
    razorpay.desk.deliver(recon(("pay_1", 50000, "setl_2", "UTR2")), "recon_2.json")
    razorpay.bank_day("2026-03-04", (50000, "NEFT UTR2 RAZORPAY"), currency="INR")
    razorpay.bank_day("2026-03-05", currency="INR")

    razorpay.run("2026-03-06T12:00:00Z", "2026-03-05T00:00:00Z")

    assert razorpay.payouts(*SHOWN) == [row("setl_2", "sum_of_lines", -50000, 0, 0, "arrived")]
    assert razorpay.found() == []


def test_a_bank_that_is_configured_later_is_asked_for_all_payouts(
    payout_desk: PayoutDesk, configured: Configured
) -> None:
    configured(toml("stripe_payout_reconciliation", None))
    payout_desk.desk.deliver(report("1;charge;po_1;100.00;2.00;2026-03-03"))
    payout_desk.desk.run()
    configured(toml("stripe_payout_reconciliation", BY_ID))
    payout_desk.bank_day("2026-03-04", (9800, "STRIPE po_1"))

    payout_desk.run("2026-03-06T00:00:00Z", "2026-03-05T00:00:00Z")

    assert payout_desk.payouts(*SHOWN) == [row("po_1", "sum_of_lines", -9800, 0, 0, "arrived")]
