"""The world outside of the pipeline: writes what is known by an instant into the sources.

The company's systems write the two source databases (as source_writer), Adyen leaves files in the
drop folder, Stripe's API shows balance transactions. Only what is known *before* the instant is
there, so that a run sees no more than it would have seen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation.demo import timeline
from include.reconciliation.demo.history import History
from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.edges.warehouse import statement


def play(outside: Outside, run_window: Callable[[StoryWindow], None]) -> Iterator[StoryWindow]:
    """Goes from window to window: the world first, then the run; yields each window when done."""
    for window in timeline.windows():
        outside.advance(window.end)
        run_window(window)
        yield window


class Outside:
    """Plays a history into the sources, up to one instant after another."""

    def __init__(
        self,
        history: History,
        *,
        ledger: psycopg.Connection[Any],
        gateway: psycopg.Connection[Any],
        drop_folder: Path,
        balance_transactions: list[dict[str, Any]],
        balance_transactions_file: Path,
    ) -> None:
        self._history = history
        self._ledger = ledger
        self._gateway = gateway
        self._drop_folder = drop_folder
        self._balance_transactions = balance_transactions
        self._balance_transactions_file = balance_transactions_file
        self._known_until: datetime | None = None
        for account in {file.account for file in history.files}:
            (drop_folder / account).mkdir(parents=True, exist_ok=True)

    def advance(self, until: datetime) -> None:
        """Lets everything happen that is known before that instant and has not happened yet."""
        self._write_ledger(until)
        self._write_gateway(until)
        for file in self._history.files:
            if self._happens(file.known_at, until):
                _place(self._drop_folder / file.account / file.name, file.content)
        for made_at, entry in self._history.balance_transactions:
            if self._happens(made_at, until):
                self._balance_transactions.append(dict(entry))
        # For whoever serves them when the demo has ended.
        listed = json.dumps(self._balance_transactions)
        _place(self._balance_transactions_file, listed.encode())
        self._known_until = until

    def _happens(self, known_at: datetime, until: datetime) -> bool:
        return known_at < until and (self._known_until is None or known_at >= self._known_until)

    def _write_ledger(self, until: datetime) -> None:
        with self._ledger.transaction(), self._ledger.cursor() as cursor:
            for change in self._history.ledger_changes:
                if not self._happens(change.known_at, until):
                    continue
                if change.row is None:
                    cursor.execute(
                        statement("demo/delete_ledger_row"), {"ledger_id": change.ledger_id}
                    )
                else:
                    cursor.execute(statement("demo/write_ledger_row"), asdict(change.row))

    def _write_gateway(self, until: datetime) -> None:
        intents = [
            intent for intent in self._history.intents if self._happens(intent.created_at, until)
        ]
        made = [
            entry for entry in self._history.transactions if self._happens(entry.created_at, until)
        ]
        with self._gateway.transaction(), self._gateway.cursor() as cursor:
            _write_all(cursor, "demo/write_intent", intents)
            _write_all(cursor, "demo/write_gateway_transaction", made)


def _write_all(cursor: psycopg.Cursor[Any], name: str, rows: Iterable[Any]) -> None:
    cursor.executemany(statement(name), [asdict(row) for row in rows])


def _place(file: Path, content: bytes) -> None:
    """Leaves a file as a careful transfer tool does: under a temporary name until it is whole."""
    unfinished = file.with_name(f".{file.name}.part")
    unfinished.write_bytes(content)
    os.replace(unfinished, file)
