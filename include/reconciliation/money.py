"""Money is a whole number of the currency's minor unit, with the currency beside it.

Statements become amounts in SQL, by the same grammar as `parse_minor`; `format_minor` is how an
amount is written for people. Both are exact; neither knows a float.
"""

from __future__ import annotations

import re

CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DECIMAL = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)


def parse_minor(text: str, exponent: int) -> int:
    """Minor units of a decimal number with a point, such as "31.45", ".11" or "-5".

    Assumes ASCII digits, a point as the decimal separator and no thousands separator. Raises
    ValueError for anything else and for more decimals than the currency has.
    """
    match = _DECIMAL.fullmatch(text)
    if not match or not (match[2] or match[3]):
        raise ValueError(f"{text!r} is not a decimal number with a point")
    sign, whole, fraction = match[1], match[2] or "0", match[3] or ""
    if fraction[exponent:].strip("0"):
        raise ValueError(f"{text!r} has more than {exponent} decimals")
    return int(sign + whole + fraction[:exponent].ljust(exponent, "0"))


def format_minor(minor: int, exponent: int, *, group: str = "") -> str:
    """The amount in major units, such as "-1,234.50" for -123450 with `group=","`."""
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    whole, fraction = (digits[:-exponent], digits[-exponent:]) if exponent else (digits, "")
    if group:
        whole = f"{int(whole):,}".replace(",", group)
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
