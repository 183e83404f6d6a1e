"""Places of the machine that are open to all, and folders of ours in them."""

import contextlib
import os
import stat
from pathlib import Path

from include.reconciliation.local.binaries import ServerError
from include.reconciliation.local.server_user import current_user

SHARED = Path("/var/tmp")
MEMORY, MEMORY_BYTES_MIN = Path("/dev/shm"), 3_000_000_000


def shared() -> Path:
    """Where a server's user may enter."""
    return SHARED if SHARED.is_dir() else Path("/tmp")


def has_room_in_memory() -> bool:
    """Whether files may lie there instead of on a disk: containers often have 64 MB."""
    try:
        found = os.statvfs(MEMORY)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize >= MEMORY_BYTES_MIN


def make_own(folder: Path, mode: int) -> None:
    """Make the folder unless it is there; ServerError where somebody else put it there."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=mode)
        # mkdir obeys the umask; this folder was made by us in the line before.
        folder.chmod(mode)
    if not is_own(folder):
        raise ServerError(f"{folder} was made by somebody else: remove it, then try again.")


def is_own(folder: Path) -> bool:
    """Whether it is a folder, not a link to one, of this process's user."""
    seen = folder.lstat()
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == current_user().uid
