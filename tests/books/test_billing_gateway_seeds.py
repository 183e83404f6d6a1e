"""Generated histories of the billing gateway: a clean one breaks nothing, a fault its sentence."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from include.reconciliation.demo.gateway_book import CURRENCIES, GatewayBook, Row, gateway_book
from include.reconciliation.demo.gateway_book_faults import FAULTS, Violation, plant
from include.reconciliation.edges import book_source
from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.steps.run_check import values_of
from tests.scenarios.conftest import CONFIGURATION

BOOK = "billing_gateway"
# Later than any clock: what was processed a microsecond after it is in the future.
AS_OF = datetime(2190, 1, 1, tzinfo=UTC)
SEEDS = [f"seed {number:03}" for number in range(200)]
OVER_CAPTURE = '[psp.gateway.over_capture]\nBRL = { percent = "15" }\nUSD = { percent = "15" }\n'
OVER_CAPTURE_PPM = 150_000


@pytest.fixture
def session(databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever may write all of the book; no foreign key holds it together."""
    path = tmp_path / "psps.toml"
    path.write_text(CONFIGURATION + OVER_CAPTURE)
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    with psycopg.connect(databases.conninfo(BOOK, "postgres"), autocommit=True) as owner:
        owner.execute(
            "alter table payment_transactions drop constraint payment_transactions_intent_id_fkey"
        )
        yield owner


def history(seed: str) -> GatewayBook:
    return gateway_book(seed, AS_OF, over_capture_ppm=OVER_CAPTURE_PPM)


def write(session: psycopg.Connection, made: list[GatewayBook]) -> None:
    """Histories beside each other, with one copy into each table."""
    for table in made[0].tables():
        rows = [row for each in made for row in each.tables()[table]]
        copy = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, rows[0]))
        )
        with session.cursor().copy(copy) as into:
            for row in rows:
                into.write_row([_written(row, column) for column in rows[0]])
    session.execute("analyze")


def _written(row: Row, column: str):
    return Jsonb(row[column]) if column == "divergence" else row[column]


def reported() -> list[Violation]:
    """Every row of every check, over all of the book."""
    return sorted(
        (
            Violation(check.name, row["object"], row["currency"], row["amount_minor"])
            for check in invariants_of(BOOK)
            for row in book_source.violations(check, values_of(check, None, AS_OF))
        ),
        key=repr,
    )


def test_clean_histories_break_no_sentence(session):
    write(session, [history(seed) for seed in SEEDS])

    assert [] == reported()


def test_each_fault_is_reported_exactly_and_nothing_else(session):
    made = [history(seed) for seed in SEEDS]
    expected = [violation for each in made for violation in plant(each)]
    write(session, made)

    assert sorted(expected, key=repr) == reported()


def test_every_check_has_a_fault():
    assert {check.name for check in invariants_of(BOOK)} == {
        violation.check for violation in plant(history("seed"))
    }


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_says_what_it_is(fault):
    assert fault.__doc__


def test_a_seed_gives_the_same_rows_and_another_seed_others():
    def rows(seed):
        made = history(seed)
        return plant(made), made.tables()

    assert rows("one") == rows("one")
    assert rows("one") != rows("two")


def test_histories_have_all_that_can_happen():
    made = [history(seed) for seed in SEEDS[:20]]

    def values(table: str, column: str) -> set:
        return {row[column] for each in made for row in each.tables()[table]}

    assert set(CURRENCIES) == values("payment_intents", "currency")
    assert {
        "created", "authorized", "authorised", "captured", "settled", "refunded", "voided",
        "expired", "cancelled", "failed",
    } == values("payment_intents", "status")  # fmt: skip
    assert {
        "authorization", "authorisation", "capture", "sale", "void", "expiry", "refund",
        "chargeback", "chargeback_reversal",
    } == values("payment_transactions", "transaction_type")  # fmt: skip
    assert {"succeeded", "pending", "processing", "cancelled", "failed"} == values(
        "payment_transactions", "status"
    )
    assert {"reconciled", "reconciled_with_pending", "discrepancies", "incomplete"} == values(
        "payment_reconciliation_logs", "verdict"
    )
