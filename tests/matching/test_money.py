"""Amounts as people and files write them, and back, to the last minor unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.reconciliation.money import format_minor, parse_minor

EXPONENTS = st.sampled_from([0, 2, 3])
WHOLE = st.integers(-(10**18), 10**18)


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [
        ("31.45", 2, 3145),
        (".11", 2, 11),
        ("5.", 2, 500),
        ("-5", 2, -500),
        ("-0.01", 2, -1),
        ("0", 2, 0),
        ("1234", 0, 1234),
        ("1234.000", 0, 1234),
        ("1.5", 3, 1500),
        ("1.2340", 3, 1234),
        ("12345678901234567.89", 2, 1234567890123456789),
    ],
)
def test_a_plain_decimal_is_whole_minor_units(text: str, exponent: int, minor: int) -> None:
    assert minor == parse_minor(text, exponent)


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "-.", "1,5", "1.2.3", "+1", "1e3", "NaN", "Infinity", "1_000", " 1", "1 ", "1\n",
     "１", "--1", "1-", "(1)", "0x1"],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a decimal number"):
        parse_minor(text, 2)


@pytest.mark.parametrize(("text", "exponent"), [("1.005", 2), ("1.1", 0), ("0.0001", 3)])
def test_more_decimals_than_the_currency_has_are_refused_and_not_rounded(
    text: str, exponent: int
) -> None:
    with pytest.raises(ValueError, match=f"has more than {exponent} decimals"):
        parse_minor(text, exponent)


@pytest.mark.parametrize(
    ("minor", "exponent", "group", "text"),
    [
        (-123450, 2, ",", "-1,234.50"),
        (-5, 2, "", "-0.05"),
        (0, 2, "", "0.00"),
        (7, 3, "", "0.007"),
        (1234567, 0, ",", "1,234,567"),
        (-1, 0, "", "-1"),
        (999, 2, ",", "9.99"),
    ],
)
def test_minor_units_are_shown_in_major_ones(
    minor: int, exponent: int, group: str, text: str
) -> None:
    assert text == format_minor(minor, exponent, group=group)


@given(WHOLE, EXPONENTS)
def test_what_is_written_is_read_as_the_same_amount(minor: int, exponent: int) -> None:
    assert minor == parse_minor(format_minor(minor, exponent), exponent)


@given(WHOLE, EXPONENTS)
def test_it_is_the_amount_that_decimal_arithmetic_gives(minor: int, exponent: int) -> None:
    assert Decimal(minor).scaleb(-exponent) == Decimal(format_minor(minor, exponent))
