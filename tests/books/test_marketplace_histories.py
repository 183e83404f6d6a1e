"""Generated histories of the marketplace: a clean one breaks nothing, a fault only its sentence."""

from datetime import UTC, datetime

import psycopg
import pytest

from include.reconciliation.demo import book_rows
from include.reconciliation.demo.marketplace import CURRENCIES, PLATFORM, History, history
from include.reconciliation.demo.marketplace_faults import FAULTS, Violation, plant
from include.reconciliation.edges import book_source
from include.reconciliation.edges.invariant_files import invariants_of
from tests.books.conftest import AS_OF

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
SEEDS = [f"seed {number}" for number in range(200)]


def write(session: psycopg.Connection, histories: list[History]) -> None:
    """Histories of several seeds, which share the platform's wallet alone."""
    with session.transaction():
        for number, made in enumerate(histories):
            own = [row for row in made.rows["wallets"] if number == 0 or row["id"] != PLATFORM]
            book_rows.write(session, {**made.rows, "wallets": own})


def reported(*, is_whole: bool = True) -> list[Violation]:
    """Every row of every check, over all of the book or over a window that has all of it."""
    values = {
        "window_start": BEGINNING,
        "window_end": AS_OF,
        "as_of": AS_OF,
        "is_whole": is_whole,
    }
    return sorted(
        (
            Violation(check.name, row["object"], row["currency"], row["amount_minor"])
            for check in invariants_of("marketplace")
            for row in book_source.violations(check, values)
        ),
        key=repr,
    )


def test_clean_histories_break_no_sentence(book_of):
    write(book_of("marketplace").session, [history(seed, AS_OF) for seed in SEEDS])

    assert [] == reported()


def test_each_fault_is_reported_exactly_and_nothing_else(book_of):
    histories = [history(seed, AS_OF) for seed in SEEDS[::4]]
    expected = [violation for made in histories for violation in plant(made)]
    write(book_of("marketplace").session, histories)

    assert sorted(expected, key=repr) == reported()
    assert sorted(expected, key=repr) == reported(is_whole=False)


def test_every_check_has_a_fault():
    made = history("seed", AS_OF)

    assert {check.name for check in invariants_of("marketplace")} == {
        violation.check for violation in plant(made)
    }


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_says_what_it_is(fault):
    assert fault.__doc__


def test_a_seed_gives_the_same_rows_and_another_seed_others():
    def rows(seed):
        made = history(seed, AS_OF)
        return plant(made), made.rows

    assert rows("one") == rows("one")
    assert rows("one") != rows("two")


def test_a_history_has_all_that_can_happen():
    made = history("seed", AS_OF)

    assert set(CURRENCIES) == {row["currency"] for row in made.rows["payments"]}
    assert {"INITIATED", "CAPTURED", "FAILED", "REFUNDED"} == {
        row["lifecycle"] for row in made.rows["payments"]
    }
    assert {2, 3} == {
        len(made.entries_of(row)) for row in made.rows["refunds"] if row["status"] == "COMPLETED"
    }
