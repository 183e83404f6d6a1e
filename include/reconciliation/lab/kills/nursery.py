"""Runs steps in child processes that may be killed: one process per order, forked from this one.

Forking from a process that has imported everything, has no connection and no thread costs a few
hundredths of a second, where a new interpreter would take a second.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from include.reconciliation.config import PROJECT_ROOT

# The calls by which a file becomes durable and known.
FILE_CALLS = ("fsync", "replace", "rename", "link")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: what its step returned, or its error, or the signal that killed it."""

    result: Any = None
    error: str | None = None
    killed_by: int | None = None
    file_calls: int = 0

    def value(self) -> Any:
        """The step's result; an error of the step is an error here."""
        assert self.error is None, self.error
        assert self.killed_by is None, f"killed by signal {self.killed_by}"
        return self.result


class Nursery:
    """A process that forks a child for every order, one at a time.

    It keeps nothing between orders: one that has died is followed by another.
    """

    def __init__(self) -> None:
        self._process = _process()

    def begin(
        self, function: str, *arguments: Any, environment: Mapping[str, str], **order: Any
    ) -> None:
        """Starts `module:function` with these arguments; `end` tells how it went.

        `kill_at_file_call` = n kills the child before its n-th call of FILE_CALLS.
        """
        if self._process.poll() is not None:
            self._process = _process()
        assert self._process.stdin is not None
        order |= {"function": function, "arguments": arguments, "environment": dict(environment)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def end(self) -> Outcome:
        """Waits for the child that `begin` started."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery itself died; its message is above"
        return Outcome(**json.loads(line))

    def run(self, function: str, *arguments: Any, **order: Any) -> Outcome:
        """`begin` and `end`."""
        self.begin(function, *arguments, **order)
        return self.end()

    def close(self) -> None:
        """Lets the process end; it may have ended."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(timeout=30)


@contextlib.contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery that ends with the block."""
    made = Nursery()
    try:
        yield made
    finally:
        made.close()


def _process() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "include.reconciliation.lab.kills.nursery"],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Reads orders, one JSON object a line, and answers each with an outcome."""
    # Steps import these where they need them; here once is enough for all children.
    for module in ("holidays", "holidays.financial", "xlsxwriter"):
        importlib.import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a step prints is not an answer
    for line in sys.stdin:
        order = json.loads(line)
        module, name = order["function"].split(":")
        function = getattr(importlib.import_module(module), name)
        answers.write(json.dumps(_in_a_child(function, order)) + "\n")
        answers.flush()


def _in_a_child(function: Any, order: Mapping[str, Any]) -> dict[str, Any]:
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        _work(function, order, writable)
    os.close(writable)
    with os.fdopen(readable) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"killed_by": os.WTERMSIG(status)}
    return json.loads(told)


def _work(function: Any, order: Mapping[str, Any], writable: int) -> None:
    os.environ.update(order["environment"])
    calls = _count_file_calls(order.get("kill_at_file_call"))
    try:
        outcome: dict[str, Any] = {"result": function(*order["arguments"])}
    except BaseException:
        outcome = {"error": traceback.format_exc()}
    with os.fdopen(writable, "w") as pipe:
        pipe.write(json.dumps({**outcome, "file_calls": len(calls)}))
    os._exit(0)


def _count_file_calls(kill_at: int | None) -> list[str]:
    calls: list[str] = []

    def counted(name: str, original: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return call

    for name in FILE_CALLS:
        setattr(os, name, counted(name, getattr(os, name)))
    return calls


if __name__ == "__main__":
    main()
