"""Amounts as parsers meet them: decimal text and a currency become minor units, or an error.

The exponents are those of ISO 4217, as in the table `internal.currencies`. A format that writes a
currency with other decimals says so where it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from iso4217 import Currency

from include.reconciliation.errors import StatementError
from include.reconciliation.money import parse_minor

EXPONENTS: Mapping[str, int] = MappingProxyType(
    {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
)
# A sum of many of the largest is more than the database's eight bytes: the gate refuses it.
DIGITS_MAX = 15


def exponent_of(currency: str, *, file: str, row: int, column: str) -> int:
    """How many decimals a currency has; StatementError for a code that ISO 4217 does not have."""
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        raise StatementError(
            "unknown_currency",
            "the currency is not in ISO 4217",
            file=file,
            row=row,
            column=column,
            expected="an ISO 4217 code",
            found=repr(currency[:40]),
        )
    return exponent


def minor_units(text: str, currency: str, *, file: str, row: int, column: str) -> int:
    """Minor units of a decimal number with a point and perhaps a minus; never rounded."""
    exponent = exponent_of(currency, file=file, row=row, column=column)
    try:
        # More digits than any currency has decimals: what is then wrong is not their number.
        if len(text) > DIGITS_MAX + 10 or abs(parse_minor(text, 9)) >= 10 ** (DIGITS_MAX + 9):
            raise ValueError(text)
    except ValueError:
        raise StatementError(
            "bad_amount",
            "an amount can't be read",
            file=file,
            row=row,
            column=column,
            expected=f"a decimal number with a point and at most {DIGITS_MAX} digits",
            found=repr(text[:40]),
        ) from None
    try:
        return parse_minor(text, exponent)
    except ValueError:
        raise StatementError(
            "excess_decimals",
            "an amount has more decimals than its currency",
            file=file,
            row=row,
            column=column,
            expected=f"at most {exponent} decimals in {currency}",
            found=text,
        ) from None
