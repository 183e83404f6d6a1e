"""The replay: any order of arrival gives the same state and hash; a part gives the state it had."""

import json

from hypothesis import given
from hypothesis import strategies as st

from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.rows import EventRow, event_of
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.payment_replay import Attempt, ProblemKind, State, replay
from tests.payment_events.events import an_event, log

WORDS = (
    "created authorised attempt:1 attempt:2 sent:1 sent:2 acknowledged:1 acknowledged:2 settled:1"
    " settled:2 failed:1:RAIL failed:2:TIMEOUT failed::CANCELLED failed:1:FRAUD expired expired:1"
).split()
# Any sequence of events, however illegal; and those that a real payment has.
ANY_LOG = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join).map(log)
HISTORY = st.integers(0, 50).map(lambda seed: make_event_store(seed, hours=1)[0].events)
RETRIED = (
    "created authorised attempt:1 sent:1 acknowledged:1 failed:1:TIMEOUT attempt:2 sent:2"
    " acknowledged:2 settled:2"
)


@given(ANY_LOG, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_state_and_hash(events, chance) -> None:  # type: ignore[no-untyped-def]
    arrived = list(events)
    chance.shuffle(arrived)

    assert replay("payment", events) == replay("payment", arrived)
    assert replay("payment", events).state.sha256() == replay("payment", arrived).state.sha256()


@given(ANY_LOG, st.randoms(use_true_random=False), st.data())
def test_what_arrives_twice_counts_once(events, chance, data) -> None:  # type: ignore[no-untyped-def]
    arrived = [*events, *data.draw(st.lists(st.sampled_from(events)))]
    chance.shuffle(arrived)

    assert replay("payment", events) == replay("payment", arrived)


@given(ANY_LOG, st.data())
def test_a_part_of_the_log_gives_the_state_that_it_had_then(events, data) -> None:  # type: ignore[no-untyped-def]
    """What is there of the log is followed up to the first number that is missing."""
    kept = data.draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events)))
    arrived = [event for event, is_kept in zip(events, kept, strict=True) if is_kept]
    reached = kept.index(False) if False in kept else len(kept)

    found = replay("payment", arrived)

    assert replay("payment", events[:reached]).state == found.state
    assert (len(arrived) > reached) == (
        ProblemKind.SEQUENCE_GAP in {problem.kind for problem in found.problems}
    )


@given(HISTORY, st.randoms(use_true_random=False))
def test_each_made_up_payment_is_rebuilt_whatever_the_order(rows, chance) -> None:  # type: ignore[no-untyped-def]
    by_payment: dict[str, list[EventRow]] = {}
    for row in rows:
        by_payment.setdefault(row.payment_id, []).append(row)
    for payment_id, told in by_payment.items():
        arrived = [event_of(row) for row in told]
        chance.shuffle(arrived)

        found = replay(payment_id, arrived)

        assert () == found.problems
        assert len(told) == found.state.sequence_number


@given(ANY_LOG, st.data(), st.randoms(use_true_random=False))
def test_two_events_with_one_number_stop_the_replay_before_it(events, data, chance) -> None:  # type: ignore[no-untyped-def]
    number = data.draw(st.integers(1, len(events)))
    arrived = [*events, an_event(number, "expired")._replace(event_id="another")]
    chance.shuffle(arrived)

    found = replay("payment", arrived)

    assert replay("payment", events[: number - 1]).state == found.state
    assert (ProblemKind.SEQUENCE_CONFLICT, number) == (
        found.problems[-1].kind,
        found.problems[-1].sequence_number,
    )


def test_a_payment_that_was_retried_is_settled_with_both_of_its_attempts() -> None:
    assert replay("payment", log(RETRIED)).state == State(
        payment_id="payment",
        state="SETTLED",
        reason=None,
        amount_minor=1_050,
        currency="AUD",
        attempts=(Attempt("attempt 1", "failed"), Attempt("attempt 2", "settled")),
        sequence_number=10,
    )


def test_each_prefix_of_a_payment_is_what_it_was() -> None:
    events = log(RETRIED)

    assert [
        "NONE", "CREATED", "AUTHORISED", "AUTHORISED", "SENT", "ACKNOWLEDGED", "FAILED",
        "AUTHORISED", "SENT", "ACKNOWLEDGED", "SETTLED",
    ] == [replay("payment", events[:length]).state.state for length in range(11)]  # fmt: skip


def test_a_failure_keeps_its_reason_and_a_retry_clears_it() -> None:
    failed = log("created authorised attempt:1 sent:1 failed:1:RAIL")

    assert "RAIL" == replay("payment", failed).state.reason
    assert replay("payment", [*failed, an_event(6, "attempt:2")]).state.reason is None
    assert "CANCELLED" == replay("payment", log("created failed::CANCELLED")).state.reason


def test_the_canonical_bytes_and_their_hash_are_these() -> None:
    """A change of the form changes every stored hash: it needs another FORM, and a changelog."""
    state = replay("payment", log("created authorised attempt:1")).state

    assert (
        b'{"amount_minor":1050,"attempts":[["attempt 1","created"]],"currency":"AUD",'
        b'"form":"payment-state-1","payment_id":"payment","reason":null,"sequence_number":3,'
        b'"state":"AUTHORISED"}'
    ) == state.canonical_bytes()
    assert "6cbaf612fa752166f059c84ff9dbd133528cd67038a41eaf2b3c9b4a344a8832" == state.sha256()


@given(ANY_LOG)
def test_the_canonical_bytes_are_canonical_json(events) -> None:  # type: ignore[no-untyped-def]
    content = replay("payment", events).state.canonical_bytes()

    assert canonical_json(json.loads(content)).encode() == content


def test_an_illegal_event_changes_nothing_and_is_told() -> None:
    found = replay("payment", log("created sent:1 authorised"))

    assert ("AUTHORISED", 3) == (found.state.state, found.state.sequence_number)
    (problem,) = found.problems
    assert (ProblemKind.ILLEGAL_EVENT, 2) == (problem.kind, problem.sequence_number)
    assert "(sent) found the payment in created and attempt attempt 1 in none" in problem.sentence


def test_an_event_that_nobody_knows_stops_the_replay() -> None:
    for word in ("refunded", "failed::SOLAR_FLARE", "failed"):
        found = replay("payment", log(f"created {word} authorised"))

        assert ("CREATED", 1) == (found.state.state, found.state.sequence_number)
        assert [ProblemKind.UNKNOWN_EVENT] == [problem.kind for problem in found.problems]


def test_a_number_before_the_first_is_a_conflict() -> None:
    found = replay("payment", [an_event(0, "created"), *log("created")])

    assert ("NONE", 0) == (found.state.state, found.state.sequence_number)
    assert "numbers begin at 1" in found.problems[0].sentence
