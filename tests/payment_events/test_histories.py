"""Made-up histories: clean ones break nothing, and what is planted is found under its name."""

import psycopg
import pytest

from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import TABLES
from include.reconciliation.demo.payment_events.violations import (
    BOOK,
    BROKEN_PROJECTIONS,
    VIOLATIONS,
)
from tests.payment_events.conftest import NAMES


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_clean_histories_break_no_invariant(databases, broken, unreliable, first: int) -> None:  # type: ignore[no-untyped-def]
    address = databases.conninfo("payment_events", "postgres")
    with psycopg.connect(address, autocommit=True) as owner:
        for seed in range(first, first + 20):
            store, as_of = make_event_store(seed)

            assert {} == broken(store, as_of), f"seed {seed}"
            assert [] == unreliable()
            for table in TABLES:
                owner.execute(f"truncate payments.{table} cascade")


@pytest.mark.parametrize("violation", [name for name in VIOLATIONS if name != BOOK])
def test_what_is_planted_is_found_under_its_name_and_nothing_else_is(broken, violation) -> None:  # type: ignore[no-untyped-def]
    store, as_of = make_event_store(7, violations=[violation])
    (planted,) = store.violations

    found = broken(store, as_of)

    (row,) = found.pop(planted.invariant)
    assert (planted.object, planted.currency, planted.amount_minor) == (
        row["object"],
        row["currency"],
        row["amount_minor"],
    )
    assert (planted.payment_id or "") in f"{row['object']} {row['what']}"
    assert {} == found


def test_every_invariant_has_a_violation_that_breaks_it() -> None:
    planted = {violation.partition(" ")[0] for violation in VIOLATIONS if violation != BOOK}

    assert NAMES == sorted(planted)


def test_a_broken_projection_is_no_business_of_the_invariants(broken) -> None:  # type: ignore[no-untyped-def]
    store, as_of = make_event_store(7, violations=list(BROKEN_PROJECTIONS))

    assert 4 == len(store.violations)
    assert {} == broken(store, as_of)


def test_the_same_seed_is_the_same_history_and_another_seed_another_one() -> None:
    assert make_event_store(3) == make_event_store(3)
    assert make_event_store(3)[0].events != make_event_store(4)[0].events
