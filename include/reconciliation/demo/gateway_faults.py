"""What goes wrong in the gateway's books, and what of the other faults its legs must report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from include.reconciliation.demo import timeline
from include.reconciliation.demo.desk import Desk
from include.reconciliation.demo.gateway import GatewayTransaction
from include.reconciliation.demo.labels import BookLabel, Label
from include.reconciliation.demo.movements import Movement
from include.reconciliation.demo.timeline import at
from include.reconciliation.legs import AUTHORISATION, GATEWAY_LEDGER, GATEWAY_STATEMENT

# The gateway knows what truly happened: a fault of another book breaks a second leg.
# (fault, kind on ledger_statement): the leg, and the kind that it has there.
_ON_OTHER_LEGS = {
    ("phantom_refund", "missing_in_ledger"): (GATEWAY_STATEMENT, "missing_in_gateway"),
    ("charge_never_settled", "missing_in_statement"): (GATEWAY_STATEMENT, "missing_in_statement"),
    ("reference_cut", "missing_in_ledger"): (GATEWAY_LEDGER, "missing_in_ledger"),
    ("reference_cut", "missing_in_statement"): (GATEWAY_LEDGER, "missing_in_gateway"),
    ("bank_debit_failed_later", "reversed_after_settlement"): (
        GATEWAY_STATEMENT,
        "missing_in_gateway",
    ),
    ("unknown_category", "unclassified_line"): (GATEWAY_STATEMENT, "unclassified_line"),
    ("settled_under_two_ids", "duplicate_settlement"): (GATEWAY_STATEMENT, "duplicate_settlement"),
    ("yen_with_decimals", "amount_mismatch"): (GATEWAY_LEDGER, "amount_mismatch"),
    ("failed_and_settled", "status_mismatch"): (GATEWAY_STATEMENT, "status_mismatch"),
    ("amount_changed_after_match", "ledger_changed"): (GATEWAY_LEDGER, "ledger_changed"),
    ("amount_changed_after_match", "amount_mismatch"): (GATEWAY_LEDGER, "amount_mismatch"),
}


def on_other_legs(labels: Iterable[Label]) -> Iterator[Label]:
    """The labels that faults of the ledger or of the statement have on the gateway's legs too."""
    for label in tuple(labels):
        if found := _ON_OTHER_LEGS.get((label.fault, label.kind)):
            leg, kind = found
            yield replace(label, leg=leg.name, kind=kind)


def capture_not_recorded(desk: Desk) -> None:
    """The answer to a capture was lost: the PSP settled it, the gateway has its authorisation."""
    sale = desk.payment(at(timeline.FRIDAY, 16, 20), "BRL", 23_400)
    desk.state(sale)
    desk.story.gateway.unknown_events.add(sale.event_reference)
    fault, leg = "capture_not_recorded", GATEWAY_STATEMENT.name
    desk.label(fault, "existence", "missing_capture", sale, 23_400, 23_400, leg=leg)
    desk.label(fault, "existence", "missing_in_ledger", sale, 23_400, 23_400)


def sold_past_the_gateway(desk: Desk) -> None:
    """A sale by telephone was made at the PSP and booked by hand; the gateway has no intent."""
    sale = desk.both(desk.payment(at(timeline.THURSDAY, 17, 17), "USD", 6_325))
    desk.story.gateway.unknown_payments.add(sale.psp_reference)
    fault, kind = "sold_past_the_gateway", "missing_in_gateway"
    desk.label(fault, "existence", kind, sale, -6_325, 6_325, leg=GATEWAY_LEDGER.name)
    desk.label(fault, "existence", kind, sale, 6_325, 6_325, leg=GATEWAY_STATEMENT.name)


def captured_above_the_authorisation(desk: Desk) -> None:
    """A tip was added after the card's bank had said yes to less."""
    sale = desk.both(desk.payment(at(timeline.FRIDAY, 21, 5), "USD", 11_500))
    desk.story.gateway.authorised_minor[sale.psp_reference] = 10_000
    _label_excess(desk, "captured_above_the_authorisation", sale, 1_500)


def capture_recorded_twice(desk: Desk) -> None:
    """The gateway took a repeated message for a second capture."""
    sale = desk.both(desk.payment(at(timeline.SATURDAY, 11, 40), "BRL", 7_650))
    desk.story.gateway.twice.add(sale.event_reference)
    fault, kind = "capture_recorded_twice", "duplicate_in_gateway"
    desk.label(fault, "multiplicity", kind, sale, 7_650, 7_650, leg=GATEWAY_LEDGER.name)
    desk.label(fault, "multiplicity", kind, sale, -7_650, 7_650, leg=GATEWAY_STATEMENT.name)
    _label_excess(desk, fault, sale, 7_650)


def broken_sentences(
    labels: Iterable[Label], transactions: Iterable[GatewayTransaction]
) -> Iterator[BookLabel]:
    """What the faults of the story break of the gateway's own sentences, at its end."""
    book = "billing_gateway"
    for label in labels:
        intent_id = f"in_{label.psp_reference}"
        if label.leg == AUTHORISATION.name:
            sentence = "captured_is_at_most_authorised"
            yield BookLabel(book, sentence, intent_id, label.currency, label.delta_minor)
        if (label.leg, label.kind) == (GATEWAY_LEDGER.name, "duplicate_in_gateway"):
            *_, again = [row for row in transactions if row.intent_id == intent_id]
            sentence, amount = "no_provider_reference_succeeds_twice", again.amount_minor
            yield BookLabel(book, sentence, again.transaction_id, again.currency, amount)


def _label_excess(desk: Desk, fault: str, sale: Movement, excess_minor: int) -> None:
    desk.label(
        fault,
        "amount",
        "capture_exceeds_authorisation",
        sale,
        excess_minor,
        excess_minor,
        event=f"authorisation of {sale.psp_reference}",
        leg=AUTHORISATION.name,
    )


GATEWAY_FAULTS = (
    capture_not_recorded,
    sold_past_the_gateway,
    captured_above_the_authorisation,
    capture_recorded_twice,
)
