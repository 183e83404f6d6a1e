"""What is done on a schedule besides the checks and the reconciliation of PSPs, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from include.reconciliation.cadence import Cadence


@dataclass(frozen=True, slots=True)
class ScheduledOperation:
    """Something that a book needs every so often; its name is that of its DAG, and of what part."""

    name: str
    book: str
    cadence: Cadence


SCHEDULED_OPERATIONS = (
    ScheduledOperation("payment_replay_verification", "payment_events", Cadence.DAY),
    ScheduledOperation("payout_reconcile_pull", "payouts", Cadence.FIVE_MINUTES),
    ScheduledOperation("payout_stuck_repair", "payouts", Cadence.QUARTER_OF_AN_HOUR),
    ScheduledOperation("wallet_balance_reconciliation", "wallet_balances", Cadence.HOUR),
    ScheduledOperation(
        "wallet_balance_reconciliation over all wallets", "wallet_balances", Cadence.WEEK
    ),
)
