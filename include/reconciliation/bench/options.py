"""What may be asked of the benchmark, and what is refused before anything is made."""

from __future__ import annotations

import argparse
from pathlib import Path

from include.reconciliation import config
from include.reconciliation.bench import peers, record
from include.reconciliation.bench.books import LEDGERS, ROWS_MIN
from include.reconciliation.bench.task import PEERS
from include.reconciliation.statements.description import CsvFormat
from include.reconciliation.statements.formats import FORMATS, declared_formats

CONFIGURATION = Path(__file__).with_name("psps.toml")
# The project's own, and those that the benchmark's configuration declares.
CSV_FORMATS = {
    name: format_
    for name, format_ in (
        *FORMATS.items(),
        *declared_formats(config.load(CONFIGURATION).declared_formats).items(),
    )
    if isinstance(format_, CsvFormat)
}


def parser() -> argparse.ArgumentParser:
    """The options of `bin/reconciliation bench`."""
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation bench",
        description="How many times the floor the pipeline takes, and whether it is right.",
    )
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines of the statement file")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same books")
    parser.add_argument("--rounds", type=int, default=3, help="how often each of the two is run")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.add_argument("--format", choices=CSV_FORMATS, help="measure a format alone")
    parser.add_argument("--sums", type=int, default=0, help="only the search for sums")
    parser.add_argument("--entries", type=int, default=0, help="only all checks of a book's ledger")
    parser.add_argument("--book", choices=LEDGERS, default=LEDGERS[0], help="whose; see --entries")
    parser.add_argument("--events", type=int, default=0, help="only the replay of payments")
    parser.add_argument("--causes", type=int, default=0, help="only the causes of discrepancies")
    parser.add_argument("--payouts", type=int, default=0, help="only the legs of payouts")
    parser.add_argument(
        "--against",
        action="append",
        choices=PEERS,
        default=[],
        help="run a peer on the same data as well; may be given twice",
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the figures for docs/benchmarks.md"
    )
    return parser


def refusal(options: argparse.Namespace) -> str | None:
    """Why the options can't be followed; None if they can."""
    if options.lines < 1000 or options.rounds < 1 or options.sums < 0:
        return "--lines is at least 1000, --rounds and --sums at least 1"
    sizes = (options.entries, options.events, options.causes, options.payouts)
    if any(0 < size < ROWS_MIN or size < 0 for size in sizes):
        return f"--entries, --events, --causes and --payouts are at least {ROWS_MIN}"
    if options.against and (options.format or options.sums or any(sizes)):
        return "--against compares the whole pipeline: leave what is measured alone away"
    if options.write_docs and not record.RESULTS.exists():
        return f"--write-docs needs a checkout of the project: there is no {record.RESULTS}"
    if options.against and not peers.interpreter().exists():
        return peers.NOT_INSTALLED
    return None
