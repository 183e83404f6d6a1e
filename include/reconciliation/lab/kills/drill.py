"""Strikes the tasks of a script at the points of their work, runs them again, and compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from include.reconciliation.lab.kills import system_calls
from include.reconciliation.lab.kills.file_calls import ERRORS, FileBlow
from include.reconciliation.lab.kills.nursery import Nursery, Outcome
from include.reconciliation.lab.kills.proxy import (
    KILL,
    RESET,
    SQLSTATES,
    STOP,
    Blow,
    Proxy,
    proxy_before,
)
from include.reconciliation.lab.kills.scripts import Left, Life, Script, Task
from include.reconciliation.lab.kills.system_calls import SystemBlow
from include.reconciliation.lab.kills.worlds import Ground, Stage

AnyBlow = Blow | FileBlow | SystemBlow
LOST_COMMIT = "reply to COMMIT lost"
AT_FILE_CALLS = "SIGKILL at a file call"


@dataclass(frozen=True, slots=True)
class Effort:
    """What a task says and writes when nobody disturbs it, and what can be seen after it."""

    messages: int
    commits: Sequence[int]
    statements: Sequence[int]
    file_calls: Sequence[str]
    system_calls: Mapping[str, int]
    after: Left


@dataclass(slots=True)
class Finding:
    """What became of blows of one kind against one task; `of` so many that there are."""

    of: int = 0
    points: int = 0
    struck: int = 0
    identical: int = 0
    # What is wrong, by the point.
    differing: dict[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether nothing showed."""
        return not self.differing


@dataclass(slots=True)
class Drill:
    """A script's performances on a stage; `undisturbed` is what each is compared with."""

    script: Script
    stage: Stage
    children: Nursery
    efforts: dict[str, Effort] = field(default_factory=dict)
    before: Left = field(default_factory=dict)
    # What the tasks came to that are done before a life begins.
    results: Mapping[str, Any] = field(default_factory=dict)
    stop: Callable[[], None] = lambda: None

    @contextmanager
    def life(self, *, is_over_tcp: bool = False) -> Iterator[tuple[Life, Proxy]]:
        """A performance that may be struck through a proxy."""
        with (
            self.stage.world() as world,
            self.script.around(world) as around,
            proxy_before(world.server) as proxy,
        ):
            proxy.stop = self.stop
            server = proxy.over_tcp if is_over_tcp else proxy.server
            results = dict(self.results)
            yield Life(self.script, world, self.children, server, results, around=around), proxy

    @contextmanager
    def prepared_for(self, ground: Ground, task: Task) -> Iterator[None]:
        """Meanwhile lives begin where all tasks before this one are done."""
        with self.stage.world() as world:
            with self.script.around(world) as around:
                life = Life(self.script, world, self.children, world.server, around=around)
                life.do_all(self.script.tasks[: self.script.tasks.index(task)])
            with ground.stage_of(world) as stage:
                begins = self.stage, self.results
                self.stage, self.results = stage, life.results
                yield
                self.stage, self.results = begins

    def measure(self, *, is_traced: bool = False) -> None:
        """One performance that nobody disturbs; strace may look on."""
        order = {"system_blow": system_calls.COUNT} if is_traced else {}
        with self.life() as (life, proxy):
            self.before = life.left()
            for task in self.script.tasks:
                proxy.watch()
                outcome = life.do(task, **order)
                outcome.value()
                self.efforts[task.name] = Effort(
                    len(proxy.seen),
                    tuple(proxy.commits),
                    tuple(proxy.statements),
                    outcome.file_calls,
                    outcome.system_calls,
                    life.left(),
                )
            assert not self.script.wrong(life.world), "the undisturbed script itself is wrong"
            assert self.before != self.end, f"{self.script.name} does nothing here"

    @property
    def end(self) -> Left:
        """What the undisturbed script leaves."""
        return self.efforts[self.script.tasks[-1].name].after

    def strike(self, task: Task, blow: AnyBlow, finding: Finding) -> None:
        """One performance, `prepared_for` a task, in which it is struck and done again."""
        finding.points += 1
        number = self.script.tasks.index(task)
        with self.life(is_over_tcp=isinstance(blow, Blow) and blow.kind == RESET) as (life, proxy):
            if isinstance(blow, Blow):
                proxy.watch(blow)
                outcome = life.do(task)
                is_struck = proxy.is_struck
            elif isinstance(blow, SystemBlow):
                outcome = life.do(task, system_blow=blow)
                is_struck = outcome.killed_by is not None or outcome.is_struck
            else:
                outcome = life.do(task, file_blow=blow)
                is_struck = outcome.killed_by is not None or len(outcome.file_calls) >= blow.call
            finding.struck += is_struck
            proxy.watch()
            wrong = [*self.half_seen(life, number), *self.script.wrong(life.world)]
            if outcome.is_final:
                wrong.append(f"Airflow would not try again: {last_line(outcome)}")
            for again in self.script.tasks[number:]:
                if (outcome := life.do(again)).error or outcome.killed_by:
                    wrong.append(f"{again.name} can't be done again: {last_line(outcome)}")
                    break
            wrong += [*different(life.left(), self.end), *self.script.wrong(life.world)]
        if wrong:
            finding.differing[str(blow)] = "; ".join(dict.fromkeys(wrong))
        finding.identical += is_struck and not wrong

    def half_seen(self, life: Life, number: int) -> list[str]:
        """What can be seen and is neither as before the task of that number nor as after it."""
        before = self.efforts[self.script.tasks[number - 1].name].after if number else self.before
        return _half_seen(life.left(), [before, self.efforts[self.script.tasks[number].name].after])


def blows(effort: Effort, kinds: Sequence[str], sample: int | None) -> Iterator[AnyBlow]:
    """Every point of a task at which something of these kinds can befall it, or some of them."""
    messages = range(1, effort.messages + 1)
    calls = range(1, len(effort.file_calls) + 1)
    for kind in kinds:
        if kind == LOST_COMMIT:
            for number in spread(effort.commits, sample):
                yield Blow(number, True, RESET)
        elif kind in SQLSTATES:
            for number in spread(effort.statements, sample):
                yield Blow(number, False, kind)
        elif kind in ERRORS:
            for number in spread(calls, sample):
                yield FileBlow(number, kind)
        elif kind == AT_FILE_CALLS:
            for number in spread(calls, sample):
                yield FileBlow(number)
        elif kind in system_calls.KINDS:
            what, _, call = kind.rpartition(" at ")
            for number in spread(range(1, effort.system_calls.get(call, 0) + 1), sample):
                yield SystemBlow(call, number, what)
        else:
            yield from _at_messages(kind, messages, effort.commits, sample)


def _at_messages(
    kind: str, messages: Sequence[int], commits: Sequence[int], sample: int | None
) -> Iterator[Blow]:
    if sample is None and kind != STOP:
        for number in messages:
            yield Blow(number, False, kind)
            yield Blow(number, True, kind)
        return
    for number in spread(messages, sample or 3):
        yield Blow(number, False, kind)
    for number in spread(commits, sample):
        yield Blow(number, True, kind)


def spread(numbers: Sequence[int], sample: int | None) -> list[int]:
    """At most so many of them: the last one, and others evenly before it."""
    if sample is None or len(numbers) <= sample:
        return list(numbers)
    return sorted({numbers[(each + 1) * len(numbers) // sample - 1] for each in range(sample)})


def tell_nothing(task: str, kind: str, done: int, of: int) -> None:
    """For those who do not want to see how far it is."""


KINDS = (KILL, RESET, LOST_COMMIT, *SQLSTATES, AT_FILE_CALLS, *ERRORS)


def drill(
    ground: Ground,
    script: Script,
    kinds: Sequence[str] = KINDS,
    *,
    sample: int | None = None,
    tasks: Sequence[str] | None = None,
    stop: Callable[[], None] | None = None,
    tell: Callable[[str, str, int, int], None] = tell_nothing,
) -> dict[str, dict[str, Any]]:
    """Task to what it says and writes, and to its findings by kind; `tasks` names some of them."""
    found: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        held = Drill(script, stack.enter_context(ground.stage(script)), ground.children)
        held.measure(is_traced=bool({*kinds} & {*system_calls.KINDS}))
        if stop is not None:
            held.stop = stop
        for task in script.tasks:
            if task.is_scenery or (tasks is not None and task.name not in tasks):
                continue
            effort = held.efforts[task.name]
            findings: dict[str, Finding] = {}
            with held.prepared_for(ground, task):
                for kind in kinds:
                    points = list(blows(effort, [kind], sample))
                    if points:
                        findings[kind] = Finding(of=len(list(blows(effort, [kind], None))))
                    for done, blow in enumerate(points, 1):
                        tell(task.name, kind, done, len(points))
                        held.strike(task, blow, findings[kind])
            found[task.name] = {
                "messages": effort.messages,
                "commits": len(effort.commits),
                "file_calls": dict(Counter(effort.file_calls)),
                "findings": findings,
            }
    return found


def different(left: Left, wanted: Left) -> list[str]:
    """The parts that are not what they should be, each with the first row that differs."""
    return [
        f"{part} differs: {_first_difference(left[part], wanted[part])}"
        for part in wanted
        if left[part] != wanted[part]
    ]


def _half_seen(left: Left, visible: Sequence[Left]) -> list[str]:
    """The parts of which something could be seen that is neither the state before nor after."""
    return [
        f"{part} half published: {_first_difference(left[part], visible[-1][part])}"
        for part in left
        if all(left[part] != each[part] for each in visible)
    ]


def _first_difference(found: Any, wanted: Any) -> str:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for name in sorted({*found, *wanted}, key=str):
            if found.get(name) != wanted.get(name):
                return f"{name}: {_first_difference(found.get(name), wanted.get(name))}"
    if isinstance(found, list) and isinstance(wanted, list):
        more = [row for row in found if row not in wanted]
        less = [row for row in wanted if row not in found]
        first = f"more {str(more[:1])[:300]}, less {str(less[:1])[:300]}"
        return f"{len(found)} rows for {len(wanted)}; {first}"
    return f"{str(found)[:200]} for {str(wanted)[:200]}"


def last_line(outcome: Outcome) -> str:
    """How a task ended that did not return: one line."""
    if outcome.killed_by:
        return f"killed by signal {outcome.killed_by}"
    return (outcome.error or "").strip().rpartition("\n")[2][:300]
