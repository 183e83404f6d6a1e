"""Histories of the demo's gateway: one in order breaks no sentence, each planted fault its own."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from include.reconciliation.demo import timeline
from include.reconciliation.demo.gateway_faults import broken_sentences
from include.reconciliation.demo.history import History, make_history
from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.edges.warehouse import statement
from tests.books.conftest import Book

# When all authorisations of the story that were never captured have waited for more than a week.
LATER = timeline.END + timedelta(days=8)


@pytest.fixture
def book(book_of) -> Book:
    return book_of("billing_gateway")


def write(book: Book, history: History) -> None:
    with book.session.transaction(), book.session.cursor() as cursor:
        cursor.executemany(statement("demo/write_intent"), [asdict(row) for row in history.intents])
        cursor.executemany(
            statement("demo/write_gateway_transaction"),
            [asdict(row) for row in history.transactions],
        )


def broken(book: Book) -> dict[str, list[tuple]]:
    """What every sentence reports of the book, those that hold left out."""
    found = {}
    for check in invariants_of("billing_gateway"):
        if "holds" != book.check(check.name, as_of=LATER):
            found[check.name] = book.violations(check.name)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_week_without_faults_breaks_no_sentence(book, seed):
    history = make_history(seed, scenarios=frozenset())
    assert history.transactions
    write(book, history)

    assert {} == broken(book)
    assert [] == book.alerts()


def test_every_planted_fault_of_the_gateway_breaks_its_sentence_and_nothing_else(book):
    history = make_history(20260226)
    write(book, history)
    intent = {}
    for label in history.labels:
        intent.setdefault(label.fault, f"in_{label.psp_reference}")
    labelled: dict[str, list[tuple]] = {}
    for label in broken_sentences(history.labels, history.transactions):
        row = (label.object, label.currency, label.amount_minor)
        labelled[label.check] = sorted([*labelled.get(label.check, []), row])

    assert labelled["captured_is_at_most_authorised"] == sorted(
        [
            (intent["captured_above_the_authorisation"], "USD", 1_500),
            (intent["capture_recorded_twice"], "BRL", 7_650),
        ]
    )
    assert labelled | {
        "no_intent_waits_unfinished": sorted(
            [
                (intent["capture_not_recorded"], "BRL", 23_400),
                (intent["failed_and_settled"], "USD", 11_250),
            ]
        ),
    } == broken(book)
