"""The outbox: everything arrives, in order, once, whatever happens on the way."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator

import pytest

from include.reconciliation.edges import outbox, slack, warehouse
from include.reconciliation.lab.fake_slack import Answer, FakeSlack, running
from include.reconciliation.steps.deliver_alerts import deliver, hasten_delivery
from tests.conftest import Databases, Sources
from tests.listening import listening
from tests.operations.conftest import EUROPE, Books

NOWHERE = {"host": "http://127.0.0.1:9/services"}


@pytest.fixture
def fake(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to; the link to Airflow is not set."""
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    with running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.connection())
        yield server


def say(*texts: str) -> None:
    """Enqueues messages for Slack."""
    with warehouse.transaction() as cursor:
        for text in texts:
            outbox.enqueue(cursor, "slack", text, {"text": text})


def wait_over(books: Books) -> None:
    """Lets the time pass until every message is due again."""
    books.session.execute("update internal.outbox set next_try_at = clock_timestamp()")
    books.session.commit()


def waits(books: Books) -> list[int]:
    """Seconds that each message which has not arrived has still to wait, to the next ten."""
    query = """
        select round(extract(epoch from next_try_at - clock_timestamp()), -1)::integer as seconds
        from internal.outbox where delivered_at is null order by message_id
    """
    return [row["seconds"] for row in books.rows(query)]


def test_messages_arrive_in_order_and_once(fake: FakeSlack, books: Books) -> None:
    say("one", "two", "one")

    assert [
        {"sent": 2, "postponed": 0, "waiting": 0},
        {"sent": 0, "postponed": 0, "waiting": 0},
    ] == [
        deliver(),
        deliver(),
    ]
    assert ["one (message 1)", "two (message 2)"] == fake.texts


def test_a_message_leads_to_airflow_where_its_address_is_known(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    say("one")
    deliver()

    expected = "one (message 1)\nhttps://airflow.example/dags/billing_gateway_reconciliation"
    assert [expected] == fake.texts


def test_slack_that_is_down_fails_nothing_and_keeps_the_order(
    fake: FakeSlack, books: Books
) -> None:
    say("one", "two")
    fake.answers = [Answer(500), Answer(502)]
    first = deliver()
    waits_after_first = waits(books)
    wait_over(books)
    deliver()
    waits_after_second = waits(books)
    wait_over(books)
    deliver()

    assert {"sent": 0, "postponed": 1, "waiting": 2} == first
    assert [30, 30] == waits_after_first
    assert [60, 60] == waits_after_second
    # Slack saw the first message three times, and refused it twice.
    assert ["one (message 1)"] * 3 + ["two (message 2)"] == fake.texts


def test_slack_that_asks_to_wait_is_not_asked_again_before(fake: FakeSlack, books: Books) -> None:
    say("one", "two")
    fake.answers = [Answer(429, "", (("Retry-After", "120"),))]
    deliver()
    deliver()

    assert ["one (message 1)"] == fake.texts
    assert [120, 120] == waits(books)


def test_a_message_that_slack_refuses_does_not_hold_the_next(fake: FakeSlack, books: Books) -> None:
    say("one", "two")
    fake.answers = [Answer(400, "invalid_payload")]

    assert {"sent": 1, "postponed": 1, "waiting": 1} == deliver()
    query = "select last_error from internal.outbox where delivered_at is null"
    expected = [{"last_error": "SlackRefused: Slack answers 400: invalid_payload"}]
    assert expected == books.rows(query)


def test_the_back_off_doubles_up_to_an_hour() -> None:
    seconds = [outbox.back_off(tries).total_seconds() for tries in (0, 1, 2, 3, 7, 8, 100)]

    assert [30, 30, 60, 120, 1920, 3600, 3600] == seconds


def test_an_answer_that_gets_lost_repeats_the_message_once(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("one")
    fake.answers = [Answer(after_seconds=1)]
    with monkeypatch.context() as impatient:
        impatient.setattr(slack, "READ_SECONDS", 0.2)
        counts = deliver()
    for _ in range(3):
        wait_over(books)
        deliver()

    assert {"sent": 0, "postponed": 1, "waiting": 1} == counts
    assert ["one (message 1)"] * 2 == fake.texts


def test_a_kill_between_sending_and_settling_repeats_the_message_once(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("one", "two")

    def die(_: outbox.Message) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(outbox, "settle", die)
        with pytest.raises(SystemExit):
            deliver()
    # The claim of the dead one holds: nobody sends it at the same time.
    deliver()
    texts_under_claim = list(fake.texts)
    wait_over(books)
    deliver()
    wait_over(books)
    deliver()

    assert ["one (message 1)", "two (message 2)"] == texts_under_claim
    assert ["one (message 1)", "two (message 2)", "one (message 1)"] == fake.texts


def test_two_rounds_at_once_send_each_message_once(fake: FakeSlack) -> None:
    texts = [f"message of {number}" for number in range(12)]
    say(*texts)
    rounds = [threading.Thread(target=deliver) for _ in range(2)]
    for each in rounds:
        each.start()
    for each in rounds:
        each.join()

    expected = sorted(f"{text} (message {number})" for number, text in enumerate(texts, 1))
    assert expected == sorted(fake.texts)


def test_without_a_connection_messages_wait_and_the_log_says_so(
    databases: Databases,
    books: Books,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", "not JSON: canary")
    say("one")

    with listening(deliver.__module__, logging.WARNING) as messages:
        counts = deliver()

    assert {"sent": 0, "postponed": 0, "waiting": 1} == counts
    expected = (
        "messages for Slack stay in the outbox: "
        "AIRFLOW_CONN_SLACK is not a connection written as JSON"
    )
    assert [expected] == messages


def test_no_secret_of_the_connection_is_written_down(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", fake.connection(**NOWHERE))
    say("one")
    with listening() as messages:
        deliver()

    written = json.dumps([*books.rows("select * from internal.outbox")], default=str)
    assert "canary" not in "\n".join([written, *messages])
    assert "no answer from Slack (ConnectionError)" in written


def test_a_failure_callback_delivers_at_once_and_never_fails(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("one")
    hasten_delivery({})
    monkeypatch.setenv("AIRFLOW_CONN_RECONCILIATION", "{}")
    hasten_delivery({})

    assert ["one (message 1)"] == fake.texts


def test_a_published_run_becomes_one_row_of_the_gateway_log(
    fake: FakeSlack, books: Books, sources: Sources
) -> None:
    run_number = books.publish(open_minor={"EUR": 700, "BRL": 300})
    is_new = [books.log(run_number), books.log(run_number)]
    deliver()
    # As if the answer of the gateway had got lost.
    books.session.execute("update internal.outbox set delivered_at = null")
    books.session.commit()
    wait_over(books)
    repeated = deliver()

    assert {"sent": 1, "postponed": 0, "waiting": 0} == repeated
    query = """
        select provider, account, verdict, matched, pending, discrepancies, divergence, notes
        from payment_reconciliation_logs
    """
    rows = sources.billing_gateway.execute(query).fetchall()
    divergence = {"EUR": 700, "BRL": 300}
    assert [True, False] == is_new
    assert [("adyen", EUROPE, "discrepancies", 8, 1, 2, divergence, "run scheduled")] == rows


def test_a_run_that_is_not_published_is_not_logged(
    fake: FakeSlack, books: Books, sources: Sources
) -> None:
    is_new = books.log(books.publish(is_published=False, verdict="incomplete"))
    deliver()

    query = "select count(*) from payment_reconciliation_logs"
    assert not is_new
    assert [(0,)] == sources.billing_gateway.execute(query).fetchall()


def test_a_gateway_that_is_down_holds_its_log_and_nothing_else(
    fake: FakeSlack, books: Books, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.log(books.publish())
    say("one")
    address = json.loads(os.environ["AIRFLOW_CONN_BILLING_GATEWAY"])
    with monkeypatch.context() as down:
        away = json.dumps({**address, "host": "127.0.0.1", "port": 9})
        down.setenv("AIRFLOW_CONN_BILLING_GATEWAY", away)
        counts = deliver()
    wait_over(books)
    deliver()

    assert {"sent": 1, "postponed": 1, "waiting": 1} == counts
    assert ["one (message 2)"] == fake.texts
    query = "select count(*) from payment_reconciliation_logs"
    assert [(1,)] == sources.billing_gateway.execute(query).fetchall()
