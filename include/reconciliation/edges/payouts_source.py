"""The payouts system: which payouts to ask about, and the two things that may be written there.

Reading and writing go through the connection `payout_operations`, whose role may add what a
provider said and put a task back in the queue, nothing else. The queries that fit your own tables
are in `include/sql/sources/payouts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from include.reconciliation.edges import warehouse
from include.reconciliation.edges.ledger_source import Book, snapshot, told_as_of
from include.reconciliation.payout_answers import Answer, AskedPayout, ProviderAnswer

CONNECTION_ID = "payout_operations"
# Of more, the oldest are looked at; the others in a later round.
ROWS_MAX = 20_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What the payouts application calls them, as its webhook does.
EVENTS = {
    Answer.SUCCEEDED: "SUCCEEDED",
    Answer.FAILED: "FAILED",
    Answer.IN_PROGRESS: "ACCEPTED",
}
_BOOK = Book("payouts system", CONNECTION_ID, "sources/payouts/*")
_CHECKS = Book("payouts system", "payouts", "sources/payouts/*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payout whose request may have left the house; the amount in minor units, positive."""

    provider_payout_id: str
    outbox_task_id: int
    provider: str
    idempotency_key: str
    provider_reference: str | None
    amount_minor: int
    currency: str
    state: str
    claimed_at: datetime
    key_made_at: datetime

    def asked(self) -> AskedPayout:
        """What the provider is asked about."""
        return AskedPayout(
            self.idempotency_key, self.provider_reference, self.amount_minor, self.currency
        )

    def asked_as(self) -> dict[str, str]:
        """The key and the send by which answers about it are found again."""
        claimed_microseconds = (self.claimed_at - EPOCH) // timedelta(microseconds=1)
        send = f"{self.outbox_task_id}:{claimed_microseconds}"
        return {"idempotency_key": self.idempotency_key, "send": send}


def sent(longer_than: timedelta = timedelta(0)) -> list[Candidate]:
    """Payouts that a provider has taken, for at least so long; Transient or SourceError."""
    return _candidates("sources/payouts/sent", "sent_seconds", longer_than)


def sending(longer_than: timedelta) -> list[Candidate]:
    """Payouts stuck while they were being sent; Transient or SourceError."""
    return _candidates("sources/payouts/sending", "sending_seconds", longer_than)


def not_ended(provider_payout_ids: Collection[str]) -> set[str]:
    """Those of them which may still move on."""
    with snapshot(_BOOK) as cursor, told_as_of(_BOOK):
        values = {"provider_payout_ids": sorted(provider_payout_ids)}
        rows = warehouse.run(cursor, "sources/payouts/not_ended", values).fetchall()
    return {row["provider_payout_id"] for row in rows}


def health_pulse(sending_for: timedelta, sent_for: timedelta) -> dict[str, int]:
    """The five figures of the daily look, counts and whole minutes."""
    values = {
        "sending_seconds": int(sending_for.total_seconds()),
        "sent_seconds": int(sent_for.total_seconds()),
    }
    with snapshot(_CHECKS) as cursor, told_as_of(_CHECKS):
        row = warehouse.run(cursor, "sources/payouts/health_pulse", values).fetchone()
    assert row is not None
    return {name: int(value) for name, value in row.items()}


def deliver(payout: Candidate, found: ProviderAnswer, origin: str) -> bool:
    """Hands the provider's word to the payouts application; False when it was there before."""
    values = {
        "provider_payout_id": payout.provider_payout_id,
        "idempotency_key": payout.idempotency_key,
        "status": EVENTS[found.answer],
        "provider_reference": found.provider_reference,
        "amount_minor": found.amount_minor,
        "currency": found.currency,
        "origin": origin,
    }
    with _writing() as cursor:
        row = warehouse.run(cursor, "sources/payouts/deliver_event", values).fetchone()
    return row is not None


def requeue(payout: Candidate) -> bool:
    """Puts the task back with the same key; False when it is no longer the send asked about."""
    values = {
        "outbox_task_id": payout.outbox_task_id,
        "idempotency_key": payout.idempotency_key,
        "claimed_at": payout.claimed_at,
    }
    with _writing() as cursor:
        row = warehouse.run(cursor, "sources/payouts/requeue_task", values).fetchone()
    return row is not None and bool(row["is_requeued"])


def _candidates(name: str, bind: str, longer_than: timedelta) -> list[Candidate]:
    values = {bind: int(longer_than.total_seconds()), "rows_max": ROWS_MAX}
    with snapshot(_BOOK) as cursor, told_as_of(_BOOK):
        return [Candidate(**row) for row in warehouse.run(cursor, name, values)]


@contextmanager
def _writing() -> Iterator[warehouse.Cursor]:
    with (
        told_as_of(_BOOK),
        warehouse.connect(CONNECTION_ID) as session,
        session.cursor() as cursor,
    ):
        yield cursor
