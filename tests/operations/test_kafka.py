"""What leaves for Kafka, and what its answers mean: with a stand-in, and with the real client."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from include.reconciliation import config
from include.reconciliation.edges import kafka, outbox, warehouse
from include.reconciliation.edges.connections import connection
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.lab.fake_slack import FakeSlack, running
from include.reconciliation.steps import reconciliation_events
from include.reconciliation.steps.deliver_alerts import deliver
from tests.conftest import Databases
from tests.listening import listening
from tests.operations.conftest import Books

RECORDS = [kafka.Record(number, "key", f"value {number}".encode()) for number in (1, 2, 3)]
LOOPBACK = {"bootstrap.servers": "127.0.0.1:9"}


@dataclass
class FakeClient:
    """A producer that answers by a record's value; what has no answer stays unanswered."""

    answer: Callable[[bytes], KafkaError | None] = lambda value: None
    is_silent: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    purged: int = 0
    _waiting: list[Callable[[], None]] = field(default_factory=list)

    def produce(self, topic: str, **record: Any) -> None:
        self.sent.append({"topic": topic, **record})
        error = self.answer(record["value"])
        self._waiting.append(lambda: record["on_delivery"](error, None))

    def flush(self, timeout: int) -> int:
        if self.is_silent:
            return len(self._waiting)
        for each in self._waiting:
            each()
        self._waiting.clear()
        return 0

    def purge(self) -> None:
        self.purged += 1
        self._waiting.clear()

    def open(self, settings: dict[str, Any]) -> FakeClient:
        self.settings = settings
        return self


def target(monkeypatch: pytest.MonkeyPatch, **extra: Any) -> Any:
    """The connection `kafka` with these settings."""
    entry = json.dumps({"conn_type": "kafka", "extra": extra or LOOPBACK})
    monkeypatch.setenv("AIRFLOW_CONN_KAFKA", entry)
    return connection("kafka")


def test_records_arrive_with_key_and_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()
    record = kafka.Record(7, "a/b", b"{}", {"content-type": "application/json"})
    outcome = kafka.send(target(monkeypatch), "topic", [record], client.open)

    (sent,) = client.sent
    assert ("topic", b"a/b", b"{}", [("content-type", b"application/json")]) == (
        sent["topic"], sent["key"], sent["value"], sent["headers"],
    )  # fmt: skip
    assert kafka.Outcome(arrived=[7]) == outcome


def test_no_setting_of_a_connection_can_make_a_loss_look_like_a_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = FakeClient()
    careless = {"acks": "0", "enable.idempotence": False, "message.timeout.ms": 0}
    kafka.send(target(monkeypatch, **LOOPBACK, **careless), "topic", RECORDS, client.open)

    assert ("all", True, 20_000) == (
        client.settings["acks"],
        client.settings["enable.idempotence"],
        client.settings["message.timeout.ms"],
    )


@pytest.mark.parametrize(
    ("code", "is_refused"),
    [
        (KafkaError.MSG_SIZE_TOO_LARGE, True),
        (KafkaError.INVALID_MSG, True),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, True),
        (KafkaError._MSG_TIMED_OUT, False),
        (KafkaError._ALL_BROKERS_DOWN, False),
        (KafkaError._TRANSPORT, False),
    ],
)
def test_what_the_broker_says_no_to_is_refused_and_what_nobody_answers_is_not(
    monkeypatch: pytest.MonkeyPatch, code: int, is_refused: bool
) -> None:
    client = FakeClient(answer=lambda value: KafkaError(code) if value == b"value 2" else None)
    outcome = kafka.send(target(monkeypatch), "topic", RECORDS, client.open)

    assert [1, 3] == outcome.arrived
    expected = ([2], []) if is_refused else ([], [2])
    assert expected == (list(outcome.refused), list(outcome.unanswered))


def test_what_the_client_holds_too_long_is_thrown_away_and_not_sent_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = FakeClient(is_silent=True)
    outcome = kafka.send(target(monkeypatch), "topic", RECORDS, client.open)

    assert 1 == client.purged
    assert dict.fromkeys((1, 2, 3), "no answer from Kafka") == outcome.unanswered


@pytest.mark.parametrize(
    ("error", "is_refused"),
    [
        (KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)), True),
        (BufferError("queue full"), False),
        (TypeError("canary"), True),
    ],
)
def test_a_record_that_the_client_does_not_take_holds_no_other(
    monkeypatch: pytest.MonkeyPatch, error: Exception, is_refused: bool
) -> None:
    class Picky(FakeClient):
        def produce(self, topic: str, **record: Any) -> None:
            if record["value"] == b"value 1":
                raise error
            super().produce(topic, **record)

    outcome = kafka.send(target(monkeypatch), "topic", RECORDS, Picky().open)

    assert [2, 3] == outcome.arrived
    assert [1] == list(outcome.refused if is_refused else outcome.unanswered)
    assert "canary" not in str(outcome)


@pytest.mark.parametrize(
    "extra",
    [
        {"bootstrap.servers": ""},
        {"security.protocol": "SSL"},
        {"bootstrap.servers": "broker.example:9092"},
        {"bootstrap.servers": "127.0.0.1:9,10.0.0.1:9092"},
        {"bootstrap.servers": "broker.example:9092", "security.protocol": "SASL_PLAINTEXT"},
        {"bootstrap.servers": "127.0.0.1:9", "sasl.password": "canary", "no.such.setting": 1},
    ],
)
def test_a_connection_over_an_open_wire_or_with_a_wrong_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match="the connection 'kafka'") as caught:
        kafka.send(target(monkeypatch, **extra), "topic", RECORDS)
    assert "canary" not in str(caught.value)


def test_the_real_client_needs_no_more_than_the_edge_gives_it() -> None:
    """A broker that the client brings along; what arrives is read back by a real consumer."""
    producer = Producer({"test.mock.num.brokers": 1})
    brokers = ",".join(
        f"{each.host}:{each.port}" for each in producer.list_topics(timeout=10).brokers.values()
    )
    there = {"conn_type": "kafka", "extra": {"bootstrap.servers": brokers}}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AIRFLOW_CONN_KAFKA", json.dumps(there))
        record = kafka.Record(7, "/reconciliation/adyen/Shop", "{'ç'}".encode(), {"a": "b"})
        huge = kafka.Record(8, "key", b"x" * 2_000_000)
        outcome = kafka.send(connection("kafka"), "reconciliation.events", [huge, record])
    consumer = Consumer(
        {"bootstrap.servers": brokers, "group.id": "test", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["reconciliation.events"])
    try:
        message = consumer.poll(30)
    finally:
        consumer.close()

    assert [7] == outcome.arrived
    assert {8: "Kafka refuses it (MSG_SIZE_TOO_LARGE)"} == outcome.refused
    assert message is not None
    assert (b"/reconciliation/adyen/Shop", "{'ç'}".encode(), [("a", b"b")]) == (
        message.key(),
        message.value(),
        message.headers(),
    )


def test_brokers_that_are_away_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "DELIVERY_MILLISECONDS", 300)
    outcome = kafka.send(target(monkeypatch), "topic", RECORDS)

    assert [1, 2, 3] == sorted(outcome.unanswered)


@pytest.fixture
def fake(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to; events are on."""
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    written = tmp_path / "psps.toml"
    project = (config.PROJECT_ROOT / "include" / "psps.toml").read_text(encoding="utf-8")
    written.write_text(f'{project}\n[notifications]\nevents_topic = "reconciliation.events"\n')
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(written))
    target(monkeypatch)
    with running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.connection())
        yield server


def happen(*names: str) -> None:
    """Enqueues events, and a message for Slack behind them."""
    with warehouse.transaction() as cursor:
        for name in names:
            event = {"id": name, "type": "run_published", "psp": "adyen", "account": "Shop"}
            event |= {"time": "2026-11-19T10:00:00Z", "data": {"name": name}}
            outbox.enqueue(cursor, "event", f"event:{name}", event)
        outbox.enqueue(cursor, "slack", "one", {"text": "one"})


def due_again(books: Books) -> None:
    """Lets every wait run out."""
    books.session.execute("update internal.outbox set next_try_at = clock_timestamp()")
    books.session.commit()


def shown(books: Books) -> list[tuple[str, bool, str | None]]:
    """Each event in the view: its id, whether it has arrived, and what went wrong."""
    query = "select id, delivered_at, last_error from reconciliation.events order by id"
    return [
        (row["id"], row["delivered_at"] is not None, row["last_error"]) for row in books.rows(query)
    ]


def test_events_arrive_in_order_and_once(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient()
    monkeypatch.setattr(kafka, "_producer", client.open)
    happen("a", "b", "a")
    counts = [deliver(), deliver()]

    assert [
        {"sent": 3, "postponed": 0, "waiting": 0},
        {"sent": 0, "postponed": 0, "waiting": 0},
    ] == counts
    assert ["a", "b"] == [json.loads(each["value"])["id"] for each in client.sent]
    assert {b"/reconciliation/adyen/Shop"} == {each["key"] for each in client.sent}
    assert [("a", True, None), ("b", True, None)] == shown(books)


def test_an_event_that_is_refused_stands_in_the_list_of_errors_and_holds_no_other(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)
    client = FakeClient(answer=lambda value: refusal if b'"id":"a"' in value else None)
    monkeypatch.setattr(kafka, "_producer", client.open)
    happen("a", "b")
    counts = deliver()

    assert {"sent": 2, "postponed": 1, "waiting": 1} == counts
    assert [("a", False, "Kafka refuses it (MSG_SIZE_TOO_LARGE)"), ("b", True, None)] == (
        shown(books)
    )


def test_a_kafka_that_is_down_holds_its_events_and_nothing_else(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient(is_silent=True)
    monkeypatch.setattr(kafka, "_producer", client.open)
    monkeypatch.setattr(reconciliation_events, "BATCH", 1)
    happen("a", "b")
    counts = deliver()
    again_at_once = deliver()
    asked = len(client.sent)
    client.is_silent = False
    due_again(books)
    counts_after = deliver()

    assert {"sent": 1, "postponed": 1, "waiting": 2} == counts
    assert {"sent": 0, "postponed": 0, "waiting": 2} == again_at_once
    # The one behind it was not even tried.
    assert 1 == asked
    assert {"sent": 2, "postponed": 0, "waiting": 0} == counts_after
    assert ["one (message 3)"] == fake.texts


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("not JSON: canary", "AIRFLOW_CONN_KAFKA is not a connection written as JSON"),
        ('{"extra": {"bootstrap.servers": "broker.example:9092"}}', "security.protocol"),
    ],
)
def test_without_a_connection_that_works_events_wait_and_the_log_says_so(
    fake: FakeSlack,
    books: Books,
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
    expected: str,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_KAFKA", entry)
    happen("a")
    with listening(deliver.__module__, logging.WARNING) as messages:
        counts = deliver()

    assert {"sent": 1, "postponed": 0, "waiting": 1} == counts
    (message,) = messages
    assert expected in message
    assert "canary" not in message


def test_events_that_wait_while_they_are_switched_off_are_not_lost(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen("a")
    with monkeypatch.context() as off:
        off.delenv("RECONCILIATION_CONFIG")
        deliver()
        why = shown(books)
    monkeypatch.setattr(kafka, "_producer", FakeClient().open)
    due_again(books)
    deliver()

    assert [("a", False, "events wait, and the configuration names no events_topic")] == why
    assert [("a", True, None)] == shown(books)


def test_a_kill_after_sending_sends_the_same_bytes_again(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient()
    monkeypatch.setattr(kafka, "_producer", client.open)
    happen("a")

    def die(*messages: outbox.Message) -> None:
        if "id" in messages[0].payload:
            raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(outbox, "settle", die)
        with pytest.raises(SystemExit):
            deliver()
    deliver()
    under_claim = len(client.sent)
    due_again(books)
    deliver()

    assert 1 == under_claim
    first, second = (each["value"] for each in client.sent)
    assert first == second


def test_two_rounds_at_once_send_each_event_once(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient()
    monkeypatch.setattr(kafka, "_producer", lambda settings: FakeClient(sent=client.sent))
    names = [f"event {number:02}" for number in range(20)]
    happen(*names)
    rounds = [threading.Thread(target=deliver) for _ in range(2)]
    for each in rounds:
        each.start()
    for each in rounds:
        each.join()

    assert names == sorted(json.loads(each["value"])["id"] for each in client.sent)
