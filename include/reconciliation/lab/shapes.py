"""True payment histories without a fault, which must never be reported.

Each shape makes the movements of one payment, or of one account event, and both sides write them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from include.reconciliation.demo.movements import FAILED, ledger_row, statement_line
from include.reconciliation.demo.timeline import booked_in_batch_of
from include.reconciliation.lab.scene import Plant, Scene
from include.reconciliation.lab.weeks import FRI, MON, SAT, THU, WED


def sale(scene: Scene) -> None:
    """Authorised and captured at once."""
    scene.desk.both(scene.sale())


def full_refund(scene: Scene) -> None:
    """The customer sends everything back."""
    sold = scene.desk.both(scene.sale())
    scene.desk.both(scene.refund(sold))


def partial_refunds(scene: Scene) -> None:
    """Three refunds of one sale, two of them equal, that sum to all of it."""
    sold = scene.desk.both(scene.sale(scene.numbers.choice((WED, THU, FRI))))
    third_minor = sold.amount_minor // 3
    for amount_minor in (third_minor, third_minor, sold.amount_minor - 2 * third_minor):
        scene.desk.both(scene.refund(sold, amount_minor))


def two_captures(scene: Scene) -> None:
    """An order that leaves the warehouse in two parcels."""
    first = scene.desk.both(scene.sale(scene.numbers.choice((WED, THU))))
    scene.desk.both(scene.desk.capture(first, scene.part(first.amount_minor), scene.after(first)))


def partial_capture(scene: Scene) -> None:
    """Less was captured than was authorised; where the PSP shows both, it takes the rest back."""
    sold = scene.sale(SAT)
    if not scene.is_api:
        scene.desk.both(sold)
        return
    rest_minor = scene.part(sold.amount_minor)
    back_at = sold.occurred_at + timedelta(minutes=5)
    scene.desk.state(sold)
    scene.desk.state(
        scene.desk.reversal(sold, "partial_capture_reversal", -rest_minor, back_at)
    )
    captured_minor = sold.amount_minor - rest_minor
    scene.desk.story.gateway.amount_minor[sold.event_reference] = captured_minor
    scene.desk.book_row(
        replace(ledger_row(sold), amount_minor=captured_minor, fee_minor=None, tax_minor=None)
    )


def chargeback(scene: Scene) -> None:
    """A dispute that the company knows of."""
    sold = scene.desk.both(scene.sale(scene.numbers.choice((WED, THU, FRI))))
    scene.desk.both(scene.desk.chargeback(sold, scene.after(sold)))


def dispute_won_and_lost_again(scene: Scene) -> None:
    """Chargeback, its reversal, and on the files of Adyen the second chargeback."""
    sold = scene.desk.both(scene.sale(WED))
    scene.desk.both(scene.desk.chargeback(sold, scene.after(sold, 1)))
    word = "dispute_reversal" if scene.is_api else "ChargebackReversed"
    won_at = scene.after(sold, 5)
    scene.desk.both(
        scene.desk.reversal(sold, word, sold.amount_minor, won_at, is_own_event=True)
    )
    if not scene.is_api:
        scene.desk.both(scene.desk.chargeback(sold, scene.after(sold, 6), "SecondChargeback"))


def declined(scene: Scene) -> None:
    """Nothing moved, and nothing is expected on the statement."""
    refused = scene.sale()
    scene.desk.story.gateway.declined.add(refused.psp_reference)
    scene.desk.book_row(replace(ledger_row(refused), status=FAILED))


def only_the_order_number(scene: Scene) -> None:
    """The ledger knows nothing but its own order number."""
    sold = scene.sale()
    scene.desk.state(sold)
    scene.desk.book_row(replace(ledger_row(sold), psp_reference=None, event_reference=None))


def instalments(scene: Scene) -> None:
    """A sale in three parts: the ledger has one row for each, with its own day."""
    if scene.is_api:
        sale(scene)
        return
    first = scene.sale(WED)
    scene.desk.story.movements.remove(first)
    for number, day in enumerate((THU, FRI, MON), 1):
        part = replace(
            first,
            event_reference=f"{first.event_reference[:-1]}{number}",
            settles_on=scene.week.day(day),
            booked_at=booked_in_batch_of(scene.week.day(day)),
        )
        scene.desk.story.movements.append(part)
        scene.desk.both(part)


def account_event(scene: Scene) -> None:
    """The PSP adjusts the balance or holds a reserve: no event of the company's ledger."""
    movement = scene.sale()
    scene.desk.story.movements.remove(movement)
    words = (
        ("adjustment", "reserve_transaction")
        if scene.is_api
        else ("DepositCorrection", "ReserveAdjustment")
    )
    line = statement_line(movement)
    scene.desk.state_line(
        replace(
            line,
            provider_type=scene.numbers.choice(words),
            fee_minor=0,
            tax_minor=0,
            net_minor=movement.amount_minor,
        )
    )


def booked_in_advance(scene: Scene) -> None:
    """A subscription is booked for a day after the last window."""
    sold = scene.sale(at=scene.week.end + timedelta(hours=8))
    scene.desk.book_row(ledger_row(sold), known_at=scene.week.at(SAT, 8))


def not_due(scene: Scene) -> None:
    """A sale whose day has not come when the last run looks."""
    if scene.is_api:
        sale(scene)
        return
    scene.desk.book(scene.sale(at=scene.week.at(7, 15)))


SHAPES: tuple[Plant, ...] = (
    sale,
    sale,
    sale,
    full_refund,
    partial_refunds,
    two_captures,
    partial_capture,
    chargeback,
    dispute_won_and_lost_again,
    declined,
    only_the_order_number,
    instalments,
    account_event,
    booked_in_advance,
    not_due,
)
# A gateway's books do not say on which day an instalment settles, so it is missed there until then.
SHAPES_OF_GATEWAY = tuple(shape for shape in SHAPES if shape is not instalments)
