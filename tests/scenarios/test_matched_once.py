"""No row is matched twice on a leg: the database refuses it, whatever the passes decide."""

import psycopg
import pytest

from include.reconciliation.edges import volumes, warehouse
from tests.scenarios.conftest import Desk, a_line

AT_MIDNIGHT = ("2026-03-05T00:00:00Z", "2026-03-05T01:00:00Z")
AT_ONE = ("2026-03-05T01:00:00Z", "2026-03-05T02:00:00Z")
AT_TWO = ("2026-03-05T02:00:00Z", "2026-03-05T03:00:00Z")


MEMBERS = {
    "statement": "select statement_item_id as item_id from internal.match_members"
    " where statement_item_id is not null",
    "ledger": "select ledger_item_id as item_id from internal.match_members"
    " where ledger_item_id is not null",
}
MATCH_AGAIN = {
    "statement": "insert into internal.match_members"
    " (leg, match_id, statement_item_id, first_run_number, rule_number, is_proved)"
    " values ('ledger_statement', 0, %s, 1, 1, true) returning match_id",
    "ledger": "insert into internal.match_members"
    " (leg, match_id, ledger_item_id, first_run_number, rule_number, is_proved)"
    " values ('ledger_statement', 0, %s, 1, 1, true) returning match_id",
}


def _refused(desk: Desk, side: str) -> int:
    """How many matched rows of a side there are, all of which the database refuses to match."""
    members = desk.rows(MEMBERS[side])
    for member in members:
        with pytest.raises(psycopg.errors.UniqueViolation):
            desk.rows(MATCH_AGAIN[side], member["item_id"])
        desk.view_session.rollback()
    return len(members)


@pytest.mark.parametrize("side", ["statement", "ledger"])
def test_a_row_of_a_pair_is_not_matched_again(desk: Desk, side: str) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run()

    assert (desk.matches(), _refused(desk, side)) == ([("event_reference", 1, 1)], 1)


@pytest.mark.parametrize(("side", "rows"), [("statement", 3), ("ledger", 2)])
def test_no_row_of_a_group_is_matched_again(desk: Desk, side: str, rows: int) -> None:
    desk.ledger("L1", 6000, event="C1")
    desk.ledger("L2", 4000, event="C2")
    desk.batch(
        1,
        a_line(amount="50.00", event="C3"),
        a_line(amount="30.00", event="C4"),
        a_line(amount="20.00", event="C5"),
    )
    desk.run()

    assert (desk.matches(), _refused(desk, side)) == ([("payment_totals", 3, 2)], rows)


@pytest.mark.parametrize("side", ["statement", "ledger"])
def test_a_row_that_a_large_run_has_matched_is_found_when_another_one_matches_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.setattr(volumes, "ROWS_FROM", 1)
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run()
    with warehouse.transaction() as cursor:
        cursor.execute("create temporary table work_statement_lines (item_id bigint)")
        cursor.execute("create temporary table work_ledger_versions (item_id bigint)")
        kept = cursor.execute(MEMBERS[side]).fetchall()
        cursor.execute(MATCH_AGAIN[side], [kept[0]["item_id"]])
        values = {"leg": "ledger_statement", "run_number": 1, "volume": 0}
        found = warehouse.run(cursor, "publish/054_items_matched_before", values).fetchall()
        cursor.connection.rollback()

    assert [{"item_id": kept[0]["item_id"], "run_number": 1}] == found


def test_a_match_that_is_dissolved_again_keeps_the_end_of_its_first_version(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run()
    desk.ledger("L1", 9000)
    first_end = desk.run(*AT_MIDNIGHT)
    desk.ledger("L1", 10000)
    desk.run(*AT_ONE)
    desk.ledger("L1", 8000)
    second_end = desk.run(*AT_TWO)

    assert desk.rows(
        "select runs.run_id from internal.dissolved_match_members as members"
        " inner join internal.runs on members.dissolved_run_number = runs.run_number"
        " order by members.first_run_number"
    ) == [{"run_id": first_end["run_id"]}, {"run_id": second_end["run_id"]}]
