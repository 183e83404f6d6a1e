"""Small programs that the tests of this folder run in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

from include.reconciliation.lab.waiting import wait_for as wait_for
from include.reconciliation.local import processes
from include.reconciliation.local.layout import PROJECT_ROOT

BORROWER = """
import sys
from include.reconciliation.local.server import borrowed_server
with borrowed_server() as server:
    print(server.host, flush=True)
    sys.stdin.readline()
"""

# Fresh books of a demo up to the end of its first window, with no run yet: a whole demo takes long.
FIRST_DAY = """
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
        ).advance(timeline.windows()[0].end)
"""


def environment(state: Path, **others: str) -> dict[str, str]:
    """The environment of a process whose state lies in a folder of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "RECONCILIATION_"))
    }
    return {
        **kept,
        "RECONCILIATION_VAR": str(state),
        "RECONCILIATION_PYTHON": sys.executable,
        "PYTHONPATH": str(PROJECT_ROOT),
        **others,
    }


def launch_borrower(state: Path) -> subprocess.Popen[str]:
    """A process that uses the server until a line is sent to it."""
    return subprocess.Popen(
        [sys.executable, "-c", BORROWER],
        env=environment(state),
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    """What a process says first: a borrower, the folder of the socket."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def start_borrower(state: Path) -> tuple[subprocess.Popen[str], Path]:
    """A borrower that has the server already, and the folder of its socket."""
    process = launch_borrower(state)
    return process, Path(first_line(process))


def finish(process: subprocess.Popen[str]) -> int:
    """Let a borrower leave, and return its exit code."""
    process.communicate("\n", timeout=60)
    return process.returncode


def run(
    *command: str, state: Path, folder: str | Path = "/", **others: str
) -> subprocess.CompletedProcess[str]:
    """One command to its end, called from a folder, with its output."""
    return subprocess.run(
        command,
        env=environment(state, **others),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def processes_that_mention(text: str) -> list[str]:
    """Command lines of living processes that name a path; the ended ones do not count."""
    found = []
    for entry in processes.PROC.glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and processes.started_at(int(entry.name)):
            found.append(line)
    return found
