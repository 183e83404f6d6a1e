"""The log of corrections: what is deleted, edited, swapped or cut off is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from include.reconciliation.correction_chain import FIELDS, entry_sha256, problems
from include.reconciliation.edges import warehouse
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.steps.verify_log import verify_log
from tests.conftest import Databases
from tests.scenarios.conftest import Desk
from tests.scenarios.corrections.conftest import People

REJECTED = 3


@pytest.fixture
def log(
    desk: Desk, people: People, missing: Callable[..., str], databases: Databases
) -> Iterator[psycopg.Connection]:
    """A log of four rows, three rejected and one applied, as somebody sees it who may do all."""
    found = missing()
    for number in range(REJECTED):
        people.ask(found, reason=f"reason number {number}")
        people.answer("bea", "Reject")
    people.ask(found)
    people.answer("bea")
    people.apply()
    address = databases.conninfo("reconciliation", SUPERUSER)
    with psycopg.connect(address, autocommit=True, row_factory=dict_row) as session:
        session.execute("set session_replication_role = replica")
        yield session


def said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> tuple[int, list[str]]:
    """The exit code, and what does not hold."""
    code = verify_log([tmp_path])
    lines = capsys.readouterr().out.splitlines()
    return code, [line.removeprefix("does not hold: ") for line in lines[:-1]]


def test_an_untouched_log_holds(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (0, []) == said(capsys, tmp_path)


EDITS = {
    "reason": "'a better reason'",
    "amount_minor": "1",
    "currency": "'USD'",
    "approved_by": "'ana'",
    "second_approved_by": "'carl'",
    "requested_by": "'bea'",
    "logged_at": "logged_at + interval '1 microsecond'",
    "event": "'expired'",
    "post_by": "post_by + 1",
    "result": "''",
    "state_before": "'{}'",
    "psp_ticket": "''",
    "object_id": "'x'",
}


def test_an_edited_field_is_named_by_its_row(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.execute("create temporary table kept as select * from internal.correction_log")
    for column, value in EDITS.items():
        log.execute(
            SQL("update internal.correction_log set {} = {} where sequence_number = 4").format(
                Identifier(column), SQL(value)
            )
        )

        code, found = said(capsys, tmp_path)
        assert (1, "row 4 has changed since it was written") == (code, found[0]), column
        # Who is named as approver must have approved, too.
        assert (2 if "approved_by" in column else 1) == len(found), column

        log.execute("delete from internal.correction_log")
        log.execute("insert into internal.correction_log select * from kept")
    assert (0, []) == said(capsys, tmp_path)


def test_a_deleted_row_is_named(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.execute("delete from internal.correction_log where sequence_number = 2")

    code, found = said(capsys, tmp_path)
    assert (1, "row 2 is not there: the next one is row 3", 2) == (code, found[0], len(found))
    assert "internal.action_answers, which has its rejection" in found[1]


def test_swapped_rows_are_named(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.execute("update internal.correction_log set sequence_number = 9 where sequence_number = 2")
    log.execute("update internal.correction_log set sequence_number = 2 where sequence_number = 3")
    log.execute("update internal.correction_log set sequence_number = 3 where sequence_number = 9")

    assert (1, ["row 2 does not follow the row before it: another one stood there"]) == said(
        capsys, tmp_path
    )


def test_a_cut_tail_is_told_by_the_manifests_even_if_the_warehouse_forgets(
    log: psycopg.Connection, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    capsys.readouterr()
    log.execute("delete from internal.correction_log where sequence_number = 4")
    code, found = said(capsys, tmp_path)
    cut = "row 4 is not there: the log ends before row 4, which"
    assert (1, 2) == (code, len(found))
    assert found[0] == f"{cut} run {run['run_id']} knows"
    assert found[1].startswith(f"{cut} the manifest")

    log.execute("update internal.runs set log_sequence_number = null, log_sha256 = null")
    code, found = said(capsys, tmp_path)
    assert (1, 1) == (code, len(found))
    assert found[0].startswith(f"{cut} the manifest")


def test_a_tail_that_is_cut_before_a_run_has_seen_it_is_told_by_answers_and_time(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [
        row["request_id"]
        for row in log.execute("select * from internal.correction_log order by sequence_number")
    ]
    log.execute("delete from internal.correction_log where sequence_number > 2")
    rejected = f"request {ids[2]}: its end is not in the log, and is known to internal.action"
    code, found = said(capsys, tmp_path)
    assert (1, [True]) == (code, [text.startswith(rejected) for text in found])

    # What was approved may still be applied, until its time is over.
    log.execute("update internal.action_requests set expires_at = now() - interval '61 minutes'")
    code, found = said(capsys, tmp_path)
    approved = f"request {ids[3]}: its end is not in the log, and is known to internal.action"
    assert (1, sorted([rejected, approved])) == (
        code, sorted(text[: len(rejected)] for text in found)
    )  # fmt: skip


def test_a_cut_tail_is_told_by_the_event_that_the_outbox_has_of_it(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An application that is told of every correction knows of this one."""
    (row,) = log.execute(
        "select * from internal.correction_log where event = 'applied'"
    ).fetchall()
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "events/add_correction_applied", {"sequence_number": 4})
    assert (0, []) == said(capsys, tmp_path)

    log.execute("delete from internal.correction_log where sequence_number = 4")

    code, found = said(capsys, tmp_path)
    about = f"request {row['request_id']}: row 4, that it was applied is not in the log, and is "
    assert (1, [True]) == (code, [text.startswith(about) for text in found])
    assert "internal.outbox" in found[0]


def test_an_approval_that_is_taken_out_beside_the_log_is_named(
    log: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.execute("delete from internal.action_answers where answer = 'approved'")

    code, found = said(capsys, tmp_path)
    about = "row 4 names bea, and internal.action_answers has no such approval"
    assert (1, [True]) == (code, [text.startswith(about) for text in found])


def test_a_log_that_is_written_anew_is_told_by_the_manifests(
    log: psycopg.Connection, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    capsys.readouterr()
    log.execute("update internal.runs set log_sequence_number = null, log_sha256 = null")
    log.execute("update internal.correction_log set reason = 'another' where sequence_number = 1")
    previous = None
    for row in log.execute(
        "select * from internal.correction_log order by sequence_number"
    ).fetchall():
        digest = entry_sha256(previous, row)
        log.execute(
            "update internal.correction_log set entry_sha256 = %s, previous_sha256 = %s"
            " where sequence_number = %s",
            [digest, previous, row["sequence_number"]],
        )
        previous = digest
    code, found = said(capsys, tmp_path)

    assert (1, 1) == (code, len(found))
    assert found[0].startswith("row 4 is not the one that the manifest")


def test_fields_can_not_run_into_each_other() -> None:
    row = dict.fromkeys(
        ("sequence_number", "account_id", "episode", "amount_minor"), 1
    )
    left = {**dict.fromkeys(FIELDS), **row, "reason_code": "a|b", "reason": "c"}
    right = {**left, "reason_code": "a", "reason": "b|c"}
    absent = {**left, "ticket": ""}

    assert 3 == len({entry_sha256(None, each) for each in (left, right, absent)})
    assert [] == list(problems([], []))


def test_a_link_counts_from_the_row_of_the_log_that_a_run_knows(
    desk: Desk, people: People, missing: Callable[..., str]
) -> None:
    """What is linked, or taken back, after a run has read the end of the log is the next run's."""
    desk.ledger("L9", 10000, payment="P-typo", event=None)
    missing()
    (found,) = desk.rows(
        "select discrepancy_id from reconciliation.discrepancies"
        " where kind = 'missing_in_statement'"
    )
    linked = people.ask(found["discrepancy_id"], action="relink", link_to="P1")
    people.answer("bea")
    assert 1 == people.apply()
    people.ask(linked["request_id"], action="reverse_correction")
    people.answer("bea")
    assert 2 == people.apply()

    def links(log_sequence_number: int) -> list[tuple[str, str]]:
        values = {
            "account_id": linked["account_id"],
            "leg": "ledger_statement",
            "log_sequence_number": log_sequence_number,
        }
        with warehouse.transaction() as cursor:
            rows = warehouse.run(cursor, "match/004_relinks", values).fetchall()
        return [(row["ledger_id"], row["payment_key"]) for row in rows]

    assert [[], [("L9", "P1")], []] == [links(number) for number in (0, 1, 2)]
