"""One run of one account, step by step, each step in a process that can be killed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from include.reconciliation.edges import drop_folder, volumes
from include.reconciliation.edges.pause_variable import names_in_environment, reading_from
from include.reconciliation.edges.task_outcome import DEFECTS
from include.reconciliation.errors import Final
from include.reconciliation.lab.kills import books
from include.reconciliation.lab.kills.file_calls import FileBlow
from include.reconciliation.lab.kills.nursery import Nursery, Outcome
from include.reconciliation.lab.kills.proxy import Blow, Proxy
from include.reconciliation.local.environment import CONNECTIONS, connection_json
from include.reconciliation.steps.check_identities import check_identities
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.extract_ledger_transactions import extract_ledger_transactions
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.match_transactions import match_transactions
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.validate_statements import validate_statements
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report

STEPS = {
    step.__name__: step
    for step in (
        fetch_psp_statements,
        validate_statements,
        extract_ledger_transactions,
        match_transactions,
        check_identities,
        publish_run,
        write_discrepancy_report,
    )
}
NAMES = ("choose_window", *STEPS)
# How many rows a load must have to become a partition, where it is not the usual number.
LARGE_FROM = "TESTS_KILLS_LARGE_FROM"
EVERY_LOAD_IS_LARGE = {LARGE_FROM: "1"}
# Airflow tries a step that met a passing error five times, 20 seconds and more apart.
TRIES = 5


class FromEnvironment:
    """Pauses as the environment sets them: nothing is paused where it sets none."""

    def names(self, prefix: str) -> list[str]:
        """The Variables of the environment."""
        return names_in_environment(prefix)

    def value(self, name: str) -> str:
        """The text of one."""
        return os.environ[f"AIRFLOW_VAR_{name.upper()}"]


def choose(airflow_run_id: str, window: tuple[str, str] | None = None) -> int:
    """The attempt of an Airflow run for the account of `books`."""
    start, end = window or (books.WINDOW_START.isoformat(), books.WINDOW_END.isoformat())
    return choose_window(
        books.PSP,
        books.ACCOUNT,
        airflow_run_id=airflow_run_id,
        trigger="manual",
        window_start=datetime.fromisoformat(start),
        window_end=datetime.fromisoformat(end),
    )


def do(step: str, attempt_id: int) -> Any:
    """One step of an attempt, once: alone on its account it needs no second try."""
    drop_folder.LOOKS_APART_SECONDS = 0
    volumes.ROWS_FROM = int(os.environ.get(LARGE_FROM, volumes.ROWS_FROM))
    with reading_from(FromEnvironment()):
        return STEPS[step](attempt_id)


def do_again_and_again(step: str, attempt_id: int) -> Any:
    """One step of an attempt, tried again as Airflow would, a hundred times faster."""
    for number in range(TRIES - 1):
        try:
            return do(step, attempt_id)
        except (Final, *DEFECTS):
            raise
        except Exception:
            # Another copy may be at an earlier step, and have taken this one's tables away.
            time.sleep(0.2 * 2**number)
    return do(step, attempt_id)


def do_all(airflow_run_id: str, window: tuple[str, str] | None = None) -> str:
    """A whole run in one process beside others; returns the id of the run that it published."""
    attempt_id = choose(airflow_run_id, window)
    results = {step: do_again_and_again(step, attempt_id) for step in STEPS}
    return str(results["publish_run"])


@dataclass(frozen=True, slots=True)
class Effort:
    """Messages to PostgreSQL (the last is a commit) and file calls of a step left in peace."""

    messages: int
    file_calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """Where the steps of one run find their databases, their statements and their folders."""

    children: Nursery
    environment: Mapping[str, str]
    proxy: Proxy | None = None
    airflow_run_id: str = "manual__1"
    window: tuple[str, str] | None = None

    def run(self, name: str, attempt_id: int | None = None, **order: Any) -> Outcome:
        """One step in a child process; `blow` or `file_blow` says where it dies."""
        if self.proxy is not None:
            self.proxy.watch(order.pop("blow", None))
        if name == "choose_window":
            call: tuple[Any, ...] = (f"{__name__}:choose", self.airflow_run_id, self.window)
        else:
            call = (f"{__name__}:do", name, attempt_id)
        return self.children.run(*call, environment=self.environment, **order)

    def run_until(self, last: str = NAMES[-1]) -> int:
        """All steps up to and with `last`, from the first one, as after clearing the whole run."""
        attempt_id = int(self.run("choose_window").value())
        for name in NAMES[1 : NAMES.index(last) + 1]:
            self.run(name, attempt_id).value()
        return attempt_id

    def measure(self) -> dict[str, Effort]:
        """Runs all steps, and says how much each of them had to say and to write."""
        assert self.proxy is not None
        efforts, attempt_id = {}, None
        for name in NAMES:
            outcome = self.run(name, attempt_id)
            attempt_id = int(outcome.value()) if attempt_id is None else attempt_id
            efforts[name] = Effort(len(self.proxy.seen), outcome.file_calls)
        return efforts

    def kill(self, name: str, at: Blow) -> Outcome:
        """The steps before `name`, then `name` killed at that message."""
        return self.run(name, self.before(name), blow=at)

    def kill_at_file_call(self, name: str, number: int) -> Outcome:
        """The steps before `name`, then `name` killed before its file call of that number."""
        return self.run(name, self.before(name), file_blow=FileBlow(number))

    def before(self, name: str) -> int | None:
        """Runs all steps before this one; the attempt, None where that is still to be chosen."""
        number = NAMES.index(name)
        return self.run_until(NAMES[number - 1]) if number else None


def environment(server: Any, databases: Any, folder: Path) -> dict[str, str]:
    """Connections through `server`, the drop folder, and folders of this course alone."""
    drop_folder = folder / "drop"
    books.write_statement(drop_folder)
    return {
        "RECONCILIATION_STORE": str(folder / "store"),
        "RECONCILIATION_REPORTS": str(folder / "reports"),
        "AIRFLOW_CONN_ADYEN": json.dumps({"conn_type": "fs", "extra": {"path": str(drop_folder)}}),
        "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0"),
        **{
            f"AIRFLOW_CONN_{name.upper()}": connection_json(server, databases.names[database], role)
            for name, (database, role) in CONNECTIONS.items()
        },
    }
