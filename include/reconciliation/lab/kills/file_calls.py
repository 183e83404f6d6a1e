"""Counts a process's own file calls, and strikes at the n-th: it dies there, or gets an error.

Counted is what changes files: opening to write, each write that reaches the system, fsync, and what
gives, moves and takes names. Done in Python, by this process to itself, so that it works where no
debugger may attach; `system_calls` does the same from outside.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KILL = "SIGKILL"
ERRORS = ("ENOSPC", "EIO")
NAMES = ("fsync", "replace", "rename", "link", "mkdir", "unlink", "rmdir", "open")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class FileBlow:
    """What befalls a process before its file call of that number, counted from 1."""

    call: int
    kind: str = KILL

    def __str__(self) -> str:
        return f"{self.kind} at file call {self.call}"

    def order(self) -> dict[str, Any]:
        """As an order to a nursery."""
        return asdict(self)


@dataclass(slots=True)
class FileCalls:
    """The calls of this process so far, by name."""

    blow: FileBlow | None = None
    made: list[str] = field(default_factory=list)

    def count(self, name: str, path: Any = None) -> None:
        """One more call; dies or raises OSError where the blow says so."""
        self.made.append(name)
        if self.blow is None or len(self.made) != self.blow.call:
            return
        if self.blow.kind == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        code = getattr(errno, self.blow.kind)
        raise OSError(code, f"from the lab: {os.strerror(code)}", path)

    def begin(self) -> None:
        """Counts from now on, for as long as the process lives."""
        for name in NAMES:
            setattr(os, name, self._counted(name, getattr(os, name)))
        counting = self._opening(io.open)
        io.open = counting
        builtins.open = counting

    def _counted(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if name != "open" or _is_to_write(arguments, options):
                self.count(name, arguments[0] if isinstance(arguments[0], str) else None)
            return original(*arguments, **options)

        return call

    def _opening(self, original: Callable[..., Any]) -> Callable[..., Any]:
        calls = self

        class Raw(io.FileIO):
            def write(self, data: Any, /) -> int:
                calls.count("write")
                return super().write(data)

        def call(
            file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **options: Any
        ) -> Any:
            if not set(mode) & set("wax+") or buffering == 0:
                return original(file, mode, buffering, *rest, **options)
            is_text = "b" not in mode
            if not isinstance(file, int):
                calls.count("open", str(file))
            closefd = options.pop("closefd", True)
            raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd=closefd)
            binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            if not is_text:
                return binary
            names = ("encoding", "errors", "newline")
            text = io.TextIOWrapper(binary, **dict(zip(names, rest, strict=False)), **options)
            text.mode = mode  # type: ignore[misc]
            return text

        return call


def _is_to_write(arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    flags = arguments[1] if len(arguments) > 1 else options.get("flags", 0)
    return bool(flags & _WRITES)
