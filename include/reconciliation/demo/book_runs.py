"""Fills the demo's books, and asks them as their DAGs do: checks, repair of wallets, replay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reconciliation.demo import book_rows
from include.reconciliation.demo.books import BookComparison, Story, compare
from include.reconciliation.demo.labels import BookLabel
from include.reconciliation.demo.place import RunFailed, airflow_log
from include.reconciliation.edges.emergency_stop import writing_to
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.edges.pause_variable import reading_from
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.errors import Broken, SourceError, Transient
from include.reconciliation.steps.emergency_stop import LIFT, carry_out_requests, emergency_stop
from include.reconciliation.steps.reconcile_wallets import Request, reconcile_wallets
from include.reconciliation.steps.run_check import run_check
from include.reconciliation.steps.verify_payment_replay import verify_payment_replay

STOPPED = "PAYMENTS_ENABLED"
NOTE = "the demo of the books"
# What the company's systems do not write: the measurements of earlier reconciliations.
OWN_TABLES = {"balance_drifts": "wallet_balances_operator"}
# The address of a database of a role of it.
Address = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the books answered: outcomes by check, and what was found, rebuilt and replayed."""

    story: Story
    outcomes: Mapping[tuple[str, str], str]
    problems: tuple[str, ...]
    comparison: BookComparison
    repairs: tuple[Mapping[str, Any], ...]
    replay: Mapping[str, Any]

    @property
    def rebuilt(self) -> list[tuple[str, str, str]]:
        """Table, object and currency of each balance that was rebuilt."""
        return [(row["relation"], row["object"], row["currency"]) for row in self.repairs]

    @property
    def is_mended(self) -> bool:
        """Whether each drifting balance was rebuilt once, and no other."""
        return sorted(self.rebuilt) == sorted(self.story.repairs)

    @property
    def is_replayed(self) -> bool:
        """Whether the replay found each broken projection and no other, and stopped payments."""
        is_found = self.story.replayed == set(self.replay["different"])
        return is_found and self.replay["is_stopped"] and not self.replay["not_checked"]

    @property
    def is_exact(self) -> bool:
        """Whether all that was planted was found, every check was answered, and nothing else."""
        asked = {(book, check.name) for book in books() for check in invariants_of(book)}
        broken = {(label.book, label.check) for label in self.story.labels}
        expected = {each: "broken" if each in broken else "holds" for each in asked}
        is_told = expected == dict(self.outcomes)
        is_found = not (self.comparison.missed or self.comparison.not_planted)
        return is_told and is_found and self.is_mended and self.is_replayed


class AirflowBooks:
    """Each question as a run of its DAG; `run_dag` returns the state of each task by its id."""

    def __init__(self, run_dag: Callable[[str, Mapping[str, Any]], Mapping[str, str]]) -> None:
        self._run_dag = run_dag

    def check(self, as_of: datetime) -> None:
        """`ledger_health_checks`: a sentence that is broken is a red task."""
        conf = {"scope": "full", "as_of": as_of.isoformat()}
        tasks = {f"{book}.{check.name}" for book in books() for check in invariants_of(book)}
        self._run("ledger_health_checks", conf, may_fail=tasks)

    def reconcile_wallets(self) -> None:
        """`wallet_balance_reconciliation`: all wallets, and what drifts is rebuilt."""
        conf = {"scope": "full", "dry_run": False, "reason": NOTE}
        self._run("wallet_balance_reconciliation", conf)

    def replay_payments(self) -> None:
        """`payment_replay_verification`: a difference is a red task, and stops payments."""
        last = "every_payment_is_what_its_events_say"
        self._run("payment_replay_verification", {"note": NOTE}, may_fail={last})

    def lift_the_stop(self) -> None:
        """`emergency_stop`: whoever runs the demo lets payments go on."""
        conf = {"variables": [STOPPED], "action": "lift", "reason": f"{NOTE} is over"}
        self._run("emergency_stop", conf)

    def _run(self, dag_id: str, conf: Mapping[str, Any], may_fail: Collection[str] = ()) -> None:
        states = self._run_dag(dag_id, conf)
        wrong = [
            f"{task_id} is {state}"
            for task_id, state in sorted(states.items())
            if state != "success" and not (state == "failed" and task_id in may_fail)
        ]
        if wrong:
            raise RunFailed(
                f"{dag_id}: {', '.join(wrong)}; {airflow_log()} says why. What is skipped is held "
                f"by an emergency stop: bin/airflow variables delete {STOPPED}"
            )


class StepBooks:
    """The same steps without Airflow; its Variables are kept here."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}

    def names(self, prefix: str) -> list[str]:
        """As Airflow lists its Variables."""
        return [name for name in self._variables if name.startswith(prefix)]

    def value(self, name: str) -> str:
        """As Airflow gives them."""
        return self._variables[name]

    def write(self, name: str, text: str, description: str) -> None:
        """As Airflow sets them."""
        self._variables[name] = text

    def check(self, as_of: datetime) -> None:
        """Every sentence of every book."""
        for book in books():
            for check in invariants_of(book):
                with suppress(Broken, SourceError, Transient):
                    run_check(
                        book, check.name, airflow_run_id=NOTE, window_start=None, window_end=as_of
                    )

    def reconcile_wallets(self) -> None:
        """All wallets."""
        with reading_from(self):
            reconcile_wallets(Request(NOTE, "full", False, NOTE, datetime.now(UTC)))

    def replay_payments(self) -> None:
        """All payments."""
        with reading_from(self), writing_to(self.write):
            verify_payment_replay(airflow_run_id=NOTE, note=NOTE)
            carry_out_requests()

    def lift_the_stop(self) -> None:
        """Whoever runs the demo lets payments go on."""
        with reading_from(self), writing_to(self.write):
            emergency_stop([STOPPED], LIFT, changed_by=NOTE, reason=f"{NOTE} is over")


def fill(address: Address, story: Story) -> None:
    """Writes the rows of each book, as the company's own systems and earlier runs do."""
    for book, rows in story.rows.items():
        for table in rows:
            role = OWN_TABLES.get(table, "source_writer")
            with psycopg.connect(address(book, role)) as session:
                book_rows.write(session, {table: rows[table]})


def ask(address: Address, story: Story, runner: AirflowBooks | StepBooks) -> Asked:
    """Asks all of it, in an order in which a stop holds nothing up; RunFailed when it can't."""
    runner.check(story.as_of)
    runner.reconcile_wallets()
    runner.replay_payments()
    runner.lift_the_stop()
    warehouse = address("reconciliation", "reconciliation_ro")
    answers = _rows(warehouse, "demo/book_answers")
    violations = [BookLabel(**row) for row in _rows(warehouse, "demo/book_violations")]
    (replay,) = _rows(warehouse, "demo/replayed_payments")
    return Asked(
        story,
        {(row["book"], row["check_name"]): row["outcome"] for row in answers},
        tuple(
            f"{row['book']} {row['check_name']}: {row['problem']}"
            for row in answers
            if row["problem"] is not None
        ),
        compare(story.labels, violations),
        tuple(_rows(address("wallet_balances", "wallet_balances_ro"), "demo/repaired_balances")),
        replay,
    )


def _rows(address: str, name: str) -> list[dict[str, Any]]:
    with psycopg.connect(address, row_factory=dict_row) as session:
        return session.execute(statement(name)).fetchall()
