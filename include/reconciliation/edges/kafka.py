"""Kafka: records to one topic, by the connection `kafka`; needs requirements-kafka.txt.

The connection's extra holds the settings of librdkafka, as Airflow's own Kafka connections do. A
record is reported as arrived only when all replicas in sync have it; the client repeats within one
call without doubling. TLS is demanded, except on loopback.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from include.reconciliation.edges.connections import Connection
from include.reconciliation.edges.slack import is_loopback
from include.reconciliation.errors import ConfigurationError, Transient

CONNECTION_ID = "kafka"
DELIVERY_MILLISECONDS = 20_000
# The client gives up on its own before this; what it has not reported by then is thrown away.
FLUSH_SECONDS = 30
_PURGE_SECONDS = 5
_SECURE = ("ssl", "sasl_ssl")


class KafkaUnavailable(Transient):
    """Nothing gets through to Kafka now."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record; `number` is that of the outbox's message."""

    number: int
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What became of records, by their numbers: arrived, refused with a reason, or not answered."""

    arrived: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    unanswered: dict[int, str] = field(default_factory=dict)


class Client(Protocol):
    """What this edge needs of a producer; confluent_kafka.Producer has it."""

    def produce(self, topic: str, **record: Any) -> None:
        """Takes a record; `on_delivery(error, message)` is called by `flush`."""

    def flush(self, timeout: int) -> int:
        """Waits until all is reported; how many are not."""

    def purge(self) -> None:
        """Throws away what waits."""


def send(
    target: Connection,
    topic: str,
    records: Sequence[Record],
    open_client: Callable[[dict[str, Any]], Client] | None = None,
) -> Outcome:
    """Sends records and waits for Kafka's answer to each.

    Raises ConfigurationError for a connection that can't work. A record without an answer may have
    arrived all the same; whoever reads the topic knows a repeat by its id.
    """
    settings = _settings(target)
    try:
        client = (open_client or _producer)(settings)
    except ConfigurationError:
        raise
    except Exception as error:
        # The client's own text may repeat a setting, and so a password.
        raise ConfigurationError(
            f"the connection {target.connection_id!r} has settings that the Kafka client does not "
            f"take ({type(error).__name__})"
        ) from None
    outcome = Outcome()
    for record in records:
        _produce(client, topic, record, outcome)
    if client.flush(FLUSH_SECONDS):
        # Nothing may leave later, behind the back of whoever sends it again.
        client.purge()
        client.flush(_PURGE_SECONDS)
    answered = {*outcome.arrived, *outcome.refused, *outcome.unanswered}
    for record in records:
        if record.number not in answered:
            outcome.unanswered[record.number] = "no answer from Kafka"
    return outcome


def _produce(client: Client, topic: str, record: Record, outcome: Outcome) -> None:
    def answered(error: Any, _: object) -> None:
        _judge(outcome, record.number, error)

    try:
        client.produce(
            topic,
            key=record.key.encode(),
            value=record.value,
            headers=[(name, text.encode()) for name, text in record.headers.items()],
            on_delivery=answered,
        )
    except BufferError:
        outcome.unanswered[record.number] = "the Kafka client holds too much already"
    except Exception as error:
        # Refused before it is sent, as too large for instance; the cause is a KafkaError.
        _judge(outcome, record.number, error.args[0] if error.args else error)


def _judge(outcome: Outcome, number: int, error: Any) -> None:
    """Sorts one answer: the client's own errors have codes below 0, those of the broker above."""
    if error is None:
        outcome.arrived.append(number)
        return
    code, name = getattr(error, "code", None), getattr(error, "name", None)
    if not callable(code) or not callable(name):
        outcome.refused[number] = f"the Kafka client fails ({type(error).__name__})"
    elif code() < 0:
        outcome.unanswered[number] = f"no answer from Kafka ({name()})"
    else:
        outcome.refused[number] = f"Kafka refuses it ({name()})"


def _settings(target: Connection) -> dict[str, Any]:
    servers = target.extra.get("bootstrap.servers")
    if not isinstance(servers, str) or not servers:
        raise ConfigurationError(
            f"the connection {target.connection_id!r} names no brokers: put "
            '{"bootstrap.servers": "broker:9093", "security.protocol": "SSL"} into its extra'
        )
    hosts = [each.strip().rpartition(":")[0].strip("[]") for each in servers.split(",")]
    is_secure = str(target.extra.get("security.protocol", "")).lower() in _SECURE
    if not is_secure and not all(is_loopback(host) for host in hosts):
        raise ConfigurationError(
            f"the connection {target.connection_id!r} must have the security.protocol SSL or "
            "SASL_SSL"
        )
    return {
        "client.id": "reconciliation",
        **target.extra,
        "acks": "all",
        "enable.idempotence": True,
        "message.timeout.ms": DELIVERY_MILLISECONDS,
    }


def _producer(settings: dict[str, Any]) -> Client:
    try:
        from confluent_kafka import Producer
    except ImportError:
        raise ConfigurationError(
            "events are on, and the Kafka client is not installed: "
            "install requirements-kafka.txt, or take events_topic out of the configuration"
        ) from None
    client: Client = Producer(settings)
    return client
