"""The hash chain of a payment's events: who changes, removes or inserts one breaks it.

Each field is written with its length before it, so that two fields can't run into each other, and a
field that is absent differs from an empty one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from include.reconciliation.identifiers import sha256_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_sha256(
    previous_sha256: str | None,
    *,
    payment_id: str,
    sequence_number: int,
    event_id: str,
    event_type: str,
    attempt_id: str | None,
    payload: str,
    occurred_at: datetime,
    recorded_at: datetime,
) -> str:
    """The hash of an event and of all before it; `payload` is the JSON text as it is stored."""
    fields = (
        previous_sha256,
        payment_id,
        str(sequence_number),
        event_id,
        event_type,
        attempt_id,
        payload,
        str(microseconds(occurred_at)),
        str(microseconds(recorded_at)),
    )
    return sha256_of("".join(map(with_length, fields)).encode())


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def with_length(field: str | None) -> str:
    """A field with its length in bytes before it; a sign of its own where it is absent."""
    return "-" if field is None else f"{len(field.encode())}:{field}"
