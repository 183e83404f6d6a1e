"""Stripe's balance transactions: read page by page from a server, proved, made canonical."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from include.reconciliation.demo.stripe_server import Answer, StripeServer
from include.reconciliation.statements import page_reader, stripe_lists
from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.statements.strict_json import Entry
from tests.statements.balance_transactions import MADE_AT, a_charge, without_fee
from tests.statements.conftest import WINDOW


def test_a_charge_becomes_a_payment_with_its_fee_and_the_tax_on_it(stripe, configure) -> None:
    with StripeServer([a_charge()]) as server:
        configure(server.url)
        counted = stripe.run()

    line = stripe.lines()[0]
    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted
    assert {
        "line_scope": "",
        "line_key": "txn_000001",
        "occurrence": 1,
        "provider_type": "charge",
        "type": "payment",
        "economic_type": "payment",
        "is_expected": True,
        "payment_key": "pi_000001",
        "psp_reference": "pi_000001",
        "event_reference": "ch_000001",
        "merchant_reference": "ORD-1",
        "payout_reference": None,
        "gross_minor": 10000,
        "gross_currency": "BRL",
        "fee_minor": 360,
        "tax_minor": 30,
        "net_minor": 9610,
        "net_currency": "BRL",
        "booked_at": datetime(2025, 6, 10, 9, 30, 1, tzinfo=UTC),
        "booked_on": date(2025, 6, 10),
        "source_zone": "UTC",
        "value_date": date(2025, 6, 12),
        "row_number": 1,
        "further_references": None,
    } == line


def test_two_hundred_and_fifty_charges_are_read_in_three_pages(stripe, configure) -> None:
    with StripeServer([a_charge(number) for number in range(250)]) as server:
        configure(server.url)
        counted = stripe.run()

    assert 3 == len(server.requests)
    assert {"accepted": 1, "quarantined": 0, "lines": 250} == counted
    assert 250 * 9610 == sum(stripe.values("select net_minor from work_statement_lines"))


def test_the_read_reaches_from_the_look_back_to_the_as_of(stripe, configure) -> None:
    inside = [a_charge(1, created=MADE_AT - 80000), a_charge(2)]
    outside = [a_charge(3, created=MADE_AT - 10 * 86400), a_charge(4, created=MADE_AT + 86400)]
    with StripeServer(inside + outside) as server:
        configure(server.url)
        stripe.run()

    statement = stripe.rows("select * from statements")[0]
    assert ["txn_000002", "txn_000001"] == stripe.values(
        "select line_key from work_statement_lines order by row_number"
    )
    assert "created 20250609T100000Z/20250610T110000Z" == statement["statement_key"]
    assert WINDOW[1] == statement["covers_until"]
    assert date(2025, 6, 9) == statement["covers_to"]


# What the API gives: type, economic type, psp reference, event reference, payout reference.
CATEGORIES = [
    (
        (
            "refund",
            "refund",
            {"id": "re_1", "object": "refund", "charge": "ch_1", "payment_intent": "pi_1"},
        ),
        ("refund", "refund", "pi_1", "re_1", None),
    ),
    (
        (
            "dispute",
            "adjustment",
            {"id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": None},
        ),
        ("chargeback", "chargeback", "ch_1", "dp_1", None),
    ),
    (
        (
            "dispute_reversal",
            "adjustment",
            {"id": "dp_1", "object": "dispute", "payment_intent": "pi_1"},
        ),
        ("reversal", "reversal", "pi_1", "dp_1", None),
    ),
    (
        (
            "partial_capture_reversal",
            "refund",
            {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"},
        ),
        ("reversal", "payment", "pi_1", "ch_1", None),
    ),
    (
        (
            "refund_failure",
            "refund_failure",
            {"id": "re_1", "object": "refund", "payment_intent": "pi_1"},
        ),
        ("reversal", "refund", "pi_1", "re_1", None),
    ),
    (("fee", "stripe_fee", None), ("fee", "fee", None, None, None)),
    (
        ("risk_reserved_funds", "reserved_funds", "rsv_1"),
        ("reserve_hold", "reserve_hold", None, "rsv_1", None),
    ),
    (("payout", "payout", "po_1"), ("payout", "payout", None, None, "po_1")),
    (("brand_new", "brand_new", "xx_1"), ("unknown", "unknown", None, "xx_1", None)),
    (("brand_new", "charge", "ch_1"), ("payment", "payment", "ch_1", "ch_1", None)),
]


def test_each_category_has_its_type_and_references(stripe, configure) -> None:
    lines = [without_fee(-100, *given, number) for number, (given, _) in enumerate(CATEGORIES)]
    with StripeServer(lines) as server:
        configure(server.url)
        stripe.run()

    found = stripe.rows(
        "select type, economic_type, psp_reference, event_reference, payout_reference"
        " from work_statement_lines order by line_key"
    )
    assert [expected for _, expected in CATEGORIES] == [tuple(row.values()) for row in found]


def test_a_conversion_takes_its_gross_from_the_charge_and_never_converts(stripe, configure) -> None:
    source = {
        "id": "ch_1",
        "object": "charge",
        "amount": 5000,
        "currency": "usd",
        "payment_intent": "pi_1",
    }
    with StripeServer(
        [
            a_charge(1, exchange_rate=5.9, source=source),
            a_charge(2, exchange_rate=5.9, source="ch_2"),
        ]
    ) as server:
        configure(server.url)
        stripe.run()

    found = stripe.rows(
        "select gross_minor, gross_currency, net_minor, net_currency"
        " from work_statement_lines order by line_key"
    )
    assert [(5000, "USD", 9610, "BRL"), (None, None, 9610, "BRL")] == [
        tuple(row.values()) for row in found
    ]


def test_isk_is_written_in_hundredths_and_has_none(stripe, configure) -> None:
    with StripeServer(
        [a_charge(1, currency="isk", amount=50000, fee=0, fee_details=[], net=50000)]
    ) as server:
        configure(server.url)
        stripe.run()

    assert [500] == stripe.values("select net_minor from work_statement_lines")


ZERO_DECIMAL = (
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
)  # fmt: skip


@pytest.mark.parametrize("currency", ZERO_DECIMAL)
def test_a_thousand_of_a_currency_that_stripe_writes_without_decimals(currency: str) -> None:
    whole = Entry("1.json", 1, {"amount": 1000})

    assert 1000 * 10 ** EXPONENTS[currency] == stripe_lists.minor(whole, "amount", currency)


def test_an_ariary_is_written_whole_and_has_two_decimals_by_iso_4217() -> None:
    assert 100000 == stripe_lists.minor(Entry("1.json", 1, {"net": 1000}), "net", "MGA")


def test_control_totals_are_those_of_the_pages(stripe, configure) -> None:
    with StripeServer([a_charge(1), a_charge(2), a_charge(3, currency="usd")]) as server:
        configure(server.url)
        stripe.run()

    found = stripe.rows(
        "select currency, measure, control_minor, lines from statement_control_totals order by 1, 2"
    )
    assert [
        ("BRL", "fee", 720, 2),
        ("BRL", "gross", 20000, 2),
        ("BRL", "net", 19220, 2),
        ("BRL", "tax", 60, 2),
        ("USD", "fee", 360, 1),
        ("USD", "gross", 10000, 1),
        ("USD", "net", 9610, 1),
        ("USD", "tax", 30, 1),
    ] == [tuple(row.values()) for row in found]


def test_the_same_pages_for_the_same_range_are_one_delivery_seen_twice(stripe, configure) -> None:
    with StripeServer([a_charge()]) as server:
        configure(server.url)
        stripe.run()
        counted = stripe.run()

    assert [2] == stripe.values("select times_seen from deliveries")
    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted


def test_a_later_read_replaces_one_that_still_waits_and_no_line_is_staged_twice(
    stripe, configure
) -> None:
    later = (WINDOW[0], WINDOW[1] + timedelta(hours=1))
    with StripeServer([a_charge(1)]) as server:
        configure(server.url)
        stripe.run()
        server.balance_transactions.append(a_charge(2))
        counted = stripe.run(later)

    assert ["superseded", "accepted"] == stripe.values(
        "select state from statements order by statement_id"
    )
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted


def test_a_retry_of_an_attempt_that_has_read_reads_nothing(stripe, configure) -> None:
    from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements

    with StripeServer([a_charge()]) as server:
        configure(server.url)
        stripe.run()
        again = fetch_psp_statements(stripe.attempt_id)

    assert (0, 1) == (again, len(server.requests))


def test_a_line_in_force_that_a_complete_read_lacks_is_a_missing_page(stripe, configure) -> None:
    with StripeServer([a_charge(1), a_charge(2)]) as server:
        configure(server.url)
        stripe.run()
        stripe.put_in_force()
        server.balance_transactions.pop()
        stripe.run()

    state, reason, sentence = stripe.verdict()
    assert ("quarantined", "page_missing") == (state, reason)
    assert "txn_000002, which an earlier read had" in sentence


def test_a_refused_read_is_corrected_by_a_good_one_of_the_range(stripe, configure) -> None:
    with StripeServer([a_charge(1, net=9000)]) as server:
        configure(server.url)
        stripe.run()
        refused = stripe.verdict()[:2]
        server.balance_transactions[0]["net"] = 9610
        stripe.run()

    assert ("quarantined", "row_does_not_tie") == refused
    assert ["corrected", "accepted"] == stripe.values(
        "select state from statements order by statement_id"
    )
    assert ["closed"] == stripe.values(
        "select state from alerts where name = 'reconciliation-refused-statement'"
    )


BAD_LINES = [
    ({"net": 9609}, "row_does_not_tie"),
    ({"fee_details": [{"amount": 1, "type": "stripe_fee"}]}, "row_does_not_tie"),
    ({"amount": "10000"}, "bad_page"),
    ({"amount": 10000.0}, "bad_json"),
    ({"currency": "xxx"}, "unknown_currency"),
    ({"currency": "chf"}, "currency_not_configured"),
    # Nobody could be alerted about what the customer paid.
    (
        {"exchange_rate": 5.9, "source": {"id": "ch_1", "amount": 5000, "currency": "eur"}},
        "currency_not_configured",
    ),
    ({"created": None}, "bad_page"),
    ({"id": "no id"}, "bad_page"),
    ({"reporting_category": "x" * 801}, "beyond_limits"),
    ({"source": "ch_" + "x" * 798}, "beyond_limits"),
    ({"source": {"id": "ch_1", "payment_intent": "p" * 801}}, "beyond_limits"),
    ({"source": {"id": "ch_1", "metadata": {"order_id": "\u20ac" * 267}}}, "beyond_limits"),
    ({"fee_details": [{"amount": "390"}]}, "bad_page"),
    ({"currency": "isk", "amount": 10010, "net": 9620}, "excess_decimals"),
]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"net": 9609}, "column 'net'.*; expected 96.10 BRL; found 96.09 BRL; ask"),
        (
            {"fee_details": [{"amount": 1, "type": "stripe_fee"}]},
            "column 'fee_details'.*; expected 3.90 BRL; found 0.01 BRL; ask",
        ),
        (
            {"currency": "isk", "amount": 10000, "fee": 0, "net": 9900},
            "expected 100 ISK; found 99 ISK",
        ),
    ],
)
def test_a_line_that_does_not_tie_is_told_in_money(stripe, configure, change, sentence) -> None:
    with StripeServer([a_charge(1, **change)]) as server:
        configure(server.url)
        stripe.run()

    assert re.search(sentence, stripe.verdict()[2]), stripe.verdict()[2]


def test_every_line_that_can_not_be_is_refused_for_its_reason(
    stripe, configure, monkeypatch
) -> None:
    monkeypatch.setattr(page_reader.time, "sleep", lambda seconds: None)
    found = []
    for change, _ in BAD_LINES:

        def damage(handler, number, answer, change=change):
            page = json.loads(answer.body)
            page["data"][0].update(change)
            return Answer(200, json.dumps(page).encode(), {"Content-Type": "application/json"})

        with StripeServer([a_charge()], behaviour=damage) as server:
            configure(server.url)
            counted = stripe.run()
        found.append((change, *stripe.verdict()[:2], counted["lines"]))

    assert [(change, "quarantined", reason, 0) for change, reason in BAD_LINES] == found
