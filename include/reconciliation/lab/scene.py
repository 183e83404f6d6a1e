"""Where a fault is planted: one payment of a seed, on a desk of its account, in its week.

A `Scene` makes true movements and labels; a `Draft` is one sale whose two projections are still to
be written, so that several faults can edit it before it is booked and stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from include.reconciliation.demo.desk import Desk
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import (
    LedgerRow,
    Movement,
    StatementLine,
    due_on,
    ledger_row,
    statement_line,
)
from include.reconciliation.demo.timeline import ZONE
from include.reconciliation.lab.weeks import FRI, MON, SAT, SUN, THU, WED, Week
from include.reconciliation.legs import LEDGER_STATEMENT

SALE_DAYS = (WED, THU, FRI, SAT, SUN, MON)


class Scene:
    """A desk, a week, a currency, and the fault that is planted there."""

    def __init__(self, desk: Desk, week: Week, currency: str) -> None:
        self.desk = desk
        self.week = week
        self.currency = currency
        self.numbers = desk.numbers
        self.fault = "none"
        self.is_api = desk.is_stripe

    # -- true movements -------------------------------------------------------------------------

    def moment(self, day: int) -> datetime:
        """Some time of that day of the week, the same day in UTC and in the PSP's zone."""
        return self.desk.some_time(self.week.day(day))

    def sale(
        self, day: int | None = None, amount_minor: int | None = None, at: datetime | None = None,
        *, batch: date | None = None,
    ) -> Movement:
        """A sale on that day, or on some day; neither booked nor stated yet."""
        chosen = self.numbers.choice(SALE_DAYS) if day is None else day
        moment = at or self.moment(chosen)
        return self.desk.payment(moment, self.currency, amount_minor, batch=batch)

    def after(self, movement: Movement, days: int = 1) -> datetime:
        """Some time so many days later."""
        return self.desk.some_time(movement.occurred_at.date() + timedelta(days=days))

    def refund(self, sale: Movement, amount_minor: int | None = None) -> Movement:
        """A refund of the next day, of that positive amount or of all."""
        return self.desk.refund(sale, amount_minor or sale.amount_minor, self.after(sale))

    def part(self, amount_minor: int) -> int:
        """Some part of an amount: more than nothing, less than all."""
        return self.numbers.randint(amount_minor // 5, amount_minor * 4 // 5)

    # -- what is due ----------------------------------------------------------------------------

    def due_on(self, row: LedgerRow) -> date:
        """The day on which the PSP is to book a ledger row."""
        if self.is_api:
            return row.occurred_at.date()
        return due_on(row)

    def booked_on(self, line: StatementLine) -> date:
        """The day on which the PSP booked a line, in its own zone."""
        return line.booked_at.date() if self.is_api else line.booked_on

    # -- labels ---------------------------------------------------------------------------------

    def label(
        self,
        aspect: str,
        kind: str,
        movement: Movement | StatementLine | LedgerRow,
        delta_minor: int,
        exposure_minor: int | None = None,
        *,
        currency: str | None = None,
        event: str | None = None,
        is_cleared: bool = False,
        leg: str = LEDGER_STATEMENT,
    ) -> None:
        """Writes down what must be reported; the exposure is |delta| unless another is given."""
        exposure = abs(delta_minor) if exposure_minor is None else exposure_minor
        self.desk.label(
            self.fault, aspect, kind, movement, delta_minor, exposure,
            currency=currency, event=event, is_cleared=is_cleared, leg=leg,
        )

    def label_absent(self, movement: Movement, *, is_cleared: bool = False) -> None:
        """The statement lacks it."""
        amount_minor = movement.amount_minor
        self.label(
            "existence", "missing_in_statement", movement, -amount_minor, is_cleared=is_cleared
        )

    def label_unbooked(self, movement: Movement, kind: str = "missing_in_ledger") -> None:
        """The ledger lacks it."""
        self.label("existence", kind, movement, movement.amount_minor)

    def label_strangers(self, movement: Movement, row: LedgerRow) -> None:
        """Neither side finds the other: two events."""
        self.label_unbooked(movement)
        self.label(
            "existence", "missing_in_statement", row, -row.amount_minor,
            event=f"ledger row {row.ledger_id}",
        )

    def label_date(self, line: StatementLine, row: LedgerRow) -> None:
        """Another day than the rule gives; money at risk only over a month's end."""
        booked, due = self.booked_on(line), self.due_on(row)
        is_other_month = (booked.year, booked.month) != (due.year, due.month)
        amount_minor = abs(line.gross_minor or 0)
        self.label("date", "date_mismatch", line, 0, amount_minor if is_other_month else 0)


@dataclass
class Draft:
    """A sale of which both sides are still to be written, as faults leave them."""

    scene: Scene
    sale: Movement
    row: LedgerRow
    line: StatementLine

    @classmethod
    def of(cls, scene: Scene, sale: Movement) -> Draft:
        """Both sides as they would be without a fault."""
        return cls(scene, sale, ledger_row(sale), statement_line(sale))

    def book(self, **columns: object) -> None:
        """The ledger has other values than the truth."""
        self.row = replace(self.row, **columns)  # type: ignore[arg-type]

    def state(self, **columns: object) -> None:
        """The statement has other values than the truth."""
        self.line = replace(self.line, **columns)  # type: ignore[arg-type]

    def write(self) -> None:
        """Books the row and states the line."""
        self.scene.desk.book_row(self.row)
        self.scene.desk.state_line(self.line)


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that the gate must refuse with that code, or a state that a statement must have."""

    fault: str
    psp: str
    account: str
    name: str
    state: str
    reason_code: str | None


Planted = Label | RefusedFile
Plant = Callable[[Scene], None]
DraftFault = Callable[[Draft], None]


def local(week: Week, day: int, hour: int, minute: int = 0) -> datetime:
    """That time of the PSP's zone on that day, in UTC."""
    return datetime.combine(week.day(day), time(hour, minute), ZONE).astimezone(UTC)
