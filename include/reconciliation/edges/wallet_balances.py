"""The wallets' book: looked at through the role that reads, rebuilt through the one that may.

`wallet_operations` may write projections, cached balances and their repair log. A ledger row it can
read, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.edges import ledger_source, warehouse
from include.reconciliation.errors import Transient

BOOK = ledger_source.Book("wallets' book", "wallet_balances", "sources/schema/wallet_balances")
OPERATIONS = "wallet_operations"
# What is rebuilt from the ledger: the projection of a wallet, and the cached balances of its user.
RELATIONS: Mapping[str, Mapping[str, str]] = {
    "projections": {
        "balances": "wallet_balances",
        "holder": "wallet_id",
        "held_by": "id",
        "written_at": "last_updated",
    },
    "cache": {
        "balances": "user_balances",
        "holder": "user_id",
        "held_by": "user_id",
        "written_at": "cached_at",
    },
}
_LOST = (psycopg.errors.LockNotAvailable, psycopg.OperationalError)


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that is not what the ledger adds up to, in minor units; None is no row."""

    relation: str
    object: str
    currency: str
    before_minor: int | None
    after_minor: int
    ledger_rows: int

    @property
    def drift_minor(self) -> int:
        """Balance minus ledger."""
        return (self.before_minor or 0) - self.after_minor

    def sentence(self) -> str:
        """What becomes of it."""
        before = "nothing" if self.before_minor is None else self.before_minor
        return (
            f"{self.relation} of {self.object}: {self.currency} {before} becomes "
            f"{self.after_minor} minor units, as {self.ledger_rows} ledger rows add up to"
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Some wallets, as one snapshot shows them."""

    wallets: tuple[Mapping[str, str], ...]
    unreadable: tuple[str, ...]
    drifts: tuple[Drift, ...]


def next_batch(values: Mapping[str, Any]) -> Batch:
    """The wallets that come next, those of them that nobody can add up, and what drifts."""
    with ledger_source.snapshot(BOOK) as cursor:
        wallets = warehouse.run(cursor, "wallets/next_wallets", values).fetchall()
        ids = [row["wallet_id"] for row in wallets]
        rows = warehouse.run(cursor, "wallets/unreadable_wallets", {"wallet_ids": ids})
        unreadable = tuple(row["wallet_id"] for row in rows)
        readable = {"wallet_ids": [each for each in ids if each not in unreadable]}
        drifts = tuple(
            Drift(relation=relation, **row)
            for relation in RELATIONS
            for row in warehouse.run(cursor, f"wallets/drifting_{relation}", readable).fetchall()
        )
    return Batch(tuple(wallets), unreadable, drifts)


def health() -> dict[str, int]:
    """How many wallets, transactions and projections there are; Transient when it can't be read."""
    with ledger_source.snapshot(BOOK) as cursor:
        row = warehouse.run(cursor, "wallets/health").fetchone()
    assert row is not None
    return dict(row)


def repaired_by(run_id: str) -> list[Drift]:
    """What a run has rebuilt so far, as its log says; Transient when it can't be read."""
    with ledger_source.snapshot(BOOK) as cursor:
        rows = warehouse.run(cursor, "wallets/repaired_by_run", {"run_id": run_id}).fetchall()
    return [Drift(**row) for row in rows]


def rebuild(
    relation: str, drifts: Sequence[Drift], *, reason: str, repaired_by: str, run_id: str
) -> list[Drift]:
    """Rebuilds these balances from the ledger and logs before and after, in one transaction.

    What is no longer wrong once it is locked stays as it is. Returns what changed; raises Transient
    when the application holds a balance for too long.
    """
    keys = {
        "objects": [each.object for each in drifts],
        "currencies": [each.currency for each in drifts],
    }
    names = RELATIONS[relation]
    values = {
        **keys,
        "relation": names["balances"],
        "reason": reason,
        "repaired_by": repaired_by,
        "run_id": run_id,
    }

    def work() -> list[Drift]:
        with warehouse.connect(OPERATIONS) as session, session.cursor() as cursor:
            # The ledger is to be summed as it is after the lock, not as it was before.
            session.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            warehouse.run_over(cursor, "wallets/add_missing", keys, **names)
            warehouse.run_over(cursor, "wallets/lock", keys, **names)
            rows = warehouse.run_over(cursor, "wallets/rebuild", values, **names).fetchall()
        return [Drift(relation=relation, **row) for row in rows]

    try:
        return warehouse.repeatedly(work)
    except _LOST as error:
        raise Transient(f"the wallets' book can't be written now: {error}") from error


def keep_measurement(values: Mapping[str, Any], drifts: Sequence[Mapping[str, Any]]) -> None:
    """Keeps how much drift a run found, per currency."""
    with warehouse.connect(OPERATIONS) as session, session.cursor() as cursor:
        warehouse.run(cursor, "wallets/add_drifts", {**values, "drifts": Jsonb(list(drifts))})
