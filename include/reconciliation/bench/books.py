"""The books' benchmark: a look at all of a ledger against one bare grouping of it, and a replay.

    bin/reconciliation bench --entries 10000000         the checks of the payouts, by their ledger
    bin/reconciliation bench --events 1000000           the replay of payments

The books are made by SQL on the server, with faults of which each must be found, and nothing else.
"""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from include.reconciliation.bench import figures, generate
from include.reconciliation.bench.databases import BOOK, START, BenchDatabases
from include.reconciliation.bench.figures import Round, Score, TaskCost
from include.reconciliation.bench.pipeline import run_task
from include.reconciliation.bench.record import Measurement
from include.reconciliation.edges.warehouse import SQL_FOLDER, statement
from include.reconciliation.local.environment import CONNECTIONS, connection_json

# The ledgers that are looked at whole, and when: all that was made up lies before it.
LEDGERS = ("payouts", "marketplace")
AS_OF = datetime(2026, 6, 2, tzinfo=UTC)
EVENTS = "payment_events"
# Some faults of either book stand in every so many of its objects, the first ones soon.
ROWS_MIN = 1_000
Facts = Counter[tuple[Any, ...]]


class BookBench:
    """One book, made up in the databases of the benchmark."""

    def __init__(
        self, databases: BenchDatabases, place: Path, say: Callable[[str], None], *, seed: int
    ) -> None:
        self.databases = databases
        self.place = place
        self.say = say
        self.seed = seed

    def sentinel(self, book: str, entries: int, rounds: int) -> tuple[Measurement, bool]:
        """All checks of a book against one grouping of its ledger entries, in turn."""
        self._make(book, {"entries": entries, "seed": self.seed})
        planted = self._facts(BOOK, "bench/book_labels")
        measured, scores = [], []
        for number in range(1, rounds + 1):
            floor = self._task(book, "group_by", book)
            run = f"bench {number}"
            cost = self._task(book, "sentinel", book, run, AS_OF.isoformat())
            found = self._facts(
                START, "bench/book_violations", {"book": book, "airflow_run_id": run}
            )
            measured.append(Round(floor, (cost,), cost.seconds))
            scores.append(self._score(planted, found))
            self.say(
                f"round {number}: one grouping {floor.seconds:.2f} s, all checks "
                f"{cost.seconds:.2f} s, ratio {measured[-1].ratio:.2f}, found {scores[-1].found} "
                f"of {scores[-1].planted}, false {scores[-1].false}"
            )
        named = self._sentinel_figures(book, entries, measured, scores)
        checks = _checks([entry.tasks[0] for entry in measured])
        for check in checks:
            self.say(f"  {check['name']:<50} {check['s']:>7} s")
        result = Measurement(
            "sentinel",
            f"{book} {entries}",
            named,
            tasks=checks,
            rounds=[
                {
                    "group_by_s": f"{entry.floor.seconds:.2f}",
                    "sentinel_s": f"{entry.pipeline_s:.2f}",
                    "ratio": f"{entry.ratio:.2f}",
                    "found": str(score.found),
                    "false": str(score.false),
                }
                for entry, score in zip(measured, scores, strict=True)
            ],
        )
        return result, all(score.is_exact for score in scores)

    def replay(self, events: int, rounds: int) -> tuple[Measurement, bool]:
        """All payments of an event store, replayed and compared."""
        self._make(EVENTS, {"events": events, "seed": self.seed})
        planted = self._facts(BOOK, f"bench/{EVENTS}/labels")
        costs, scores = [], []
        for number in range(1, rounds + 1):
            run = f"bench {number}"
            costs.append(self._task(EVENTS, "replay", run))
            values = {"airflow_run_id": run}
            found = self._facts(START, f"bench/{EVENTS}/findings", values)
            scores.append(self._score(planted, found))
            self.say(f"round {number}: {costs[-1].seconds:.2f} s, found {scores[-1].found}")
        [(replayed, payments)] = self._facts(START, f"bench/{EVENTS}/replayed")
        rates = [replayed / cost.seconds for cost in costs]
        named = {
            "events": str(replayed),
            "payments": str(payments),
            "rounds": str(rounds),
            "seconds": f"{statistics.median(cost.seconds for cost in costs):.2f}",
            "cpu_s": f"{statistics.median(cost.cpu_s for cost in costs):.2f}",
            "events_per_s": str(round(statistics.median(rates))),
            "events_per_s_min": str(round(min(rates))),
            "events_per_s_max": str(round(max(rates))),
            "peak_mb": str(max(cost.peak_mb for cost in costs)),
            **self._scored(scores),
            "postgres": self.databases.version(),
        }
        result = Measurement("replay", str(events), named)
        return result, all(score.is_exact for score in scores)

    def _make(self, book: str, values: Mapping[str, int]) -> None:
        size = ", ".join(f"{number} {name}" for name, number in values.items())
        self.say(f"making the book {book}: {size}")
        self.databases.make_book(book)
        with self.databases.book_writer() as session:
            fill(session, book, values)

    def _task(self, book: str, name: str, *arguments: str) -> TaskCost:
        self.databases.checkpoint()
        environment = {
            **os.environ,
            "AIRFLOW_CONN_RECONCILIATION": self._connection(START, "reconciliation"),
            f"AIRFLOW_CONN_{book.upper()}": self._connection(BOOK, book),
            "RECONCILIATION_STORE": str(self.place / "store"),
            "RECONCILIATION_REPORTS": str(self.place / "reports"),
        }
        return run_task(name, *arguments, environment=environment)

    def _connection(self, database: str, connection: str) -> str:
        return connection_json(self.databases.server, database, CONNECTIONS[connection][1])

    def _facts(self, database: str, name: str, values: Mapping[str, str] | None = None) -> Facts:
        address = self.databases.server.conninfo(database, "postgres")
        with psycopg.connect(address) as session:
            return generate.facts(session, name, values)

    def _score(self, planted: Facts, found: Facts) -> Score:
        for line in figures.examples(planted, found):
            self.say(line)
        return figures.score(planted, found)

    def _sentinel_figures(
        self, book: str, entries: int, rounds: list[Round], scores: list[Score]
    ) -> dict[str, str]:
        ratios = [entry.ratio for entry in rounds]
        floor_s = statistics.median(entry.floor.seconds for entry in rounds)
        sentinel_s = statistics.median(entry.pipeline_s for entry in rounds)
        return {
            "book": book,
            "entries": str(entries),
            "checks": str(len(rounds[0].tasks[0].result)),
            "rounds": str(len(rounds)),
            "group_by_s": f"{floor_s:.2f}",
            "sentinel_s": f"{sentinel_s:.2f}",
            "ratio": f"{sentinel_s / floor_s:.2f}",
            "ratio_min": f"{min(ratios):.2f}",
            "ratio_max": f"{max(ratios):.2f}",
            "peak_mb": str(max(entry.tasks[0].peak_mb for entry in rounds)),
            **self._scored(scores),
            "postgres": self.databases.version(),
            "book_mb": str(self.databases.size_mb(BOOK)),
        }

    @staticmethod
    def _scored(scores: list[Score]) -> dict[str, str]:
        worst = figures.worst(scores)
        return {
            "planted": str(worst.planted),
            "found": str(worst.found),
            "false": str(worst.false),
        }


def fill(session: psycopg.Connection[Any], book: str, values: Mapping[str, int]) -> None:
    """Makes a book up in its empty tables, with its labels in the schema `bench`.

    The session is a superuser's, in autocommit, and no foreign key is looked up in it.
    """
    session.execute("set session_replication_role = replica")
    session.execute("create schema bench")
    indexes = session.execute(statement("bench/book_indexes")).fetchall()
    # An index is made faster of all rows than row by row.
    for name, _ in indexes:
        session.execute(sql.SQL("drop index {}").format(sql.SQL(name)))
    for file in sorted((SQL_FOLDER / "bench" / book).glob("[0-9]_*.sql")):
        session.execute(statement(f"bench/{book}/{file.stem}"), values)
    for _, made_by in indexes:
        session.execute(sql.SQL(made_by))
    # What autovacuum does in a book that lives.
    session.execute("vacuum analyze")


def _checks(costs: list[TaskCost]) -> list[dict[str, str]]:
    """Each check's median seconds, in the order in which they are asked."""
    return [
        {"name": name, "s": f"{statistics.median(c.result[name] for c in costs) / 1000:.2f}"}
        for name in costs[0].result
    ]
