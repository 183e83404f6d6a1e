"""Which runs the lab takes for inexact: one without proof, not one in which nothing happened."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reconciliation.edges.warehouse import statement
from tests.conftest import Databases
from tests.scenarios.conftest import Desk, a_line

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")


def inexact(databases: Databases, damage: str = "") -> list[dict[str, Any]]:
    """What the lab would say of the runs; `damage` is done first, past all triggers."""
    address = databases.conninfo("reconciliation", "postgres")
    with psycopg.connect(address, row_factory=dict_row) as session:
        session.execute("set session_replication_role = replica")
        session.execute(damage.encode())
        rows = session.execute(statement("lab/residuals")).fetchall()
        session.rollback()
        return rows


def test_a_run_that_read_no_row_is_in_order_and_one_that_lost_its_totals_is_not(
    desk: Desk, databases: Databases
) -> None:
    desk.run(*MONDAY)
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)

    assert [] == inexact(databases)
    (lost,) = inexact(databases, "delete from internal.run_totals")
    assert "2026-03-04T00:00:00+00:00" == lost["window_end"].isoformat()
    off = inexact(
        databases, "update internal.run_totals set residual_minor = 1 where measure = 'gross'"
    )
    assert [("gross", 1)] == [(row["measure"], row["residual_minor"]) for row in off]
