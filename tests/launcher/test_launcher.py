"""`make up`: what it starts, restarts and ends, whichever way it ends itself."""

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from include.reconciliation.lab.airflow_runs.api import AirflowApi
from include.reconciliation.local import launcher, processes
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import Cluster
from tests.launcher import programs

RECONCILIATION, ALERTS = "billing_gateway_reconciliation", "deliver_alerts"
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


def launch(state: Path, port: int, **others: str) -> subprocess.Popen[str]:
    # Only what the test triggers runs: a DAG that is unpaused would run by its schedule too.
    quiet = {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False"}
    return subprocess.Popen(
        [LAUNCHER, "up", "--without-demo"],
        env=programs.environment(state, RECONCILIATION_PORT=str(port), **quiet, **others),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def start_airflow(
    state: Path, port: int, until: str, **others: str
) -> tuple[subprocess.Popen[str], list[str]]:
    """`make up`, followed until it says that; with all that it has said."""
    process = launch(state, port, **others)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.rstrip())
        if line.startswith(until):
            return process, said
    raise AssertionError("\n".join(said))


def children(state: Path) -> dict[str, int]:
    """The processes that the launcher started, by component."""
    programs_of = {component: f"-m airflow {component}" for component in launcher.COMPONENTS}
    programs_of[launcher.DEMO_STRIPE] = f"-m {launcher.DEMO_PSPS_MODULE} serve"
    found = {}
    for process_id in processes.marked(str(state)):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for component, program in programs_of.items():
                if program in line:
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
def test_airflow_comes_up_runs_what_one_triggers_and_leaves_nothing_even_when_killed(
    state: Path,
) -> None:
    """The real processes over the books of a demo: two of them die, two DAGs are triggered, the
    launcher is killed, started again, and ended by `make down`.
    """
    port = free_port()
    made = programs.run(sys.executable, "-c", programs.FIRST_DAY, state=state)
    assert 0 == made.returncode, made.stderr

    killed, said = start_airflow(state, port, until="Ctrl-C")
    first = children(state)
    victims = ("scheduler", launcher.DEMO_STRIPE)
    for victim in victims:
        os.kill(first[victim], signal.SIGKILL)
    restarted = programs.wait_for(
        lambda: all(children(state).get(victim, first[victim]) != first[victim]
                    for victim in victims)
    )
    airflow = AirflowApi.log_in(state, port)
    assert all(airflow.knows(dag_id, 120) for dag_id in (RECONCILIATION, ALERTS))
    paused_at_first = [airflow.is_paused(dag_id) for dag_id in (RECONCILIATION, ALERTS)]
    run_id = airflow.trigger(
        RECONCILIATION,
        psps=["adyen", "stripe"],
        window_start="2026-02-25T00:00:00Z",
        window_end="2026-02-26T00:00:00Z",
        dry_run=False,
    )
    alerts_run_id = airflow.trigger(ALERTS)
    ends = [
        airflow.end_of(RECONCILIATION, run_id, 180), airflow.end_of(ALERTS, alerts_run_id, 60)
    ]
    states = airflow.task_states(RECONCILIATION, run_id)
    before_kill = processes.marked(str(state))
    killed.kill()
    killed.wait()

    following, _ = start_airflow(state, port, until="make up: Airflow")
    all_started = programs.wait_for(lambda: first.keys() <= children(state).keys())
    survivors = before_kill & processes.marked(str(state))
    down = programs.run(LAUNCHER, "down", state=state)

    # The API server gives itself another name; that it answers was seen above.
    expected = {*launcher.COMPONENTS, launcher.DEMO_STRIPE} - {"api-server"}
    assert expected == first.keys() - {"api-server"}
    assert any(line.endswith("(connection stripe)") for line in said)
    assert restarted
    assert [True, True] == paused_at_first
    assert ["success", "success"] == ends, states
    assert {"success"} == set(states.values())
    assert 3 == sum("publish_run" in task for task in states)
    assert 3 == len(list((state / "reports").glob("*/*/*/*/manifest.json")))
    assert all_started
    assert set() == survivors
    assert (0, 0) == (following.wait(timeout=90), down.returncode)
    assert nothing_left(state)
