"""The protocol between the simulator and the writers: a simulated statement, its lines, its files.

A statement is what a provider knows of one account over some days. A writer turns it into the bytes
that the provider would deliver (`write`), and into the lines that the gate must read from them
(`canonical`). Money, types and currencies that a format has no place for are refused; references
that it has no place for are left out.

Amounts are whole minor units of ISO 4217, signed from the merchant's side: a payment is positive; a
refund, a chargeback and a payout are negative; a fee or a tax that is charged is positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from include.reconciliation.errors import Final

BANK_ENTRY = ("bank_entry", "bank_entry")
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

    Both times are aware, in whole seconds. `occurred_at` is when the customer paid, `booked_at`
    when it came on the account: what a format writes as the time of the line. `payout_reference` is
    the payout or batch that it was paid out with, or that it is.

    On a bank's account a payout comes in, so it is positive there; `event_reference` is the bank's
    own id of the entry, and what the sender gave is the payout's reference, else the order's.
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

    `types` maps the pairs (type, economic type) that it has a word for to the pair that is read
    back; a bank knows entries only. `exponents` are the decimals of the currencies that it can
    write, `currencies` the only ones, None for any.

    `has_fee` and `has_tax`: a place of their own, without which a line has no cost. `fee_is_line`:
    that place is a line of its own. `has_returned_fee`: a cost may be negative. `has_conversion`:
    payment and settlement may be in two currencies. `has_several_currencies`: one statement may
    have several settlement currencies. `has_returned_payout`: a payout may come back.
    `net_decides` are the types that are told by the sign of the net, which must be the gross's.
    `payment_is_event`: a payment has one id, so its event reference is its payment reference.

    `has_balances`: opening and closing. `is_numbered`: a sequence number by which a missing
    statement is seen. `has_totals`: sums or counts that the file states of itself.
    `may_be_empty`: a statement may be without a line.

    `has_times`: instants, not days. `tells_repeated_hour`: where clocks are put back, the file says
    which of the two hours is meant. `zone` is that of the days, None for the statement's own.

    `references` are the kinds that are read back: psp, event, merchant, payout. A reference
    consists of `reference_characters`, of which there are at most `reference_length_max`.
    """

    types: Mapping[tuple[str, str], tuple[str, str]]
    exponents: frozenset[int] = frozenset({0, 2, 3, 4})
    currencies: frozenset[str] | None = None
    has_fee: bool = False
    has_tax: bool = False
    fee_is_line: bool = False
    has_returned_fee: bool = False
    has_conversion: bool = False
    has_several_currencies: bool = False
    has_returned_payout: bool = False
    net_decides: frozenset[str] = frozenset()
    payment_is_event: bool = False
    has_balances: bool = False
    is_numbered: bool = False
    has_totals: bool = False
    may_be_empty: bool = False
    has_times: bool = True
    tells_repeated_hour: bool = True
    zone: str | None = None
    references: frozenset[str] = frozenset()
    reference_characters: str = r"[A-Za-z0-9_.-]"
    reference_length_max: int = 32

    @property
    def is_bank(self) -> bool:
        """Whether it is a bank's format, whose lines are entries that come in or go out."""
        return all(read == BANK_ENTRY for read in self.types.values())
