"""Asks providers for the truth about payouts that are SENT: a lost webhook loses no payout."""

from __future__ import annotations

from datetime import timedelta

from include.reconciliation.edges import payouts_source
from include.reconciliation.payout_decisions import Operation
from include.reconciliation.steps.payout_batches import work_through
from include.reconciliation.steps.payout_rounds import noted
from include.reconciliation.steps.payout_stuck_repair import SENDING_STUCK, SENT_STUCK

BATCH_SIZE = 100
# The next round begins after five minutes.
ROUND = timedelta(minutes=4)


def payout_reconcile_pull() -> dict[str, int]:
    """One batch, those asked about longest ago first; counts what was asked and decided.

    Raises Paused while payments are stopped, Transient or SourceError where the payouts system
    can't be read.
    """
    return noted(Operation.RECONCILE_PULL, _round)


def _round() -> dict[str, int]:
    return work_through(
        Operation.RECONCILE_PULL,
        payouts_source.sent(),
        batch_size=BATCH_SIZE,
        seconds=int(ROUND.total_seconds()),
    )


def payout_health_pulse() -> dict[str, int]:
    """The five figures of the payouts system that are looked at every day."""
    return payouts_source.health_pulse(SENDING_STUCK, SENT_STUCK)
