"""SEMANTICS, section 16, as a table: each answer in each situation, and what must hold in all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.reconciliation.payout_answers import KNOWN, Answer
from include.reconciliation.payout_decisions import (
    RESEND_MARGIN,
    SENTENCES,
    Action,
    Decision,
    Operation,
    PastAnswer,
    Promises,
    Reason,
    Send,
    SendState,
    decide,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DELAY = 15 * MINUTE
PULL, REPAIR = Operation.RECONCILE_PULL, Operation.STUCK_REPAIR
SENDING, SENT = SendState.SENDING, SendState.SENT

# Operation, state, newest answer: action, reason, whether a person is told. Without replay of keys,
# nothing said before.
TABLE = {
    (PULL, SENT, "succeeded"): ("deliver", "provider_has_it", False),
    (PULL, SENT, "failed"): ("deliver", "provider_has_it", False),
    (PULL, SENT, "in_progress"): ("wait", "still_in_progress", False),
    (PULL, SENT, "unknown"): ("wait", "asked_again_later", False),
    (PULL, SENT, "contradiction"): ("hand_over", "contradiction", True),
    (PULL, SENT, "unreadable"): ("wait", "asked_again_later", False),
    (PULL, SENT, "no_answer"): ("wait", "asked_again_later", False),
    (REPAIR, SENT, "succeeded"): ("deliver", "provider_has_it", False),
    (REPAIR, SENT, "failed"): ("deliver", "provider_has_it", False),
    (REPAIR, SENT, "in_progress"): ("wait", "still_in_progress", False),
    (REPAIR, SENT, "unknown"): ("wait", "unknown_once", False),
    (REPAIR, SENT, "contradiction"): ("hand_over", "contradiction", True),
    (REPAIR, SENT, "unreadable"): ("hand_over", "unreadable", True),
    (REPAIR, SENT, "no_answer"): ("hand_over", "no_answer", True),
    (REPAIR, SENDING, "succeeded"): ("deliver", "provider_has_it", True),
    (REPAIR, SENDING, "failed"): ("deliver", "provider_has_it", True),
    (REPAIR, SENDING, "in_progress"): ("deliver", "provider_has_it", True),
    (REPAIR, SENDING, "unknown"): ("wait", "unknown_once", False),
    (REPAIR, SENDING, "contradiction"): ("hand_over", "contradiction", True),
    (REPAIR, SENDING, "unreadable"): ("hand_over", "unreadable", True),
    (REPAIR, SENDING, "no_answer"): ("hand_over", "no_answer", True),
}


def a_send(
    state: SendState = SENDING, *, has_reference: bool = False, key_age: timedelta = 20 * MINUTE
) -> Send:
    return Send(state, has_reference, NOON - key_age)


def said(
    answer: str, minutes_ago: float = 0, *, took: timedelta = timedelta(0), this_send: bool = True
) -> PastAnswer:
    """An answer that came so long ago."""
    came = NOON - timedelta(minutes=minutes_ago)
    return PastAnswer(Answer(answer), came - took, came, this_send)


def decided(
    *answers: PastAnswer,
    operation: Operation = REPAIR,
    send: Send | None = None,
    retention: timedelta | None = None,
    is_handed_over: bool = False,
) -> tuple[str, str, bool]:
    found = decide(
        operation,
        send or a_send(),
        answers,
        Promises(DELAY, retention),
        is_handed_over=is_handed_over,
        now=NOON,
    )
    return found.action.value, found.reason.value, found.needs_human


@pytest.mark.parametrize("case", TABLE, ids=lambda case: "-".join(case))
def test_each_answer_has_one_action(case: tuple[Operation, SendState, str]) -> None:
    operation, state, answer = case

    found = decided(said(answer), operation=operation, send=a_send(state))

    assert TABLE[case] == found


def test_the_table_has_every_answer_in_every_situation() -> None:
    situations = [(PULL, SENT), (REPAIR, SENT), (REPAIR, SENDING)]
    expected = {(*where, answer.value) for where, answer in product(situations, Answer)}

    assert expected == set(TABLE)
    assert set(Reason) == set(SENTENCES)


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        (DELAY - timedelta(microseconds=1), ("wait", "unknown_once", False)),
        (DELAY, ("requeue", "unknown_twice", False)),
        (DELAY + timedelta(microseconds=1), ("requeue", "unknown_twice", False)),
    ],
)
@pytest.mark.parametrize("state", SendState)
def test_unknown_twice_counts_from_the_visibility_delay_on(
    apart: timedelta, expected: tuple[str, str, bool], state: SendState
) -> None:
    first = PastAnswer(Answer.UNKNOWN, NOON - apart - MINUTE, NOON - apart)

    assert expected == decided(first, said("unknown"), send=a_send(state))


def test_the_delay_lies_between_hearing_the_first_and_asking_the_second_time() -> None:
    # The second question was asked a minute before its answer came: 14 minutes after the first.
    second = said("unknown", took=MINUTE)

    assert ("wait", "unknown_once", False) == decided(said("unknown", 15), second)
    assert ("requeue", "unknown_twice", False) == decided(said("unknown", 16), second)


def test_an_unknown_of_an_earlier_send_proves_nothing_about_this_one() -> None:
    earlier = said("unknown", 60, this_send=False)

    assert ("wait", "unknown_once", False) == decided(earlier, said("unknown"))


@pytest.mark.parametrize("known", sorted(KNOWN))
@pytest.mark.parametrize("this_send", [True, False])
def test_what_the_provider_knew_once_is_never_sent_again(known: str, this_send: bool) -> None:
    answers = (said("unknown", 90), said(known, 60, this_send=this_send), said("unknown"))

    found = decided(*answers, retention=timedelta(days=7))

    assert ("hand_over", "known_before", True) == found


def test_a_reference_says_that_the_provider_knew_it() -> None:
    send = a_send(SENT, has_reference=True)

    found = decided(said("unknown", 60), said("unknown"), send=send, retention=timedelta(days=7))

    assert ("hand_over", "known_before", True) == found


@pytest.mark.parametrize("answer", ["unknown", "no_answer", "unreadable", "contradiction"])
def test_a_send_that_a_person_was_called_to_is_never_sent_again(answer: str) -> None:
    """The person may have paid it some other way meanwhile."""
    action, _, needs_human = decided(
        said("unknown", 60), said(answer), retention=timedelta(days=7), is_handed_over=True
    )

    assert ("hand_over", True) == (action, needs_human)


@pytest.mark.parametrize(
    ("key_age", "expected"),
    [
        (timedelta(hours=23) - MINUTE, ("requeue", "key_replays", False)),
        (timedelta(hours=23), ("wait", "unknown_once", False)),
        (timedelta(hours=23) + MINUTE, ("wait", "unknown_once", False)),
    ],
)
def test_a_key_that_replays_is_used_until_an_hour_before_its_retention_ends(
    key_age: timedelta, expected: tuple[str, str, bool]
) -> None:
    send = a_send(key_age=key_age)

    assert expected == decided(said("unknown"), send=send, retention=timedelta(hours=24))
    assert timedelta(hours=1) == RESEND_MARGIN


def test_a_key_that_replays_does_not_stand_in_for_an_answer() -> None:
    found = decided(said("unknown", 60), said("no_answer"), retention=timedelta(days=7))

    assert ("hand_over", "no_answer", True) == found


def test_without_an_answer_about_this_send_nothing_is_decided() -> None:
    for answers in ((), (said("unknown", 30), said("unknown", this_send=False))):
        with pytest.raises(ValueError, match="nothing is decided"):
            decided(*answers)


MOMENTS = st.integers(0, 60 * 24 * 40).map(lambda minutes: NOON - minutes * MINUTE)
PAST = st.builds(
    lambda answer, came, took, this_send: PastAnswer(answer, came - took * MINUTE, came, this_send),
    st.sampled_from(Answer),
    MOMENTS,
    st.integers(0, 5),
    st.booleans(),
)
NEWEST = st.builds(
    lambda answer, took: PastAnswer(answer, NOON - took * MINUTE, NOON),
    st.sampled_from(Answer),
    st.integers(0, 5),
)
SITUATIONS = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(Operation),
        "send": st.builds(Send, st.sampled_from(SendState), st.booleans(), MOMENTS),
        "earlier": st.lists(PAST, max_size=5).map(lambda p: sorted(p, key=lambda a: a.answered_at)),
        "newest": NEWEST,
        "promises": st.builds(
            Promises,
            st.integers(1, 600).map(lambda minutes: minutes * MINUTE),
            st.none() | st.integers(1, 60 * 24 * 40).map(lambda minutes: minutes * MINUTE),
        ),
        "is_handed_over": st.booleans(),
    }
)


def of(situation: dict) -> Decision:  # type: ignore[type-arg]
    return decide(
        situation["operation"],
        situation["send"],
        [*situation["earlier"], situation["newest"]],
        situation["promises"],
        is_handed_over=situation["is_handed_over"],
        now=NOON,
    )


@given(SITUATIONS)
def test_a_requeue_always_rests_on_what_the_norm_allows(situation) -> None:  # type: ignore[no-untyped-def]
    if of(situation).action is not Action.REQUEUE:
        return
    newest, promises = situation["newest"], situation["promises"]
    key_lives = promises.key_retention is not None and (
        NOON < situation["send"].key_made_at + promises.key_retention
    )
    is_unknown_twice = any(
        each.answer is Answer.UNKNOWN
        and each.is_of_this_send
        and each.answered_at + promises.visibility_delay <= newest.asked_at
        for each in situation["earlier"]
    )

    assert Answer.UNKNOWN is newest.answer
    assert key_lives or is_unknown_twice
    assert REPAIR is situation["operation"]
    assert not situation["is_handed_over"]
    assert not situation["send"].has_reference
    assert not {each.answer for each in situation["earlier"]} & KNOWN


@given(SITUATIONS)
def test_only_what_the_provider_has_is_delivered_and_what_is_odd_calls_a_person(
    situation,
) -> None:  # type: ignore[no-untyped-def]
    found, newest = of(situation), situation["newest"].answer

    assert (found.action is Action.DELIVER) <= (newest in KNOWN)
    assert (newest is Answer.CONTRADICTION) <= (found.action is Action.HAND_OVER)
    assert (found.action is Action.HAND_OVER) <= found.needs_human
    if situation["operation"] is REPAIR and newest in (Answer.NO_ANSWER, Answer.UNREADABLE):
        assert (Action.HAND_OVER, True) == (found.action, found.needs_human)


@given(SITUATIONS, st.integers(1, 60 * 24 * 40))
def test_a_longer_delay_or_a_shorter_retention_never_makes_a_requeue(
    situation,
    minutes: int,
) -> None:  # type: ignore[no-untyped-def]
    before, promises = of(situation), situation["promises"]
    span = minutes * MINUTE
    stricter = Promises(
        promises.visibility_delay + span,
        None if promises.key_retention is None else promises.key_retention - span,
    )

    after = of({**situation, "promises": stricter})

    assert (after.action is Action.REQUEUE) <= (before.action is Action.REQUEUE)
