"""How much memory processes have: this one at its most, and the server's largest while it works."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROCESSES = Path("/proc")
# Ten looks a second at a handful of small files cost the server nothing that shows.
_SECONDS_BETWEEN_LOOKS = 0.1


def peak_bytes() -> int:
    """The most memory that this process ever had in use.

    On Linux the kernel's own figure of this program: `ru_maxrss` would count what the parent had
    in use when it forked.
    """
    peak = _status_bytes("self", "VmHWM")
    if peak is not None:
        return peak
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class ServerMemory:
    """The largest private memory that any process of a server was seen to have."""

    def __init__(self) -> None:
        self.peak_bytes = 0

    @property
    def peak_mb(self) -> int | None:
        """In MB of 10^6 bytes; None where the system does not tell."""
        return self.peak_bytes // 1_000_000 or None

    @contextmanager
    def watched(self, backend_pid: int) -> Iterator[None]:
        """Looks at the processes of a backend's server, none of whose shared memory is counted."""
        parent = _parent(backend_pid)
        done = threading.Event()

        def look() -> None:
            while parent is not None and not done.wait(_SECONDS_BETWEEN_LOOKS):
                for pid in _children(parent):
                    self.peak_bytes = max(self.peak_bytes, _status_bytes(pid, "RssAnon") or 0)

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def _children(parent: str) -> list[str]:
    try:
        return (_PROCESSES / parent / "task" / parent / "children").read_text().split()
    except OSError:
        return []


def _parent(pid: int) -> str | None:
    """The server itself: whoever started one of its processes."""
    try:
        status = (_PROCESSES / str(pid) / "status").read_text()
    except OSError:
        return None
    return next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))


def _status_bytes(pid: str, name: str) -> int | None:
    """A figure of a process that is in kB; None where it, or the process, is not there."""
    try:
        status = (_PROCESSES / pid / "status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return None
