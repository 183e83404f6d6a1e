"""The embedded PostgreSQL: the binaries of a wheel, started, shared and stopped by this module.

A cluster has a `home` (var/pg for the project). Run by root, everything lies in a folder under
/var/tmp that an unprivileged user may enter, and `home` is a link to it. Only the standard library
is imported, so that the launcher can stop a server with no package installed.

Those who use a cluster hold a shared lock on `<home>.in-use`. A server that was started for a
borrower is marked by `<home>.borrowed` and stopped by the last one who leaves.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from include.reconciliation.local import binaries, places
from include.reconciliation.local.binaries import POSTGRES_18, ServerError
from include.reconciliation.local.layout import ensure_state_directory, state_directory
from include.reconciliation.local.server_user import (
    ServerUser,
    choose_user,
    user_of,
)

PORT = 5432
START_SECONDS = 300
LOG_BYTES_MAX = 10_000_000
SETTINGS_FILE = Path(__file__).with_name("postgresql.conf")
# What older servers do not know. The files are in the kernel's memory: processes that read them for
# others would take the cores of those who calculate.
SETTINGS_OF_18 = {"io_method": "sync"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a PostgreSQL server listens: a socket folder (or a host name) and a port."""

    host: str
    port: int
    password: str | None = None

    def conninfo(self, dbname: str, user: str) -> str:
        """A libpq connection string for one database and role."""
        secret = "" if self.password is None else f" password='{_escaped(self.password)}'"
        return f"host='{self.host}' port={self.port} dbname='{dbname}' user='{user}'{secret}"


class Cluster:
    """One data directory with its server, addressed by its home folder."""

    def __init__(
        self,
        home: Path,
        *,
        install: str = POSTGRES_18,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.parent.resolve() / home.name
        self.install = install
        self.settings = dict(settings or {})

    # -- where things lie -------------------------------------------------------------------

    @property
    def user(self) -> ServerUser:
        """Who owns the data: whoever made it, else whom this process would choose."""
        try:
            owner = (self.home / "data").stat()
        except FileNotFoundError:
            return choose_user()
        except PermissionError as error:
            raise ServerError(
                f"{self.home} belongs to another user: use the same user as before, "
                "or let that user run make clean."
            ) from error
        if owner.st_uid != os.geteuid() != 0:
            raise ServerError(
                f"{self.home} belongs to user id {owner.st_uid}: use the same user as before, "
                "or let that user run make clean."
            )
        return user_of(owner.st_uid, owner.st_gid)

    def _shared_folder(self, user: ServerUser) -> Path:
        """The short folder under /var/tmp: for the socket, and run by root for everything."""
        name = hashlib.sha256(f"{user.uid}:{self.home}".encode()).hexdigest()[:12]
        return places.shared() / f"reconciliation-{name}"

    def _socket_folder(self, user: ServerUser) -> Path:
        return self._shared_folder(user) / "socket"

    @property
    def server(self) -> Server:
        """Where the server listens when it runs."""
        return Server(host=str(self._socket_folder(self.user)), port=PORT)

    @property
    def log_file(self) -> Path:
        """What the server itself has to say."""
        return self.home / "data" / "server.log"

    # -- starting and stopping ---------------------------------------------------------------

    def running(self) -> bool:
        """Whether a server accepts connections on the socket."""
        path = self._socket_folder(self.user) / f".s.PGSQL.{PORT}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(path))
            except OSError:
                return False
        return True

    def ensure(self) -> Server:
        """Start the server if it is down and let it run until somebody stops it."""
        with self._locked():
            if not self.running():
                self._start()
            self._borrowed_mark.unlink(missing_ok=True)
            return self.server

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[Server]:
        """Use the server: start it if it is down, share it, and leave it as it was found."""
        with self._locked():
            lease = self._lease()
            try:
                if not self.running():
                    self._start()
                    self._borrowed_mark.touch()
            except BaseException:
                lease.close()
                raise
        try:
            yield self.server
        finally:
            with self._locked():
                lease.close()
                if self._borrowed_mark.exists() and not self.in_use():
                    self._stop()

    def in_use(self) -> bool:
        """Whether some process holds a lease on this cluster."""
        with self._companion("in-use").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def stop(self) -> bool:
        """Stop the server unless somebody uses it; returns whether it is down now.

        While it is in use it is marked, so that the last one who leaves stops it.
        """
        if not self.home.exists():
            return True
        with self._locked():
            if self.in_use():
                self._borrowed_mark.touch()
                return not self.running()
            self._stop()
            return True

    def restart_hard(self) -> None:
        """Stop the server as a power cut does, whoever uses it, and start it again.

        It recovers from its log, as after a crash; nobody's connection outlives it.
        """
        with self._locked():
            user = self.user
            pg_ctl = str(self._binaries(user) / "pg_ctl")
            data = str(self.home.resolve() / "data")
            _run([pg_ctl, "stop", "-D", data, "-w", "-t", "60", "-m", "immediate"], user)
            self._start()

    def memory_folder(self) -> Path | None:
        """An empty folder of the server's in memory; None where there is no room for one."""
        if not places.has_room_in_memory():
            return None
        user = self.user
        outer = places.MEMORY / self._shared_folder(user).name
        places.make_own(outer, 0o755 if user.switches else 0o700)
        folder = outer / "databases"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        os.chown(folder, user.uid, user.gid)
        return folder

    def remove(self) -> None:
        """Stop the server and delete everything of this cluster, wherever it lies."""
        if not self.home.parent.is_dir():
            return
        with self._locked():
            shared = self._shared_folder(self.user)
            if (self.home / "data" / "postmaster.pid").exists():
                self._stop()
            for folder in (shared, places.MEMORY / shared.name):
                if folder.is_dir() and not folder.is_symlink() and places.is_own(folder):
                    shutil.rmtree(folder)
            if self.home.is_symlink():
                self.home.unlink()
            elif self.home.exists():
                shutil.rmtree(self.home)
            for suffix in ("in-use", "borrowed"):
                self._companion(suffix).unlink(missing_ok=True)

    def _start(self) -> None:
        user = self.user
        self._make_folders(user)
        programs = self._binaries(user)
        data = self.home.resolve() / "data"
        if not (data / "PG_VERSION").exists():
            self._initialise(programs, data, user)
        self._refuse_other_version(programs, data)
        shutil.copyfile(SETTINGS_FILE, data.with_name("reconciliation.conf"))
        data.with_name("reconciliation.conf").chmod(0o644)
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES_MAX:
            _run(["/bin/sh", "-c", ': > "$1"', "sh", str(self.log_file)], user)
        options = {"unix_socket_directories": str(self._socket_folder(user)), "port": str(PORT)}
        if self.install == POSTGRES_18:
            options.update(SETTINGS_OF_18)
        options.update(self.settings)
        command = [
            str(programs / "pg_ctl"), "start", "-D", str(data), "-w", "-t", str(START_SECONDS),
            "-l", str(data / "server.log"),
            "-o", " ".join(f"-c {name}={value}" for name, value in options.items()),
        ]
        done = _run(command, user)
        if done.returncode != 0:
            # Server processes of a killed postmaster need a moment to notice that it is gone.
            time.sleep(3)
            done = _run(command, user)
        if done.returncode != 0:
            raise ServerError(
                f"PostgreSQL does not start. The end of {self.log_file}:\n{self._log_end()}"
            )

    def _stop(self) -> None:
        user = self.user
        data = self.home.resolve() / "data"
        if (data / "postmaster.pid").exists():
            pg_ctl = str(self._binaries(user) / "pg_ctl")
            stop = [pg_ctl, "stop", "-D", str(data), "-w", "-t", "60"]
            if _run([*stop, "-m", "fast"], user).returncode != 0 and self.running():
                _run([*stop, "-m", "immediate"], user)
        if self.running():
            raise ServerError(f"PostgreSQL in {self.home} does not stop; see {self.log_file}")
        self._borrowed_mark.unlink(missing_ok=True)
        folder = self._socket_folder(user)
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()

    # -- making ------------------------------------------------------------------------------

    def _make_folders(self, user: ServerUser) -> None:
        shared = self._shared_folder(user)
        places.make_own(shared, 0o755 if user.switches else 0o700)
        if user.switches and not self.home.exists():
            self.home.unlink(missing_ok=True)
            self.home.symlink_to(shared, target_is_directory=True)
        self.home.mkdir(mode=0o700, exist_ok=True)
        sockets = self._socket_folder(user)
        if not sockets.is_dir():
            sockets.mkdir(mode=0o700)
            os.chown(sockets, user.uid, user.gid)

    def _initialise(self, programs: Path, data: Path, user: ServerUser) -> None:
        fresh = data.with_name("data.new")
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, user.uid, user.gid)
        command = [
            str(programs / "initdb"), "-D", str(fresh), "--locale=C", "--encoding=UTF8",
            "--auth=trust", "--username=postgres", "--no-instructions",
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        done = _run(command, user)
        if done.returncode != 0:
            raise ServerError(f"initdb failed:\n{done.stdout}{done.stderr}")
        # Whatever is written into a folder of the server's user is written as that user: root
        # would follow a link that was put there.
        line = "include '../reconciliation.conf'"
        file = str(fresh / "postgresql.conf")
        _run(["/bin/sh", "-c", 'echo "$2" >> "$1"', "sh", file, line], user)
        fresh.rename(data)

    def _binaries(self, user: ServerUser) -> Path:
        """The folder of the programs; for another user a copy that this user may enter."""
        shared = self._shared_folder(user)
        if user.switches and self.home.resolve() == shared:
            return binaries.copied_install(self.install, shared) / "bin"
        return binaries.wheel_install(self.install) / "bin"

    def _refuse_other_version(self, programs: Path, data: Path) -> None:
        made_by = (data / "PG_VERSION").read_text().strip()
        answer = _run([str(programs / "postgres"), "--version"], self.user).stdout
        if answer.split()[-1].split(".")[0] != made_by:
            raise ServerError(
                f"{self.home} was made by PostgreSQL {made_by}, the installed one is "
                f"'{answer.strip()}': save what you need, then run make clean."
            )

    # -- locks -------------------------------------------------------------------------------

    def _companion(self, suffix: str) -> Path:
        return self.home.with_name(f"{self.home.name}.{suffix}")

    @property
    def _borrowed_mark(self) -> Path:
        return self._companion("borrowed")

    def _lease(self) -> IO[str]:
        file = self._companion("in-use").open("a")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            file = self._companion("lock").open("a")
        except PermissionError as error:
            raise ServerError(
                f"{self.home.parent} belongs to another user: use the same user as before."
            ) from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _log_end(self) -> str:
        try:
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-20:])
        except OSError as error:
            return str(error)


def project_cluster() -> Cluster:
    """The cluster of this checkout, in var/pg."""
    return Cluster(state_directory() / "pg")


def running() -> bool:
    """Whether the server of this checkout runs."""
    return state_directory().is_dir() and project_cluster().running()


def ensure_server() -> Server:
    """Start the server of this checkout if it is down; it stays up until it is stopped."""
    ensure_state_directory()
    return project_cluster().ensure()


@contextlib.contextmanager
def borrowed_server() -> Iterator[Server]:
    """Use the server of this checkout and leave it as it was found; two at once share it."""
    ensure_state_directory()
    with project_cluster().borrowed() as server:
        yield server


def _run(command: list[str], user: ServerUser) -> subprocess.CompletedProcess[str]:
    # The caller's locale may name one that is not installed, and PG* would redirect the tools.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PG"))}
    kept.update(LANG="C", LC_ALL="C", TZ="UTC")
    return subprocess.run(
        command, env=kept, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, **user.popen_arguments(),  # type: ignore[call-overload]
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
