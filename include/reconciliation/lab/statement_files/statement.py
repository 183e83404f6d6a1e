"""The protocol between the simulator and the writers: a simulated statement, its lines, its files.

A statement is what a provider knows of one account over some days. A writer turns it into the bytes
that the provider would deliver (`write`), and into the lines that the gate must read from them
(`canonical`): what the format cannot say is not there, and what it would lose is refused.

Amounts are whole minor units of ISO 4217, signed from the merchant's side: a payment is positive; a
refund, a chargeback and a payout are negative; a fee or a tax that is charged is positive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from include.reconciliation.errors import Final

# The types that a simulated line may have; a bank's account has all of them as bank entries.
LINE_TYPES = (
    *("payment", "refund", "chargeback", "reversal", "fee", "adjustment"),
    *("reserve_hold", "reserve_release", "conversion", "payout", "balance"),
)


class FormatCannotCarry(Final):
    """The format has no place for what a statement says; names the format, the line and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLine:
    """One movement on the account, as the provider books it.

    `event_reference` is the provider's id of the capture, refund, chargeback or payout, different
    on every line of an account; `payment_reference` its id of the payment, None on lines that
    belong to none (a fee, a payout, a reserve); `order_reference` the merchant's own.
    `economic_type` is the type whose total the line counts with, where it is not its own: a refund
    that failed is a reversal that counts with refund, a chargeback that was won a reversal that
    counts with reversal.

    `amount_minor` is in the currency of the payment, `gross_minor`, `fee_minor`, `tax_minor` and
    `net_minor` in that of the settlement; net = gross − fee − tax. In one currency amount and gross
    are equal. `exchange_rate`, in one currency "1", is settlement currency per payment currency in
    major units.

    Both times are aware. `occurred_at` is when the customer paid, `booked_at` when it came on the
    account: what a format writes as the time of the line. `payout_reference` is the payout or batch
    that it was paid out with.
    """

    event_reference: str
    payment_reference: str | None
    order_reference: str | None
    type: str
    economic_type: str | None = None
    amount_minor: int
    currency: str
    gross_minor: int
    settlement_currency: str
    fee_minor: int = 0
    tax_minor: int = 0
    exchange_rate: str = "1"
    occurred_at: datetime
    booked_at: datetime
    payout_reference: str | None = None

    @property
    def net_minor(self) -> int:
        """What came on the account, in the settlement currency."""
        return self.gross_minor - self.fee_minor - self.tax_minor

    @property
    def counts_with(self) -> str:
        """The type whose total the line belongs to."""
        return self.economic_type or self.type


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStatement:
    """What a provider says of one account over whole days.

    `zone` is the IANA name of the provider's days; `period_from` and `period_to` are days in it,
    both included. `number` counts the statements of the account from 1. `made_at` is when the
    provider made it. Balances are per settlement currency, in minor units, and closing = opening +
    the net of the lines. `exponents` has the decimals of every currency that occurs.
    """

    account: str
    zone: str
    period_from: date
    period_to: date
    number: int
    made_at: datetime
    exponents: Mapping[str, int]
    opening_minor: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[SimulatedLine, ...] = ()

    @property
    def currencies(self) -> tuple[str, ...]:
        """The settlement currencies, in order."""
        return tuple(
            sorted({*self.opening_minor, *(line.settlement_currency for line in self.lines)})
        )

    @property
    def closing_minor(self) -> dict[str, int]:
        """Opening plus the net of the lines, by settlement currency."""
        closing = {currency: self.opening_minor.get(currency, 0) for currency in self.currencies}
        for line in self.lines:
            closing[line.settlement_currency] += line.net_minor
        return closing


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file as a provider delivers it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalLine:
    """What the gate must make of a line: its columns of `statement_lines`.

    None where the format does not say it. Equal to what is read, whatever the order of rows.
    """

    type: str
    economic_type: str
    gross_minor: int | None
    gross_currency: str | None
    fee_minor: int | None
    tax_minor: int | None
    net_minor: int | None
    net_currency: str | None
    booked_at: datetime  # in UTC
    booked_on: date
    psp_reference: str | None = None
    event_reference: str | None = None
    merchant_reference: str | None = None
    payout_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a format can carry; the lab pairs its faults with these.

    `types` are the pairs (type, economic type) that it has a word for; `exponents` the decimals of
    the currencies that it can write. `has_fee` and `has_tax`: a column of their own; without one a
    line has no cost. `has_conversion`: payment and settlement may be in two currencies.
    `has_several_currencies`: one file may have several settlement currencies. `has_balances`:
    opening and closing. `is_numbered`: a number or day by which a missing statement is seen.
    `has_totals`: sums or counts that the file states of itself. `has_times`: instants, not days.
    `references` are the kinds that are read back: psp, event, merchant, payout.
    `reference_characters` is what a reference may consist of, as a regular expression, and
    `reference_length_max` how long it may be.
    """

    types: frozenset[tuple[str, str]]
    exponents: frozenset[int]
    currencies: frozenset[str] | None = None  # None: any
    has_fee: bool
    has_tax: bool
    has_conversion: bool
    has_several_currencies: bool
    has_balances: bool
    is_numbered: bool
    has_totals: bool
    has_times: bool
    references: frozenset[str]
    reference_characters: str = r"[A-Za-z0-9]"
    reference_length_max: int = 32


@dataclass(frozen=True, slots=True)
class Writer:
    """One format: what it carries, the bytes that it writes, the lines that are read from them.

    Both functions raise FormatCannotCarry for what the format has no place for. `zone` of the PSP's
    entry is that of the statement.
    """

    format: str
    carries: Capability
    write: Callable[[SimulatedStatement], tuple[StatementFile, ...]]
    canonical: Callable[[SimulatedStatement], tuple[CanonicalLine, ...]]


def refuse_what_does_not_fit(
    format_name: str, carries: Capability, statement: SimulatedStatement
) -> None:
    """FormatCannotCarry for the first thing that `carries` has no place for."""
    for reason in _misfits(carries, statement):
        raise FormatCannotCarry(f"{format_name}, statement {statement.number}: {reason}")


def _misfits(carries: Capability, statement: SimulatedStatement) -> Iterable[str]:
    currencies = statement.currencies
    if len(currencies) > 1 and not carries.has_several_currencies:
        yield f"one account has one currency here; expected one, found {', '.join(currencies)}"
    for currency in {*currencies, *(line.currency for line in statement.lines)}:
        if carries.currencies is not None and currency not in carries.currencies:
            yield f"expected one of {', '.join(sorted(carries.currencies))}, found {currency}"
        if statement.exponents[currency] not in carries.exponents:
            yield f"{currency} has {statement.exponents[currency]} decimals, which it can't write"
    for line in statement.lines:
        for reason in _misfits_of_line(carries, line):
            yield f"line {line.event_reference}: {reason}"


def _misfits_of_line(carries: Capability, line: SimulatedLine) -> Iterable[str]:
    if (line.type, line.counts_with) not in carries.types:
        yield f"there is no word for {line.type} that counts with {line.counts_with}"
    if line.fee_minor and not carries.has_fee:
        yield f"there is no place for a fee, found {line.fee_minor}"
    if line.tax_minor and not carries.has_tax:
        yield f"there is no place for a tax, found {line.tax_minor}"
    if line.currency == line.settlement_currency:
        if line.amount_minor != line.gross_minor:
            yield "amount and gross are in one currency and differ"
    elif not carries.has_conversion:
        yield f"there is no place for {line.currency} beside {line.settlement_currency}"
