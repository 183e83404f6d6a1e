"""Stripe's payouts: what leaves for the bank, and what comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.stripe_payouts import STRIPE_PAYOUTS
from tests.statements.api_answers import a_payout, a_payout_page, events, lines, start_and_end
from tests.statements.conftest import shared_samples

SAMPLE = shared_samples("stripe") / "dj-stripe__payout_custom_bank_account.json"


def test_a_payout_leaves_the_account_and_names_the_bank_s_trace() -> None:
    _, line, _ = events(STRIPE_PAYOUTS, a_payout_page(a_payout()))

    assert (
        Line(
            row=1,
            provider_type="payout",
            type="payout",
            economic_type="payout",
            gross_minor=-9610,
            gross_currency="BRL",
            fee_minor=None,
            tax_minor=None,
            net_minor=-9610,
            net_currency="BRL",
            booked_at=datetime(2025, 6, 10, 10, tzinfo=UTC),
            booked_on=date(2025, 6, 10),
            source_zone="UTC",
            value_date=date(2025, 6, 12),
            line_key="po_1",
            event_reference="po_1",
            payout_reference="po_1",
            further_references=(
                ("balance_transaction", "txn_9"),
                ("bank_trace", "TRACE1"),
                ("bank_account", "ba_1"),
            ),
        )
        == line
    )


def test_a_payout_that_failed_came_back() -> None:
    failed = a_payout(status="failed", failure_balance_transaction="txn_10")

    out, back = lines(STRIPE_PAYOUTS, a_payout_page(failed))

    assert [("po_1", -9610, "payout"), ("po_1 failed", 9610, "payout")] == [
        (line.line_key, line.net_minor, line.type) for line in (out, back)
    ]
    assert ("payout failed", "txn_10", "po_1") == (
        back.provider_type,
        back.event_reference,
        back.payout_reference,
    )


def test_a_status_that_is_not_known_is_an_unknown_line() -> None:
    line = lines(STRIPE_PAYOUTS, a_payout_page(a_payout(status="frozen")))[0]

    assert ("unknown", "payout frozen", -9610) == (line.type, line.provider_type, line.net_minor)


def test_a_krona_of_iceland_is_written_in_hundredths_and_a_yen_is_not() -> None:
    krona, yen = lines(
        STRIPE_PAYOUTS,
        a_payout_page(
            a_payout(currency="isk", amount=50000), a_payout(id="po_2", currency="jpy", amount=500)
        ),
    )

    assert [-500, -500] == [krona.net_minor, yen.net_minor]


def test_a_payout_whose_lines_are_not_complete_is_told() -> None:
    page = a_payout_page(a_payout(reconciliation_status="in_progress"))

    _, end = start_and_end(STRIPE_PAYOUTS, page)

    assert (("the lines of po_1 are not complete yet",), "none") == (end.notices, end.proved_by)


def test_pages_are_one_statement_from_the_first_payout_to_the_last() -> None:
    earlier = a_payout(id="po_0", created=1749463200)

    start, _ = start_and_end(
        STRIPE_PAYOUTS, a_payout_page(a_payout(), has_more=True), a_payout_page(earlier)
    )

    assert "20250609T100000Z/20250610T100000Z" == start.statement_key
    assert (date(2025, 6, 9), date(2025, 6, 10)) == (start.period_from, start.period_to)


@pytest.mark.parametrize(
    ("pages", "reason_code", "words"),
    [
        ([a_payout_page(a_payout(), has_more=True)], "page_missing", "more follows"),
        ([a_payout_page(a_payout())] * 2, "page_missing", "do not follow"),
        ([a_payout_page(a_payout(), a_payout())], "page_repeated", "po_1 in row 1"),
        ([a_payout_page()], "empty", "no line"),
        ([a_payout_page(a_payout(amount="96.10"))], "bad_page", "column 'amount'"),
        ([a_payout_page(a_payout(amount=True))], "bad_page", "column 'amount'"),
        ([a_payout_page(a_payout(amount=10**15))], "bad_page", "15 digits"),
        ([a_payout_page(a_payout(amount=96.5))], "bad_json", "no whole number"),
        ([a_payout_page(a_payout(currency="isk"))], "excess_decimals", "a multiple of 100"),
        ([a_payout_page(a_payout(currency="btc"))], "unknown_currency", "BTC"),
        ([a_payout_page(a_payout(object="charge"))], "bad_page", "column 'object'"),
        ([a_payout_page(a_payout(arrival_date=-1))], "bad_date", "arrival_date"),
        ([a_payout_page(a_payout(status=None))], "missing_value", "status"),
        (['{"object": "payout"}'], "bad_page", "column 'object'"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(
    pages: list[str], reason_code: str, words: str
) -> None:
    with pytest.raises(StatementError) as refused:
        events(STRIPE_PAYOUTS, *pages)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused


@pytest.mark.skipif(
    not SAMPLE.exists(),
    reason="the real files of ../shared/samples do not lie beside this checkout",
)
def test_a_payout_that_a_program_has_rewritten_in_major_units_is_refused() -> None:
    page = b'{"object": "list", "has_more": false, "data": [' + SAMPLE.read_bytes() + b"]}"

    with pytest.raises(StatementError) as refused:
        events(STRIPE_PAYOUTS, page)

    assert "row 1, column 'amount'" in str(refused.value)
