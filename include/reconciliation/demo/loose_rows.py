"""Ledger rows without any reference in the story: only their amounts say what they may be."""

from __future__ import annotations

from dataclasses import replace

from include.reconciliation.demo import timeline
from include.reconciliation.demo.desk import Desk
from include.reconciliation.demo.movements import Movement, ledger_row
from include.reconciliation.demo.timeline import at


def book_parts(desk: Desk, sale: Movement, *amounts_minor: int) -> None:
    """Books a sale in parts that name neither the payment nor the order."""
    for number, amount_minor in enumerate(amounts_minor, 1):
        row = ledger_row(sale, ledger_id=f"lt_{sale.event_reference}_part_{number}")
        desk.book_row(
            replace(
                row,
                psp_reference=None,
                event_reference=None,
                merchant_reference=None,
                amount_minor=amount_minor,
                fee_minor=None,
                tax_minor=None,
            )
        )


def two_sums_fit(desk: Desk) -> None:
    """The ledger has four parts without a reference, of which two pairs make the sale."""
    sale = desk.payment(at(timeline.THURSDAY, 20, 5), "EUR", 12_012)
    desk.state(sale)
    book_parts(desk, sale, 4_004, 5_005, 7_007, 8_008)
    desk.label("two_sums_fit", "existence", "ambiguous_match", sale, -12_012, 12_012)


def booked_in_parts(desk: Desk) -> None:
    """The ledger has the sale in two parts without a reference, and nothing else makes it."""
    sale = desk.payment(at(timeline.WEDNESDAY, 20, 5), "EUR", 13_013)
    desk.state(sale)
    book_parts(desk, sale, 4_404, 8_609)
