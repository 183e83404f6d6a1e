"""Statements for the writers: one by hand, and as many as hypothesis likes within a capability."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from hypothesis import strategies as some

from include.reconciliation.lab.statement_files.fitness import SIGNS
from include.reconciliation.lab.statement_files.statement import (
    Capability,
    SimulatedLine,
    SimulatedStatement,
)
from include.reconciliation.lab.statement_files.writer import period

EXPONENTS = {"JPY": 0, "CLP": 0, "EUR": 2, "USD": 2, "BRL": 2, "KWD": 3, "BHD": 3, "CLF": 4}
# Clocks are put back or forward on all but the last.
DAYS = (
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 6, 10),
)
ZONES = ("Europe/Amsterdam", "America/New_York", "UTC", "America/Sao_Paulo")
OF_A_PAYMENT = frozenset({"payment", "refund", "chargeback", "reversal"})


def a_line(number: int = 1, type_: str = "payment", minor: int = 10_000, **other: Any):
    """A line of 10 June in euro; `minor` is amount and gross."""
    is_payment = type_ in OF_A_PAYMENT
    values: dict[str, Any] = {
        "event_reference": f"EVENT{number}",
        "payment_reference": f"EVENT{number}" if is_payment else None,
        "order_reference": f"ORDER{number}" if is_payment else None,
        "type": type_,
        "amount_minor": minor,
        "currency": "EUR",
        "gross_minor": minor,
        "settlement_currency": "EUR",
        "occurred_at": datetime(2026, 6, 9, 10, tzinfo=UTC),
        "booked_at": datetime(2026, 6, 10, 8, number, tzinfo=UTC),
    }
    return SimulatedLine(**{**values, **other})


def a_statement(*lines: SimulatedLine, account: str = "012345/0000000678901", **other: Any):
    """A statement of 10 June in Amsterdam, which opens with 500.00 euro."""
    values: dict[str, Any] = {
        "account": account,
        "zone": "Europe/Amsterdam",
        "period_from": date(2026, 6, 10),
        "period_to": date(2026, 6, 10),
        "number": 7,
        "made_at": datetime(2026, 6, 11, 3, tzinfo=UTC),
        "exponents": EXPONENTS,
        "opening_minor": {"EUR": 50_000},
        "lines": lines,
    }
    return SimulatedStatement(**{**values, **other})


@some.composite
def statements(draw: some.DrawFn, carries: Capability) -> SimulatedStatement:
    """Statements that a format can carry: of one to three days, on days of changing clocks."""
    zone = carries.zone if carries.zone == "America/Sao_Paulo" else draw(some.sampled_from(ZONES))
    first = draw(some.sampled_from(DAYS))
    last = first + timedelta(days=draw(some.integers(0, 2)))
    allowed = [
        code
        for code, exponent in EXPONENTS.items()
        if exponent in carries.exponents and code in (carries.currencies or EXPONENTS)
    ]
    several = 3 if carries.has_several_currencies else 1
    currencies = draw(some.lists(some.sampled_from(allowed), min_size=1, max_size=several))
    frame = a_statement(
        zone=zone,
        period_from=first,
        period_to=last,
        number=draw(some.integers(1, 9999)),
        made_at=datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=1),
        opening_minor={
            code: draw(some.integers(-10_000_000, 10_000_000)) for code in dict.fromkeys(currencies)
        },
    )
    count = draw(some.integers(0 if carries.may_be_empty else 1, 6))
    lines: list[SimulatedLine] = []
    for number in range(count):
        lines.append(draw(_lines(carries, frame, currencies, number, tuple(lines))))
    return a_statement(
        *lines,
        **{
            name: getattr(frame, name)
            for name in ("zone", "period_from", "period_to", "number", "made_at", "opening_minor")
        },
    )


@some.composite
def _lines(
    draw: some.DrawFn,
    carries: Capability,
    frame: SimulatedStatement,
    currencies: list[str],
    number: int,
    earlier: tuple[SimulatedLine, ...],
) -> SimulatedLine:
    payments = [line for line in earlier if line.type == "payment"]
    # Only payments stand alone everywhere: a Pix that is given back stands in its payment.
    pairs = sorted(
        pair for pair in carries.types if payments or pair[0] in _standing_alone(carries)
    )
    type_, counts_with = draw(some.sampled_from(pairs))
    text = re.compile(f"(?:{carries.reference_characters}){{1,8}}", re.ASCII)
    words = some.from_regex(text, fullmatch=True)
    event = f"E{number}{draw(words)}"
    payment = None
    if type_ in OF_A_PAYMENT:
        own = event if carries.payment_is_event and type_ == "payment" else f"P{number}x"
        known = [line.payment_reference for line in payments]
        is_own = (
            type_ == "payment"
            or not known
            or (carries.zone != "America/Sao_Paulo" and draw(some.booleans()))
        )
        payment = own if is_own else draw(some.sampled_from(known))
    sign = SIGNS.get((type_, counts_with)) or draw(some.sampled_from((1, -1)))
    if type_ == "payout" and not carries.has_returned_payout and not carries.is_bank:
        sign = -1
    money = draw(_money(carries, currencies, sign, has_costs=payment is not None))
    first, last = period(frame, carries.zone)
    seconds = int(last.timestamp() - first.timestamp())
    booked_at = datetime.fromtimestamp(
        int(first.timestamp()) + draw(some.integers(0, seconds)), UTC
    )
    return SimulatedLine(
        event_reference=event,
        payment_reference=payment,
        order_reference=draw(some.none() | words.map(lambda word: f"O{word}")),
        type=type_,
        economic_type=counts_with,
        occurred_at=booked_at - timedelta(seconds=draw(some.integers(0, 90_000))),
        booked_at=booked_at,
        payout_reference=f"R{number}{draw(words)}" if draw(some.booleans()) else None,
        **money,
    )


def _standing_alone(carries: Capability) -> frozenset[str]:
    if carries.zone == "America/Sao_Paulo":
        return frozenset({"payment"})
    return frozenset(type_ for type_, _ in carries.types)


@some.composite
def _money(
    draw: some.DrawFn, carries: Capability, currencies: list[str], sign: int, *, has_costs: bool
) -> dict[str, Any]:
    settled = draw(some.sampled_from(currencies))
    paid = settled
    if carries.has_conversion and has_costs and draw(some.booleans()):
        paid = draw(some.sampled_from(sorted(EXPONENTS)))
    minor = draw(some.integers(1, 99_999_999))
    gross, rate = minor, "1"
    if paid != settled:
        rate = f"{Decimal(draw(some.integers(10**6, 10**8))) / 10**7:.7f}"
        shifted = Decimal(minor) * Decimal(rate)
        shifted *= Decimal(10) ** (EXPONENTS[settled] - EXPONENTS[paid])
        gross = int(shifted.quantize(Decimal(1), ROUND_HALF_EVEN))
        if gross == 0:
            paid, gross, rate = settled, minor, "1"
    least = -(gross // 3) if carries.has_returned_fee else 0
    costs = some.integers(least, gross // 3)
    return {
        "amount_minor": sign * minor,
        "currency": paid,
        "gross_minor": sign * gross,
        "settlement_currency": settled,
        "exchange_rate": rate,
        "fee_minor": draw(costs) if carries.has_fee and has_costs else 0,
        "tax_minor": draw(costs) if carries.has_tax and has_costs else 0,
    }
