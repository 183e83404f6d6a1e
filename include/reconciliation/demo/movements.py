"""True movements of money, and what each side writes about them.

A movement happened once. `ledger_row` is what the company writes into its ledger, `statement_line`
what the PSP puts on its statement. Faults edit one of these projections, never the movement.
Signs are the company's: a payment is positive, a refund or chargeback negative.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from include.reconciliation.demo import timeline
from include.reconciliation.statements.amounts import EXPONENTS

MOVED = "settled"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Movement:
    """One payment, refund, chargeback or reversal, as it truly happened."""

    psp: str
    account: str
    type: str
    provider_type: str
    psp_reference: str
    event_reference: str
    merchant_reference: str
    amount_minor: int
    currency: str
    fee_minor: int
    tax_minor: int
    net_currency: str
    exchange_rate: str
    payment_method: str
    occurred_at: datetime
    booked_at: datetime
    settles_on: date | None = None
    # Whether the PSP names the tax on its fee.
    has_tax: bool = False


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the company's ledger; amounts in minor units."""

    ledger_id: str
    psp: str
    account: str
    psp_reference: str | None
    merchant_reference: str | None
    event_reference: str | None
    type: str
    status: str
    amount_minor: int
    fee_minor: int | None
    tax_minor: int | None
    currency: str
    settles_on: date | None
    occurred_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerChange:
    """A row that is written, overwritten or (`row` is None) deleted at an instant."""

    known_at: datetime
    ledger_id: str
    row: LedgerRow | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a PSP's statement before it is written in the PSP's format."""

    psp: str
    account: str
    line_id: str
    provider_type: str
    psp_reference: str | None
    event_reference: str | None
    merchant_reference: str | None
    gross_minor: int | None
    currency: str
    fee_minor: int
    tax_minor: int
    net_minor: int
    net_currency: str
    exchange_rate: str
    payment_method: str
    created_at: datetime
    booked_at: datetime
    # Which versions of its file show the line: a corrected file is version 2.
    versions: tuple[int, ...] = (1, 2)

    @property
    def booked_on(self) -> date:
        """The day of the batch, in the PSP's zone."""
        return self.booked_at.astimezone(timeline.ZONE).date()


def ledger_row(movement: Movement, *, ledger_id: str | None = None) -> LedgerRow:
    """What a ledger without faults says of a movement, half a minute after it."""
    is_same_currency = movement.currency == movement.net_currency
    # The ledger books the fee of a sale; other fees are left to the monthly invoice.
    knows_fee = movement.type == "payment" and is_same_currency
    return LedgerRow(
        ledger_id=ledger_id or f"lt_{movement.event_reference}",
        psp=movement.psp,
        account=movement.account,
        psp_reference=movement.psp_reference,
        merchant_reference=movement.merchant_reference,
        event_reference=movement.event_reference,
        type=movement.type,
        status=MOVED,
        amount_minor=movement.amount_minor,
        fee_minor=movement.fee_minor if knows_fee else None,
        tax_minor=movement.tax_minor if knows_fee and movement.has_tax else None,
        currency=movement.currency,
        settles_on=movement.settles_on,
        occurred_at=movement.occurred_at,
        updated_at=movement.occurred_at + timedelta(seconds=30),
    )


def statement_line(movement: Movement, *, line_id: str | None = None) -> StatementLine:
    """What a statement without faults says of a movement."""
    converted_minor = converted(
        movement.amount_minor, movement.exchange_rate, movement.currency, movement.net_currency
    )
    return StatementLine(
        psp=movement.psp,
        account=movement.account,
        line_id=line_id or f"txn_{movement.event_reference.partition('_')[2]}{movement.type[:3]}",
        provider_type=movement.provider_type,
        psp_reference=movement.psp_reference,
        event_reference=movement.event_reference,
        merchant_reference=movement.merchant_reference,
        gross_minor=movement.amount_minor,
        currency=movement.currency,
        fee_minor=movement.fee_minor,
        tax_minor=movement.tax_minor,
        net_minor=converted_minor - movement.fee_minor - movement.tax_minor,
        net_currency=movement.net_currency,
        exchange_rate=movement.exchange_rate,
        payment_method=movement.payment_method,
        created_at=movement.occurred_at,
        booked_at=movement.booked_at,
    )


def with_gross(line: StatementLine, gross_minor: int) -> StatementLine:
    """The line with another gross amount and the net that follows from it."""
    settled_minor = converted(gross_minor, line.exchange_rate, line.currency, line.net_currency)
    net_minor = settled_minor - line.fee_minor - line.tax_minor
    return replace(line, gross_minor=gross_minor, net_minor=net_minor)


def converted(amount_minor: int, exchange_rate: str, currency: str, net_currency: str) -> int:
    """An amount times a rate in major units, rounded half away from zero to a minor unit."""
    whole, _, fraction = exchange_rate.partition(".")
    scale = 10 ** (len(fraction) + EXPONENTS[currency])
    product = abs(amount_minor) * int(whole + fraction) * 10 ** EXPONENTS[net_currency]
    rounded = (2 * product + scale) // (2 * scale)
    return rounded if amount_minor >= 0 else -rounded


def due_on(row: LedgerRow) -> date:
    """The business day on whose batch a file-based PSP is to show a ledger row."""
    if row.settles_on is not None:
        return row.settles_on
    return timeline.settlement_day(row.occurred_at.astimezone(timeline.ZONE).date())
