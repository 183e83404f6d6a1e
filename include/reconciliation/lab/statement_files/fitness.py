"""What a format has no place for: the first such thing refuses the statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.statement import (
    Capability,
    FormatCannotCarry,
    SimulatedLine,
    SimulatedStatement,
)

# What comes in and what goes out at a PSP, by the types that do only one of it.
SIGNS = {
    ("payment", "payment"): 1,
    ("refund", "refund"): -1,
    ("chargeback", "chargeback"): -1,
    ("reversal", "payment"): -1,
    ("reversal", "refund"): 1,
    ("reversal", "reversal"): 1,
    ("reserve_hold", "reserve_hold"): -1,
    ("reserve_release", "reserve_release"): 1,
}


def refuse_what_does_not_fit(
    format_name: str, carries: Capability, statement: SimulatedStatement
) -> None:
    """FormatCannotCarry for the first thing that `carries` has no place for."""
    for reason in _misfits(carries, statement):
        raise FormatCannotCarry(f"{format_name}, statement {statement.number}: {reason}")


def _misfits(carries: Capability, statement: SimulatedStatement) -> Iterator[str]:
    currencies = statement.currencies
    if not statement.lines and not carries.may_be_empty:
        yield "there is no line, and without one nothing is read"
    if len(currencies) != 1 and not carries.has_several_currencies:
        yield f"one account has one currency here; expected one, found {list(currencies)}"
    for currency in sorted({*currencies, *(line.currency for line in statement.lines)}):
        if carries.currencies is not None and currency not in carries.currencies:
            yield f"expected one of {', '.join(sorted(carries.currencies))}, found {currency}"
        if statement.exponents[currency] not in carries.exponents:
            yield f"{currency} has {statement.exponents[currency]} decimals, which it can't write"
    zone = ZoneInfo(carries.zone or statement.zone)
    for line in statement.lines:
        for reason in (
            *_misfits_of_money(carries, line),
            *_misfits_of_names(carries, line),
            *_misfits_of_time(carries, line, zone),
        ):
            yield f"line {line.event_reference}: {reason}"


def _misfits_of_money(carries: Capability, line: SimulatedLine) -> Iterator[str]:
    if (line.type, line.counts_with) not in carries.types:
        yield f"there is no word for {line.type} that counts with {line.counts_with}"
    for name, minor, has_place in (
        ("fee", line.fee_minor, carries.has_fee),
        ("tax", line.tax_minor, carries.has_tax),
    ):
        if minor and not has_place:
            yield f"there is no place for a {name}, found {minor}"
        if minor < 0 and not carries.has_returned_fee:
            yield f"a {name} can't be given back, found {minor}"
    if line.currency == line.settlement_currency:
        if line.amount_minor != line.gross_minor:
            yield "amount and gross are in one currency and differ"
    elif not carries.has_conversion:
        yield f"there is no place for {line.currency} beside {line.settlement_currency}"
    if line.amount_minor * line.gross_minor <= 0:
        yield "amount and gross must have one direction, and none may be 0"
    if carries.is_bank:
        return
    sign = SIGNS.get((line.type, line.counts_with))
    if line.type == "payout" and not carries.has_returned_payout:
        sign = -1
    if sign is not None and line.gross_minor * sign < 0:
        yield f"a {line.type} with the direction of {line.gross_minor} is something else"
    if line.type in carries.net_decides and line.net_minor * line.gross_minor <= 0:
        yield "its costs are more than its gross, and the net says what it is"


def _misfits_of_names(carries: Capability, line: SimulatedLine) -> Iterator[str]:
    allowed = re.compile(f"(?:{carries.reference_characters}){{1,{carries.reference_length_max}}}")
    for reference in (
        line.event_reference,
        line.payment_reference,
        line.order_reference,
        line.payout_reference,
    ):
        if reference is not None and not allowed.fullmatch(reference):
            yield f"expected a reference such as {allowed.pattern}, found {reference!r}"
    if (
        carries.payment_is_event
        and line.type == "payment"
        and line.payment_reference != line.event_reference
    ):
        yield f"a payment has one id here, found {line.payment_reference} as well"


def _misfits_of_time(carries: Capability, line: SimulatedLine, zone: ZoneInfo) -> Iterator[str]:
    booked_at = line.booked_at
    if booked_at.utcoffset() is None or booked_at.microsecond:
        yield f"expected an aware time in whole seconds, found {booked_at!r}"
    elif carries.has_times and not carries.tells_repeated_hour:
        # A time without its offset counts as winter time.
        wall: datetime = booked_at.astimezone(zone).replace(fold=1)
        if wall.timestamp() != booked_at.timestamp():
            yield f"{booked_at.isoformat()} is in the first of two equal hours, which it can't tell"
