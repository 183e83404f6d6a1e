"""Each identity is broken once: the run is stored and alerted, is incomplete, and not the head."""

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.steps.check_identities import check_identities, judge
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report
from tests.conftest import Databases
from tests.scenarios.conftest import STEPS, Desk, a_line

pytestmark = pytest.mark.usefixtures("every_load_size")

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")

# What somebody could get wrong between matching and proving, and the sentences that then fail.
BREAKS = {
    "a pending amount is off by one": (
        "update work_open_rows set amount_minor = amount_minor + 1",
        {"statement minus ledger is explained", "open items roll forward"},
    ),
    "an open row is lost": (
        "delete from work_open_rows",
        {
            "statement minus ledger is explained",
            "every row is in one bucket",
        },
    ),
    "a matched row stays open": (
        "insert into work_open_rows (leg, side, item_id, bucket, reason, is_counted, amount_minor,"
        " currency) select 'ledger_statement', 'statement', statement_item_id, 'pending',"
        " 'ledger_grace', true, 0, 'EUR'"
        " from work_plain_pairs",
        {"no open row is matched", "every row is in one bucket"},
    ),
    "a discrepancy is lost": (
        "delete from work_discrepancies where kind = 'missing_in_ledger'",
        {"statement minus ledger is explained"},
    ),
    "a control total is not that of the lines": (
        "insert into internal.statement_control_totals"
        " select statement_id, 'USD', 'gross', 1, 1 from internal.statements",
        {"statement lines equal control totals"},
    ),
}


def _broken_run(desk: Desk, damage: str) -> int:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 700, payment="P2", event="C2", at="2026-03-03T10:00:00Z")
    desk.batch(1, a_line(), a_line(payment="P3", event="C3", amount="9.00"))
    attempt_id = desk.begin(*TUESDAY)
    for step in STEPS[:4]:
        step(attempt_id)
    with desk.view_session.cursor() as cursor:
        cursor.execute(
            sql.SQL("set local search_path = {}, internal").format(
                sql.Identifier(f"work_{attempt_id}")
            )
        )
        cursor.execute(damage.encode())
    desk.view_session.commit()
    check_identities(attempt_id)
    publish_run(attempt_id)
    write_discrepancy_report(attempt_id)
    return attempt_id


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_identity_is_stored_alerted_and_not_the_head(desk: Desk, name: str) -> None:
    damage, sentences = BREAKS[name]
    run = desk.run_of(_broken_run(desk, damage))
    reasons = [reason for reason in run["verdict_reasons"] if "does not hold" in reason]

    assert {reason.partition(" does not hold")[0] for reason in reasons} >= sentences
    assert (run["verdict"], run["is_head"], run["is_published"]) == ("incomplete", False, False)
    assert desk.rows("select name, severity, state from reconciliation.alerts") == [
        {"name": "reconciliation-failed-identity", "severity": "critical", "state": "open"}
    ]
    assert desk.rows("select * from reconciliation.matches") == []
    assert desk.rows("select * from reconciliation.pending_items") == []


def test_the_next_sound_run_becomes_the_head_and_closes_the_alert(desk: Desk) -> None:
    _broken_run(desk, BREAKS["an open row is lost"][0])
    run = desk.run(*TUESDAY)

    assert (run["is_head"], run["predecessor_run_id"], run["matched"]) == (True, None, 1)
    assert desk.rows("select state from reconciliation.alerts where severity = 'critical'") == [
        {"state": "closed"}
    ]


def test_an_opening_that_is_not_the_last_closing_is_named_with_both_amounts(
    desk: Desk, databases: Databases
) -> None:
    desk.ledger("L1", 10000)
    head = desk.run("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    with psycopg.connect(databases.conninfo("reconciliation", "postgres")) as superuser:
        superuser.execute("update internal.open_items set amount_minor = amount_minor - 1")
    run = desk.run(*TUESDAY)

    assert run["verdict_reasons"][0] == (
        "closing is the next opening does not hold: ledger_statement, ledger side, EUR: "
        "expected 10000, found 9999, "
        "difference -1"
    )
    assert desk.rows("select run_id from reconciliation.runs where is_head") == [
        {"run_id": head["run_id"]}
    ]


def test_every_sentence_that_must_hold_is_broken_in_a_test() -> None:
    sentences = {
        path.stem.replace("_", " ") for path in (SQL_FOLDER / "identities" / "hold").glob("*.sql")
    }
    broken = set().union(*(names for _, names in BREAKS.values()))

    assert sentences == broken | {"closing is the next opening"}


NOTHING = {
    "gaps": 0,
    "discrepancies": 0,
    "pending": 0,
    "refused_statements": 0,
    "failed_expectations": 0,
}


@pytest.mark.parametrize(
    ("facts", "broken", "verdict"),
    [
        ({}, [], "reconciled"),
        ({"pending": 1}, [], "reconciled_with_pending"),
        ({"pending": 1, "discrepancies": 1}, [], "discrepancies"),
        ({"pending": 1, "discrepancies": 1, "gaps": 1}, [], "incomplete"),
        ({"refused_statements": 1}, [], "incomplete"),
        ({"failed_expectations": 1}, [], "incomplete"),
        ({}, ["an identity does not hold"], "incomplete"),
    ],
)
def test_the_gravest_finding_gives_the_verdict(
    facts: dict[str, int], broken: list[str], verdict: str
) -> None:
    assert judge(broken, NOTHING | facts)[0] == verdict


def test_wednesday_goes_on_from_the_sound_head(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    second = desk.run(*WEDNESDAY)

    assert (second["predecessor_run_id"], second["verdict"]) == (first["run_id"], "reconciled")


def test_an_open_incident_of_the_psp_makes_no_run_incomplete(desk: Desk) -> None:
    desk.ledger("L1", 200000)
    desk.batch(1, a_line(payment="P3", event="C3", amount="9.00"))
    desk.run(*WEDNESDAY)
    opened = desk.rows("select name, psp, state from reconciliation.alerts")
    run = desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert opened == [
        {"name": "billing_gateway-reconciliation", "psp": "adyen", "state": "open"}
    ]
    assert run["verdict"] == "discrepancies"
