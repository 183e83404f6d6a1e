"""`make demo`: a week at three PSP accounts, reconciled through Airflow, held against its labels.

A virtual clock goes from window to window. Before each one the outside world is played up to its
end; then the DAG `billing_gateway_reconciliation` runs for all PSPs, in this process. Then the
books are filled and asked by their own DAGs. The end is a comparison with what was planted, and
only an exact one returns 0. One discrepancy is corrected, which the next run has to confirm.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reconciliation import config
from include.reconciliation.demo import (
    book_printing,
    book_runs,
    books,
    correction_story,
    place,
    printing,
    timeline,
)
from include.reconciliation.demo.compare import Comparison, Finding, compare
from include.reconciliation.demo.desk import PROFILES
from include.reconciliation.demo.history import History, make_history
from include.reconciliation.demo.outside import Outside, play
from include.reconciliation.demo.printing import say
from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.local import ports
from include.reconciliation.local.environment import DEMO_STRIPE_PORT
from include.reconciliation.local.server import Server, borrowed_server

EXPONENTS = {"AUD": 2, "BRL": 2, "EGP": 2, "EUR": 2, "JPY": 0, "KWD": 3, "USD": 2}
# Runs one window for all accounts; and asks the books.
Runners = tuple[Callable[[StoryWindow], None], book_runs.AirflowBooks | book_runs.StepBooks]


def main(arguments: list[str]) -> int:
    """Play the story, print what came of it; 0 only when all that was planted was found."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()
    with borrowed_server() as server:
        if options.if_empty and place.published_runs(server) != (0, 0):
            say("The warehouse holds runs already: the demo is left out.")
            return 0
        history = make_history(options.seed)
        try:
            place.make_fresh(server)
            is_exact = _play(server, history, _steps if options.without_airflow else _airflow)
            place.note_runs(server)
        except (place.NotOurs, place.RunFailed) as error:
            print(error, file=sys.stderr)
            return 1
    say(f"{time.monotonic() - began:.0f} seconds, seed {options.seed}")
    return 0 if is_exact else 1


def _play(server: Server, history: History, make_runners: Callable[[], Runners]) -> bool:
    from include.reconciliation.demo.stripe_server import StripeServer

    made_visible: list[dict[str, Any]] = []
    windows = timeline.windows()
    printing.heading(
        f"{history.payments} payments at {len(PROFILES)} PSP accounts, "
        f"{timeline.BEGIN:%a %d %b} to {timeline.END:%a %d %b %Y}, in {len(windows)} windows"
    )
    with (
        StripeServer(
            made_visible, key=place.STRIPE_KEY, port=ports.choose(DEMO_STRIPE_PORT)
        ) as stripe,
        psycopg.connect(server.conninfo("payments_ledger", "source_writer")) as ledger,
        psycopg.connect(server.conninfo("billing_gateway", "source_writer")) as gateway,
        psycopg.connect(
            server.conninfo("reconciliation", "reconciliation_ro"),
            row_factory=dict_row,
            autocommit=True,
        ) as warehouse,
    ):
        place.set_environment(server, stripe_url=stripe.url)
        run_window, ask_books = make_runners()
        outside = Outside(
            history,
            ledger=ledger,
            gateway=gateway,
            drop_folder=place.drop_folder(),
            balance_transactions=made_visible,
            balance_transactions_file=place.balance_transactions_file(),
        )
        say(printing.windows_head(sorted((entry.psp, entry.account) for entry in PROFILES)))
        for number, window in enumerate(play(outside, run_window), 1):
            runs = _rows(warehouse, "demo/runs_of_window", {"window_end": window.end})
            say(printing.window_line(number, len(windows), window.end, runs))
        comparison = _conclude(warehouse, history)
        printing.heading("One of them is corrected, and the next run confirms it")
        lines, is_confirmed = correction_story.correct_one(
            warehouse, ledger, run_window, EXPONENTS
        )
        for line in lines:
            say(line)
        asked = _ask_books(server, history, ask_books)
        return comparison.is_exact and is_confirmed and asked.is_exact


def _ask_books(
    server: Server, history: History, runner: book_runs.AirflowBooks | book_runs.StepBooks
) -> book_runs.Asked:
    story = books.make_story(history, timeline.END)
    printing.heading(
        f"The books, asked as of {story.as_of:%a %d %b %H:%M} whether what must be true of them is"
    )
    book_runs.fill(server.conninfo, story)
    asked = book_runs.ask(server.conninfo, story, runner)
    for line in book_printing.answers(asked, EXPONENTS):
        say(line)
    return asked


def _conclude(warehouse: psycopg.Connection[dict[str, Any]], history: History) -> Comparison:
    printing.heading("Where each account stands")
    standing = _rows(warehouse, "demo/positions")
    for line in printing.positions(standing, _rows(warehouse, "demo/open_kinds"), EXPONENTS):
        say(line)
    say()
    say(f"Reports: {printing.shown_path(config.reports_folder(), config.PROJECT_ROOT)}")
    findings = [Finding(**row) for row in _rows(warehouse, "demo/findings")]
    comparison = compare(history.labels, findings)
    printing.heading("What was planted, leg by leg, and what became of it")
    for line in printing.labels(comparison, len(history.decoys), EXPONENTS):
        say(line)
    return comparison


def _rows(
    session: psycopg.Connection[dict[str, Any]], name: str, values: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    return session.execute(statement(name), values).fetchall()


def _steps() -> Runners:
    """The steps one after the other, without Airflow."""
    from include.reconciliation.demo.drive import reconcile_all

    # What is broken is told by its rows, between whose lines no log is wanted.
    logging.disable(logging.CRITICAL)
    return reconcile_all, book_runs.StepBooks()


def _airflow() -> Runners:
    """The DAGs themselves, in this process."""
    from include.reconciliation.demo.airflow_runner import AirflowRunner

    say("  loading Airflow …")
    runner = AirflowRunner(sorted({profile.psp for profile in PROFILES}))
    return runner, book_runs.AirflowBooks(runner.run)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation demo", description=str(__doc__).partition("\n\n")[0]
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed tells another week")
    parser.add_argument(
        "--if-empty", action="store_true", help="do nothing where runs are published already"
    )
    parser.add_argument(
        "--without-airflow", action="store_true", help="call the steps directly: a second faster"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
