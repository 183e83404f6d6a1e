"""`bin/reconciliation bench`: how many times the floor the pipeline takes, and whether it is right.

    bin/reconciliation bench --lines 1000000            the ratio, three rounds
    bin/reconciliation bench --lines 1000000 --against datacompy    a peer beside it
    bin/reconciliation bench --lines 1000000 --format NAME    a CSV format alone
    bin/reconciliation bench --sums 10000               the search for sums alone
    bin/reconciliation bench --causes 100000            the causes of discrepancies alone
    bin/reconciliation bench --entries 10000000         the checks of a book; --events: the replay
    bin/reconciliation bench --payouts 100000           the legs of payouts alone

Everything happens on the embedded server, in databases of its own that are dropped at the end.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from include.reconciliation.bench import (
    causes,
    figures,
    format_files,
    generate,
    peers,
    record,
    sums,
)
from include.reconciliation.bench.books import BookBench
from include.reconciliation.bench.databases import FLOOR, LEDGER, ROUND, START, BenchDatabases
from include.reconciliation.bench.figures import Round, Score
from include.reconciliation.bench.memory import ServerMemory
from include.reconciliation.bench.options import CONFIGURATION, CSV_FORMATS, parser, refusal
from include.reconciliation.bench.payouts import PayoutBench
from include.reconciliation.bench.pipeline import TaskFailed, import_seconds, run_pipeline, run_task
from include.reconciliation.bench.record import Measurement
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.environment import connection_json
from include.reconciliation.local.layout import ensure_state_directory
from include.reconciliation.local.server import Server, borrowed_server
from include.reconciliation.statements.description import CsvFormat

PSP = "adyen"
# A Sunday, whose sales are Monday's and due on Tuesday; run 2 looks when every grace is over.
FIRST = (datetime(2026, 3, 1, 0, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC))
SECOND = (FIRST[1], datetime(2026, 3, 5, 0, tzinfo=UTC))
FORMAT_ENTRY = """
[[psp]]
name = "bench"
format = "{name}"
zone = "UTC"
accounts = ["{account}"]
statements = {{ due = "daily" }}
settlement = {{ days = 1 }}
[psp.limits]
EUR = {{ alert_above_minor = 1, recovered_below_minor = 1 }}
"""


def main(arguments: list[str]) -> int:
    """Measure and print the figures; 1 when the run did not find exactly what was planted."""
    options = parser().parse_args(arguments)
    refused = refusal(options)
    if refused:
        print(refused, file=sys.stderr)
        return 2
    its_setting = record.setting(arguments)
    # A benchmark that is told to stop leaves no database behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        measured, is_exact = _measure(options)
    except (TaskFailed, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    print(figures.as_json(measured.named) if options.json else figures.as_lines(measured.named))
    if options.write_docs:
        if postgres := measured.figures.get("postgres"):
            its_setting["machine"]["postgres"] = postgres
        record.keep(measured, its_setting)
    return 0 if is_exact else 1


class Refused(RuntimeError):
    """What was asked for can't be measured here; the message says why."""


def _measure(options: argparse.Namespace) -> tuple[Measurement, bool]:
    """What the options ask for, and whether it came out right."""
    if options.sums:
        found = sums.search(options.sums, options.seed).figures
        return Measurement("sums", str(options.sums), found), True
    with borrowed_server() as server, _alone() as is_alone, _workplace() as place:
        if not is_alone:
            raise Refused("Another benchmark runs in this checkout: wait for its end.")
        bench = Bench(server, place, lines=options.lines, seed=options.seed)
        of_book = BookBench(bench.databases, place, _say, seed=options.seed)
        try:
            if options.entries:
                return of_book.sentinel(options.book, options.entries, options.rounds)
            if options.events:
                return of_book.replay(options.events, options.rounds)
            if options.causes:
                return causes.measure(
                    bench.databases, options.causes, options.rounds, options.seed, _say
                )
            if options.payouts:
                of_payouts = PayoutBench(bench.databases, place, _say)
                return of_payouts.explain(options.payouts, options.rounds)
            if options.format:
                return bench.format_alone(CSV_FORMATS[options.format], options.rounds), True
            return bench.compare(options.rounds, options.against)
        finally:
            bench.databases.drop_all()


class Bench:
    """One benchmark: its databases, its folder, and the rounds."""

    def __init__(self, server: Server, place: Path, *, lines: int, seed: int) -> None:
        self.server = server
        self.place = place
        self.lines = lines
        self.seed = seed
        self.databases = BenchDatabases(server)
        self.file = place / "made" / generate.ACCOUNT / generate.FILE_NAME
        self.server_memory = ServerMemory()

    def compare(self, rounds: int, against: Sequence[str]) -> tuple[Measurement, bool]:
        """Floor, pipeline and peers in turn, so that all meet the same weather."""
        self._make_books()
        self._first_run()
        measured, scores, sizes = [], [], {"file": self.file.stat().st_size // 1_000_000}
        of_peers: dict[str, list[peers.PeerRound | None]] = {name: [] for name in against}
        for number in range(1, rounds + 1):
            floor = self._floor()
            sizes["floor"] = self.databases.size_mb(FLOOR)
            # Else autovacuum would look after the floor's tables on the pipeline's time.
            self.databases.drop_measured(FLOOR)
            self.databases.fresh_round()
            before_mb = self.databases.size_mb(ROUND)
            costs, pipeline_s = self._second_run(number)
            entry = Round(floor, tuple(costs), pipeline_s)
            sizes["warehouse"] = self.databases.size_mb(ROUND) - before_mb
            measured.append(entry)
            scores.append(self._score())
            _say(
                f"round {number}: floor {floor.seconds:.2f} s, pipeline {entry.pipeline_s:.2f} s, "
                f"ratio {entry.ratio:.2f}, found {scores[-1].found} of {scores[-1].planted}, "
                f"false {scores[-1].false}"
            )
            self.databases.drop_measured(ROUND)
            for name, its_rounds in of_peers.items():
                its_rounds.append(self._peer(name))
        tasks = figures.tasks(measured)
        for line in figures.task_lines(tasks):
            _say(line)
        self._say_imports()
        named = figures.figures(
            measured,
            lines=self.lines,
            scores=scores,
            postgres=self.databases.version(),
            sizes=sizes,
            server_peak_mb=self.server_memory.peak_mb,
        )
        versions = peers.versions(peers.interpreter()) if against else {}
        result = Measurement(
            "pipeline",
            str(self.lines),
            named,
            tasks=tasks,
            rounds=figures.rounds_told(measured, scores),
            peers={
                name: peers.summary(versions[name], its_rounds)
                for name, its_rounds in of_peers.items()
            },
        )
        return result, all(entry.is_exact for entry in scores)

    def _peer(self, name: str) -> peers.PeerRound | None:
        """A round of a peer on the file and the ledger of both runs, as the floor has them."""
        done = peers.run(
            name,
            self.file,
            self.place / name,
            generate.planted(self.databases),
            *self._floor_arguments(),
            environment=self._environment(FLOOR, name, drop=self.place),
        )
        _say(f"  {name}: {done.told if done else peers.ENDED}")
        return done

    @staticmethod
    def _say_imports() -> None:
        for module in ("airflow.sdk", "great_expectations"):
            # Paid by Airflow's own processes once, and by no task of the pipeline.
            seconds = import_seconds(module, environment=os.environ)
            _say(f"  apart: import {module:<21} {seconds:6.2f} s")

    def format_alone(self, format_: CsvFormat, rounds: int) -> Measurement:
        """Only the step that reads, gates and stages a statement, from file to canonical table."""
        _say(f"making {self.lines} lines of {format_.name}")
        self.databases.make_sources()
        drop = self.place / "drop"
        (drop / format_files.ACCOUNT).mkdir(parents=True)
        file = drop / format_files.ACCOUNT / "statement.csv"
        format_files.write(format_, self.lines, file)
        # No first run leaves the step's code compiled here.
        environment = self._environment(ROUND, "nothing", drop=drop)
        import_seconds("include.reconciliation.steps.validate_statements", environment=environment)
        seconds, peak_mb = [], 0
        for number in range(1, rounds + 1):
            cost = self._gate_once(format_, number, drop)
            seconds.append(cost.seconds)
            peak_mb = max(peak_mb, cost.peak_mb)
            _say(f"round {number}: {cost.seconds:.2f} s for {cost.result['lines']} lines")
            if cost.result["quarantined"]:
                raise Refused("The made file was refused: its format has changed.")
        parser_s = statistics.median(seconds)
        named = {
            "format": format_.name,
            "columns": str(len(format_.columns) + len(format_.ignored)),
            "lines": str(self.lines),
            "file_mb": str(file.stat().st_size // 1_000_000),
            "parser_s": f"{parser_s:.2f}",
            "lines_per_s": str(round(self.lines / parser_s)),
            "peak_mb": str(peak_mb),
            "postgres": self.databases.version(),
        }
        return Measurement("format", f"{format_.name} {self.lines}", named)

    def _gate_once(self, format_: CsvFormat, number: int, drop: Path) -> figures.TaskCost:
        self.databases.fresh_round()
        configuration = self.place / "format.toml"
        entry = FORMAT_ENTRY.format(name=format_.name, account=format_files.ACCOUNT)
        configuration.write_text(CONFIGURATION.read_text(encoding="utf-8") + entry)
        environment = {
            **self._environment(ROUND, f"format-{number}", drop=drop),
            "AIRFLOW_CONN_BENCH": _folder_json(drop),
            "RECONCILIATION_CONFIG": str(configuration),
        }
        bounds = [moment.isoformat() for moment in SECOND]
        asked = ("bench", format_files.ACCOUNT, f"format {number}", *bounds)
        chosen = run_task("choose_window", *asked, environment=environment)
        attempt = str(chosen.result)
        run_task("fetch_psp_statements", attempt, environment=environment)
        cost = run_task("validate_statements", attempt, environment=environment)
        shutil.rmtree(self.place / f"format-{number}", ignore_errors=True)
        return cost

    def _make_books(self) -> None:
        _say(f"making {self.lines} lines and their ledger, seed {self.seed}")
        self.databases.make_sources()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        generate.make_books(self.databases, lines=self.lines, seed=self.seed, file=self.file)

    def _first_run(self) -> None:
        _say("run 1, not timed: half of the ledger becomes open items")
        empty = self.place / "nothing-yet"
        environment = self._environment(START, "first", drop=empty)
        run_pipeline(PSP, generate.ACCOUNT, FIRST, run="bench 1", environment=environment)
        generate.add_new_ledger_rows(self.databases)
        with psycopg.connect(self.server.conninfo(START, "postgres"), autocommit=True) as session:
            # What autovacuum would have done in the hour between two runs.
            session.execute("vacuum analyze")

    def _floor(self) -> figures.TaskCost:
        self.databases.fresh_floor()
        environment = self._environment(FLOOR, "floor", drop=self.place)
        output = self.place / "floor.txt"
        return run_task(
            "floor", str(self.file), str(output), *self._floor_arguments(), environment=environment
        )

    @staticmethod
    def _floor_arguments() -> tuple[str, str, str]:
        """The account and the ledger's rows of both runs: those that the first one carries too."""
        return generate.ACCOUNT, FIRST[0].isoformat(), SECOND[1].isoformat()

    def _second_run(self, number: int) -> tuple[list[figures.TaskCost], float]:
        drop = self.place / f"drop-{number}"
        folder = drop / generate.ACCOUNT
        folder.mkdir(parents=True)
        os.link(self.file, folder / self.file.name)
        environment = self._environment(ROUND, f"round-{number}", drop=drop)
        with (
            psycopg.connect(self.server.conninfo("postgres", SUPERUSER)) as session,
            self.server_memory.watched(session.info.backend_pid),
        ):
            costs = run_pipeline(
                PSP, generate.ACCOUNT, SECOND, run="bench 2", environment=environment
            )
        for name in ("store", "reports"):
            shutil.rmtree(self.place / f"round-{number}" / name, ignore_errors=True)
        return costs

    def _score(self) -> Score:
        with psycopg.connect(self.server.conninfo(ROUND, "reconciliation_ro")) as session:
            reported = generate.facts(session, "bench/reported")
        planted = generate.planted(self.databases)
        for line in figures.examples(planted, reported):
            _say(line)
        return figures.score(planted, reported)

    def _environment(self, warehouse: str, name: str, *, drop: Path) -> Mapping[str, str]:
        """The environment of a task: the benchmark's databases, folders and PSP."""
        (drop / generate.ACCOUNT).mkdir(parents=True, exist_ok=True)
        own = self.place / name
        kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        return {
            **kept,
            # Tasks find their code compiled, as they do wherever it ran before: run 1 sees to it.
            "PYTHONPYCACHEPREFIX": str(self.place / "bytecode"),
            "AIRFLOW_CONN_RECONCILIATION": connection_json(
                self.server, warehouse, "reconciliation_rw"
            ),
            "AIRFLOW_CONN_PAYMENTS_LEDGER": connection_json(self.server, LEDGER, "ledger_ro"),
            "AIRFLOW_CONN_ADYEN": _folder_json(drop),
            "RECONCILIATION_CONFIG": str(CONFIGURATION),
            "RECONCILIATION_STORE": str(own / "store"),
            "RECONCILIATION_REPORTS": str(own / "reports"),
        }


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other benchmark works on the same databases; holds the place while it is so."""
    with (ensure_state_directory() / "bench.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _workplace() -> Iterator[Path]:
    place = ensure_state_directory() / f"bench-{os.getpid()}"
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _folder_json(path: Path) -> str:
    return json.dumps({"conn_type": "fs", "extra": {"path": str(path)}})


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
