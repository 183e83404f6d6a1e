"""What only seems wrong in the story: none of it may ever be reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from include.reconciliation.demo import timeline
from include.reconciliation.demo.desk import BRAZIL, EUROPE, STRIPE, AccountProfile, Desk
from include.reconciliation.demo.faults import Plant
from include.reconciliation.demo.loose_rows import booked_in_parts
from include.reconciliation.demo.movements import FAILED, ledger_row
from include.reconciliation.demo.timeline import at


def two_equal_orders(desk: Desk) -> None:
    """Two customers buy the same in the same second; and one order is captured in equal halves."""
    moment = at(timeline.FRIDAY, 12, 30)
    for _ in range(2):
        desk.both(desk.payment(moment, "EUR", 4_990))
    first = desk.both(desk.payment(moment, "EUR", 2_500))
    desk.both(desk.capture(first, 2_500, moment))


def capture_id_in_place_of_reference(desk: Desk) -> None:
    """The ledger stored the capture's id where the payment's reference belongs."""
    sale = desk.payment(at(timeline.THURSDAY, 13, 37), "EUR", 8_125)
    desk.state(sale)
    desk.book_row(
        replace(ledger_row(sale), psp_reference=sale.event_reference, event_reference=None)
    )


def only_the_order_number(desk: Desk) -> None:
    """The ledger knows nothing but its own order number."""
    sale = desk.payment(at(timeline.THURSDAY, 14, 1), "BRL", 10_750)
    desk.state(sale)
    desk.book_row(replace(ledger_row(sale), psp_reference=None, event_reference=None))


def refund_that_came_back(desk: Desk) -> None:
    """A refund failed: its line and the line that takes it back are in one batch."""
    sale = desk.both(desk.payment(at(timeline.WEDNESDAY, 15), "EUR", 6_100))
    refund = desk.refund(sale, 6_100, at(timeline.THURSDAY, 15))
    desk.book_row(replace(ledger_row(refund), status=FAILED))
    desk.state(refund)
    back = desk.reversal(refund, "RefundedReversed", 6_100, at(timeline.FRIDAY, 4))
    desk.state(back)


def partial_capture_with_reversal(desk: Desk) -> None:
    """The PSP shows the whole charge and takes back what was not captured; the ledger has 60."""
    sale = desk.payment(at(timeline.SATURDAY, 14, 20), "USD", 10_000)
    desk.state(sale)
    desk.state(
        desk.reversal(sale, "partial_capture_reversal", -4_000, at(timeline.SATURDAY, 14, 25))
    )
    desk.book_row(replace(ledger_row(sale), amount_minor=6_000, fee_minor=None, tax_minor=None))
    desk.story.gateway.amount_minor[sale.event_reference] = 6_000


def three_refunds_of_one_sale(desk: Desk) -> None:
    """30 + 30 + 40 of one payment of 100, two of them equal."""
    sale = desk.both(desk.payment(at(timeline.WEDNESDAY, 11), "BRL", 10_000))
    for number, amount_minor in enumerate((3_000, 3_000, 4_000)):
        desk.both(desk.refund(sale, amount_minor, at(timeline.THURSDAY, 11 + number)))


def sale_in_instalments(desk: Desk) -> None:
    """A sale in three parts: the ledger has one row for each, with its own day."""
    first = desk.payment(
        at(timeline.WEDNESDAY, 17, 45), "BRL", 20_000, batch=timeline.THURSDAY
    )
    days = (timeline.THURSDAY, timeline.MONDAY, timeline.NEXT_WEDNESDAY)
    for number, day in enumerate(days, 1):
        part = replace(
            first,
            event_reference=f"{first.event_reference[:-1]}{number}",
            settles_on=day,
            booked_at=timeline.booked_in_batch_of(day),
        )
        desk.both(part)


def dispute_won_and_lost_again(desk: Desk) -> None:
    """Chargeback, its reversal and the second chargeback: three events, and all are booked."""
    sale = desk.both(desk.payment(at(timeline.WEDNESDAY, 9, 15), "EUR", 17_350))
    desk.both(desk.chargeback(sale, at(timeline.FRIDAY, 10)))
    won = desk.reversal(
        sale, "ChargebackReversed", 17_350, at(timeline.MONDAY, 10), is_own_event=True
    )
    desk.both(won)
    desk.both(desk.chargeback(sale, at(timeline.TUESDAY, 10), "SecondChargeback"))


def booked_within_the_grace(desk: Desk) -> None:
    """The ledger is an hour late, over the end of a window, and has two."""
    sale = desk.payment(at(timeline.FRIDAY, 11, 25), "USD", 7_700)
    desk.state(sale)
    desk.book(sale, known_at=at(timeline.FRIDAY, 12, 25))


def late_commit(desk: Desk) -> None:
    """A transaction of the morning commits in the evening; its times are those of the morning."""
    sale = desk.payment(at(timeline.THURSDAY, 10, 30), "BRL", 14_200)
    desk.state(sale)
    desk.book(sale, known_at=at(timeline.THURSDAY, 21))


def declined_card(desk: Desk) -> None:
    """A failed payment: nothing moves, and nothing is expected on the statement."""
    sale = desk.payment(at(timeline.SATURDAY, 18, 5), "USD", 9_999)
    desk.story.gateway.declined.add(sale.psp_reference)
    desk.book_row(replace(ledger_row(sale), status=FAILED))


def booked_for_tomorrow(desk: Desk) -> None:
    """A subscription is booked in advance, after the end of the last window."""
    sale = desk.payment(at(timeline.NEXT_THURSDAY, 20), "EUR", 1_900)
    desk.book(sale, known_at=at(timeline.NEXT_WEDNESDAY, 8))


def dollars_settled_in_euros(desk: Desk) -> None:
    """Sold in dollars, paid out in euros at the PSP's rate."""
    for minute, amount_minor in enumerate((12_345, 6_789, 25_001)):
        desk.both(
            desk.payment(
                at(timeline.THURSDAY, 12) + timedelta(minutes=minute), "USD", amount_minor,
                net_currency="EUR", exchange_rate="0.921437",
            )
        )


def file_delivered_twice(desk: Desk) -> None:
    """Thursday's batch comes again, the same bytes under another name."""
    # The file is made by adyen_files.


DECOYS: dict[str, tuple[AccountProfile, Plant]] = {
    plant.__name__: (profile, plant)
    for profile, plant in (
        (EUROPE, two_equal_orders),
        (EUROPE, capture_id_in_place_of_reference),
        (BRAZIL, only_the_order_number),
        (EUROPE, booked_in_parts),
        (EUROPE, refund_that_came_back),
        (STRIPE, partial_capture_with_reversal),
        (BRAZIL, three_refunds_of_one_sale),
        (BRAZIL, sale_in_instalments),
        (EUROPE, dispute_won_and_lost_again),
        (STRIPE, booked_within_the_grace),
        (BRAZIL, late_commit),
        (STRIPE, declined_card),
        (EUROPE, booked_for_tomorrow),
        (EUROPE, dollars_settled_in_euros),
        (EUROPE, file_delivered_twice),
    )
}
