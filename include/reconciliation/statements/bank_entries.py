"""What the statements of banks have in common: entries with a date, and money in whole units."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from include.reconciliation.statements.amounts import DIGITS_MAX
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.text_files import refused

DATE_ONLY = "date only"
# What banks write where they have no reference, in capitals.
NO_REFERENCE = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NONE", "0"})
# Years of two digits are those of this century.
LAYOUTS = {
    "YYMMDD": re.compile(r"(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})", re.ASCII),
    "YYYYMMDD": re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})", re.ASCII),
    "DDMMYYYY": re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})", re.ASCII),
}
YEARS = range(1970, 2200)
YEARS_SAID = f"with a year from {YEARS[0]} to {YEARS[-1]}"
_WHOLE = re.compile(r"[+-]?[0-9]{1,60}", re.ASCII)


def midnight(day: date) -> datetime:
    """The instant that stands for a day of which only the date is known."""
    return datetime.combine(day, time(), UTC)


def whole_units(text: str, *, file: str, row: int, column: str) -> int:
    """A number of the smallest unit: digits, perhaps with zeros or a sign before them."""
    if _WHOLE.fullmatch(text) and abs(units := int(text)) < 10 ** (DIGITS_MAX + 2):
        return units
    raise refused(
        "bad_amount",
        "an amount can't be read",
        file=file,
        row=row,
        column=column,
        expected=f"at most {DIGITS_MAX + 2} digits, the decimals implied",
        found=text,
    )


def calendar_day(text: str, layout: str) -> date | None:
    """The day of a text in one of `LAYOUTS`; None where it is no day, or none of our time."""
    match = LAYOUTS[layout].fullmatch(text)
    if match is None:
        return None
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    try:
        return date(year, int(match["month"]), int(match["day"])) if year in YEARS else None
    except ValueError:
        return None


def bank_entry(
    amount_minor: int,
    currency: str,
    *,
    row: int,
    provider_type: str,
    booked_on: date,
    line_key: str,
    booked_at: datetime | None = None,
    source_zone: str = DATE_ONLY,
    value_date: date | None = None,
    psp_reference: str | None = None,
    merchant_reference: str | None = None,
    further_references: tuple[tuple[str, str], ...] = (),
) -> Line:
    """A line of a bank: what it books is both gross and net, and of costs it knows nothing."""
    return Line(
        row=row,
        provider_type=provider_type,
        type="bank_entry",
        economic_type="bank_entry",
        gross_minor=amount_minor,
        gross_currency=currency,
        fee_minor=None,
        tax_minor=None,
        net_minor=amount_minor,
        net_currency=currency,
        booked_at=booked_at or midnight(booked_on),
        booked_on=booked_on,
        source_zone=source_zone,
        value_date=value_date,
        line_key=line_key,
        psp_reference=psp_reference,
        merchant_reference=merchant_reference,
        further_references=further_references,
    )
