"""Payments of a made-up store, as far along as a test wants them."""

from datetime import UTC, datetime, timedelta

from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter

AT = datetime(2026, 11, 19, 8, tzinfo=UTC)
AS_OF = AT + timedelta(hours=2)


def a_payment(store: EventStore, name: str = "payment", at: datetime = AT) -> PaymentWriter:
    """A payment that is created and authorised."""
    payment = PaymentWriter(store, name, at)
    payment.create(1_050, "AUD")
    payment.authorise()
    return payment


def acknowledged(store: EventStore, name: str = "payment", at: datetime = AT) -> PaymentWriter:
    """A payment that the rail has acknowledged."""
    payment = a_payment(store, name, at)
    payment.attempt()
    payment.send()
    payment.acknowledge()
    return payment
