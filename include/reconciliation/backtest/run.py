"""`bin/reconciliation backtest`: what other rules would have made of published history.

The runs of a span are decided again, each from what it was given, by the rules of a file. Nothing
is published: the warehouse is only read, and the replay has a database that is dropped after it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation import config
from include.reconciliation.backtest import comparison, history, printing, rules
from include.reconciliation.backtest.databases import Databases, databases
from include.reconciliation.backtest.replay import (
    Chain,
    PastRun,
    rebuild_position,
    replay,
    with_rules,
)
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.errors import ReconciliationError, RequestError
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.local.bootstrap import bootstrap
from include.reconciliation.local.server import Server, borrowed_server
from include.reconciliation.report.plain_text import json_values

SAME, OTHER, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Span:
    """What is replayed: an instant exclusive, an instant inclusive, and perhaps one account."""

    start: datetime
    end: datetime
    psp: str | None = None
    account: str | None = None


def main(argv: Sequence[str]) -> int:
    """0 when nothing would have changed, 1 when something would, 2 when that can't be said."""
    arguments = _arguments(argv)
    span = Span(arguments.start, arguments.end, arguments.psp, arguments.account)
    try:
        with borrowed_server() as server:
            bootstrap(server)
            found = backtest(server, arguments.rules, span)
    except (psycopg.Error, ReconciliationError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    if arguments.format == "json":
        print(canonical_json(json_values(found)))
    else:
        for line in printing.lines_of(found):
            print(line)
    if found["differences"]:
        return REFUSED
    return OTHER if any(map(comparison.changes, found["accounts"])) else SAME


def backtest(server: Server, path: Path, span: Span) -> dict[str, Any]:
    """What the rules of a file would have made of a span, account by account.

    Under the rules that the runs had, the replay must say what they published; where it does not,
    `differences` says so and there is no comparison.
    """
    given = rules.load(path)
    with databases(server) as own:
        chains, exponents, notes = _prepare(own, given, span)
        start: dict[str, Any] = {
            "rules": path.name,
            "from": span.start,
            "to": span.end,
            "notes": notes,
            "exponents": exponents,
        }
        unchanged, changed = own.copy("unchanged"), own.copy("changed")
        differences = _replayed(own, unchanged, chains, PastRun.configuration)
        if differences:
            return {**start, "differences": differences, "accounts": []}
        with own.owner(unchanged) as source, own.owner(changed) as target:
            history.copy_open_items(source, target)
        _replay_all(own, changed, chains, with_rules(given))
        with own.owner(changed) as cursor:
            accounts = [comparison.compare(cursor, chain, given) for chain in chains]
        return {**start, "differences": [], "accounts": accounts}


def _prepare(
    own: Databases, given: config.Configuration, span: Span
) -> tuple[list[Chain], dict[str, int], list[str]]:
    """Copies the history, and finds the position that it begins with."""
    with history.snapshot() as source:
        chains = history.chains(source, span.start, span.end, span.psp, span.account)
        if not chains:
            raise RequestError(_nothing(span))
        notes = rules.check(given, chains)
        exponents = {
            row["code"]: row["exponent"] for row in warehouse.run(source, "reports/exponents")
        }
        with own.owner(own.start) as target:
            history.copy(source, target, chains)
    with own.as_warehouse(own.start):
        for chain in chains:
            rebuild_position(chain)
    return chains, exponents, notes


def _replayed(
    own: Databases,
    database: str,
    chains: Sequence[Chain],
    configuration: Callable[[PastRun], config.Configuration],
) -> list[dict[str, Any]]:
    """Replays the runs by their own rules; what does not come out as it was published."""
    _replay_all(own, database, chains, configuration)
    with own.owner(database) as cursor:
        return [
            {
                "psp": chain.runs[0].psp,
                "account": chain.runs[0].account,
                "runs_by_other_code": sum(run.code_version != code_version() for run in chain.runs),
                "rows": found,
            }
            for chain in chains
            if (found := comparison.differences(cursor, chain))
        ]


def _replay_all(
    own: Databases,
    database: str,
    chains: Sequence[Chain],
    configuration: Callable[[PastRun], config.Configuration],
) -> None:
    with own.as_warehouse(database):
        for chain in chains:
            replay(chain, configuration, lambda: own.owner(database))


def _nothing(span: Span) -> str:
    of = " / ".join(filter(None, (span.psp, span.account)))
    return (
        f"no run{f' of {of}' if of else ''} was published whose window ends after "
        f"{span.start.isoformat()} and not after {span.end.isoformat()}"
    )


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation backtest", description=str(__doc__).split("\n\n")[0]
    )
    parser.add_argument(
        "--rules",
        type=Path,
        required=True,
        metavar="FILE",
        help="a whole configuration, like include/psps.toml, with the rules to try",
    )
    for name, dest, meaning in (("--from", "start", "begins"), ("--to", "end", "ends")):
        parser.add_argument(
            name,
            dest=dest,
            type=_moment,
            required=True,
            metavar="MOMENT",
            help=f"where the span {meaning}: a day, or a moment of UTC such as 2026-03-02T10:00Z",
        )
    parser.add_argument("--psp", help="only this PSP")
    parser.add_argument("--account", help="only this account")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(argv)
    if arguments.start >= arguments.end:
        parser.error("--from must lie before --to")
    return arguments


def _moment(text: str) -> datetime:
    try:
        found = datetime.combine(date.fromisoformat(text), time.min)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no day such as 2026-03-02 and no moment such as 2026-03-02T10:00Z"
            ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
