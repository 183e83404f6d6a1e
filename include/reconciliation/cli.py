"""bin/reconciliation: the project's own commands, each imported only when it is called."""

import importlib
import io
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from include.reconciliation.errors import ReconciliationError
from include.reconciliation.local.environment import CONNECTIONS, process_environment
from include.reconciliation.local.launcher import launcher_runs
from include.reconciliation.local.processes import MARK
from include.reconciliation.local.server import ServerError, borrowed_server


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: the module whose `main(arguments) -> int` it calls, and what that needs."""

    purpose: str
    module: str
    needs_server: bool = True
    needs_airflow: bool = False
    # Writes made-up books: never into databases that the user's own connections name.
    makes_up_books: bool = False


COMMANDS: Mapping[str, Command] = {
    "demo": Command(
        "reconcile made-up business days and compare with the planted faults",
        "include.reconciliation.demo.run",
        needs_airflow=True,
        makes_up_books=True,
    ),
    "bench": Command(
        "measure the pipeline against a floor on the same server",
        "include.reconciliation.bench.run",
        makes_up_books=True,
    ),
    "lab": Command(
        "try random histories with planted faults and hold what is reported to the labels",
        "include.reconciliation.lab.run",
        makes_up_books=True,
    ),
    "lab-airflow": Command(
        "disturb a real Airflow in mid-run, and compare what it leaves",
        "include.reconciliation.lab.airflow_runs.run",
        needs_server=False,
    ),
    "lab-psps": Command(
        "read from PSPs that misbehave, each in its own way",
        "include.reconciliation.lab.behaviours.run",
        needs_server=False,
    ),
    "lab-bugs": Command(
        "plant bugs in a copy of the project, and see that its tests find each of them",
        "include.reconciliation.lab.planted_bugs.run",
        needs_server=False,
    ),
    "lab-mutation": Command(
        "change tokens in a copy of the project, and count what its tests notice",
        "include.reconciliation.lab.mutation.run",
        needs_server=False,
    ),
    "statement": Command(
        "try a statement file before a PSP is wired, or list the formats",
        "include.reconciliation.statement_check.run",
        needs_server=False,
    ),
    "verify": Command(
        "prove a report folder from its own rows, without a database",
        "include.reconciliation.verify",
        needs_server=False,
    ),
    "report": Command(
        "write the pages of a run again, in another language",
        "include.reconciliation.steps.report_pages",
        needs_server=False,
    ),
    "evidence": Command(
        "export what is known of one payment, with its proofs, as JSON or PDF",
        "include.reconciliation.steps.export_evidence",
    ),
    "evidence verify": Command(
        "prove an evidence pack from its own rows, without a database",
        "include.reconciliation.verify_evidence",
        needs_server=False,
    ),
    "verify-log": Command(
        "prove the log of corrections, from its first row to what reports know of it",
        "include.reconciliation.steps.verify_log",
    ),
    "postings": Command(
        "export the corrections that the ledger is to post, as CSV or NDJSON",
        "include.reconciliation.steps.export_postings",
    ),
    "diff": Command(
        "say what changed from one published run to another, and why",
        "include.reconciliation.steps.compare_runs",
    ),
    "backtest": Command(
        "say what other rules would have made of published history; publishes nothing",
        "include.reconciliation.backtest.run",
    ),
    "lab-kills": Command(
        "strike every task at every point of its work, run it again, and compare",
        "include.reconciliation.lab.kills.run",
        needs_server=False,
    ),
    "heartbeat": Command(
        "say whether every PSP account was reconciled, and every book checked, in time",
        "include.reconciliation.steps.heartbeat",
    ),
    "migrate": Command(
        "bring the warehouse to the newest schema",
        "include.reconciliation.local.migrate",
        needs_server=False,
    ),
    "docs": Command(
        "write the pages of docs/ that are made from database and code",
        "include.reconciliation.documentation.run",
        needs_server=False,
    ),
    "psql": Command(
        "open a shell on the warehouse that can only read",
        "include.reconciliation.local.shell",
    ),
    "server": Command(
        "start, stop or show the embedded PostgreSQL",
        "include.reconciliation.local.server_command",
        needs_server=False,
    ),
}


def main(arguments: list[str]) -> int:
    """Run one subcommand; the exit code is its own, 2 for a wrong call."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage())
        return 0 if arguments else 2
    name, *rest = arguments
    command = COMMANDS.get(name)
    if (longer := COMMANDS.get(" ".join(arguments[:2]))) is not None:
        command, rest = longer, arguments[2:]
    if command is None:
        print(f"There is no command {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    if {"-h", "--help"} & set(rest):
        return _entry(command)(rest)
    try:
        return _run(command, rest)
    except (ServerError, ReconciliationError) as error:
        # What the project says on purpose names what to do: a trace would hide it.
        print(error, file=sys.stderr)
        return 1


def usage() -> str:
    """All subcommands, a line each."""
    lines = [f"  {name:<15} {command.purpose}" for name, command in COMMANDS.items()]
    return "usage: bin/reconciliation <command> [arguments]\n\n" + "\n".join(lines)


def _run(command: Command, arguments: list[str]) -> int:
    own_server = "AIRFLOW_CONN_RECONCILIATION" in os.environ and not command.makes_up_books
    if not command.needs_server or own_server:
        return _entry(command)(arguments)
    if command.needs_airflow and launcher_runs() and MARK not in os.environ:
        print("make up runs on the same databases: end it with make down first.", file=sys.stderr)
        return 1
    with borrowed_server() as server:
        given = dict(os.environ)
        if command.makes_up_books:
            for connection in CONNECTIONS:
                given.pop(f"AIRFLOW_CONN_{connection.upper()}", None)
        environment = process_environment(server, given=given)
        from include.reconciliation.local.prepare import prepare, prepare_warehouse

        if command.needs_airflow:
            prepare(server, environment)
        else:
            prepare_warehouse(server)
        os.environ.update(environment)
        return _entry(command)(arguments)


def _entry(command: Command) -> Callable[[list[str]], int]:
    entry: Callable[[list[str]], int] = importlib.import_module(command.module).main
    return entry


class OutputLost(Exception):
    """What is printed goes nowhere: nobody reads it any more, or there is no room."""


class _Output(io.FileIO):
    """Standard output, whose errors can be told from those of any other file or connection."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OutputLost(error.strerror) from error


def run(arguments: list[str]) -> int:
    """Run one subcommand as a process does, which ends when its output goes nowhere."""
    given = sys.stdout
    if not isinstance(given, io.TextIOWrapper):
        return main(arguments)
    raw = _Output(given.fileno(), "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=given.encoding,
        errors=given.errors,
        line_buffering=given.line_buffering or given.write_through,
    )
    try:
        try:
            return main(arguments)
        finally:
            sys.stdout.flush()
    except OutputLost as lost:
        # What is still in the buffer is written when the process ends.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), raw.fileno())
        if isinstance(lost.__cause__, BrokenPipeError):
            return 128 + signal.SIGPIPE
        print(f"The output can't be written: {lost}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
