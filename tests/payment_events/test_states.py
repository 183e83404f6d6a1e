"""Each edge of the two machines, and each pair that is no edge: one test for every one of them."""

from itertools import product

import pytest

from include.reconciliation.payment_replay import ProblemKind, replay
from include.reconciliation.payment_states import (
    ATTEMPT_EDGES,
    ATTEMPT_MACHINE,
    FINAL_REASONS,
    PAYMENT_EDGES,
    PAYMENT_MACHINE,
    RETRYABLE_REASONS,
    TERMINAL_ATTEMPT_STATES,
    TERMINAL_PAYMENT_STATES,
    AttemptState,
    PaymentState,
    Trigger,
    shown_state,
)
from tests.payment_events.events import log

# How each state is reached, and with which event each trigger comes.
PAYMENT_PATHS = {
    PaymentState.NONE: "",
    PaymentState.CREATED: "created",
    PaymentState.AUTHORISED: "created authorised",
    PaymentState.ATTEMPTING: "created authorised attempt:1",
    PaymentState.RETRYABLE: "created authorised attempt:1 sent:1 failed:1:RAIL",
    PaymentState.SETTLED: "created authorised attempt:1 sent:1 acknowledged:1 settled:1",
    PaymentState.FAILED: "created authorised failed::FRAUD",
    PaymentState.EXPIRED: "created authorised expired",
}
ATTEMPT_PATHS = {
    AttemptState.NONE: "created authorised attempt:1",
    AttemptState.CREATED: "created authorised attempt:1",
    AttemptState.SENT: "created authorised attempt:1 sent:1",
    AttemptState.ACKNOWLEDGED: "created authorised attempt:1 sent:1 acknowledged:1",
    # An end of an attempt that leaves the payment open: the next attempt is under way.
    AttemptState.FAILED: "created authorised attempt:1 sent:1 failed:1:TIMEOUT attempt:2",
}
EVENTS = {
    Trigger.CREATED: "created",
    Trigger.AUTHORISED: "authorised",
    Trigger.ATTEMPT_CREATED: "attempt{attempt}",
    Trigger.SENT: "sent{attempt}",
    Trigger.ACKNOWLEDGED: "acknowledged{attempt}",
    Trigger.SETTLED: "settled{attempt}",
    Trigger.FAILED_RETRYABLE: "failed{attempt}:RAIL",
    Trigger.FAILED_FINALLY: "failed{attempt}:INVALID_ACCOUNT",
    Trigger.CANCELLED: "failed{attempt}:CANCELLED",
    Trigger.EXPIRED: "expired{attempt}",
}
ATTEMPT_ONLY = {
    Trigger.SENT,
    Trigger.ACKNOWLEDGED,
    Trigger.SETTLED,
}


def shown(path: str) -> str:
    return replay("payment", log(path)).state.state


def is_legal(path: str, event: str) -> bool:
    found = replay("payment", log(f"{path} {event}")).problems
    assert found in ((), found[:1]), "the path itself is legal"
    return not found


@pytest.mark.parametrize(("state", "trigger"), list(product(PaymentState, Trigger)), ids=str)
def test_a_payment_moves_along_its_edges_and_no_others(state, trigger) -> None:  # type: ignore[no-untyped-def]
    """While it is attempting, the attempt is where it allows the event, if any place does."""
    path, attempt = PAYMENT_PATHS[state], ":"
    if trigger is Trigger.ATTEMPT_CREATED:
        attempt = ":9"
    elif state is PaymentState.ATTEMPTING or trigger in ATTEMPT_ONLY:
        attempt = ":1"
    if state is PaymentState.ATTEMPTING:
        before = {Trigger.ACKNOWLEDGED: " sent:1", Trigger.SETTLED: " sent:1 acknowledged:1"}
        path += before.get(trigger, "")
    event = EVENTS[trigger].format(attempt=attempt)

    assert ((state, trigger) in PAYMENT_MACHINE) == is_legal(path, event)


@pytest.mark.parametrize(("state", "trigger"), list(product(ATTEMPT_PATHS, Trigger)), ids=str)
def test_an_attempt_moves_along_its_edges_and_no_others(state, trigger) -> None:  # type: ignore[no-untyped-def]
    if trigger in (Trigger.CREATED, Trigger.AUTHORISED):
        # Not about an attempt: naming one does not make them so.
        event = f"{trigger}:1"
    elif state is AttemptState.NONE:
        # Another attempt than the one under way, which has not been made.
        event = EVENTS[trigger].format(attempt=":7")
    else:
        event = EVENTS[trigger].format(attempt=":1")
    expected = (state, trigger) in ATTEMPT_MACHINE
    if (state, trigger) == (AttemptState.NONE, Trigger.ATTEMPT_CREATED):
        # Its own edge is there; a second attempt beside an open one the payment forbids.
        assert expected
        assert is_legal("created authorised", "attempt:1")
        expected = False

    assert expected == is_legal(ATTEMPT_PATHS[state], event)


@pytest.mark.parametrize("trigger", Trigger, ids=str)
@pytest.mark.parametrize(
    "path",
    [PAYMENT_PATHS[state] for state in sorted(TERMINAL_PAYMENT_STATES)],
)
def test_nothing_leaves_the_end_of_a_payment(path: str, trigger: Trigger) -> None:
    for attempt in (":1", ":2", ":" if "failed" in EVENTS[trigger] else ""):
        assert not is_legal(path, EVENTS[trigger].format(attempt=attempt))


def test_these_are_the_ends() -> None:
    assert {"settled", "failed", "expired"} == TERMINAL_PAYMENT_STATES
    assert {"settled", "failed", "expired"} == TERMINAL_ATTEMPT_STATES


def test_each_pair_of_state_and_trigger_has_at_most_one_edge_and_each_trigger_one_target() -> None:
    """The invariant in SQL tells the state before an event from the event before it."""
    for edges, machine in ((PAYMENT_EDGES, PAYMENT_MACHINE), (ATTEMPT_EDGES, ATTEMPT_MACHINE)):
        targets = {edge.trigger: edge.target for edge in edges}

        assert len(edges) == len(machine)
        assert [] == [edge for edge in edges if targets[edge.trigger] != edge.target]


@pytest.mark.parametrize("reason", sorted(RETRYABLE_REASONS))
def test_a_failure_that_a_retry_may_cure_can_be_retried(reason: str) -> None:
    path = f"created authorised attempt:1 sent:1 failed:1:{reason}"

    assert "FAILED" == shown(path)
    assert is_legal(path, "attempt:2")
    assert "SETTLED" == shown(f"{path} attempt:2 sent:2 acknowledged:2 settled:2")


@pytest.mark.parametrize("reason", [*sorted(FINAL_REASONS), "CANCELLED"])
def test_a_failure_for_good_can_not_be_retried(reason: str) -> None:
    path = f"created authorised attempt:1 sent:1 failed:1:{reason}"

    assert "FAILED" == shown(path)
    assert not is_legal(path, "attempt:2")


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("created", True),
        ("created authorised", True),
        ("created authorised attempt:1", True),
        ("created authorised attempt:1 sent:1", True),
        ("created authorised attempt:1 sent:1 acknowledged:1", False),
        ("created authorised attempt:1 sent:1 failed:1:RAIL", False),
        ("created authorised attempt:1 sent:1 acknowledged:1 settled:1", False),
    ],
)
def test_a_customer_may_cancel_until_the_rail_has_acknowledged(path: str, is_allowed: bool) -> None:
    attempt = ":1" if "attempt" in path and "RAIL" not in path else ":"

    assert is_allowed == is_legal(path, f"failed{attempt}:CANCELLED")


def test_a_created_payment_fails_by_cancellation_alone() -> None:
    assert not is_legal("created", "failed::RAIL")
    assert not is_legal("created", "failed::FRAUD")
    assert not is_legal("created", "expired")


def test_a_settlement_of_an_attempt_that_failed_is_illegal_while_the_next_one_runs() -> None:
    """The time-out was none: the rail has carried out what was retried."""
    path = "created authorised attempt:1 sent:1 acknowledged:1 failed:1:TIMEOUT attempt:2 sent:2"

    found = replay("payment", log(f"{path} settled:1"))

    assert [ProblemKind.ILLEGAL_EVENT] == [problem.kind for problem in found.problems]
    assert "SENT" == found.state.state


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "NONE"),
        ("created", "CREATED"),
        ("created authorised", "AUTHORISED"),
        ("created authorised attempt:1", "AUTHORISED"),
        ("created authorised attempt:1 sent:1", "SENT"),
        ("created authorised attempt:1 sent:1 acknowledged:1", "ACKNOWLEDGED"),
        ("created authorised attempt:1 sent:1 failed:1:RAIL attempt:2", "AUTHORISED"),
    ],
)
def test_a_payment_is_shown_in_the_words_of_the_runbook(path: str, expected: str) -> None:
    assert expected == shown(path)


def test_an_attempt_says_more_only_while_the_payment_is_attempting() -> None:
    assert "SENT" == shown_state("attempting", "sent")
    assert "FAILED" == shown_state("retryable", "failed")
