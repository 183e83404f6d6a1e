"""Runs steps in child processes that may be killed: one process per order, forked from this one.

Forking from a process that has imported everything, has no connection and no thread costs a few
hundredths of a second, where a new interpreter would take a second.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.edges.task_outcome import DEFECTS
from include.reconciliation.errors import Final
from include.reconciliation.lab.kills.file_calls import FileBlow, FileCalls
from include.reconciliation.lab.kills.system_calls import SystemBlow, Traced, tracing

Order = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: what its step returned, or its error, or the signal that killed it.

    Airflow does not try again after an error that `is_final`. What strace saw is there where it was
    asked to look on: how often each call was made, and whether one got an error.
    """

    result: Any = None
    error: str | None = None
    is_final: bool = False
    killed_by: int | None = None
    file_calls: tuple[str, ...] = ()
    system_calls: Mapping[str, int] = field(default_factory=dict)
    is_struck: bool = False

    def value(self) -> Any:
        """The step's result; an error of the step is an error here."""
        assert self.error is None, self.error
        assert self.killed_by is None, f"killed by signal {self.killed_by}"
        return self.result


class Nursery:
    """A process that forks a child for every order, one at a time or several at once.

    It keeps nothing between orders: one that has died is followed by another.
    """

    def __init__(self) -> None:
        self._process = _process()

    def begin(
        self,
        function: str,
        *arguments: Any,
        environment: Mapping[str, str],
        file_blow: FileBlow | None = None,
        system_blow: SystemBlow | None = None,
    ) -> None:
        """Starts `module:function` with these arguments; `end` tells how it went."""
        order = order_of(function, *arguments, environment=environment)
        order["file_blow"] = file_blow and file_blow.order()
        self._send([order | {"system_blow": system_blow and system_blow.order()}])

    def end(self) -> Outcome:
        """Waits for the child that `begin` started."""
        return self._outcomes()[0]

    def is_done(self, seconds: float) -> bool:
        """Whether what `begin` started ends within so many seconds."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def run(self, function: str, *arguments: Any, **order: Any) -> Outcome:
        """`begin` and `end`."""
        self.begin(function, *arguments, **order)
        return self.end()

    def together(self, orders: Sequence[Order]) -> list[Outcome]:
        """One child for each order, all at once; their outcomes in the order of the orders."""
        self._send(orders)
        return self._outcomes()

    def _send(self, orders: Sequence[Order]) -> None:
        if self._process.poll() is not None:
            self._process = _process()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(orders) + "\n")
        self._process.stdin.flush()

    def _outcomes(self) -> list[Outcome]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery itself died; its message is above"
        return [
            Outcome(**{**told, "file_calls": tuple(told.get("file_calls", ()))})
            for told in json.loads(line)
        ]

    def close(self) -> None:
        """Lets the process end; it may have ended."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(timeout=30)


def order_of(function: str, *arguments: Any, environment: Mapping[str, str]) -> Order:
    """What a child is to do: `module:function` with these arguments."""
    return {"function": function, "arguments": arguments, "environment": dict(environment)}


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
    """Reads orders, a JSON list a line, and answers each with a list of outcomes."""
    # Steps import these where they need them; here once is enough for all children.
    for module in ("holidays", "holidays.financial", "xlsxwriter"):
        importlib.import_module(module)
    code_version()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a step prints is not an answer
    for line in sys.stdin:
        born = [_born(order) for order in json.loads(line)]
        outcomes = [_outcome(*child) for child in born]
        late = {module for outcome in outcomes for module in outcome.pop("modules", ())}
        answers.write(json.dumps(outcomes) + "\n")
        answers.flush()
        _import(late)


def _import(modules: Iterable[str]) -> None:
    """What a child needed to import: its brothers have it when they are born."""
    for module in sorted(modules):
        # Some are names that another module has put there.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def _born(order: Order) -> tuple[int, int]:
    """A child at work: its process, and where its outcome is read."""
    module, name = order["function"].split(":")
    function = getattr(importlib.import_module(module), name)
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        _work(function, order, writable)
    os.close(writable)
    return child, readable


def _outcome(child: int, readable: int) -> dict[str, Any]:
    with os.fdopen(readable) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"killed_by": os.WTERMSIG(status)}
    found: dict[str, Any] = json.loads(told)
    return found


def _work(function: Any, order: Order, writable: int) -> None:
    os.environ.update(order["environment"])
    pipe = os.fdopen(writable, "w")
    imported = set(sys.modules)
    blow = order.get("file_blow")
    calls = FileCalls(blow and FileBlow(**blow))
    traced = Traced()
    made: list[str] = []
    try:
        with contextlib.ExitStack() as stack:
            if order.get("system_blow"):
                traced = stack.enter_context(tracing(SystemBlow(**order["system_blow"])))
            calls.begin()
            # What is done after the work is not the work's.
            stack.callback(lambda: made.extend(calls.made))
            outcome: dict[str, Any] = {"result": function(*order["arguments"])}
    except BaseException as error:
        is_final = isinstance(error, (Final, *DEFECTS))
        outcome = {"error": traceback.format_exc(), "is_final": is_final}
    outcome |= {"file_calls": made, "modules": sorted({*sys.modules} - imported)}
    outcome |= {"system_calls": traced.calls, "is_struck": traced.is_struck}
    pipe.write(json.dumps(outcome))
    pipe.close()
    os._exit(0)


if __name__ == "__main__":
    main()
