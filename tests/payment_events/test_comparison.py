"""A replayed payment against its stored projection: same, rightly behind, different, not told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.reconciliation.payment_comparison import (
    PROJECTION_GRACE,
    Outcome,
    Projection,
    compare,
)
from include.reconciliation.payment_replay import replay
from tests.payment_events.events import log

EVENTS = log("created authorised attempt:1 sent:1 acknowledged:1 settled:1")
LATER = EVENTS[-1].recorded_at + timedelta(hours=1)


def projected(events) -> Projection:  # type: ignore[no-untyped-def]
    """What the payment's own system stores after these events."""
    state = replay("payment", events).state
    return Projection("payment", state.state, state.sequence_number, state.sha256())


def test_the_same_state_and_hash_are_the_same() -> None:
    found = compare("payment", EVENTS, projected(EVENTS), LATER)

    assert (Outcome.SAME, ()) == (found.outcome, found.sentences)
    assert found.stored is not None and found.replayed_sha256 == found.stored.state_sha256


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "FAILED"}, "the projection says FAILED, the events give SETTLED"),
        ({"state_sha256": "0" * 64}, f"the stored SHA-256 is {'0' * 64}, the events give "),
        (
            {"sequence_number": 7},
            "the projection stands at event 7, the events can be followed to 6",
        ),
    ],
)
def test_one_thing_that_differs_is_a_difference_and_is_said(change, sentence: str) -> None:  # type: ignore[no-untyped-def]
    found = compare("payment", EVENTS, replace(projected(EVENTS), **change), LATER)

    assert Outcome.DIFFERENT is found.outcome
    (said,) = found.sentences
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        (timedelta(microseconds=-1), Outcome.BEHIND),
        (timedelta(0), Outcome.BEHIND),
        (timedelta(microseconds=1), Outcome.DIFFERENT),
    ],
)
def test_a_projection_may_be_behind_for_half_a_minute(late: timedelta, outcome: Outcome) -> None:
    # Counted from the first event that it does not have, not from the newest.
    read_at = EVENTS[4].recorded_at + PROJECTION_GRACE + late

    assert outcome is compare("payment", EVENTS, projected(EVENTS[:4]), read_at).outcome


def test_a_projection_that_is_behind_must_be_what_the_payment_was_then() -> None:
    wrong = replace(projected(EVENTS[:4]), state="FAILED")

    found = compare("payment", EVENTS, wrong, EVENTS[4].recorded_at)

    assert (Outcome.DIFFERENT, ("the projection says FAILED, the events give SENT",)) == (
        found.outcome,
        found.sentences,
    )


@pytest.mark.parametrize(
    ("waited", "outcome"),
    [
        (PROJECTION_GRACE, Outcome.BEHIND),
        (PROJECTION_GRACE + timedelta(microseconds=1), Outcome.DIFFERENT),
    ],
)
def test_a_payment_without_a_projection_is_different_after_the_grace(waited, outcome) -> None:  # type: ignore[no-untyped-def]
    found = compare("payment", EVENTS, None, EVENTS[0].recorded_at + waited)

    assert outcome is found.outcome


def test_a_projection_without_events_is_a_difference() -> None:
    found = compare("payment", [], projected(EVENTS), LATER)

    assert (Outcome.DIFFERENT, ("the projection says SETTLED, and there are no events",)) == (
        found.outcome,
        found.sentences,
    )


@pytest.mark.parametrize(
    "events",
    [
        [*EVENTS[:2], *EVENTS[3:]],
        log("created sent:1"),
        [*EVENTS, EVENTS[5]._replace(event_id="another")],
    ],
    ids=["a gap", "an illegal event", "a conflict"],
)
def test_a_log_that_can_not_be_followed_is_a_difference_even_where_the_projection_agrees(
    events,  # type: ignore[no-untyped-def]
) -> None:
    found = compare("payment", events, projected(events), LATER)

    assert Outcome.DIFFERENT is found.outcome
    assert 1 == len(found.sentences)


def test_an_event_that_nobody_knows_is_not_checked_and_no_difference() -> None:
    events = log("created authorised refunded")

    found = compare("payment", events, projected(events), LATER)

    assert Outcome.NOT_CHECKED is found.outcome
    assert "of the unknown type 'refunded'" in found.sentences[0]
