"""Which operating system user the embedded PostgreSQL runs as: it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass

from include.reconciliation.local.binaries import ServerError

# Shared by all checkouts of a machine, so none of them removes it.
SERVICE_USER = "reconciliation-pg"


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The owner of a data directory; `switches` tells that it is not the current user."""

    uid: int
    gid: int
    switches: bool

    def popen_arguments(self) -> dict[str, object]:
        """What subprocess needs so that a child runs as this user."""
        if not self.switches:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def current_user() -> ServerUser:
    """The user of this process."""
    return ServerUser(uid=os.geteuid(), gid=os.getegid(), switches=False)


def user_of(uid: int, gid: int) -> ServerUser:
    """The owner of an existing data directory, as seen from this process."""
    return ServerUser(uid=uid, gid=gid, switches=uid != os.geteuid())


def choose_user() -> ServerUser:
    """The current user, or for root an unprivileged one: its own if it can be made, else nobody."""
    if os.geteuid() != 0:
        return current_user()
    entry = _entry(SERVICE_USER) or _made_service_user() or _entry("nobody")
    if entry is None:
        raise ServerError(
            "PostgreSQL does not run as root, and this machine has neither useradd nor a user "
            "'nobody': run make as an ordinary user."
        )
    return ServerUser(uid=entry.pw_uid, gid=entry.pw_gid, switches=True)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made_service_user() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=os.defpath + ":/usr/sbin:/sbin")
    if useradd is None:
        return None
    # Another checkout may be making the same user now: the entry decides, not the exit code.
    subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", SERVICE_USER],
        check=False, capture_output=True,
    )
    return _entry(SERVICE_USER)
