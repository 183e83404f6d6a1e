"""One PSP account as the generator sees it: makes true movements, and books and states them.

A `Desk` writes into a shared `Story`; what is made without `book` or `state` is missing on that
side. Every desk has a stream of numbers of its own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from include.reconciliation.demo import timeline
from include.reconciliation.demo.gateway import GatewayKnowledge
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import (
    LedgerChange,
    LedgerRow,
    Movement,
    StatementLine,
    converted,
    ledger_row,
    statement_line,
)
from include.reconciliation.legs import LEDGER_STATEMENT


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """What is usual at a PSP account; amounts in minor units of each currency."""

    psp: str
    account: str
    order_prefix: str
    # currency: (share of the sales in per cent, smallest amount, largest amount)
    currencies: dict[str, tuple[int, int, int]]
    payment_methods: tuple[str, ...]
    same_day_method: str | None
    sales_per_day: int
    sales_per_weekend_day: int
    # Whose words and references it has, where that is not the PSP's own name.
    family: str = ""


STRIPE = AccountProfile(
    psp="stripe",
    account="default",
    order_prefix="WEB-",
    currencies={"USD": (55, 900, 24_000), "BRL": (25, 2_500, 90_000), "JPY": (20, 800, 30_000)},
    payment_methods=("visa", "mc", "amex"),
    same_day_method=None,
    sales_per_day=64,
    sales_per_weekend_day=38,
)
EUROPE = AccountProfile(
    psp="adyen",
    account="NorthwindEU",
    order_prefix="EU-",
    currencies={"EUR": (82, 700, 35_000), "USD": (18, 1_200, 40_000)},
    payment_methods=("visa", "mc", "sepadirectdebit"),
    same_day_method="ideal",
    sales_per_day=58,
    sales_per_weekend_day=30,
)
BRAZIL = AccountProfile(
    psp="adyen",
    account="NorthwindBR",
    order_prefix="BR-",
    currencies={"BRL": (88, 1_900, 120_000), "USD": (12, 1_500, 30_000)},
    payment_methods=("visa", "mc", "elo"),
    same_day_method="pix",
    sales_per_day=46,
    sales_per_weekend_day=22,
)
PROFILES = (STRIPE, EUROPE, BRAZIL)


@dataclass(slots=True)
class Story:
    """What the desks write: movements, both projections, labels and the decoys' names."""

    movements: list[Movement] = field(default_factory=list)
    changes: list[LedgerChange] = field(default_factory=list)
    lines: list[StatementLine] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    decoys: list[str] = field(default_factory=list)
    gateway: GatewayKnowledge = field(default_factory=GatewayKnowledge)


class Desk:
    """Makes the movements of one account and writes them down."""

    def __init__(self, story: Story, profile: AccountProfile, numbers: random.Random) -> None:
        self.story = story
        self.profile = profile
        self.numbers = numbers
        self.is_stripe = (profile.family or profile.psp) == "stripe"

    # -- true movements -------------------------------------------------------------------------

    def payment(
        self,
        occurred_at: datetime,
        currency: str,
        amount_minor: int | None = None,
        *,
        is_same_day: bool = False,
        batch: date | None = None,
        net_currency: str | None = None,
        exchange_rate: str = "1",
    ) -> Movement:
        """A sale, captured at once; in a batch of its settlement day unless one is named."""
        _, smallest, largest = self.profile.currencies[currency]
        if amount_minor is None:
            amount_minor = self._price(smallest, largest)
        payment_reference, capture_reference = self._references()
        day = occurred_at.astimezone(timeline.ZONE).date()
        settles_on = timeline.business_day(day) if is_same_day else None
        settled_minor = converted(amount_minor, exchange_rate, currency, net_currency or currency)
        fee_minor, tax_minor = self._fee(settled_minor, currency)
        methods = self.profile.payment_methods
        return self._note(
            Movement(
                psp=self.profile.psp,
                account=self.profile.account,
                type="payment",
                provider_type="charge" if self.is_stripe else "Settled",
                psp_reference=payment_reference,
                event_reference=capture_reference,
                merchant_reference=f"{self.profile.order_prefix}{self._digits(8)}",
                amount_minor=amount_minor,
                currency=currency,
                fee_minor=fee_minor,
                tax_minor=tax_minor,
                net_currency=net_currency or currency,
                exchange_rate=exchange_rate,
                payment_method=(
                    self.profile.same_day_method or methods[0]
                    if is_same_day
                    else self.numbers.choice(methods)
                ),
                occurred_at=occurred_at,
                booked_at=self._booked(occurred_at, batch or settles_on or self._due(day)),
                settles_on=settles_on,
                has_tax=self.is_stripe,
            )
        )

    def refund(self, payment: Movement, amount_minor: int, occurred_at: datetime) -> Movement:
        """A refund of a positive amount of that payment."""
        provider_type = "refund" if self.is_stripe else "Refunded"
        return self._later(payment, "refund", provider_type, "re", -amount_minor, occurred_at)

    def capture(self, payment: Movement, amount_minor: int, occurred_at: datetime) -> Movement:
        """A further capture of the same payment."""
        provider_type = "charge" if self.is_stripe else "Settled"
        later = self._later(payment, "payment", provider_type, "ch", amount_minor, occurred_at)
        fee_minor, tax_minor = self._fee(amount_minor, payment.currency)
        return self._renote(later, replace(later, fee_minor=fee_minor, tax_minor=tax_minor))

    def chargeback(
        self, payment: Movement, occurred_at: datetime, provider_type: str = "Chargeback"
    ) -> Movement:
        """The card holder takes the payment back; booked the same business day, with a fee."""
        if self.is_stripe:
            provider_type = "dispute"
        later = self._later(
            payment, "chargeback", provider_type, "dp", -payment.amount_minor, occurred_at
        )
        return self._renote(
            later,
            replace(later, fee_minor=1500, booked_at=self._provider_made(occurred_at)),
        )

    def reversal(
        self,
        original: Movement,
        provider_type: str,
        amount_minor: int,
        occurred_at: datetime,
        *,
        is_own_event: bool = False,
    ) -> Movement:
        """The PSP takes back (part of) a movement; an event of its own for a won dispute."""
        later = self._later(
            original, "reversal", provider_type, "rv", amount_minor, occurred_at
        )
        return self._renote(
            later,
            replace(
                later,
                event_reference=later.event_reference if is_own_event else original.event_reference,
                booked_at=self._provider_made(occurred_at),
            ),
        )

    # -- the two sides --------------------------------------------------------------------------

    def book(self, movement: Movement, known_at: datetime | None = None) -> LedgerRow:
        """The company writes the movement into its ledger as it is."""
        return self.book_row(ledger_row(movement), known_at)

    def book_row(self, row: LedgerRow, known_at: datetime | None = None) -> LedgerRow:
        """The company writes this row, at `known_at` when others can see it later than it says."""
        change = LedgerChange(known_at or row.updated_at, row.ledger_id, row)
        self.story.changes.append(change)
        return row

    def rebook(self, row: LedgerRow, known_at: datetime, **columns: object) -> LedgerRow:
        """The company overwrites some columns of a row."""
        changed = replace(row, updated_at=known_at, **columns)  # type: ignore[arg-type]
        self.story.changes.append(LedgerChange(known_at, row.ledger_id, changed))
        return changed

    def delete(self, row: LedgerRow, known_at: datetime) -> None:
        """The company deletes a row."""
        self.story.changes.append(LedgerChange(known_at, row.ledger_id, None))

    def state(self, movement: Movement) -> StatementLine:
        """The PSP puts the movement on its statement as it is."""
        return self.state_line(statement_line(movement))

    def state_line(self, line: StatementLine) -> StatementLine:
        """The PSP puts this line on its statement."""
        self.story.lines.append(line)
        return line

    def both(self, movement: Movement) -> Movement:
        """Both sides write the movement as it is."""
        self.book(movement)
        self.state(movement)
        return movement

    # -- labels ---------------------------------------------------------------------------------

    def label(
        self,
        fault: str,
        aspect: str,
        kind: str,
        movement: Movement | StatementLine | LedgerRow,
        delta_minor: int,
        exposure_minor: int,
        *,
        currency: str | None = None,
        event: str | None = None,
        is_cleared: bool = False,
        leg: str = LEDGER_STATEMENT,
    ) -> None:
        """Writes down what the reconciliation must report."""
        self.story.labels.append(
            Label(
                fault=fault,
                psp=self.profile.psp,
                account=self.profile.account,
                aspect=aspect,
                kind=kind,
                currency=currency or movement.currency,
                delta_minor=delta_minor,
                exposure_minor=exposure_minor,
                psp_reference=movement.psp_reference,
                event=event or str(movement.event_reference),
                is_cleared=is_cleared,
                leg=leg,
            )
        )

    # -- numbers --------------------------------------------------------------------------------

    def some_time(self, day: date) -> datetime:
        """A moment of that day, the same day in UTC and in the PSP's zone."""
        seconds = self.numbers.randrange(90 * 60, 21 * 3600 + 1800)
        return timeline.at(day, 0) + timedelta(seconds=seconds)

    def some_currency(self) -> str:
        """A currency of the account, by its share of the sales."""
        shares = {currency: share for currency, (share, _, _) in self.profile.currencies.items()}
        return self.numbers.choices(list(shares), list(shares.values()))[0]

    def _later(
        self, payment: Movement, kind: str, provider_type: str, prefix: str, amount_minor: int,
        occurred_at: datetime,
    ) -> Movement:
        day = occurred_at.astimezone(timeline.ZONE).date()
        return self._note(
            replace(
                payment,
                type=kind,
                provider_type=provider_type,
                event_reference=self._event_reference(prefix),
                amount_minor=amount_minor,
                fee_minor=0,
                tax_minor=0,
                occurred_at=occurred_at,
                booked_at=self._booked(occurred_at, self._due(day)),
                settles_on=None,
            )
        )

    def _note(self, movement: Movement) -> Movement:
        self.story.movements.append(movement)
        return movement

    def _renote(self, before: Movement, after: Movement) -> Movement:
        self.story.movements[self.story.movements.index(before)] = after
        return after

    def _booked(self, occurred_at: datetime, batch: date) -> datetime:
        if self.is_stripe:
            return occurred_at + timedelta(seconds=5)
        return timeline.booked_in_batch_of(batch)

    def _provider_made(self, occurred_at: datetime) -> datetime:
        day = occurred_at.astimezone(timeline.ZONE).date()
        return self._booked(occurred_at, timeline.business_day(day))

    def _due(self, day: date) -> date:
        return day if self.is_stripe else timeline.settlement_day(day)

    def _fee(self, amount_minor: int, currency: str) -> tuple[int, int]:
        if not self.is_stripe:
            return 12 + amount_minor * 95 // 10_000, 0
        fee_minor = (0 if currency == "JPY" else 30) + amount_minor * 29 // 1000
        tax_per_cent = {"BRL": 9, "JPY": 10}.get(currency, 0)
        return fee_minor, fee_minor * tax_per_cent // 100

    def _price(self, smallest: int, largest: int) -> int:
        # Most orders are small: the square of a number between 0 and 1 leans to 0.
        share = self.numbers.randrange(1000) ** 2
        return smallest + (largest - smallest) * share // 1_000_000 + self.numbers.randrange(100)

    def _references(self) -> tuple[str, str]:
        if self.is_stripe:
            return f"pi_{self._word()}", f"ch_{self._word()}"
        return f"88{self._digits(14)}", f"86{self._digits(14)}"

    def _event_reference(self, prefix: str) -> str:
        return f"{prefix}_{self._word()}" if self.is_stripe else f"85{self._digits(14)}"

    def _digits(self, count: int) -> str:
        return f"{self.numbers.randrange(10**count):0{count}d}"

    def _word(self) -> str:
        letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        return "3S" + "".join(self.numbers.choice(letters) for _ in range(22))
