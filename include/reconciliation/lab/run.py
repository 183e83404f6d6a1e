"""`bin/reconciliation lab`: random histories with planted faults, held to their labels.

    bin/reconciliation lab --seeds 2000                 seeds 0 to 1,999
    bin/reconciliation lab --seeds 500 --from 20261130  another part of the numbers
    bin/reconciliation lab --seeds 10000 --clean        no fault: nothing may be reported
    bin/reconciliation lab --seeds 200 --second-opinion    the slow matcher on small histories
    bin/reconciliation lab --seeds 1 --from 7 --show       what the history of a seed is
    bin/reconciliation lab --formats                    faults of statements, in every format
    bin/reconciliation lab --seeds 10000 --write-docs   keeps the figures for docs/RELIABILITY.md

Many seeds share one run of the real steps on the embedded PostgreSQL. A run that was broken off is
taken up where it stood. The end is 1 unless everything planted was found, nothing else was
reported, and every identity was exact.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import chain
from typing import Any

from include.reconciliation.bench.record import setting
from include.reconciliation.demo.printing import say
from include.reconciliation.lab import databases, figures, printing, reliability
from include.reconciliation.lab.format_faults.cases import cases
from include.reconciliation.lab.options import whole_number
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.plan import CLEAN, Plan, plan
from include.reconciliation.lab.results import commit
from include.reconciliation.lab.shrink import Plans, smallest
from include.reconciliation.lab.small_books import SECOND_OPINION
from include.reconciliation.lab.state import State
from include.reconciliation.lab.told_history import tell
from include.reconciliation.local.server import Server, borrowed_server

PACK = 1000
_SEEDS = 50
FAULTS = "lab"
FORMATS = "formats"
_SHRUNK_MAX, _SHOWN_MAX = 3, 5
_SEEDS_TOLD_MAX, _SENTENCES_MAX = 20, 5


def main(arguments: list[str]) -> int:
    """Try the seeds and print the matrix; 0 only when precision and recall are 1.0."""
    options = _options(arguments)
    if options.show:
        for line in tell([_plan(seed, options) for seed in chain.from_iterable(_packs(options))]):
            say(line)
        return 0
    if options.page:
        say(f"written: {reliability.write_page().name}")
        return 0
    its_setting = {**setting(arguments, command="lab"), "commit": commit()}
    began = time.monotonic()
    # What a pack holds is part of the question: of packs of another size nothing is taken up.
    state = State(
        {"from": options.start, "seeds": options.seeds, "sort": options.sort,
         "pack": len(_packs(options)[0])}
    )
    with borrowed_server() as server:
        databases.make_templates(server)
        try:
            whole, failed = _try_all(server, state, options)
            seconds = time.monotonic() - began
            if options.sort == FAULTS and printing.is_silent_on_causes(whole):
                whole.note(None, "many faults have a true cause, and of none it is claimed")
            _conclude(server, whole, failed, options, str(its_setting["commit"]))
        except KeyboardInterrupt:
            say(f"\nBroken off. What is done is kept in {state.path}; the same call goes on there.")
            return 130
        finally:
            databases.drop_all(server)
    say(f"{seconds:.0f} s, {1000 * seconds / options.seeds:.0f} ms a seed")
    if options.write_docs:
        _keep(whole, its_setting, options, seconds)
    if whole.is_exact:
        state.forget()
    return 0 if whole.is_exact else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    """The options, with what is silent filled in; what does not go together is refused."""
    options = (its_parser := parser()).parse_args(arguments)
    if options.show and options.sort not in (FAULTS, CLEAN):
        its_parser.error("--show prints histories of seeds, and --clean ones")
    if options.sort == FORMATS:
        if options.seeds is not None or options.start is not None:
            its_parser.error("--formats tries all its cases, and none of them is made from a seed")
        options.seeds = len(cases())
    options.seeds = _SEEDS if options.seeds is None else options.seeds
    options.start = options.start or 0
    return options


def try_pack(server: Server, seeds: Sequence[int], sort: str) -> Outcome:
    """What the pipeline makes of one pack of seeds."""
    # Only here: a process of the pool imports the steps once.
    from include.reconciliation.lab.format_faults.packing import try_cases
    from include.reconciliation.lab.trial import try_plans, try_small_books

    if sort == FORMATS:
        return try_cases(server, [cases()[number] for number in seeds])
    if sort == SECOND_OPINION:
        return try_small_books(server, seeds)
    return try_plans(server, [plan(seed, is_clean=sort == CLEAN) for seed in seeds])


def _try_all(
    server: Server, state: State, options: argparse.Namespace
) -> tuple[Outcome, list[range]]:
    """The outcome over all packs, and the packs that are not exact."""
    whole = Outcome()
    failed: list[range] = []
    waiting: list[range] = []
    done = 0
    for seeds in _packs(options):
        if (kept := state.done.get(seeds.start)) is None:
            waiting.append(seeds)
        else:
            whole.add(kept)
            done += len(seeds)
    if done:
        say(f"  {done:,} seeds were tried before")
    began, before = time.monotonic(), done
    for seeds, outcome in _outcomes(server, waiting, options):
        whole.add(outcome)
        state.keep(seeds.start, outcome)
        done += len(seeds)
        if not outcome.is_exact:
            failed.append(seeds)
        seconds = time.monotonic() - began
        line = printing.bar(done - before, options.seeds - before, seconds, whole.is_exact)
        say(f"\r{line}" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n")
    say()
    return whole, failed


def _outcomes(
    server: Server, packs: Sequence[range], options: argparse.Namespace
) -> Iterator[tuple[range, Outcome]]:
    """Each pack with its outcome, as they are done."""
    processes = min(options.processes, len(packs))
    if processes <= 1:
        for seeds in packs:
            yield seeds, try_pack(server, seeds, options.sort)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        asked = {pool.submit(try_pack, server, seeds, options.sort): seeds for seeds in packs}
        for future in as_completed(asked):
            yield asked[future], future.result()


def _packs(options: argparse.Namespace) -> list[range]:
    size = min(options.pack, -(-options.seeds // options.processes))
    end = options.start + options.seeds
    return [range(first, min(first + size, end)) for first in range(options.start, end, size)]


def _conclude(
    server: Server, whole: Outcome, failed: Sequence[range], options: argparse.Namespace,
    commit: str,
) -> None:
    if options.sort == FAULTS:
        for line in printing.matrix(whole):
            say(line)
    if options.sort == FORMATS:
        for line in printing.of_formats(whole):
            say(line)
    say(f"  {printing.totals(whole, options.seeds)}")
    _tell_problems(whole, options, commit)
    failing = [] if options.sort in (SECOND_OPINION, FORMATS) else _failing(whole, failed, options)
    for plans, sorts in failing[:_SHRUNK_MAX]:
        _tell_smallest(server, plans, sorts, commit)


def _tell_smallest(
    server: Server, plans: Sequence[Plan], sorts: set[str], commit: str
) -> None:
    """The smallest part of a history that still fails so: its rows, and what is wrong with them."""
    say("\nMaking the history smaller that fails ", end="")
    from include.reconciliation.lab.trial import try_plans

    found: list[Outcome] = []

    def fails(fewer: Plans) -> bool:
        say(".", end="")
        outcome = try_plans(server, fewer)
        # Else a history would be shown that fails in another way.
        is_same = not sorts.isdisjoint(_sorts(chain.from_iterable(outcome.problems.values())))
        if is_same:
            found.append(outcome)
        return is_same

    left = smallest(plans, fails)
    if len(left) > _SHOWN_MAX:
        say(f"\nNo part of the seeds {left[0].seed} to {left[-1].seed} fails alone.")
        return
    say(f"\nThe smallest history that still fails, at commit {commit}:")
    for line in tell(left):
        say(line)
    for sentence in chain.from_iterable(found[-1].problems.values() if found else ()):
        say(f"    {sentence}")


def _sorts(sentences: Iterable[str]) -> set[str]:
    """What sorts of problem they tell, such as "planted and not found"."""
    return {sentence.partition(":")[0] for sentence in sentences}


def _tell_problems(whole: Outcome, options: argparse.Namespace, commit: str) -> None:
    sort = "" if options.sort == FAULTS else f" --{options.sort.replace('_', '-')}"
    for seed, sentences in list(whole.problems.items())[:_SEEDS_TOLD_MAX]:
        alone = f"seed {seed}: bin/reconciliation lab --seeds 1 --from {seed}{sort}"
        say(f"\n{'of no seed alone' if seed is None else alone} (commit {commit})")
        for sentence in sentences[:_SENTENCES_MAX]:
            say(f"    {sentence}")
        if len(sentences) > _SENTENCES_MAX:
            say(f"    and {len(sentences) - _SENTENCES_MAX} more")
    if len(whole.problems) > _SEEDS_TOLD_MAX:
        say(f"\nand {len(whole.problems) - _SEEDS_TOLD_MAX} more seeds")


def _failing(
    whole: Outcome, failed: Sequence[range], options: argparse.Namespace
) -> list[tuple[list[Plan], set[str]]]:
    """What to make smaller, and how it failed: each such seed; whole packs, where it is of none."""
    seeds = sorted(seed for seed in whole.problems if seed is not None)
    if seeds:
        return [([_plan(seed, options)], _sorts(whole.problems[seed])) for seed in seeds]
    sorts = _sorts(whole.problems.get(None, ()))
    return [([_plan(seed, options) for seed in pack], sorts) for pack in failed]


def _plan(seed: int, options: argparse.Namespace) -> Plan:
    return plan(seed, is_clean=options.sort == CLEAN)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = argparse.ArgumentParser(
        prog="bin/reconciliation lab",
        description=str(__doc__),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--seeds", type=whole_number(1), help=f"how many seeds to try ({_SEEDS})")
    made.add_argument("--from", dest="start", type=whole_number(0), help="the first seed (0)")
    sorts = made.add_mutually_exclusive_group()
    for sort, told in (
        (CLEAN, "histories without any fault"),
        (SECOND_OPINION, "random small books, held to the slow matcher"),
        (FORMATS, "faults of whole statements: every pair of fault, format and decimals"),
    ):
        sorts.add_argument(
            f"--{sort.replace('_', '-')}", dest="sort", action="store_const", const=sort,
            default=FAULTS, help=told,
        )
    made.add_argument(
        "--pack", type=whole_number(1), default=PACK, help="how many seeds share a run"
    )
    made.add_argument(
        "--processes", type=whole_number(1), default=os.cpu_count() or 1, help="how many at once"
    )
    made.add_argument(
        "--show", action="store_true", help="only print the seeds' payments, and what is to report"
    )
    made.add_argument(
        "--page", action="store_true", help="only write docs/RELIABILITY.md from what is kept"
    )
    made.add_argument(
        "--write-docs", action="store_true", help="keep the figures for docs/RELIABILITY.md"
    )
    return made


def _keep(
    whole: Outcome, its_setting: Mapping[str, Any], options: argparse.Namespace, seconds: float
) -> None:
    made = {
        FAULTS: figures.of_faults, CLEAN: figures.of_clean,
        SECOND_OPINION: figures.of_second_opinion, FORMATS: figures.of_formats,
    }[options.sort]
    result = made(
        whole, its_setting, seeds=options.seeds, first_seed=options.start, seconds=seconds
    )
    reliability.keep(options.sort, result)
    say(f"written to {reliability.PAGE.name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
