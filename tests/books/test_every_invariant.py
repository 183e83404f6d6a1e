"""Each file of include/sql/invariants once satisfied and once broken, with the exact rows.

Whoever adds a file gives the generator of its book a labelled violation; whoever adds a book gives
it a generator.
"""

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from include.reconciliation.demo import (
    book_rows,
    gateway_book,
    gateway_book_faults,
    marketplace,
    marketplace_faults,
    payouts_history,
    wallet_histories,
)
from include.reconciliation.demo.payment_events import history as payment_events
from include.reconciliation.demo.payment_events import load as payment_events_load
from include.reconciliation.demo.payment_events.violations import BOOK, VIOLATIONS
from include.reconciliation.edges import book_source
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.steps.run_check import values_of

# Later than any clock, so that only what is planted lies in the future.
AS_OF = datetime(2190, 1, 1, tzinfo=UTC)
Told = tuple[str, str | None, int | None]


@dataclass(frozen=True)
class Example:
    """A book: how it is written, as of when it is asked, and which rows each check must return."""

    write: Callable[[psycopg.Connection], None]
    as_of: datetime
    told: dict[str, list[Told]]


def an_example(
    write: Callable[[psycopg.Connection], None], as_of: datetime, labels: Iterable[Any]
) -> Example:
    told: dict[str, list[Told]] = {}
    for label in labels:
        name, *row = astuple(label)
        told.setdefault(name, []).append(tuple(row))
    return Example(write, as_of, {name: sorted(rows, key=repr) for name, rows in told.items()})


def a_marketplace(is_broken: bool) -> Example:
    """So many beside each other that more refunds fail in an hour than may."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    labels = []
    for number in range(6):
        made = marketplace.history(f"seed {number}", AS_OF)
        labels += marketplace_faults.plant(made) if is_broken else []
        for table, added in made.rows.items():
            # The platform's wallet is one.
            rows.setdefault(table, {}).update({row["id"]: row for row in added})
    tables = {table: list(added.values()) for table, added in rows.items()}
    return an_example(lambda session: copied(session, tables), AS_OF, labels)


def a_billing_gateway(is_broken: bool) -> Example:
    made = gateway_book.gateway_book("seed", AS_OF)
    labels = gateway_book_faults.plant(made) if is_broken else []

    def write(session: psycopg.Connection) -> None:
        # A book without it is what one sentence is for.
        session.execute(
            "alter table payment_transactions drop constraint payment_transactions_intent_id_fkey"
        )
        copied(session, made.tables())

    return an_example(write, AS_OF, labels)


def payouts(is_broken: bool) -> Example:
    make = payouts_history.broken_history if is_broken else payouts_history.history
    made = make(1, AS_OF)
    return an_example(lambda session: copied(session, made.rows), AS_OF, made.violations)


def wallets(is_broken: bool) -> Example:
    made, labels = wallet_histories.history(1), []
    if is_broken:
        made, labels = wallet_histories.with_violations(1)
    return an_example(
        lambda session: book_rows.write(session, made.rows), wallet_histories.AS_OF, labels
    )


def events(is_broken: bool) -> Example:
    names = [name for name in VIOLATIONS if is_broken and name != BOOK]
    made, as_of = payment_events.make_event_store(7, violations=names)
    found = an_example(
        lambda session: payment_events_load.load(session, made), as_of, made.violations
    )
    # A label says of which payment it is, before it says what is told.
    return Example(
        found.write,
        as_of,
        {name: [row[1:] for row in rows] for name, rows in found.told.items()},
    )


EXAMPLES: dict[str, Callable[[bool], Example]] = {
    "billing_gateway": a_billing_gateway,
    "marketplace": a_marketplace,
    "payment_events": events,
    "payouts": payouts,
    "wallet_balances": wallets,
}


def copied(session: psycopg.Connection, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Rows of dictionaries; what a row does not say is NULL, what is a dictionary is JSON."""
    for table, rows in tables.items():
        columns = sorted({column for row in rows for column in row})
        copy = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with session.cursor().copy(copy) as into:
            for row in rows:
                values = (row.get(column) for column in columns)
                into.write_row(
                    [Jsonb(each) if isinstance(each, dict | list) else each for each in values]
                )


def answers(databases: Any, book: str, example: Example) -> dict[str, list[Told]]:
    """What every check of a book returns, over all of it."""
    address = databases.conninfo(book, "postgres")
    with psycopg.connect(address, autocommit=True) as session:
        example.write(session)
    return {
        check.name: sorted(
            (
                (row["object"], row["currency"], row["amount_minor"])
                for row in book_source.violations(check, values_of(check, None, example.as_of))
            ),
            key=repr,
        )
        for check in invariants_of(book)
    }


def names_of(book: str) -> list[str]:
    return [check.name for check in invariants_of(book)]


def test_every_book_has_a_generator() -> None:
    assert books() == sorted(EXAMPLES)


@pytest.mark.parametrize("book", books())
def test_each_sentence_of_a_book_holds_once(databases: Any, book: str) -> None:
    example = EXAMPLES[book](False)

    assert {name: [] for name in names_of(book)} == answers(databases, book, example)


@pytest.mark.parametrize("book", books())
def test_each_sentence_of_a_book_is_broken_once_by_the_exact_rows(
    databases: Any, book: str
) -> None:
    example = EXAMPLES[book](True)

    assert names_of(book) == sorted(example.told), "a sentence has no labelled violation"
    assert example.told == answers(databases, book, example)
