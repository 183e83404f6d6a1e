"""Events written shortly: `created authorised attempt:1 sent:1 failed:1:RAIL`."""

from datetime import UTC, datetime, timedelta

from include.reconciliation.payment_replay import Event
from include.reconciliation.payment_states import EventType

TYPES = {
    "created": EventType.CREATED,
    "authorised": EventType.AUTHORISED,
    "attempt": EventType.ATTEMPT_CREATED,
    "sent": EventType.SENT,
    "acknowledged": EventType.ACKNOWLEDGED,
    "settled": EventType.SETTLED,
    "failed": EventType.FAILED,
    "expired": EventType.EXPIRED,
}
BEGIN = datetime(2026, 11, 19, 8, tzinfo=UTC)


def log(path: str, payment_id: str = "payment") -> list[Event]:
    """The events of a payment, a second apart; each is `type:attempt:reason`."""
    return [an_event(number, word, payment_id) for number, word in enumerate(path.split(), 1)]


def an_event(number: int, word: str, payment_id: str = "payment") -> Event:
    """One event with that number."""
    name, attempt, reason = (*word.split(":"), "", "")[:3]
    is_created = name == "created"
    return Event(
        payment_id=payment_id,
        sequence_number=number,
        event_id=f"{payment_id} {number} {word}",
        type=TYPES.get(name, name),
        attempt_id=f"attempt {attempt}" if attempt else None,
        reason=reason or None,
        amount_minor=1_050 if is_created else None,
        currency="AUD" if is_created else None,
        recorded_at=BEGIN + timedelta(seconds=number),
    )
