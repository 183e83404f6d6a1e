"""The head of an account: who may move it, who waits for it, and that it never goes back."""

from __future__ import annotations

import threading
import time
from contextvars import copy_context

import psycopg
import pytest

from include.reconciliation.edges import pause_variable, warehouse
from include.reconciliation.errors import HeadMoved, Paused
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.steps import publish_run
from tests.conftest import Databases
from tests.operations.conftest import Variables
from tests.scenarios.conftest import STEPS, Desk, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
LOCK = "select pg_advisory_xact_lock(hashtextextended('reconciliation account ' || %s::text, 0))"
WAITING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'
"""


def head_of(desk: Desk) -> dict[str, object]:
    """The one account's head."""
    (head,) = desk.rows("select * from internal.heads")
    return head


def begun(desk: Desk, window: tuple[str, str] = TUESDAY) -> int:
    """An attempt that has only to be published."""
    attempt_id = desk.begin(*window)
    for step in STEPS[: STEPS.index(publish_run.publish_run)]:
        step(attempt_id)
    return attempt_id


def test_a_run_that_was_matched_against_another_head_does_not_move_it(desk: Desk) -> None:
    desk.run(*TUESDAY)
    head = head_of(desk)
    names = ("account_id", "run_number", "fencing_token")
    values = {name: head[name] for name in names}

    with warehouse.transaction() as cursor:
        stale = {**values, "fencing_token": int(str(head["fencing_token"])) - 1}
        assert None is warehouse.run(cursor, "publish/110_move_head", stale).fetchone()
    assert head == head_of(desk)

    with warehouse.transaction() as cursor:
        assert warehouse.run(cursor, "publish/110_move_head", values).fetchone() is not None


def test_an_earlier_window_does_not_bring_the_watermark_back(desk: Desk) -> None:
    desk.run(*WEDNESDAY)
    before = head_of(desk)["watermark"]
    desk.run(*TUESDAY)

    assert before == head_of(desk)["watermark"]


def test_who_lost_the_head_twice_waits_for_the_accounts_lock(
    desk: Desk, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt_id = begun(desk)
    (account,) = desk.rows("select account_id from internal.attempts")
    publish = publish_run._publish

    def losing(attempt_id: int, takes_lock_first: bool, *how: bool) -> str:
        if not takes_lock_first:
            raise HeadMoved("another run was first")
        return publish(attempt_id, takes_lock_first, *how)

    monkeypatch.setattr(publish_run, "_publish", losing)
    context = copy_context()
    ended = threading.Event()

    def work() -> None:
        context.run(publish_run.publish_run, attempt_id)
        ended.set()

    conninfo = databases.conninfo("reconciliation", SUPERUSER)
    with psycopg.connect(conninfo) as other, psycopg.connect(conninfo, autocommit=True) as onlooker:
        other.execute(LOCK, [account["account_id"]])
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        deadline = time.monotonic() + 60
        while onlooker.execute(WAITING).fetchone() == (0,):
            assert not ended.is_set(), "it published while another one had the lock"
            assert time.monotonic() < deadline, "it neither waits nor ends"
            time.sleep(0.02)
        other.rollback()
        worker.join(60)

    assert ended.is_set()
    assert desk.run_of(attempt_id)["is_head"]


def test_a_pause_between_proof_and_publication_publishes_nothing_until_it_is_over(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    attempt_id = begun(desk, ("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z"))
    variables = Variables()
    variables.pause("adyen")
    with pause_variable.reading_from(variables), pytest.raises(Paused, match="paused by ana"):
        publish_run.publish_run(attempt_id)
    assert [] == desk.rows("select * from reconciliation.runs")

    publish_run.publish_run(attempt_id)
    assert "reconciled" == desk.run_of(attempt_id)["verdict"]
