"""What may be done about a payout whose request may have left the house (SEMANTICS, section 16).

A table: the provider's answer, what it and we said before, and the moment give one action. Nothing
is ever sent again on the strength of our own state: without an answer there is no decision.

    answer          reconcile_pull (SENT)          stuck_repair (SENDING, or SENT and unknown)
    succeeded       deliver                        deliver; a person is told where it was SENDING
    failed          deliver                        deliver; a person is told where it was SENDING
    in_progress     wait                           SENDING: deliver, a person is told; SENT: wait
    unknown         wait, the repair asks again    known before, or handed over: hand over
                                                   the key replays: requeue
                                                   unknown twice, far enough apart: requeue
                                                   else: wait for the second time
    contradiction   hand over                      hand over
    unreadable      wait                           hand over
    no_answer       wait                           hand over
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from include.reconciliation.payout_answers import KNOWN, Answer

# A task that is put back is sent within minutes; a queue that climbs may take longer. The key must
# still be replayed by then. Covers the difference between two clocks, too.
RESEND_MARGIN = timedelta(hours=1)


class Operation(StrEnum):
    """Who asks."""

    RECONCILE_PULL = "reconcile_pull"
    STUCK_REPAIR = "stuck_repair"


class SendState(StrEnum):
    """What our own state says of the send: it never decides alone."""

    SENDING = "SENDING"
    SENT = "SENT"


class Action(StrEnum):
    """What is done."""

    WAIT = "wait"
    # The provider's word is handed to the payouts application, as its webhook would.
    DELIVER = "deliver"
    # The same task goes back in the queue, with the same key.
    REQUEUE = "requeue"
    # A person decides; the machine never re-queues this send again.
    HAND_OVER = "hand_over"


class Reason(StrEnum):
    """Why, in one word; `SENTENCES` says it for people."""

    PROVIDER_HAS_IT = "provider_has_it"
    STILL_IN_PROGRESS = "still_in_progress"
    ASKED_AGAIN_LATER = "asked_again_later"
    UNKNOWN_ONCE = "unknown_once"
    UNKNOWN_TWICE = "unknown_twice"
    KEY_REPLAYS = "key_replays"
    KNOWN_BEFORE = "known_before"
    HANDED_OVER_BEFORE = "handed_over_before"
    CONTRADICTION = "contradiction"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"


SENTENCES = {
    Reason.PROVIDER_HAS_IT: "the provider has it; its word goes to the payouts application",
    Reason.STILL_IN_PROGRESS: "the provider has it and has not ended it yet",
    Reason.ASKED_AGAIN_LATER: "asked again later",
    Reason.UNKNOWN_ONCE: "unknown so far; asked again when the visibility delay has passed",
    Reason.UNKNOWN_TWICE: "unknown twice, the visibility delay apart",
    Reason.KEY_REPLAYS: "unknown, and the provider replays this key",
    Reason.KNOWN_BEFORE: "unknown now, but the provider knew it before",
    Reason.HANDED_OVER_BEFORE: "this send was handed to a person before",
    Reason.CONTRADICTION: "the provider names other values than ours",
    Reason.UNREADABLE: "the answer can't be read",
    Reason.NO_ANSWER: "the provider did not answer",
}


@dataclass(frozen=True, slots=True)
class Promises:
    """What a provider declares about its answers and its keys."""

    visibility_delay: timedelta
    # None where the same key again might pay again.
    key_retention: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """One send of a payout, as the payouts system knows it."""

    state: SendState
    # The provider has given a reference: it knew the payout.
    has_reference: bool
    # Not later than the key's first use.
    key_made_at: datetime


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """An answer about a payout's key; `is_of_this_send` unless the task was claimed anew since."""

    answer: Answer
    asked_at: datetime
    answered_at: datetime
    is_of_this_send: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """One action and its reason; `needs_human` opens an alert."""

    action: Action
    reason: Reason
    needs_human: bool = False


_DELIVER = Decision(Action.DELIVER, Reason.PROVIDER_HAS_IT)
_DELIVER_AND_TELL = Decision(Action.DELIVER, Reason.PROVIDER_HAS_IT, needs_human=True)
_IN_PROGRESS = Decision(Action.WAIT, Reason.STILL_IN_PROGRESS)
_ASK_AGAIN = Decision(Action.WAIT, Reason.ASKED_AGAIN_LATER)


def decide(
    operation: Operation,
    send: Send,
    answers: Sequence[PastAnswer],
    promises: Promises,
    *,
    is_handed_over: bool,
    now: datetime,
) -> Decision:
    """The action after the newest of `answers`, which are all about this key, oldest first.

    `is_handed_over` says whether this send has needed a person before. ValueError without an answer
    about this very send.
    """
    if not answers or not answers[-1].is_of_this_send:
        raise ValueError("nothing is decided without an answer about this send")
    latest = answers[-1].answer
    is_repair = operation is Operation.STUCK_REPAIR
    if latest is Answer.CONTRADICTION:
        return _hand_over(Reason.CONTRADICTION)
    if latest in (Answer.UNREADABLE, Answer.NO_ANSWER):
        return _hand_over(Reason(latest.value)) if is_repair else _ASK_AGAIN
    if latest in KNOWN:
        if send.state is SendState.SENDING:
            return _DELIVER_AND_TELL
        return _IN_PROGRESS if latest is Answer.IN_PROGRESS else _DELIVER
    if not is_repair:
        return _ASK_AGAIN
    if is_handed_over:
        return _hand_over(Reason.HANDED_OVER_BEFORE)
    if send.has_reference or any(each.answer in KNOWN for each in answers):
        return _hand_over(Reason.KNOWN_BEFORE)
    if _replays(send, promises, now):
        return Decision(Action.REQUEUE, Reason.KEY_REPLAYS)
    if _is_unknown_twice(answers, promises.visibility_delay):
        return Decision(Action.REQUEUE, Reason.UNKNOWN_TWICE)
    return Decision(Action.WAIT, Reason.UNKNOWN_ONCE)


def _hand_over(reason: Reason) -> Decision:
    return Decision(Action.HAND_OVER, reason, needs_human=True)


def _replays(send: Send, promises: Promises, now: datetime) -> bool:
    if promises.key_retention is None:
        return False
    return now + RESEND_MARGIN < send.key_made_at + promises.key_retention


def _is_unknown_twice(answers: Sequence[PastAnswer], delay: timedelta) -> bool:
    """Whether the newest answer was asked for so long after an earlier 'unknown' had come."""
    latest = answers[-1]
    return any(
        each.answer is Answer.UNKNOWN
        and each.is_of_this_send
        and latest.asked_at - each.answered_at >= delay
        for each in answers[:-1]
    )
