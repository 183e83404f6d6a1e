"""Puts stuck payouts back in the queue where the provider allows it, and hands over all others.

Stuck means SENDING for more than 15 minutes, or SENT for 10 and unknown when last asked about.
"""

from __future__ import annotations

from datetime import timedelta

from include.reconciliation.edges import payouts_source
from include.reconciliation.payout_decisions import Operation
from include.reconciliation.steps.payout_batches import work_through
from include.reconciliation.steps.payout_rounds import noted

BATCH_SIZE = 200
SENDING_STUCK = timedelta(minutes=15)
SENT_STUCK = timedelta(minutes=10)
# The next round begins after a quarter of an hour.
ROUND = timedelta(minutes=12)


def payout_stuck_repair() -> dict[str, int]:
    """One batch, those asked about longest ago first; counts what was asked and decided.

    Raises Paused while payments are stopped, Transient or SourceError where the payouts system
    can't be read.
    """
    return noted(Operation.STUCK_REPAIR, _round)


def _round() -> dict[str, int]:
    sending = payouts_source.sending(SENDING_STUCK)
    return work_through(
        Operation.STUCK_REPAIR,
        # What is being sent comes first: of one payout that is both, this is the send in doubt.
        [*payouts_source.sent(SENT_STUCK), *sending],
        batch_size=BATCH_SIZE,
        seconds=int(ROUND.total_seconds()),
    )
