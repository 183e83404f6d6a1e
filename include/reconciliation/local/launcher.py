"""`make up` and `make down`: Airflow's processes, its database and the demo's Stripe, whole.

Standard library only. A lock that the system releases with its holder says whether a launcher
lives; PostgreSQL runs in a session of its own and is stopped last. What a killed launcher left is
found by process id and start time, by parentage, and by a mark in the environment.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from include.reconciliation.local import ports, processes
from include.reconciliation.local.environment import (
    AIRFLOW_USERS,
    API_HOST,
    API_PORT,
    DEMO_STRIPE_PORT,
    demo_environment,
    passwords_file,
    process_environment,
)
from include.reconciliation.local.health import is_healthy
from include.reconciliation.local.layout import (
    PROJECT_ROOT,
    ensure_state_directory,
    state_directory,
)
from include.reconciliation.local.server import Cluster, Server, ServerError, project_cluster

# Airflow's processes with their arguments. All of them read the same folder of logs, so none
# has to serve its logs, which Airflow would do on every interface.
COMPONENTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
DEMO_STRIPE = "demo-stripe"
DEMO_PSPS_MODULE = "include.reconciliation.demo.standing_psps"
RESTARTS_MAX = 5
RESTART_WINDOW_SECONDS = 60
HEALTH_SECONDS = 240
END_SECONDS = 15
LOG_BYTES_MAX = 20_000_000


class LauncherError(RuntimeError):
    """`make up` cannot go on; the message says why and what to do."""


@dataclass(slots=True)
class Component:
    """One process that is watched over: its child, and when it was started again."""

    name: str
    process_id: int | None = None
    restarts: list[float] = field(default_factory=list)
    start_at: float = 0.0


class Launcher:
    """Runs `make up` from the first check to the last process gone."""

    def __init__(self, port: int, *, with_demo: bool = True) -> None:
        self.port = port
        self.with_demo = with_demo
        self.state = ensure_state_directory()
        self.components = [Component(name) for name in COMPONENTS]
        self.demo_stripe_port = DEMO_STRIPE_PORT
        self.environment: dict[str, str] = {}
        self.stopping = False

    def run(self) -> int:
        """Start everything, watch over it, end everything; the exit code of `make up`."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        processes.adopt_orphans()
        with only_launcher():
            end_leftovers()
            self._write_pid_file()
            self._refuse_taken_port()
            say("PostgreSQL")
            with project_cluster().borrowed() as server:
                self.environment = self._marked(process_environment(server, port=self.port))
                try:
                    return self._run_on_server(server)
                finally:
                    self._end_all()
                    pid_file().unlink(missing_ok=True)

    def _marked(self, environment: Mapping[str, str]) -> dict[str, str]:
        # Programs that rename themselves must leave the mark readable.
        return {**environment, processes.MARK: str(self.state), "SPT_NOENV": "1"}

    def _run_on_server(self, server: Server) -> int:
        try:
            say("databases and migrations")
            self._step("include.reconciliation.local.prepare")
            if self.with_demo:
                say("demo, unless the warehouse has runs already")
                self._step("include.reconciliation.cli", "demo", "--if-empty", optional=True)
            self._add_demo_psps(server)
            say("Airflow: " + ", ".join(COMPONENTS))
            self._write_pid_file()
            if self._wait_until_healthy():
                self._greet()
                while not self.stopping:
                    self._watch()
                    time.sleep(0.2)
        except LauncherError as error:
            print(error, file=sys.stderr, flush=True)
            return 1
        say("ending")
        return 0

    def _add_demo_psps(self, server: Server) -> None:
        """Where a demo's books lie here, let runs that somebody triggers reach its PSPs."""
        self.demo_stripe_port = ports.choose(DEMO_STRIPE_PORT, besides=self.port)
        # It must tell what the user has set from what is set here.
        given = self._marked(os.environ)
        arguments = ("offer", str(self.demo_stripe_port))
        self._step(DEMO_PSPS_MODULE, *arguments, optional=True, environment=given)
        self.environment = self._marked(process_environment(server, port=self.port))
        if "AIRFLOW_CONN_STRIPE" in demo_environment():
            self.components.insert(0, Component(DEMO_STRIPE))

    def _step(
        self,
        module: str,
        *arguments: str,
        optional: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run one preparation to its end, unless asked to stop."""
        if self.stopping:
            return
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment or self.environment, cwd=PROJECT_ROOT, start_new_session=True,
        )
        self._write_pid_file(child.pid)
        while not self.stopping:
            code = processes.reap().get(child.pid)
            if code is not None:
                child.returncode = code
                if code != 0 and not optional:
                    raise LauncherError(f"{module} failed with exit code {code}; see above.")
                if code != 0:
                    say(f"{' '.join(arguments)} ended with exit code {code}; going on without it")
                return
            time.sleep(0.1)

    def _start(self, component: Component) -> None:
        path = log_file(component.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            child = subprocess.Popen(
                self.command(component),
                env=self.environment, cwd=PROJECT_ROOT, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )
        component.process_id = child.pid
        # Its exit code is collected by `reap`, for adopted processes and children alike.
        child.returncode = 0
        self._write_pid_file()

    def command(self, component: Component) -> list[str]:
        """The program of one component."""
        if component.name == DEMO_STRIPE:
            return [sys.executable, "-m", DEMO_PSPS_MODULE, "serve", str(self.demo_stripe_port)]
        arguments = COMPONENTS[component.name]
        return [sys.executable, "-m", "airflow", component.name, *arguments]

    def _watch(self) -> None:
        """Start what is due, and plan a new start for what has ended."""
        now = time.monotonic()
        ended = processes.reap()
        for component in self.components:
            if component.process_id in ended:
                self._plan_restart(component, ended[component.process_id], now)
            if component.process_id is None and now >= component.start_at and not self.stopping:
                self._start(component)

    def _plan_restart(self, component: Component, code: int, now: float) -> None:
        component.process_id = None
        if self.stopping:
            return
        recent = [at for at in component.restarts if now - at < RESTART_WINDOW_SECONDS]
        component.restarts = [*recent, now]
        if len(component.restarts) > RESTARTS_MAX:
            raise LauncherError(
                f"{component.name} ended more than {RESTARTS_MAX} times in "
                f"{RESTART_WINDOW_SECONDS} s. The end of {log_file(component.name)}:\n"
                f"{last_lines(log_file(component.name))}"
            )
        pause = 2 ** (len(component.restarts) - 1)
        component.start_at = now + pause
        say(f"{component.name} ended with exit code {code}; starting it again in {pause} s")

    def _wait_until_healthy(self) -> bool:
        """Whether everything answers; false when asked to stop before."""
        deadline = time.monotonic() + HEALTH_SECONDS
        while not self.stopping:
            self._watch()
            if is_healthy(self.port):
                return True
            if time.monotonic() > deadline:
                ends = "\n".join(
                    f"{component.name}:\n{last_lines(log_file(component.name))}"
                    for component in self.components
                )
                raise LauncherError(f"Airflow is not healthy after {HEALTH_SECONDS} s.\n{ends}")
            time.sleep(0.5)
        return False

    def _end_all(self) -> None:
        own = {component.process_id for component in self.components} - {None}
        processes.end((process_id for process_id in own if process_id is not None), END_SECONDS)
        mine = processes.descendants([os.getpid()]) | processes.marked(str(self.state))
        processes.end(mine, 5)
        processes.reap()

    def _greet(self) -> None:
        passwords = json.loads(passwords_file(Path(self.environment["AIRFLOW_HOME"])).read_text())
        print(f"\nAirflow runs on http://{API_HOST}:{self.port}", flush=True)
        for user, role in AIRFLOW_USERS.items():
            print(f"  {user} ({role}): {passwords[user]}", flush=True)
        print("The DAGs start paused: docs/operations.md says what happens then.", flush=True)
        print("Ctrl-C or make down ends it.", flush=True)

    def _refuse_taken_port(self) -> None:
        if not ports.is_free(self.port):
            raise LauncherError(
                f"Port {self.port} is taken: choose another one with "
                f"RECONCILIATION_PORT={self.port + 1} make up"
            )

    def _write_pid_file(self, *others: int) -> None:
        known = [os.getpid(), *others]
        known += [child.process_id for child in self.components if child.process_id is not None]
        entries = {str(process_id): processes.started_at(process_id) for process_id in known}
        fresh = pid_file().with_suffix(".new")
        fresh.write_text(json.dumps({"launcher": os.getpid(), "started": entries}))
        fresh.replace(pid_file())

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True


def down() -> int:
    """End a launcher and whatever it or a killed one left, then the server."""
    if not state_directory().is_dir():
        return 0
    if launcher_runs():
        launcher = _launcher_process()
        with contextlib.suppress(ProcessLookupError):
            os.kill(launcher, signal.SIGTERM)
        deadline = time.monotonic() + 2 * END_SECONDS + 70
        while launcher_runs() and time.monotonic() < deadline:
            time.sleep(0.1)
        if launcher_runs():
            with contextlib.suppress(ProcessLookupError):
                os.kill(launcher, signal.SIGKILL)
    end_leftovers()
    return _stop_server(project_cluster())


def _launcher_process() -> int:
    """The process of the living launcher, which writes its id as soon as it has the lock."""
    for _ in range(50):
        with contextlib.suppress(OSError, ValueError, KeyError):
            return int(json.loads(pid_file().read_text())["launcher"])
        time.sleep(0.1)
    raise LauncherError(f"{pid_file()} does not say which process runs; end it by hand.")


def _stop_server(cluster: Cluster) -> int:
    if cluster.home.exists() and not cluster.stop():
        print("PostgreSQL is used by another command and ends with it.")
    return 0


def clean() -> int:
    """Remove all state: what runs is ended first."""
    if not state_directory().is_dir():
        return 0
    down()
    tests = state_directory() / "tests"
    for home in (state_directory() / "pg", tests / "pg18", tests / "pg16"):
        cluster = Cluster(home)
        if home.parent.is_dir():
            if cluster.in_use():
                print(f"{home} is used by another command; end it first.", file=sys.stderr)
                return 1
            cluster.remove()
    shutil.rmtree(state_directory())
    return 0


def end_leftovers() -> None:
    """End the processes of a launcher that was killed: by their recorded start, and by mark."""
    roots = set()
    with contextlib.suppress(OSError, ValueError, KeyError):
        entries = json.loads(pid_file().read_text())["started"]
        roots = {int(key) for key, start in entries.items()
                 if start is not None and processes.started_at(int(key)) == start}
    roots.discard(os.getpid())
    left = roots | processes.descendants(roots) | processes.marked(str(state_directory()))
    # A command that was started by what is to be ended must not end itself.
    processes.end(left - {os.getpid()}, 5)
    pid_file().unlink(missing_ok=True)


def launcher_runs() -> bool:
    """Whether a launcher of this checkout lives."""
    try:
        with only_launcher():
            return False
    except LauncherError:
        return True


@contextlib.contextmanager
def only_launcher() -> Iterator[None]:
    """Hold the lock of the launcher; LauncherError when another one has it."""
    with (ensure_state_directory() / "launcher.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LauncherError("make up runs already; make down ends it.") from error
        yield


def pid_file() -> Path:
    """Which processes belong to the launcher, each with its start."""
    return state_directory() / "launcher.json"


def log_file(component: str) -> Path:
    """Where one process writes what it has to say."""
    return state_directory() / "log" / f"{component}.log"


def last_lines(path: Path, count: int = 20) -> str:
    """The end of a log file."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return "(nothing was written)"


def say(what: str) -> None:
    """One line of progress."""
    print(f"make up: {what}", flush=True)


def main(arguments: list[str]) -> int:
    """bin/launcher up [--without-demo]|down|status|clean."""
    verb = " ".join(arguments)
    try:
        if verb in ("up", "up --without-demo"):
            port = int(os.environ.get("RECONCILIATION_PORT", API_PORT))
            return Launcher(port, with_demo=verb == "up").run()
        if verb == "down":
            return down()
        if verb == "clean":
            return clean()
        if verb == "status":
            print("up" if launcher_runs() else "down")
            return 0
    except (LauncherError, ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    print("usage: bin/launcher up [--without-demo]|down|status|clean", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
