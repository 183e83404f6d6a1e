"""What a provider says is believed only where it is about our payout, in every value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.reconciliation.payout_answers import (
    KNOWN,
    Answer,
    AnswerFields,
    AskedPayout,
    ProviderAnswer,
    read,
)

FIELDS = AnswerFields("key", "status", "id", "amount", "currency")
STATES = {
    "paid": "succeeded",
    "returned": "failed",
    "pending": "in_progress",
    "not_found": "unknown",
}
ASKED = AskedPayout("key-1", None, 125_00, "BRL")
PAID = {"key": "key-1", "status": "paid", "id": "po_1", "amount": 125_00, "currency": "BRL"}


def heard(body: bytes, asked: AskedPayout = ASKED) -> ProviderAnswer:
    return read(body, asked, FIELDS, STATES)


def answered(asked: AskedPayout = ASKED, **changes: Any) -> tuple[str, str | None]:
    found = heard(json.dumps({**PAID, **changes}).encode(), asked)
    return found.answer.value, found.detail


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("paid", "succeeded"),
        ("returned", "failed"),
        ("pending", "in_progress"),
        ("not_found", "unknown"),
    ],
)
def test_the_provider_s_word_is_read_as_its_entry_says(word: str, expected: str) -> None:
    assert (expected, None) == answered(status=word)


def test_what_is_read_of_a_good_answer() -> None:
    expected = ProviderAnswer(Answer.SUCCEEDED, "po_1", 125_00, "BRL")

    assert expected == heard(json.dumps({**PAID, "more": [1, {"x": None}]}).encode())
    assert expected == heard(json.dumps({**PAID, "currency": "brl"}).encode())


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"amount": 125_01}, "BRL 12500 minor units expected, BRL 12501 found"),
        ({"amount": 125}, "BRL 12500 minor units expected, BRL 125 found"),
        ({"amount": -125_00}, "BRL 12500 minor units expected, BRL -12500 found"),
        ({"currency": "USD"}, "BRL 12500 minor units expected, USD 12500 found"),
        ({"key": "key-2"}, "key 'key-1' expected, 'key-2' found"),
        ({"key": "KEY-1"}, "key 'key-1' expected, 'KEY-1' found"),
        ({"key": "key-2", "status": "not_found"}, "key 'key-1' expected, 'key-2' found"),
    ],
)
def test_another_key_amount_or_currency_is_a_contradiction(
    changes: dict[str, Any], detail: str
) -> None:
    assert ("contradiction", detail) == answered(**changes)


def test_another_reference_than_the_one_that_we_have_is_a_contradiction() -> None:
    asked = AskedPayout("key-1", "po_9", 125_00, "BRL")

    assert ("contradiction", "reference 'po_9' expected, 'po_1' found") == answered(asked)
    assert ("succeeded", None) == answered(asked, id="po_9")


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"status": "not found"}, "the status 'not found' is not one that its entry lists"),
        ({"status": None}, "status is missing"),
        ({"status": 4}, "status is not a short text"),
        ({"key": None}, "key is missing"),
        ({"key": None, "status": "not_found"}, "key is missing"),
        ({"amount": None}, "amount is not a whole number of minor units"),
        ({"amount": "12500"}, "amount is not a whole number of minor units"),
        ({"amount": True}, "amount is not a whole number of minor units"),
        ({"amount": 125.0}, "a number is not whole"),
        ({"amount": 10**18}, "amount is not a whole number of minor units"),
        ({"currency": "R$"}, "currency is not a currency code"),
        ({"currency": None}, "currency is not a currency code"),
        ({"id": ""}, "id is not a reference of visible characters"),
        ({"id": "po 1"}, "id is not a reference of visible characters"),
        ({"id": "po\u202e1"}, "id is not a reference of visible characters"),
        ({"id": "x" * 301}, "id is not a short text"),
    ],
)
def test_a_value_that_can_t_be_read_is_no_state(changes: dict[str, Any], detail: str) -> None:
    assert ("unreadable", detail) == answered(**changes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b"[]",
        b"null",
        b'"not_found"',
        json.dumps(PAID).encode()[:-1],
        json.dumps(PAID).encode() * 2,
        json.dumps(PAID).encode("utf-16"),
        b"\xff\xfe",
        b'{"key": "key-1", "status": "not_found", "status": "not_found"}',
        b'{"key": "key-1", "status": "not_found", "x": NaN}',
        b'{"key": "key-1", "status": "not_found", "x": 1e400}',
        b'{"key": "key-1", "status": "not_found", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"key": "key-1", "status": "paid", "id": "a", "amount": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_one_strict_json_object_is_unreadable(body: bytes) -> None:
    found = heard(body)

    assert Answer.UNREADABLE is found.answer
    assert found.detail and len(found.detail) <= 300


@given(st.binary(max_size=200) | st.from_type(dict).map(lambda d: repr(d).encode()))
def test_no_bytes_whatever_are_taken_for_a_state(body: bytes) -> None:
    assert Answer.UNREADABLE is heard(body).answer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "key-1", "x", *STATES]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*PAID, "more"]), JSON))
def test_a_state_is_only_heard_with_our_key_amount_and_currency(changes: dict[str, Any]) -> None:
    document = {**PAID, **changes}
    found = heard(json.dumps(document).encode())

    if found.answer in KNOWN:
        assert ("key-1", 125_00) == (document["key"], document["amount"])
        assert "BRL" == document["currency"].upper()
    if found.answer is Answer.UNKNOWN:
        assert ("key-1", "not_found") == (document["key"], document["status"])
