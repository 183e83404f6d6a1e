"""Mollie's balance transactions: what came, what was deducted, what it made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.mollie_balance_transactions import (
    MOLLIE_BALANCE_TRANSACTIONS,
)
from include.reconciliation.statements.parsed import Line, StatementEnd
from tests.statements.api_answers import a_balance_page, a_balance_transaction, events, lines

API = MOLLIE_BALANCE_TRANSACTIONS


def one_line(**fields: Any) -> Line:
    return lines(API, a_balance_page(a_balance_transaction(**fields)))[0]


def euros(value: str) -> dict[str, str]:
    return {"value": value, "currency": "EUR"}


def test_a_payment_is_settled_without_its_deductions() -> None:
    _, line, end = events(API, a_balance_page(a_balance_transaction()))

    assert (
        Line(
            row=1,
            provider_type="payment",
            type="payment",
            economic_type="payment",
            gross_minor=10000,
            gross_currency="EUR",
            fee_minor=49,
            tax_minor=None,
            net_minor=9951,
            net_currency="EUR",
            booked_at=datetime(2025, 6, 10, 23, 30, tzinfo=UTC),
            booked_on=date(2025, 6, 10),
            source_zone="UTC",
            value_date=None,
            line_key="baltr_1",
            psp_reference="tr_1",
            event_reference="tr_1",
        )
        == line
    )
    assert StatementEnd(proved_by="lines tie to their net, every page is there") == end


def test_a_refund_has_the_payment_and_its_own_reference() -> None:
    line = one_line(
        type="refund",
        initialAmount=euros("-10.00"),
        deductions=euros("-0.25"),
        resultAmount=euros("-10.25"),
        context={"paymentId": "tr_1", "refundId": "re_1"},
    )

    assert ("refund", -1000, 25, -1025) == (
        line.type,
        line.gross_minor,
        line.fee_minor,
        line.net_minor,
    )
    assert ("tr_1", "re_1") == (line.psp_reference, line.event_reference)


def test_a_transfer_to_the_bank_names_its_settlement() -> None:
    line = one_line(
        type="outgoing-transfer",
        initialAmount=euros("-99.51"),
        deductions=None,
        resultAmount=euros("-99.51"),
        context={"settlementId": "stl_1", "transferId": "trf_1"},
    )

    assert ("payout", -9951, 0, "stl_1") == (
        line.type,
        line.net_minor,
        line.fee_minor,
        line.payout_reference,
    )
    assert (("transfer", "trf_1"), ("settlement", "stl_1")) == line.further_references


def test_a_context_inside_the_name_of_its_type_is_read_too() -> None:
    inner = {"paymentId": "tr_1", "paymentDescription": "ORD-1"}

    line = one_line(context={"payment": inner})

    assert ("tr_1", "ORD-1") == (line.psp_reference, line.merchant_reference)


def test_another_currency_than_the_balance_s_is_kept_apart() -> None:
    line = one_line(initialAmount={"value": "110.00", "currency": "USD"})

    assert (11000, "USD", 9951, "EUR") == (
        line.gross_minor,
        line.gross_currency,
        line.net_minor,
        line.net_currency,
    )


@pytest.mark.parametrize(
    ("word", "type_", "economic_type"),
    [
        ("capture", "payment", "payment"),
        ("failed-payment", "reversal", "payment"),
        ("returned-refund", "reversal", "refund"),
        ("chargeback", "chargeback", "chargeback"),
        ("payment-fee", "fee", "fee"),
        ("held-rolling-reserve", "reserve_hold", "reserve_hold"),
        ("topup", "balance", "balance"),
        ("brand-new", "unknown", "unknown"),
    ],
)
def test_each_word_has_its_type(word: str, type_: str, economic_type: str) -> None:
    line = one_line(type=word)

    assert (word, type_, economic_type) == (line.provider_type, line.type, line.economic_type)


@pytest.mark.parametrize(
    ("pages", "reason_code", "words"),
    [
        (
            [a_balance_page(a_balance_transaction(), next_id="baltr_0")],
            "page_missing",
            "more follows",
        ),
        ([a_balance_page(a_balance_transaction())] * 2, "page_missing", "do not follow"),
        (
            [a_balance_page(a_balance_transaction(), a_balance_transaction())],
            "page_repeated",
            "baltr_1 in row 1",
        ),
        ([a_balance_page()], "empty", "no line"),
        ([a_balance_page(next_id="..")], "bad_page", "column '_links.next.href'"),
        (
            [a_balance_page(a_balance_transaction(resultAmount=euros("99.5143")))],
            "excess_decimals",
            "column 'resultAmount.value'",
        ),
        (
            [a_balance_page(a_balance_transaction(deductions={"value": "1", "currency": "USD"}))],
            "row_does_not_tie",
            "column 'deductions.currency'",
        ),
        ([a_balance_page(a_balance_transaction(resultAmount="1"))], "bad_page", "an object"),
        ([a_balance_page(a_balance_transaction(initialAmount=None))], "missing_value", "initial"),
        (['{"count": 0, "_embedded": {}}'], "bad_page", "_embedded"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(
    pages: list[str], reason_code: str, words: str
) -> None:
    with pytest.raises(StatementError) as refused:
        events(API, *pages)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused
