"""Writes down that a round of a payout operation was made, also when there was nothing to ask.

A round that is killed leaves no row: `bin/reconciliation heartbeat` misses it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import Paused
from include.reconciliation.payout_decisions import Operation

logger = logging.getLogger(__name__)


def noted(operation: Operation, work: Callable[[], dict[str, int]]) -> dict[str, int]:
    """What the round counted; whatever it raises is written down, and raised."""
    try:
        counts = work()
    except Exception as error:
        outcome = "stopped" if isinstance(error, Paused) else "failed"
        try:
            _add(operation, outcome, f"{type(error).__name__}: {error}", {})
        except psycopg.Error:
            # Its own error is the news; that the warehouse is away shows in the heartbeat.
            logger.warning("the round could not be written down", exc_info=True)
        raise
    _add(operation, "done", None, counts)
    return counts


def _add(
    operation: Operation, outcome: str, problem: str | None, counts: Mapping[str, int]
) -> None:
    with warehouse.transaction() as cursor:
        values = {"operation": operation.value, "outcome": outcome, "problem": problem}
        warehouse.run(cursor, "payouts/add_round", {**values, "counts": Jsonb(counts)})
