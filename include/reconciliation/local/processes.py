"""Finding and ending processes, orphans included; standard library only.

Where the system has /proc (Linux), descendants are found by their parents and, when these are gone,
by a mark in their environment. Elsewhere `ps` tells the parents.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
MARK = "RECONCILIATION_LAUNCHER"
_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent dies (Linux); false elsewhere."""
    try:
        return ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except (AttributeError, OSError):
        return False


def started_at(process_id: int) -> str | None:
    """When a process started, in the system's own words; None when it does not live.

    Together with the id it names one process for ever: ids are used again.
    """
    if PROC.joinpath("self").exists():
        fields = _stat(process_id)
        return None if fields is None or fields[0] in "ZX" else fields[19]
    answer = _ps("-p", str(process_id), "-o", "lstart=")
    return answer.strip() or None


def descendants(roots: Iterable[int]) -> set[int]:
    """All living children of these processes, and theirs."""
    children: dict[int, list[int]] = {}
    for process_id, parent in parents().items():
        children.setdefault(parent, []).append(process_id)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def marked(value: str) -> set[int]:
    """Living processes whose environment says that a launcher of this value started them."""
    wanted = f"{MARK}={value}".encode()
    found = set()
    for entry in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return {process_id for process_id in found - {os.getpid()} if started_at(process_id)}


def end(process_ids: Iterable[int], seconds: float) -> None:
    """Ask these processes to end, wait, then kill what is left."""
    known = {process_id: started_at(process_id) for process_id in process_ids}
    _send(known, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and _living(known):
        reap()
        time.sleep(0.05)
    _send(_living(known), signal.SIGKILL)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _living(known):
        reap()
        time.sleep(0.02)


def reap() -> dict[int, int]:
    """Collect children that have ended, adopted ones included: their ids and exit codes."""
    ended: dict[int, int] = {}
    while True:
        try:
            process_id, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if process_id == 0:
            return ended
        ended[process_id] = os.waitstatus_to_exitcode(status)


def _living(known: dict[int, str | None]) -> dict[int, str | None]:
    return {
        process_id: start
        for process_id, start in known.items()
        if start is not None and started_at(process_id) == start
    }


def _send(known: dict[int, str | None], number: signal.Signals) -> None:
    for process_id in _living(known):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process_id, number)


def parents() -> dict[int, int]:
    """Every living process with its parent."""
    if PROC.joinpath("self").exists():
        found = {}
        for entry in PROC.glob("[0-9]*"):
            fields = _stat(int(entry.name))
            if fields is not None and fields[0] not in "ZX":
                found[int(entry.name)] = int(fields[1])
        return found
    rows = (line.split() for line in _ps("-A", "-o", "pid=,ppid=").splitlines())
    return {int(row[0]): int(row[1]) for row in rows if len(row) == 2}


def _stat(process_id: int) -> list[str] | None:
    """The fields of /proc/<id>/stat after the name, which may hold spaces and parentheses."""
    try:
        text = (PROC / str(process_id) / "stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], check=False, capture_output=True, text=True).stdout
