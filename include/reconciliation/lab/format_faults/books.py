"""What truly happened at an account of a case, and the statements that say so.

A PSP's account has payments, or payouts alone; a bank's has payouts, and lines that are of nobody.
Beside a bank stands who is paid out to it, beside payouts alone the bank that they come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from include.reconciliation.demo import timeline
from include.reconciliation.demo.movements import MOVED, LedgerChange, LedgerRow
from include.reconciliation.demo.streams import stream
from include.reconciliation.lab.format_faults.places import (
    BANK_DAYS,
    CHECKOUT,
    DAYS,
    STRIPE_PAYOUTS,
    FormatPlace,
    delivered,
)
from include.reconciliation.lab.statement_files.statement import SimulatedLine, SimulatedStatement
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.statements.amounts import EXPONENTS

_PAYMENTS_A_DAY = 4
_FIRST_NUMBER = 7
_FEE_IS_ONE_IN = 50


@dataclass(frozen=True)
class Book:
    """The truth of one account: its lines by day, and its sound statements."""

    place: FormatPlace
    case: int

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days of its statements."""
        return BANK_DAYS if self.place.is_bank else DAYS

    @property
    def day(self) -> date:
        """The day whose statement goes wrong: the last but one."""
        return self.days[-2]

    @cached_property
    def lines(self) -> dict[date, tuple[SimulatedLine, ...]]:
        """What each day's statement says."""
        return {day: tuple(self._lines(number, day)) for number, day in enumerate(self.days)}

    @cached_property
    def statements(self) -> dict[date, SimulatedStatement]:
        """One a day, each opening where the one before it closed."""
        return dict(zip(self.days, self.chain(self.lines[day] for day in self.days), strict=True))

    def chain(self, lines: Iterable[Sequence[SimulatedLine]]) -> list[SimulatedStatement]:
        """Statements of the days, in this order, of these lines."""
        opening = {self.place.currency: 50_000}
        made = []
        for number, (day, own) in enumerate(zip(self.days, lines, strict=True), _FIRST_NUMBER):
            made.append(self.statement(day, number, own, opening))
            opening = made[-1].closing_minor
        return made

    def statement(
        self, day: date, number: int, lines: Sequence[SimulatedLine], opening: dict[str, int]
    ) -> SimulatedStatement:
        """A statement of one day."""
        account = self.place.account
        return SimulatedStatement(
            # As a Brazilian bank writes it.
            account=account.replace("-", "/"),
            zone=self.place.zone,
            period_from=day,
            period_to=day,
            number=number,
            made_at=delivered(day),
            exponents=EXPONENTS,
            # A batch of Adyen pays out all that it has.
            opening_minor=opening if WRITERS[self.place.format].carries.has_balances else {},
            lines=tuple(lines),
        )

    @cached_property
    def ledger(self) -> tuple[LedgerChange, ...]:
        """The row of each payment, written half a minute after it."""
        return tuple(
            LedgerChange(row.updated_at, row.ledger_id, row)
            for day in self.days
            for line in self.lines[day]
            if line.type == "payment"
            for row in [self._row(line)]
        )

    def payment(self, day: date, number: int | str, minor: int) -> SimulatedLine:
        """A payment of that day, with a fee where the format has one beside the amount."""
        occurred_at = timeline.at(day, 9)
        event = f"E{self.case}D{day.day}N{number}"
        return SimulatedLine(
            event_reference=event,
            payment_reference=event,
            order_reference=f"O{event}",
            type="payment",
            amount_minor=minor,
            currency=self.place.currency,
            gross_minor=minor,
            settlement_currency=self.place.currency,
            fee_minor=_fee_of(self.place.format, minor),
            occurred_at=occurred_at,
            booked_at=occurred_at + timedelta(hours=1, minutes=minor % 60),
        )

    def _lines(self, number: int, day: date) -> Iterator[SimulatedLine]:
        amounts = amounts_of(self.case, day)
        if self.place.is_bank:
            if number:
                yield from (self._arrived(paid, day) for paid in self._paid(self.days[number - 1]))
            for place, minor in enumerate(amounts[:3]):
                line = self.payment(day, f"R{place}", minor)
                yield replace(line, type="adjustment", payment_reference=None)
            return
        paid = list(self._paid(day)) if self.place.paid_out_to else []
        if self.place.format != STRIPE_PAYOUTS:
            for place, minor in enumerate(amounts):
                line = self.payment(day, place, minor)
                # Lines of Checkout.com name the payout that they are paid out with.
                named = paid if self.place.format == CHECKOUT else []
                yield replace(line, payout_reference=named[0].payout_reference) if named else line
        yield from paid

    def _paid(self, day: date) -> Iterator[SimulatedLine]:
        """What is paid out of a day to the bank: one sum less fees; of payouts alone, several."""
        amounts = amounts_of(self.case, day)
        format_name = self.place.payer or self.place.format
        if format_name != STRIPE_PAYOUTS:
            amounts = [sum(minor - _fee_of(format_name, minor) for minor in amounts)]
        for place, minor in enumerate(amounts):
            yield _payout(f"TX{self.case}D{day:%d}N{place}XT", day, minor, self.place.currency)

    def _arrived(self, paid: SimulatedLine, day: date) -> SimulatedLine:
        """The bank's line of a payout."""
        return replace(
            paid,
            event_reference=f"IN{paid.event_reference}",
            amount_minor=-paid.amount_minor,
            gross_minor=-paid.gross_minor,
            order_reference=None,
            occurred_at=timeline.at(day, 9),
            booked_at=timeline.at(day, 10),
        )

    def _row(self, line: SimulatedLine) -> LedgerRow:
        return LedgerRow(
            ledger_id=f"L{line.event_reference}",
            psp=self.place.psp,
            account=self.place.account,
            psp_reference=line.payment_reference,
            merchant_reference=line.order_reference,
            event_reference=line.event_reference,
            type="payment",
            status=MOVED,
            amount_minor=line.amount_minor,
            fee_minor=None,
            tax_minor=None,
            currency=line.currency,
            settles_on=None,
            occurred_at=line.occurred_at,
            updated_at=line.occurred_at + timedelta(seconds=30),
        )


def amounts_of(case: int, day: date) -> list[int]:
    """What is paid on a day at the account of a case that has payments."""
    numbers = stream(case, f"format fault {day}")
    return numbers.sample(range(1_000, 90_000), _PAYMENTS_A_DAY)


def _fee_of(format_name: str, minor: int) -> int:
    """What a payment costs, where the format has a place for it on the payment's line."""
    carries = WRITERS[format_name].carries
    return minor // _FEE_IS_ONE_IN if carries.has_fee and not carries.fee_is_line else 0


def _payout(reference: str, day: date, minor: int, currency: str) -> SimulatedLine:
    booked_at = timeline.at(day, 18)
    return SimulatedLine(
        event_reference=reference,
        payment_reference=None,
        order_reference=None,
        type="payout",
        amount_minor=-minor,
        currency=currency,
        gross_minor=-minor,
        settlement_currency=currency,
        occurred_at=booked_at,
        booked_at=booked_at,
        payout_reference=reference,
    )
