"""Holds a payment's replayed state against the projection that its own system has stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from include.reconciliation.payment_replay import (
    Event,
    ProblemKind,
    Replay,
    State,
    replay,
)

# How far a projection may be behind its events; runbook 002 waits as long for a replica.
PROJECTION_GRACE = timedelta(seconds=30)


class Outcome(StrEnum):
    """What the comparison of one payment says."""

    SAME = "same"
    BEHIND = "behind"  # an earlier state, rightly so: the newest events are seconds old
    DIFFERENT = "different"
    NOT_CHECKED = "not_checked"  # an event that nobody knows: no state can be told


@dataclass(frozen=True, slots=True)
class Projection:
    """The state that a payment's own system has stored, with the hash it gave it."""

    payment_id: str
    state: str
    sequence_number: int
    state_sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One payment compared; `sentences` say what differs, for people."""

    payment_id: str
    outcome: Outcome
    replayed: State
    replayed_sha256: str
    stored: Projection | None
    sentences: tuple[str, ...]


def compare(
    payment_id: str, events: Sequence[Event], stored: Projection | None, read_at: datetime
) -> Finding:
    """Replays a payment's events and compares; `read_at` is the instant of the snapshot."""
    replayed = replay(payment_id, events)
    state, sha256 = replayed.state, replayed.state.sha256()
    problems = tuple(problem.sentence for problem in replayed.problems)

    def found(outcome: Outcome, *sentences: str) -> Finding:
        return Finding(payment_id, outcome, state, sha256, stored, (*problems, *sentences))

    if any(problem.kind is ProblemKind.UNKNOWN_EVENT for problem in replayed.problems):
        return found(Outcome.NOT_CHECKED)
    if problems:
        return found(Outcome.DIFFERENT, *_differences(replayed, sha256, stored))
    if stored is not None and stored.sequence_number < state.sequence_number:
        return found(*_while_behind(payment_id, events, stored, read_at))
    if stored is None and not _is_over(events, 0, read_at):
        return found(Outcome.BEHIND)
    sentences = _differences(replayed, sha256, stored)
    return found(Outcome.DIFFERENT if sentences else Outcome.SAME, *sentences)


def _while_behind(
    payment_id: str, events: Sequence[Event], stored: Projection, read_at: datetime
) -> tuple[Outcome, *tuple[str, ...]]:
    """A projection of an earlier state: right for as long as the events after it are new."""
    reached = stored.sequence_number
    earlier = replay(payment_id, [event for event in events if event.sequence_number <= reached])
    sentences = _differences(earlier, earlier.state.sha256(), stored)
    if sentences:
        return (Outcome.DIFFERENT, *sentences)
    if _is_over(events, reached, read_at):
        newest = max(event.sequence_number for event in events)
        return (
            Outcome.DIFFERENT,
            f"the projection stands at event {reached} of {newest} for more than "
            f"{PROJECTION_GRACE.total_seconds():.0f} s",
        )
    return (Outcome.BEHIND,)


def _is_over(events: Sequence[Event], reached: int, read_at: datetime) -> bool:
    """Whether the projection has had time enough for the first event that it does not have."""
    waiting = [event.recorded_at for event in events if event.sequence_number > reached]
    return not waiting or read_at - min(waiting) > PROJECTION_GRACE


def _differences(replayed: Replay, sha256: str, stored: Projection | None) -> tuple[str, ...]:
    state = replayed.state
    if stored is None:
        return (f"no projection is stored; the events give {state.state}",)
    if not state.sequence_number and not replayed.problems:
        return (f"the projection says {stored.state}, and there are no events",)
    sentences = []
    if stored.state != state.state:
        sentences.append(f"the projection says {stored.state}, the events give {state.state}")
    if stored.sequence_number != state.sequence_number:
        sentences.append(
            f"the projection stands at event {stored.sequence_number}, "
            f"the events can be followed to {state.sequence_number}"
        )
    if stored.state_sha256 != sha256:
        sentences.append(f"the stored SHA-256 is {stored.state_sha256}, the events give {sha256}")
    return tuple(sentences)
