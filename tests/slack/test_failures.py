"""What the sender is told when something is away, slow or dies: never more than is known."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from include.reconciliation.edges import slack_guard, stored_variables, warehouse
from include.reconciliation.edges.slack_requests import TooLate, Turn
from include.reconciliation.edges.stored_variables import StoredVariables
from tests.conftest import Databases
from tests.slack.conftest import Airflow, Slack, pauses, requests

PAUSE = "reconciliation pause adyen r"
NOT_DONE = slack_guard.NOT_DONE
CAN_NOT_TELL = slack_guard.CAN_NOT_TELL


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def lead_warehouse_to(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    entry = {"host": "127.0.0.1", "port": port, "login": "reconciliation_rw", "schema": "x"}
    monkeypatch.setenv("AIRFLOW_CONN_RECONCILIATION", json.dumps(entry))


def timed(work: Callable[[], str]) -> tuple[str, float]:
    start = time.monotonic()
    return work(), time.monotonic() - start


def test_without_the_warehouse_a_copy_can_not_be_told_so_nothing_is_done(
    slack: Slack, airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_warehouse_to(monkeypatch, 9)

    assert NOT_DONE == slack.command(PAUSE)
    assert None is airflow.pause()


def test_a_warehouse_that_hangs_is_answered_in_three_seconds(
    slack: Slack, airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_server() as port:
        lead_warehouse_to(monkeypatch, port)
        answer, seconds = timed(lambda: slack.command(PAUSE))

    assert NOT_DONE == answer
    assert seconds < 3
    assert None is airflow.pause()


def test_while_a_run_of_the_psp_is_published_nothing_is_done_and_the_answer_comes_in_time(
    slack: Slack, airflow: Airflow, books
) -> None:
    """The other transaction holds the lock for longer than Slack waits."""
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "alerts/lock_psp", {"psp": "adyen"})
        answer, seconds = timed(lambda: slack.command(PAUSE))
        another = slack.command("reconciliation pause stripe r")
    later = slack.command(PAUSE)

    assert NOT_DONE == answer
    assert seconds < 3
    assert another.startswith("Done: stripe is paused")
    assert later.startswith("Done: adyen is paused")
    assert [None, "done", "done"] == [row[2] for row in requests(books)]


def lock_the_variable(databases: Databases, held: threading.Event, done: threading.Event) -> None:
    from airflow.configuration import conf
    from sqlalchemy import make_url

    url = make_url(conf.get("database", "sql_alchemy_conn"))
    address = databases.server.conninfo(str(url.database), "airflow")
    with psycopg.connect(address) as session:
        session.execute("lock table variable in access exclusive mode")
        held.set()
        done.wait(20)


def test_airflows_database_that_hangs_is_answered_in_three_seconds_and_nothing_was_done(
    slack: Slack, airflow: Airflow, books, databases: Databases
) -> None:
    held, done = threading.Event(), threading.Event()
    locker = threading.Thread(target=lock_the_variable, args=(databases, held, done))
    locker.start()
    assert held.wait(20)
    answer, seconds = timed(lambda: slack.command(PAUSE))
    done.set()
    locker.join()

    assert NOT_DONE == answer
    assert seconds < 3
    # What was begun too late is not carried out afterwards, either.
    assert None is airflow.pause()
    assert [] == pauses(books)


def failing(where: str) -> Callable[..., None]:
    """A change of the Variable that dies before it begins, or when it has been committed."""
    real = StoredVariables.change

    def change(
        self: StoredVariables, name: str, text: str | None, description: str, begin: Any
    ) -> None:
        if where == "before":
            raise ConnectionError("no connection")
        real(self, name, text, description, begin)
        raise ConnectionError("the answer to the commit is lost")

    return change


def test_a_variable_that_can_not_be_set_leaves_no_row(
    slack: Slack, airflow: Airflow, books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoredVariables, "change", failing("before"))

    assert NOT_DONE == slack.command(PAUSE)
    assert None is airflow.pause()
    assert [] == pauses(books)
    assert [("ana", f"/billing-gateway {PAUSE}", None)] == requests(books)


def test_a_lost_answer_to_the_commit_is_told_as_one(
    slack: Slack, airflow: Airflow, books, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(StoredVariables, "change", failing("after"))
        answer = slack.command(PAUSE)

    assert CAN_NOT_TELL == answer
    assert airflow.pause() is not None
    assert slack.command("reconciliation status adyen").startswith("adyen is paused by ana")
    assert [("ana", f"/billing-gateway {PAUSE}", None)] == requests(books)[:1]


def test_a_warehouse_that_dies_after_the_variable_was_set_is_told_as_one_that_nobody_can_tell(
    slack: Slack, airflow: Airflow, books, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StoredVariables.change

    def change(self: StoredVariables, *arguments: Any) -> None:
        real(self, *arguments)
        # The sessions of this test alone: the databases of others lie on the same server.
        books.execute(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where
                datname = current_database() and usename = current_user
                and pid <> pg_backend_pid()
            """
        )

    monkeypatch.setattr(StoredVariables, "change", change)

    assert CAN_NOT_TELL == slack.command(PAUSE)
    assert airflow.pause() is not None
    assert [] == pauses(books), "the next round of operations writes it down"


def test_a_change_that_comes_too_late_is_not_made(
    slack: Slack, airflow: Airflow, books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread wakes up after the sender was told that nothing was done."""
    real, woke = StoredVariables.change, threading.Event()

    def change(self: StoredVariables, *arguments: Any) -> None:
        time.sleep(3)
        try:
            real(self, *arguments)
        finally:
            woke.set()

    monkeypatch.setattr(StoredVariables, "change", change)
    answer, seconds = timed(lambda: slack.command(PAUSE))
    assert woke.wait(10)

    assert NOT_DONE == answer
    assert seconds < 3
    assert None is airflow.pause()
    assert [] == pauses(books)


def test_a_body_that_never_ends_is_given_up_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = {
        b"content-type": slack_guard.FORM.encode(),
        b"x-slack-request-timestamp": b"1",
        b"x-slack-signature": b"v0=",
    }
    scope = {"type": "http", "method": "POST", "headers": list(headers.items())}
    asyncio.run(slack_guard.SlackGuard(None)(scope, receive, send))

    assert 408 == sent[0]["status"]


def test_a_turn_is_taken_once_its_time_is_not_over_and_nobody_has_closed_it() -> None:
    taken, closed, over = Turn(60), Turn(60), Turn(0)
    taken.begin()
    was_begun = closed.close()

    assert (True, False) == (taken.close(), was_begun)
    for late in (closed, over, taken):
        with pytest.raises(TooLate):
            late.begin()
    with pytest.raises(TooLate):
        over.milliseconds_left()


def test_a_status_that_can_not_be_read_is_told_as_that(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ConnectionError

    monkeypatch.setattr(stored_variables, "_session", away)

    assert slack.command("reconciliation status adyen").startswith(
        "adyen counts as paused: could not check the pause: the Variable reconciliation_pause_adyen"
    )


