"""Random chains of batches: what is owed is what a stack of single cents says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.edges import warehouse
from include.reconciliation.local.bootstrap import SUPERUSER
from tests.conftest import Databases

CHAINS, LATER = 300, {"as_of": "2026-01-01T00:00:00Z"}


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch carries in, what came back to it, what it pays and what it carries out."""

    carried_in: int
    returned: int
    own: int
    paid: int
    carried_out: int


def a_chain(chance: random.Random) -> list[Batch]:
    """Batches that close, and carry in no more than is open."""
    chain, is_open = [], 0
    for _ in range(chance.randint(2, 14)):
        carried_in = is_open if chance.random() < 0.6 else chance.randint(0, is_open)
        returned = chance.randint(1, 9) if chance.random() < 0.4 else 0
        own = max(chance.choice((0, chance.randint(-3, 9))), -carried_in - returned)
        total = carried_in + returned + own
        out = chance.choice((total, chance.randint(0, total), max(total - 3, 0)))
        chain.append(Batch(carried_in, returned, own, total - out, out))
        is_open += out - carried_in
    return chain


def a_stack(chain: list[Batch]) -> list[int | None]:
    """Each open cent, the last on top: the batch that it came back to, or None for other money."""
    cents: list[int | None] = []
    for number, batch in enumerate(chain):
        at = len(cents) - batch.carried_in
        came_back = min(batch.returned, batch.carried_out)
        kept = cents[at:][: batch.carried_out - came_back] + [number] * came_back
        cents[at:] = kept + [None] * (batch.carried_out - len(kept))
    return cents


@pytest.fixture
def cursor(databases: Databases) -> Iterator[warehouse.Cursor]:
    """A workspace with what the statements about carried money read."""
    conninfo = databases.conninfo("reconciliation", SUPERUSER)
    with psycopg.connect(conninfo, row_factory=dict_row) as session, session.cursor() as cursor:
        cursor.execute("create schema work_chains")
        cursor.execute("set local search_path = work_chains, internal, pg_catalog")
        cursor.execute("create table work_payout_leg as select 'statement' as basis")
        cursor.execute(
            "create table work_waterfalls_now as select item_id, batch, currency, last_booked_at,"
            " last_paid_at, last_returned_at, booked_on, payouts, carried_in_minor,"
            " carried_out_minor, paid_out_minor, returned_minor, net_minor, paid_minor,"
            " payout_references from internal.payout_waterfalls limit 0"
        )
        cursor.execute(
            "create table work_findings (finding_no bigint, kind text, currency text, delta_minor"
            " bigint, exposure_minor bigint, payment_key text, economic_type text, lead_side text,"
            " lead_item_id bigint, detail text)"
        )
        cursor.execute("create table work_finding_keys (finding_no bigint, member_key text)")
        yield cursor
        session.rollback()


def test_each_payout_that_came_back_is_owed_its_cents_and_none_is_told_twice(
    cursor: warehouse.Cursor,
) -> None:
    chance = random.Random(5)
    chains = [a_chain(chance) for _ in range(CHAINS)]
    for number, chain in enumerate(chains):
        _fill(cursor, f"{number:03}", chain)
    for name in ("carried_money", "find_carried_money_lost", "find_failed_payouts"):
        warehouse.run(cursor, f"payout_legs/{name}", LATER)

    told = Counter[str]()
    for number, chain in enumerate(chains):
        cents = a_stack(chain)
        owed = _found(cursor, f"{number:03}", "payout_failed")
        assert owed == Counter(cent for cent in cents if cent is not None), chain
        lost = _found(cursor, f"{number:03}", "payout_unexplained")
        told.update(owed=len(owed), lost=len(lost))
        # Both are of one event where they are of one batch, which counts once.
        assert sum(max(owed[batch], lost[batch]) for batch in owed | lost) <= len(cents), chain
    assert min(told["owed"], told["lost"]) > 50


def _fill(cursor: warehouse.Cursor, currency: str, chain: list[Batch]) -> None:
    cursor.executemany(
        "insert into work_waterfalls_now (item_id, batch, currency, last_booked_at,"
        " last_returned_at, booked_on, payouts, carried_in_minor, carried_out_minor,"
        " paid_out_minor, returned_minor, net_minor, paid_minor)"
        " values (nextval('item_ids'), %s, %s, '2025-01-01', '2025-01-01', '2025-01-01', 1, %s, %s, %s, %s, %s, %s)",
        [
            (
                f"batch {number}",
                currency,
                batch.carried_in,
                batch.carried_out,
                batch.paid,
                batch.returned,
                batch.carried_in + batch.own - batch.carried_out,
                batch.paid - batch.returned,
            )
            for number, batch in enumerate(chain)
        ],
    )


def _found(cursor: warehouse.Cursor, currency: str, kind: str) -> Counter[int]:
    """The money of each batch of which there is such a finding."""
    rows = cursor.execute(
        "select payment_key, exposure_minor from work_findings"
        " where currency = %s and kind = %s and detail not like '%%carries in%%that no batch%%'",
        [currency, kind],
    ).fetchall()
    return Counter({int(row["payment_key"].split()[1]): row["exposure_minor"] for row in rows})
