"""Amounts in parsed statements: exact, with the decimals that ISO 4217 gives the currency."""

from __future__ import annotations

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.amounts import EXPONENTS, exponent_of, minor_units

PLACE = {"file": "a.csv", "row": 7, "column": "Amount"}


def test_the_exponents_are_those_of_the_warehouse(warehouse) -> None:  # type: ignore[no-untyped-def]
    rows = warehouse.execute("select code, exponent from internal.currencies").fetchall()

    assert dict(rows) == EXPONENTS


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("31.45", "EUR", 3145),
        ("-.11", "EUR", -11),
        ("100", "JPY", 100),
        ("1.5", "KWD", 1500),
        ("12.34000", "BRL", 1234),
        ("999999999999999", "JPY", 999999999999999),
    ],
)
def test_an_amount_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert minor == minor_units(text, currency, **PLACE)


@pytest.mark.parametrize(
    ("text", "currency", "reason_code"),
    [
        ("1.005", "EUR", "excess_decimals"),
        ("0.5", "JPY", "excess_decimals"),
        ("1,50", "EUR", "bad_amount"),
        ("1e3", "EUR", "bad_amount"),
        ("NaN", "EUR", "bad_amount"),
        ("(1.00)", "EUR", "bad_amount"),
        ("１.00", "EUR", "bad_amount"),
        ("", "EUR", "bad_amount"),
        ("9" * 16, "EUR", "bad_amount"),
        ("1.00", "EURO", "unknown_currency"),
        ("1.00", "XAU", "unknown_currency"),
    ],
)
def test_what_is_no_amount_is_refused_at_its_place(
    text: str, currency: str, reason_code: str
) -> None:
    with pytest.raises(StatementError) as refused:
        minor_units(text, currency, **PLACE)

    assert reason_code == refused.value.reason_code
    assert str(refused.value).startswith("file a.csv, row 7, column 'Amount': ")


def test_gold_has_no_decimals_that_money_could_have() -> None:
    with pytest.raises(StatementError):
        exponent_of("XAU", **PLACE)
