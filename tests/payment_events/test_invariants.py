"""Each invariant of the event store: the exact rows that break it, and what only seems to."""

import re
from datetime import timedelta

import psycopg
import pytest

from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import PaymentWriter
from include.reconciliation.payment_states import EventType
from tests.payment_events.payments import AS_OF, AT, a_payment, acknowledged


def test_an_illegal_event_is_shown_with_where_it_found_payment_and_attempt(  # type: ignore[no-untyped-def]
    store, payment_events, check
) -> None:
    payment = a_payment(store)
    payment.attempt()
    payment.settle()
    load(payment_events, store)

    (row,) = check("only_legal_transitions_happen", AS_OF)

    assert {
        "object": "payment",
        "currency": None,
        "amount_minor": None,
        "occurred_at": payment.events[3].recorded_at,
        "what": "event 4 (settled) found the payment in attempting and attempt payment-attempt-1 "
        "in created",
    } == row


def test_events_before_the_window_count_for_a_payment_that_was_touched_in_it(  # type: ignore[no-untyped-def]
    store, payment_events, check
) -> None:
    """Read alone, the last event of a payment that began earlier would be an illegal first one."""
    good, bad = acknowledged(store, "good"), a_payment(store, "bad")
    bad.attempt()
    for payment in (good, bad):
        payment.at = AS_OF - timedelta(minutes=30)
        payment.settle()
    load(payment_events, store)

    found = check("only_legal_transitions_happen", AS_OF, hours=1)

    assert ["bad"] == [row["object"] for row in found]
    assert [] == check("only_legal_transitions_happen", AS_OF - timedelta(minutes=30), hours=1)


def test_what_comes_after_the_end_of_a_payment_or_of_an_attempt_is_shown(  # type: ignore[no-untyped-def]
    store, payment_events, check
) -> None:
    payment = acknowledged(store, "payment")
    payment.settle()
    payment.fail("RAIL")
    attempt = acknowledged(store, "attempt")
    attempt.fail("TIMEOUT")
    attempt.acknowledge()
    load(payment_events, store)

    found = check("nothing_leaves_a_terminal_state", AS_OF)

    assert [
        (
            "attempt",
            "event 7 (PaymentAcknowledged) came after "
            "attempt attempt-attempt-1 had ended with event 6",
        ),
        ("payment", "event 7 (PaymentFailed) came after the payment had ended with event 6"),
    ] == [(row["object"], row["what"]) for row in found]


def test_two_settlements_are_told_once_with_their_amount(store, payment_events, broken) -> None:  # type: ignore[no-untyped-def]
    payment = acknowledged(store)
    payment.fail("TIMEOUT")
    payment.act("review")
    payment.retry()
    payment.send()
    payment.acknowledge()
    payment.settle()
    payment.attempts = 1
    payment.settle()

    found = broken(store, AS_OF)

    first, second = (event.event_id for event in payment.events[9:])
    assert [
        {
            "object": "payment",
            "currency": "AUD",
            "amount_minor": 1_050,
            "occurred_at": payment.events[10].recorded_at,
            "what": f"2 settlements in 2 attempts: {first}, {second}",
        }
    ] == found.pop("no_payment_settles_twice")
    assert {} == found


def test_a_key_with_two_payments_is_shown_although_one_is_old(store, payment_events, check) -> None:  # type: ignore[no-untyped-def]
    for name, at in (("first", AT - timedelta(days=30)), ("second", AT), ("third", AT)):
        payment = PaymentWriter(store, name, at)
        payment.create(1_050, "AUD", key="another key" if name == "third" else "key")
    load(payment_events, store)

    (row,) = check("every_idempotency_key_has_one_payment", AS_OF)

    assert ("key", "2 payments have the key: first, second") == (row["object"], row["what"])


@pytest.mark.parametrize(
    ("seen", "rows"),
    [("not", 1), ("before", 1), ("after", 0), ("by marking", 0)],
)
def test_a_late_failure_is_unseen_until_an_operator_acts_on_it(  # type: ignore[no-untyped-def]
    store, payment_events, check, seen, rows
) -> None:
    payment = acknowledged(store)
    if seen == "before":
        payment.act("review")
        payment.wait(1)
    if seen == "by marking":
        payment.mark_failed("RAIL")
    else:
        payment.fail("RAIL")
    if seen == "after":
        payment.act("review")
    load(payment_events, store)

    found = check("every_late_failure_is_seen", AS_OF)

    said = (
        "attempt payment-attempt-1 was acknowledged and failed (RAIL); "
        "no operator has acted on the payment since"
    )
    assert [("payment", said)] * rows == [(row["object"], row["what"]) for row in found]


def test_a_failure_before_the_acknowledgement_is_not_late(store, payment_events, check) -> None:  # type: ignore[no-untyped-def]
    payment = a_payment(store)
    payment.attempt()
    payment.send()
    payment.fail("RAIL")
    load(payment_events, store)

    assert [] == check("every_late_failure_is_seen", AS_OF)


@pytest.mark.parametrize(("beyond", "rows"), [(-1, 0), (0, 0), (1, 1)])
def test_ten_minutes_without_an_acknowledgement_are_allowed_and_no_moment_more(  # type: ignore[no-untyped-def]
    store, payment_events, check, beyond, rows
) -> None:
    payment = a_payment(store)
    payment.attempt()
    payment.send()
    sent_at = payment.events[-1].occurred_at
    load(payment_events, store)

    found = check(
        "every_sent_attempt_is_acknowledged_within_10_minutes",
        sent_at + timedelta(minutes=10, microseconds=beyond),
    )

    assert [
        {
            "object": "payment",
            "currency": "AUD",
            "amount_minor": 1_050,
            "occurred_at": sent_at,
            "what": "attempt payment-attempt-1 (rail payment-attempt-1) was sent 600 s ago "
            "and has no answer",
        }
    ] * rows == found


def test_an_attempt_that_failed_or_was_acknowledged_is_not_stuck(
    store, payment_events, check
) -> None:  # type: ignore[no-untyped-def]
    acknowledged(store, "acknowledged")
    failed = a_payment(store, "failed")
    failed.attempt()
    failed.send()
    failed.fail("TIMEOUT")
    load(payment_events, store)

    assert [] == check("every_sent_attempt_is_acknowledged_within_10_minutes", AS_OF)


def test_missing_and_double_numbers_are_named(store, payment_events, check) -> None:  # type: ignore[no-untyped-def]
    logs = {"gap": (1, 2, 5, 6), "double": (1, 2, 2), "late start": (2,), "early": (0, 1)}
    for name, numbers in logs.items():
        payment = PaymentWriter(store, name, AT)
        for number in numbers:
            payment.add(EventType.AUTHORISED, {}, number=number)
    load(payment_events, store)

    found = check("event_numbers_have_no_gap_and_no_duplicate", AS_OF)

    assert [
        ("double", "number 2 is there more than once"),
        ("early", "number 0 is before the first"),
        ("gap", "number 3 is missing"),
        ("late start", "number 1 is missing"),
    ] == [(row["object"], row["what"]) for row in found]


@pytest.mark.parametrize("column", ["approval_id", "operator_id", "reason"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_action_without_approval_operator_or_reason_is_shown(  # type: ignore[no-untyped-def]
    store, payment_events, check, column, value
) -> None:
    payment = a_payment(store)
    payment.cancel()
    payment.act("review")
    first = store.operator_actions[0]
    store.operator_actions[0] = type(first)(
        **{name: getattr(first, name) for name in first.__slots__} | {column: value}
    )
    load(payment_events, store)

    (row,) = check("every_operator_action_is_approved", AS_OF)

    assert (first.action_id, f"cancel of payment payment lacks its {column.replace('_', ' ')}") == (
        row["object"],
        row["what"],
    )


def test_a_retry_a_cancellation_and_a_marked_failure_want_their_action(  # type: ignore[no-untyped-def]
    store, payment_events, check
) -> None:
    retried = acknowledged(store, "retried")
    retried.fail("RAIL")
    retried.attempt()
    a_payment(store, "cancelled").fail("CANCELLED")
    acknowledged(store, "marked").mark_failed("RAIL")
    # The action of another kind, and that of another payment, are not its own.
    store.operator_actions[0] = type(store.operator_actions[0])(
        **{
            name: getattr(store.operator_actions[0], name)
            for name in store.operator_actions[0].__slots__
        }
        | {"action": "retry"}
    )
    load(payment_events, store)

    found = check("every_operator_event_has_its_action", AS_OF)

    assert [("cancelled", "cancel"), ("marked", "mark_failed"), ("retried", "retry")] == [
        (row["object"], re.findall(r"is the (\w+) of an operator", row["what"])[0]) for row in found
    ]


def test_unknown_types_reasons_and_actions_are_what_no_check_can_rely_on(  # type: ignore[no-untyped-def]
    store, payment_events, unreliable
) -> None:
    payment = a_payment(store)
    payment.add("PaymentRefunded", {})
    payment.add(EventType.FAILED, {"reason": "SOLAR_FLARE"})
    payment.add(EventType.FAILED, {})
    payment.act("refund")
    load(payment_events, store)

    assert [
        ("payments.events", "reason is 'SOLAR_FLARE' in 1 rows of PaymentFailed"),
        ("payments.events", "reason is NULL in 1 rows of PaymentFailed"),
        ("payments.events", "type is 'PaymentRefunded' in 1 rows"),
        ("payments.operator_actions", "action is 'refund' in 1 rows"),
    ] == unreliable()


def test_the_reading_role_reads_and_nothing_else(reader, databases) -> None:  # type: ignore[no-untyped-def]
    for change in (
        "insert into payments.projections values ('a', 'SETTLED', 1, 'x', now())",
        "update payments.projections set state = 'SETTLED'",
        "delete from payments.events",
        "truncate payments.events",
    ):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute(change)
    # The setting is undone by one statement; the rights are what holds.
    reader.execute("set default_transaction_read_only = off")
    for change in (
        "update payments.projections set state = 'SETTLED'",
        "delete from payments.events",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(change)


def test_the_store_itself_can_not_be_changed_by_its_writer(payment_events) -> None:  # type: ignore[no-untyped-def]
    for change in (
        "update payments.events set type = 'PaymentSettled'",
        "delete from payments.events",
        "truncate payments.events",
        "update payments.operator_actions set approval_id = 'x'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            payment_events.execute(change)
