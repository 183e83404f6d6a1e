"""Counts a process's system calls by strace, and strikes at the n-th: it dies, or gets an error.

The process has strace attach to itself before its work begins and lets it go after it, so that
nothing is struck but the work. A number counts the calls of one name in one thread, which is how
strace counts them. Where strace is not, or may not attach, `refusal` says so.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KILL = "SIGKILL"
_DISK = (KILL, "EIO", "ENOSPC")
# What may befall each call; a call that a machine does not have is not made there.
CALLS: Mapping[str, tuple[str, ...]] = {
    "openat": _DISK,
    "read": (KILL, "EIO"),
    "write": _DISK,
    "fsync": _DISK,
    "fdatasync": _DISK,
    "rename": _DISK,
    "renameat2": _DISK,
    "link": _DISK,
    "linkat": _DISK,
    "unlink": (KILL, "EIO"),
    "unlinkat": (KILL, "EIO"),
    "mkdir": _DISK,
    "mkdirat": _DISK,
    "socket": (KILL, "EMFILE"),
    "connect": (KILL, "ECONNREFUSED"),
    "sendto": (KILL, "ECONNRESET"),
    "recvfrom": (KILL, "ECONNRESET"),
}
# Each as `SIGKILL at openat`, so that a sample has points of every call.
KINDS = tuple(f"{what} at {call}" for call, befalls in CALLS.items() for what in befalls)
NO_STRACE = "no strace here: not played"
_PR_SET_PTRACER, _ANYBODY = 0x59616D61, -1
_CALL = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\(")
_INJECTED = "(INJECTED)"


@dataclass(frozen=True, slots=True)
class SystemBlow:
    """What befalls a thread at its call of that name and number, counted from 1; 0 only counts."""

    call: str
    number: int
    kind: str = KILL

    def __str__(self) -> str:
        return f"{self.kind} at {self.call} {self.number}"

    def order(self) -> dict[str, Any]:
        """As an order to a nursery."""
        return asdict(self)


COUNT = SystemBlow("openat", 0)


@dataclass(slots=True)
class Traced:
    """How often each call was made, by the thread that made it most often."""

    calls: dict[str, int] = field(default_factory=dict)
    is_struck: bool = False


@contextmanager
def tracing(blow: SystemBlow) -> Iterator[Traced]:
    """Meanwhile this process is traced; RuntimeError with strace's words where it may not be."""
    # Where only ancestors may trace, others need to be let.
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)
    traced = Traced()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "calls"
        tracer = subprocess.Popen(_command(blow, told), stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        if "attached" not in (said := tracer.stderr.readline()):
            raise RuntimeError(f"{said.strip()}: {tracer.stderr.read().strip()}".strip(": "))
        try:
            yield traced
        finally:
            tracer.terminate()
            tracer.wait()
            lines = told.read_text(errors="replace").splitlines()
            traced.is_struck = any(_INJECTED in line for line in lines)
            made = Counter(
                (found["thread"], found["call"]) for line in lines if (found := _CALL.match(line))
            )
            for (_, call), times in made.items():
                traced.calls[call] = max(times, traced.calls.get(call, 0))


def refusal(children: Any) -> str | None:
    """Why there are no blows by strace here; None where there are."""
    if shutil.which("strace") is None:
        return NO_STRACE
    outcome = children.run(
        f"{__name__}:open_something", environment={"PATH": os.environ["PATH"]}, system_blow=COUNT
    )
    if outcome.error or not outcome.system_calls.get("openat"):
        last = (outcome.error or "it sees nothing").strip().rpartition("\n")[2]
        return f"strace may not attach here: not played ({last})"
    return None


def open_something() -> None:
    """A call that must be seen."""
    Path("/dev/null").read_bytes()


def _command(blow: SystemBlow, told: Path) -> list[str]:
    calls = ",".join(f"?{call}" for call in CALLS)
    command = ["strace", "-f", "-o", str(told), "-s", "0", "-e", f"trace={calls}"]
    if blow.number:
        what = "signal=KILL" if blow.kind == KILL else f"error={blow.kind}"
        command += ["-e", f"inject={blow.call}:{what}:when={blow.number}"]
    return [*command, "-p", str(os.getpid())]
