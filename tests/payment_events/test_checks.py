"""The event store as a book among the others: its checks as the DAG asks them, and their alerts."""

from datetime import datetime

import psycopg
import pytest

from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.violations import BOOK, VIOLATIONS
from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.errors import Broken, SourceError
from include.reconciliation.steps.run_check import run_check
from tests.payment_events.conftest import NAMES

CHECKS = {check.name: check for check in invariants_of("payment_events")}


def asked(as_of: datetime, number: int = 1) -> dict[str, str]:
    """The outcome of every check over all of the book."""
    outcomes = {}
    for name in CHECKS:
        try:
            outcomes[name] = run_check(
                "payment_events",
                name,
                airflow_run_id=f"run {number}",
                window_start=None,
                window_end=as_of,
            )
        except Broken:
            outcomes[name] = "broken"
        except SourceError:
            outcomes[name] = "could_not_check"
    return outcomes


def test_every_file_is_a_check_of_the_book() -> None:
    assert NAMES == list(CHECKS)
    assert 15 == len(CHECKS)
    assert {"critical", "high", "warning"} == {check.severity for check in CHECKS.values()}


def test_a_clean_store_keeps_every_promise_and_opens_no_alert(payment_events, warehouse) -> None:  # type: ignore[no-untyped-def]
    store, as_of = make_event_store(1)
    load(payment_events, store)

    assert dict.fromkeys(CHECKS, "holds") == asked(as_of)
    assert [] == warehouse.execute("select * from reconciliation.alerts").fetchall()


@pytest.mark.parametrize("violation", [name for name in VIOLATIONS if name != BOOK])
def test_what_is_planted_opens_the_alert_of_its_check_alone(  # type: ignore[no-untyped-def]
    payment_events, warehouse, violation
) -> None:
    store, as_of = make_event_store(7, violations=[violation])
    load(payment_events, store)
    check = CHECKS[store.violations[0].invariant]

    outcomes = asked(as_of)

    assert {**dict.fromkeys(CHECKS, "holds"), check.name: "broken"} == outcomes
    query = "select name, severity, book, state, escalates_to from reconciliation.alerts"
    assert [
        (f"payment_events-{check.name}", check.severity, BOOK, "open", check.escalate_to)
    ] == warehouse.execute(query).fetchall()


def test_what_nobody_knows_leaves_no_check_of_it_green(payment_events, warehouse) -> None:  # type: ignore[no-untyped-def]
    store, as_of = make_event_store(7, violations=[BOOK])
    load(payment_events, store)

    outcomes = asked(as_of)

    assert {
        name: "could_not_check" if "payments.events" in check.reads else "holds"
        for name, check in CHECKS.items()
    } == outcomes
    assert 12 == list(outcomes.values()).count("could_not_check")


def test_a_missing_table_and_an_unreachable_store_could_not_be_checked(  # type: ignore[no-untyped-def]
    databases, payment_events
) -> None:
    store, as_of = make_event_store(1)
    load(payment_events, store)
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as owner:
        owner.execute("alter table payments.rail_requests rename to another")

    outcomes = asked(as_of)

    assert {"could_not_check"} == {outcomes.pop("rail_answers_within_1_second")}
    assert {"holds"} == set(outcomes.values())
