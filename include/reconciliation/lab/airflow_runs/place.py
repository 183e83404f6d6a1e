"""A real Airflow over the books of a demo, which every scenario finds as they were.

The launcher of `make up` runs the processes; the warehouse is put back from a copy between two
scenarios; Slack is a stub on loopback. No DAG runs by its schedule: what runs was triggered.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab import fake_slack
from include.reconciliation.lab.airflow_runs.api import AirflowApi
from include.reconciliation.lab.fake_slack import FakeSlack
from include.reconciliation.lab.kills import state as left_behind
from include.reconciliation.lab.waiting import wait_for
from include.reconciliation.local import ports, processes
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.server import Cluster

RECONCILIATION, DELIVERY = "billing_gateway_reconciliation", "deliver_alerts"
_WAREHOUSE, _AS_IT_WAS, _METADATA = "reconciliation", "reconciliation_as_it_was", "airflow"
_OWNER = "reconciliation_owner"
_READY_SECONDS = 300
# The books of a demo as they are when its story ends, with no run yet.
_BOOKS = """
import psycopg
from include.reconciliation.demo import place, timeline
from include.reconciliation.demo.history import make_history
from include.reconciliation.demo.outside import Outside
from include.reconciliation.local.server import borrowed_server
with borrowed_server() as server:
    place.make_fresh(server)
    with (
        psycopg.connect(server.conninfo("payments_ledger", "source_writer")) as ledger,
        psycopg.connect(server.conninfo("billing_gateway", "source_writer")) as gateway,
    ):
        Outside(
            make_history(1),
            ledger=ledger,
            gateway=gateway,
            drop_folder=place.drop_folder(),
            balance_transactions=[],
            balance_transactions_file=place.balance_transactions_file(),
        ).advance(timeline.END)
"""


class Place:
    """Airflow's processes, its API, the warehouse under them and the Slack beside them."""

    def __init__(self, folder: Path, slack: FakeSlack) -> None:
        self.state = folder / "var"
        self.slack = slack
        self.port = ports.choose(0, besides=0)
        self._launcher: subprocess.Popen[bytes] | None = None
        self.api: AirflowApi

    # -- Airflow ----------------------------------------------------------------------------

    def start(self) -> None:
        """Makes the books, starts every process, and waits until the DAGs are known."""
        self.state.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-c", _BOOKS], env=self._environment(), cwd="/", check=True
        )
        log = (self.state.parent / "launcher.log").open("wb")
        self._launcher = subprocess.Popen(
            [str(PROJECT_ROOT / "bin" / "launcher"), "up", "--without-demo"],
            env=self._environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self._be_ready("Airflow did not come up", self._log_in)
        for dag_id in (RECONCILIATION, DELIVERY):
            self._be_ready(f"{dag_id} is not known", partial(self._knows, dag_id))
        self._copy(_WAREHOUSE, _AS_IT_WAS)

    def end(self) -> None:
        """Ends every process."""
        subprocess.run(
            [str(PROJECT_ROOT / "bin" / "launcher"), "down"], env=self._environment(), check=False
        )
        if self._launcher is not None:
            self._launcher.wait(timeout=120)
        Cluster(self.state / "pg").remove()

    def component(self, name: str) -> int:
        """The process of one of Airflow's components, once it is there again."""
        found: list[int] = []

        def is_there() -> bool:
            found[:] = [pid for pid in processes.marked(str(self.state)) if _is(name, pid)]
            return bool(found)

        self._be_ready(f"no {name} is there", is_there)
        return min(found)

    def task_processes(self) -> list[tuple[int, int]]:
        """The processes of running tasks, each with that of its supervisor."""
        scheduler = self.component("scheduler")
        parents = processes.parents()
        return [
            (child, parent)
            for child, parent in parents.items()
            if parents.get(parent) == scheduler and child in processes.descendants([scheduler])
        ]

    def kill(self, process_id: int) -> None:
        """SIGKILL, as the system does it when memory runs out."""
        os.kill(process_id, signal.SIGKILL)

    @contextmanager
    def without_metadata(self) -> Iterator[None]:
        """Airflow's database is away: nobody is let in, and who is in it is thrown out."""
        with self._administrator() as session:
            session.execute(_let_in(_METADATA, False))
            session.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                [_METADATA],
            )
        try:
            yield
        finally:
            with self._administrator() as session:
                session.execute(_let_in(_METADATA, True))

    def is_healthy(self) -> bool:
        """Whether the API answers."""
        try:
            self.api.is_paused(RECONCILIATION)
        except OSError:
            return False
        return True

    # -- the warehouse ----------------------------------------------------------------------

    def put_back(self) -> None:
        """The warehouse as it was before the first run; Slack forgets what it was sent."""
        self._copy(_AS_IT_WAS, _WAREHOUSE)
        self.slack.received.clear()

    def position(self) -> dict[str, list[str]]:
        """What people see at the heads, without numbers, moments and names of runs."""
        with self._warehouse() as session:
            found = left_behind.of_views(session)
        return left_behind.position(found)

    def heads(self) -> list[tuple[str, str]]:
        """The verdict of each account's head, as (account, verdict)."""
        with self._warehouse() as session:
            return session.execute(
                "select psp || '/' || account, verdict from reconciliation.runs"
                " where is_head order by 1"
            ).fetchall()

    def undelivered(self) -> int:
        """How many messages wait to be sent to Slack."""
        with self._warehouse() as session:
            row = session.execute(
                "select count(*) from internal.outbox where kind like 'slack%%'"
                " and delivered_at is null and superseded_at is null"
            ).fetchone()
        assert row is not None
        return int(row[0])

    def _warehouse(self) -> psycopg.Connection[Any]:
        server = Cluster(self.state / "pg").server
        return psycopg.connect(server.conninfo(_WAREHOUSE, "reconciliation_rw"))

    def _administrator(self) -> psycopg.Connection[Any]:
        server = Cluster(self.state / "pg").server
        return psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True)

    def _copy(self, source: str, target: str) -> None:
        drop = sql.SQL("drop database if exists {} with (force)")
        create = sql.SQL("create database {} owner {} template {} strategy file_copy")
        with self._administrator() as session:
            session.execute(drop.format(sql.Identifier(target)))
            session.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                [source],
            )
            session.execute(create.format(*map(sql.Identifier, (target, _OWNER, source))))

    # -- small things -----------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "RECONCILIATION_"))
        }
        return {
            **kept,
            "RECONCILIATION_VAR": str(self.state),
            "RECONCILIATION_PYTHON": sys.executable,
            "RECONCILIATION_PORT": str(self.port),
            "PYTHONPATH": str(PROJECT_ROOT),
            "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
            "AIRFLOW_CONN_SLACK": self.slack.connection(),
        }

    def _knows(self, dag_id: str) -> bool:
        return self.api.knows(dag_id, 5)

    def _log_in(self) -> bool:
        try:
            self.api = AirflowApi.log_in(self.state, self.port)
        except (OSError, KeyError, json.JSONDecodeError):
            return False
        return True

    def _be_ready(self, otherwise: str, condition: Callable[[], object]) -> None:
        if not wait_for(condition, _READY_SECONDS):
            raise RuntimeError(f"{otherwise} within {_READY_SECONDS} s")


@contextmanager
def airflow(folder: Path) -> Iterator[Place]:
    """A place whose processes end with the block."""
    with fake_slack.running() as slack:
        place = Place(folder, slack)
        try:
            place.start()
            yield place
        finally:
            place.end()


def _is(name: str, process_id: int) -> bool:
    """Whether a process is a component that the launcher has started."""
    try:
        line = (processes.PROC / str(process_id) / "cmdline").read_bytes()
    except OSError:
        return False
    said = line.replace(b"\0", b" ").decode(errors="replace")
    return f"-m airflow {name}" in said or (name == "api-server" and "api_server" in said)


def _let_in(database: str, is_open: bool) -> sql.Composed:
    return sql.SQL("alter database {} allow_connections {}").format(
        sql.Identifier(database), sql.Literal(is_open)
    )
