"""Made-up wallets: clean histories raise nothing, every labelled violation has its name."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.demo import book_rows
from include.reconciliation.demo.wallet_histories import (
    AS_OF,
    History,
    Label,
    history,
    with_violations,
)
from include.reconciliation.edges.invariant_files import invariants_of

BOOK = "wallet_balances"
SEEDS = range(200)


@pytest.fixture
def found(databases: Any) -> Iterator[Any]:
    """What all the invariants say of a history, which is gone again afterwards."""
    problems = (PROJECT_ROOT / "include/sql/books/wallet_balances.sql").read_text()
    values = {"window_start": AS_OF.replace(year=1970), "window_end": AS_OF, "as_of": AS_OF}

    with (
        psycopg.connect(databases.conninfo(BOOK, "postgres")) as session,
        session.transaction(force_rollback=True),
    ):

        def ask(made: History) -> tuple[list[Any], set[Label]]:
            with session.transaction(force_rollback=True):
                book_rows.write(session, made.rows)
                lacks = session.execute(problems, {**values, "relations": None}).fetchall()
                rows = {
                    Label(check.name, *row[:3])
                    for check in invariants_of(BOOK)
                    for row in session.execute(check.query.encode(), values)
                }
            return lacks, rows

        yield ask


def test_clean_histories_raise_nothing(found: Any) -> None:
    wrong = {seed: answer for seed in SEEDS if (answer := found(history(seed))) != ([], set())}

    assert {} == wrong


@pytest.mark.parametrize("seed", range(20))
def test_every_labelled_violation_is_found_and_nothing_else(found: Any, seed: int) -> None:
    made, labels = with_violations(seed)

    assert ([], set(labels)) == found(made)
    assert {check.name for check in invariants_of(BOOK)} == {label.invariant for label in labels}


def test_the_same_seed_gives_the_same_history() -> None:
    assert with_violations(7) == with_violations(7)
    assert with_violations(7) != with_violations(8)
