"""`make up`: what it starts, restarts and ends, whichever way it ends itself."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from include.reconciliation.local import launcher, processes
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import Cluster
from tests.launcher import programs

LAUNCHER = str(PROJECT_ROOT / "bin" / "launcher")
# A grandchild whose parent is gone, in a session of its own: what a killed task leaves.
ORPHAN_MAKER = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep(600)
"""


class Fleet(launcher.Launcher):
    """A launcher whose components are one given program, and whose server is not needed."""

    def __init__(self, program: str, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
        monkeypatch.setenv("RECONCILIATION_VAR", str(state))
        super().__init__(port=1)
        self.program = program
        self.environment = {**os.environ, processes.MARK: str(self.state), "SPT_NOENV": "1"}

    def command(self, component: launcher.Component) -> list[str]:
        return [sys.executable, "-c", self.program]


@pytest.fixture(autouse=True)
def nothing_is_left(state: Path) -> Iterator[None]:
    """Whatever a test does, its processes end with it."""
    yield
    processes.end(processes.marked(str(state)), 1)


def test_a_component_that_keeps_dying_is_tried_five_times_and_then_shown(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of a second passes each time the launcher looks at its clock."""
    fleet = Fleet("print('the reason of its death')", monkeypatch, state)
    fleet.components = fleet.components[:1]
    ticks = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: next(ticks) / 4)
    monkeypatch.setattr(launcher, "time", clock)
    pauses: list[float] = []

    def watch_until_it_gives_up() -> None:
        [component] = fleet.components
        for _ in range(10_000):
            seen = len(component.restarts)
            fleet._watch()
            if len(component.restarts) > seen:
                pauses.append(component.start_at - component.restarts[-1])
            time.sleep(0.005)

    with pytest.raises(launcher.LauncherError, match="the reason of its death") as raised:
        watch_until_it_gives_up()

    assert [1, 2, 4, 8, 16] == pauses
    assert "api-server ended more than 5 times in 60 s" in str(raised.value)


def test_orphans_in_sessions_of_their_own_end_with_the_launcher(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(ORPHAN_MAKER, monkeypatch, state)
    fleet._watch()
    assert programs.wait_for(lambda: len(processes.marked(str(state))) == 8)

    fleet._end_all()

    assert set() == processes.marked(str(state))


def test_what_a_killed_launcher_left_is_found_and_ended(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(ORPHAN_MAKER, monkeypatch, state)
    fleet._watch()
    assert programs.wait_for(lambda: len(processes.marked(str(state))) == 8)

    launcher.end_leftovers()

    assert set() == processes.marked(str(state))
    assert not launcher.pid_file().exists()


def test_a_process_that_got_the_id_of_a_dead_one_is_left_alone(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        launcher.pid_file().write_text(
            json.dumps({"launcher": 1, "started": {str(stranger.pid): "another moment"}})
        )

        launcher.end_leftovers()

        assert stranger.poll() is None
        stranger.kill()


def test_a_second_launcher_is_refused(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))

    with launcher.only_launcher():
        done = programs.run(LAUNCHER, "up", state=state)

    assert (1, "make up runs already; make down ends it.\n") == (done.returncode, done.stderr)


def test_a_taken_port_is_said_before_anything_is_started(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = programs.run(LAUNCHER, "up", state=state, RECONCILIATION_PORT=str(port))

    assert 1 == done.returncode
    assert f"Port {port} is taken" in done.stderr
    assert not (state / "pg").exists()


def test_ending_and_cleaning_what_was_never_started_does_nothing(state: Path) -> None:
    results = [programs.run(LAUNCHER, verb, state=state) for verb in ("down", "status", "clean")]

    assert [0, 0, 0] == [done.returncode for done in results]
    assert "down\n" == results[1].stdout
    assert not state.exists()


def launch(state: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [LAUNCHER, "up", "--without-demo"],
        env=programs.environment(state, RECONCILIATION_PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def start_airflow(state: Path, port: int) -> subprocess.Popen[str]:
    """`make up`, followed until it greets."""
    process = launch(state, port)
    assert process.stdout is not None
    shown = []
    for line in process.stdout:
        shown.append(line)
        if line.startswith("Ctrl-C"):
            return process
    raise AssertionError("".join(shown))


def children(state: Path) -> dict[str, int]:
    """The processes of Airflow that the launcher started, by component."""
    found = {}
    for process_id in processes.marked(str(state)):
        line = Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        for component in launcher.COMPONENTS:
            if f"-m airflow {component}" in line:
                found.setdefault(component, process_id)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def nothing_left(state: Path) -> bool:
    socket_folder = Path(Cluster(state / "pg").server.host)
    return (
        not processes.marked(str(state))
        and not programs.processes_that_mention(str(socket_folder.parent))
        and not socket_folder.exists()
    )


def test_an_interrupt_while_things_are_prepared_ends_them_too(state: Path) -> None:
    process = launch(state, free_port())
    assert process.stdout is not None
    for line in process.stdout:
        if "databases and migrations" in line:
            break

    process.send_signal(signal.SIGINT)

    assert 0 == process.wait(timeout=60)
    assert nothing_left(state)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_airflow_comes_up_survives_a_dead_scheduler_and_leaves_nothing_even_when_killed(
    state: Path,
) -> None:
    """The four real processes: the launcher is killed, started again and ended by `make down`."""
    port = free_port()

    killed = start_airflow(state, port)
    scheduler = children(state)["scheduler"]
    os.kill(scheduler, signal.SIGKILL)
    restarted = programs.wait_for(lambda: children(state).get("scheduler", scheduler) != scheduler)
    before_kill = processes.marked(str(state))
    killed.kill()
    killed.wait()

    following = start_airflow(state, port)
    address = f"http://127.0.0.1:{port}/api/v2/monitor/health"
    with urllib.request.urlopen(address) as answer:
        health = json.load(answer)
    survivors = before_kill & processes.marked(str(state))
    down = programs.run(LAUNCHER, "down", state=state)

    assert restarted
    assert set() == survivors
    assert {"healthy"} == {
        health[part]["status"]
        for part in ("metadatabase", "scheduler", "dag_processor", "triggerer")
    }
    assert (0, 0) == (following.wait(timeout=90), down.returncode)
    assert nothing_left(state)
