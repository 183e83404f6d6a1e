"""Whatever an API answers is read or refused, and nothing else happens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import strict_json
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.mollie_balance_transactions import (
    MOLLIE_BALANCE_TRANSACTIONS,
)
from include.reconciliation.statements.pix import PIX
from include.reconciliation.statements.razorpay_settlements import RAZORPAY_SETTLEMENTS
from include.reconciliation.statements.reasons import REASON_CODES
from include.reconciliation.statements.stripe_balance_transactions import (
    STRIPE_BALANCE_TRANSACTIONS,
)
from include.reconciliation.statements.stripe_payouts import STRIPE_PAYOUTS
from tests.statements.api_answers import (
    a_balance_page,
    a_balance_transaction,
    a_collection,
    a_payout,
    a_payout_page,
    a_pix,
    a_pix_page,
    a_pix_refund,
    an_item,
    events,
)
from tests.statements.balance_transactions import a_charge

LIST = {"object": "list", "has_more": False}
ANSWERS = {
    "pix": (PIX, a_pix_page(a_pix(devolucoes=[a_pix_refund()]))),
    "stripe": (STRIPE_BALANCE_TRANSACTIONS, json.dumps({**LIST, "data": [a_charge()]})),
    "payouts": (STRIPE_PAYOUTS, a_payout_page(a_payout())),
    "razorpay": (RAZORPAY_SETTLEMENTS, a_collection(an_item())),
    "mollie": (MOLLIE_BALANCE_TRANSACTIONS, a_balance_page(a_balance_transaction())),
}
# Values of every JSON type, among them those that a program trips over.
VALUES = st.sampled_from(
    ["null", "true", "0", "-1", "1e400", "NaN", '""', '"x"', "[]", "{}", "[[]]", '"\\u0000"',
     '"\\ud800"', "9" * 30, "9" * 5000, "0.5", '"-0"', '"1e9"']
)  # fmt: skip
every_api = pytest.mark.parametrize(("api", "answer"), ANSWERS.values(), ids=ANSWERS)


@every_api
@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html></html>", "html_page"),
        (b"\xff\xfe", "bad_encoding"),
        (b"{", "bad_json"),
        (b'{"a": 1, "a": 2}', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b"[]", "bad_page"),
        (b"1", "bad_page"),
        (b"{}", "bad_page"),
    ],
)
def test_what_is_no_answer_is_refused(
    api: ParsedFormat, answer: str, content: bytes, reason_code: str
) -> None:
    with pytest.raises(StatementError) as refused:
        events(api, content)

    assert reason_code == refused.value.reason_code


@every_api
def test_a_byte_order_mark_is_no_content(api: ParsedFormat, answer: str) -> None:
    assert events(api, answer) == events(api, b"\xef\xbb\xbf" + answer.encode())


def test_a_file_that_would_fill_the_memory_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "FILE_BYTES_MAX", 100)

    with pytest.raises(StatementError) as refused:
        events(*ANSWERS["stripe"])

    assert "too_large" == refused.value.reason_code


@every_api
@given(data=st.data())
@settings(max_examples=150)
def test_an_answer_with_another_value_is_read_or_refused(
    api: ParsedFormat, answer: str, data: st.DataObject
) -> None:
    places = [place for place in range(len(answer)) if answer.startswith('": ', place)]
    place = data.draw(st.sampled_from(places)) + 3
    ends = [end for end in (answer.find(mark, place) for mark in ",}]") if end > 0]
    _read_or_refuse(api, f"{answer[:place]}{data.draw(VALUES)}{answer[min(ends) :]}".encode())


@every_api
@given(data=st.data())
@settings(max_examples=150)
def test_an_answer_with_a_few_wrong_bytes_is_read_or_refused(
    api: ParsedFormat, answer: str, data: st.DataObject
) -> None:
    content = bytearray(answer.encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.sampled_from(b'\0"{}[],:-09eTZ \\\xff'))
    _read_or_refuse(api, bytes(content[: data.draw(st.integers(0, len(content)))]))


def _read_or_refuse(api: ParsedFormat, content: bytes) -> None:
    reason_code = "empty"
    try:
        events(api, content)
    except StatementError as error:
        reason_code = error.reason_code
    assert reason_code in REASON_CODES
