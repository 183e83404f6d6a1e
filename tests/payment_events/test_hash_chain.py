"""The hash chain: whatever is changed of an event, or put in its place, is found."""

from datetime import timedelta

import psycopg
import pytest

from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore
from tests.payment_events.payments import AS_OF, acknowledged


@pytest.mark.parametrize(
    "change",
    [
        "set type = 'PaymentExpired'",
        'set payload = \'{"currency":"AUD","amount_minor":1050}\'',
        "set payload = '{}'",
        "set attempt_id = 'x'",
        "set occurred_at = occurred_at + interval '1 microsecond'",
        "set recorded_at = recorded_at - interval '1 microsecond'",
        "set event_id = 'another'",
        "set previous_sha256 = ''",
    ],
)
def test_a_change_of_any_column_of_an_event_is_found(  # type: ignore[no-untyped-def]
    store, payment_events, databases, check, change
) -> None:
    acknowledged(store).settle()
    load(payment_events, store)
    assert [] == check("no_event_is_changed", AS_OF)
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as owner:
        owner.execute(f"update payments.events {change} where sequence_number = 1")

    (row,) = check("no_event_is_changed", AS_OF)

    assert "payment" == row["object"]
    assert row["what"].startswith("event 1 (")
    assert " has the content " in row["what"]


def test_an_event_that_was_put_in_the_place_of_another_is_out_of_line(  # type: ignore[no-untyped-def]
    store, payment_events, databases, check
) -> None:
    """Changed with a hash that fits: the event after it tells."""
    payment = acknowledged(store)
    forged = EventStore()
    other = acknowledged(forged)
    other.events[3:] = []
    other.at += timedelta(seconds=5)
    other.send()
    load(payment_events, store)
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as owner:
        owner.execute("delete from payments.events where sequence_number = 4")
        owner.execute(
            "insert into payments.events values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [getattr(other.events[3], name) for name in other.events[3].__slots__],
        )

    (row,) = check("no_event_is_changed", AS_OF)

    event_id = payment.events[4].event_id
    assert f"event 5 ({event_id}) does not follow from the event before it" == row["what"]
