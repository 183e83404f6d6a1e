"""When an incident opens, holds and closes: the rules alone, without database or clock.

Two reasons can hold the one incident of a PSP: divergence above a limit, and an account that has
not published in time. It closes when neither holds and every account has had two good cycles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.reconciliation.config import Limits
from include.reconciliation.divergence import Divergence, not_recovered

DELAY_CYCLES_MAX = 2
GOOD_CYCLES = 2
PAYMENTS_BELOW = 10
ESCALATE_AFTER = timedelta(hours=24)
SUMMARY_EVERY = timedelta(minutes=30)
SEVERITIES = ("info", "warning", "high", "critical")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one run of an account says for the recovery rule; dry runs are no cycles."""

    account: str
    is_published: bool
    is_incomplete: bool
    failed_identities: int
    statement_gaps: int
    published_at: datetime

    def is_good(self, since: datetime) -> bool:
        """Whether the run was published after `since`, complete and proved, with no gap."""
        return (
            self.is_published
            and not self.is_incomplete
            and self.failed_identities == 0
            and self.statement_gaps == 0
            and self.published_at > since
        )


@dataclass(frozen=True, slots=True)
class Position:
    """What was open for a PSP over all its accounts at one point of their chains."""

    divergences: tuple[Divergence, ...]
    payments: int

    def is_recovered(self, limits: Mapping[str, Limits]) -> bool:
        """Whether every currency is below its recovery limit, and few payments are concerned."""
        return not not_recovered(self.divergences, limits) and self.payments < PAYMENTS_BELOW


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far behind one account is.

    `complete_until` ends the last published run that was not incomplete; None when there is none.
    `counted_from` is where waiting begins: that end, or when the account became known, or the end
    of a pause, whichever is later.
    """

    account: str
    complete_until: datetime | None
    counted_from: datetime
    now: datetime

    def delay_cycles(self, cycle: timedelta) -> int:
        """Scheduled cycles that have wholly passed since waiting began."""
        return cycles_elapsed(self.counted_from, self.now, cycle)

    def is_late(self, cycle: timedelta) -> bool:
        """Whether more cycles have passed than the two that an ordinary run may need."""
        return self.now >= self.late_from(cycle)

    def late_from(self, cycle: timedelta) -> datetime:
        """The instant from which on the account is late, unless a complete run comes before."""
        return _EPOCH + (_first_cycle(self.counted_from, cycle) + DELAY_CYCLES_MAX + 1) * cycle


def cycles_elapsed(start: datetime, now: datetime, cycle: timedelta) -> int:
    """Scheduled cycles that begin at or after `start` and have ended by `now`.

    Cycles lie on a grid that begins at midnight UTC, as cron has them: from 09:30, the first whole
    hourly cycle begins at 10:00.
    """
    return max(0, (now - _EPOCH) // cycle - _first_cycle(start, cycle))


def _first_cycle(start: datetime, cycle: timedelta) -> int:
    """The number on that grid of the first cycle that begins at or after `start`."""
    return -((_EPOCH - start) // cycle)


def has_recovered(
    *,
    accounts: Collection[str],
    cycles: Iterable[Cycle],
    positions: Iterable[Position],
    limits: Mapping[str, Limits],
    since: datetime,
) -> bool:
    """Whether the last two runs of every account were good cycles, and so were their positions.

    `cycles` are the newest first, per account; `positions` are the ones after each account's last
    run, and after each account's last run but one.
    """
    # An account that is no longer configured makes no more cycles; its divergence still counts.
    by_account: dict[str, list[Cycle]] = {account: [] for account in accounts}
    for each in cycles:
        if each.account in by_account:
            by_account[each.account].append(each)
    for latest in by_account.values():
        good = [each for each in latest[:GOOD_CYCLES] if each.is_good(since)]
        if len(good) < GOOD_CYCLES:
            return False
    return all(position.is_recovered(limits) for position in positions)


def signature(severity: str, reasons: Mapping[str, Any]) -> tuple[int, frozenset[str]]:
    """What is material about an alert: its severity and the causes that it names, not how much."""
    causes: set[str] = set()
    for name, detail in reasons.items():
        causes.add(name)
        if isinstance(detail, Mapping):
            causes.update(f"{name}.{part}" for part in detail)
    return SEVERITIES.index(severity), frozenset(causes)


def is_material(before: tuple[int, frozenset[str]], after: tuple[int, frozenset[str]]) -> bool:
    """Whether a change is worth a message: a new cause, or a higher severity; never a figure."""
    return after[0] > before[0] or not after[1] <= before[1]


def day_of_pause(since: datetime, now: datetime) -> int:
    """Whole days that a pause has lasted, 0 on the first."""
    return max(0, (now - since) // timedelta(days=1))


def summary_slot(opened_at: datetime, now: datetime) -> int:
    """The half hour since an incident opened that `now` lies in; the first is 0."""
    return max(0, (now - opened_at) // SUMMARY_EVERY)


def slot_start(opened_at: datetime, slot: int) -> datetime:
    """When a half hour of an incident begins, and so when its summary is due."""
    return opened_at + slot * SUMMARY_EVERY


def missed_slots(told: int | None, slot: int, *, is_final: bool) -> int:
    """How many summaries before this one never went out; `told` is the last slot that did.

    A final summary stands beside the regular one of its slot, which was due before it.
    """
    due = slot if is_final else slot - 1
    return max(0, due - (-1 if told is None else told))
