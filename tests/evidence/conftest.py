"""Payments in an event store, and their evidence packs, as a regulator would get them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation import verify_evidence
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter, project
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.steps.export_evidence import export
from tests.payment_events.payments import acknowledged


@pytest.fixture
def payment_events(databases) -> Iterator[psycopg.Connection]:  # type: ignore[no-untyped-def]
    """The event store as the company's own system writes it."""
    address = databases.conninfo("payment_events", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        yield session


@pytest.fixture
def owner(databases) -> Iterator[psycopg.Connection]:  # type: ignore[no-untyped-def]
    """Somebody who may change what nobody should."""
    address = databases.conninfo("payment_events", "postgres")
    with psycopg.connect(address, autocommit=True) as session:
        yield session


@pytest.fixture
def pay(payment_events) -> Callable[..., EventStore]:  # type: ignore[no-untyped-def]
    """Writes one payment with its projection: settled, or as far as a story takes it."""

    def run(
        story: Callable[[PaymentWriter], object] = lambda payment: payment.settle(),
        name: str = "payment",
    ) -> EventStore:
        history = EventStore()
        story(acknowledged(history, name))
        history.projections += project(history.events)
        load(payment_events, history)
        return history

    return run


@dataclass(frozen=True)
class Pack:
    """A pack on disk, and what the verifier says of it and of copies of it."""

    path: Path
    document: dict[str, Any]

    def verify(self) -> list[str]:
        """What does not hold of it."""
        return verify_evidence.verify(self.path)[0]

    def notes(self) -> list[str]:
        """What else is said of it."""
        return verify_evidence.verify(self.path)[1]

    def changed(self, change: Callable[[dict[str, Any]], object], *, sealed: bool) -> list[str]:
        """What does not hold of a copy that somebody changed, and sealed again."""
        document = json.loads(self.path.read_bytes())
        change(document)
        if sealed:
            body = {
                key: value for key, value in document.items() if key not in verify_evidence.SEALS
            }
            document = {**body, **verify_evidence.seals(body)}
        copy = self.path.with_name("changed.json")
        copy.write_bytes(f"{canonical_json(document)}\n".encode())
        return verify_evidence.verify(copy)[0]


@pytest.fixture
def pack(databases, tmp_path: Path) -> Callable[..., Pack]:  # type: ignore[no-untyped-def]
    """Exports the pack of a payment."""

    def run(payment_id: str = "payment") -> Pack:
        path = tmp_path / "pack.json"
        path.unlink(missing_ok=True)
        export(payment_id, "json", path)
        return Pack(path, json.loads(path.read_bytes()))

    return run
