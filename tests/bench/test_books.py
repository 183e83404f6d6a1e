"""The benchmark's books: as many faults as promised, a file that adds up, the same for a seed."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from include.reconciliation.bench import generate
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.lab.statement_files.adyen import COLUMNS
from tests.bench.ledgers import OwnLedger
from tests.conftest import Databases

LINES = 8000


@pytest.fixture
def books(ledger: OwnLedger, tmp_path: Path) -> Path:
    file = tmp_path / "file.csv"
    generate.make_books(ledger, lines=LINES, seed=3, file=file)  # type: ignore[arg-type]
    return file


def test_three_in_a_thousand_events_have_a_fault_of_eleven_kinds(
    ledger: OwnLedger, books: Path
) -> None:
    kinds = Counter(fact[0] for fact in generate.planted(ledger))  # type: ignore[arg-type]
    assert kinds == {
        "amount_mismatch": 2,
        "chargeback_not_in_ledger": 2,
        # One event, two rows: one in each currency.
        "currency_mismatch": 4,
        "duplicate_in_ledger": 2,
        "duplicate_settlement": 2,
        "fee_mismatch": 2,
        # One in 2,000, as the twelfth fault of the round.
        "missing_in_ledger": 4,
        "missing_in_statement": 2,
        "refund_mismatch": 2,
        "status_mismatch": 2,
        "unclassified_line": 2,
    }
    assert LINES * 3 // 1000 == kinds.total() - 2


def test_the_file_has_the_32_columns_of_the_heaviest_report_and_adds_up(books: Path) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    with books.open(newline="") as text:
        reader = csv.DictReader(text)
        assert tuple(reader.fieldnames or ()) == COLUMNS
        rows = list(reader)
    for row in rows:
        net = Decimal(row["Net Credit (NC)"] or "0") - Decimal(row["Net Debit (NC)"] or "0")
        sums[row["Net Currency"]] += net
    assert sums == {"BRL": 0, "EUR": 0, "USD": 0}
    # Two lines are not stated, two are stated twice, two are chargebacks, and three payouts.
    assert len(rows) == LINES - 2 + 2 + 2 + 3


def test_references_are_in_no_order(books: Path) -> None:
    with books.open(newline="") as text:
        references = [row["Psp Reference"] for row in csv.DictReader(text)][:-3]
    rising = sum(before < after for before, after in pairwise(references))
    assert 0.4 < rising / len(references) < 0.6


def test_half_of_the_ledger_is_carried_and_half_is_new(ledger: OwnLedger, books: Path) -> None:
    def rows() -> int:
        with ledger.ledger_owner() as session:
            row = session.execute("select count(*) from ledger.transactions").fetchone()
        assert row is not None
        return int(row[0])

    carried = rows()
    generate.add_new_ledger_rows(ledger)  # type: ignore[arg-type]
    assert abs(rows() - 2 * carried) <= 6


def test_the_same_seed_makes_the_same_file(ledger: OwnLedger, books: Path, tmp_path: Path) -> None:
    with ledger.ledger_owner() as session:
        session.execute("drop schema bench cascade")
        session.execute("delete from ledger.transactions")
    again = tmp_path / "again.csv"
    generate.make_books(ledger, lines=LINES, seed=3, file=again)  # type: ignore[arg-type]
    assert again.read_bytes() == books.read_bytes()


def test_the_floor_gives_one_verdict_per_row_of_either_side(
    databases: Databases, ledger: OwnLedger, books: Path, tmp_path: Path
) -> None:
    from datetime import UTC, datetime

    from include.reconciliation.bench.floor import run_floor

    generate.add_new_ledger_rows(ledger)  # type: ignore[arg-type]
    with psycopg.connect(databases.conninfo("reconciliation", "postgres")) as session:
        session.execute("create schema floor authorization reconciliation_rw")
    output = tmp_path / "floor.txt"
    count = run_floor(
        books,
        output,
        account=generate.ACCOUNT,
        window_start=datetime(2026, 3, 1, tzinfo=UTC),
        window_end=datetime(2026, 3, 4, tzinfo=UTC),
    )
    verdicts = Counter(line.split("\t")[-1] for line in output.read_text().splitlines())
    assert count == verdicts.total()
    assert verdicts["missing_in_statement"] == 2
    # Two lost sales of each kind, two unknown types, two chargebacks, three payouts.
    assert verdicts["missing_in_ledger"] == 4 + 2 + 2 + 3
    assert verdicts["currency_mismatch"] == 2
    assert verdicts["amount_mismatch"] == 4


def test_the_questions_to_both_sides_have_the_same_columns(
    databases: Databases, ledger: OwnLedger, books: Path
) -> None:
    with ledger.ledger_owner() as session:
        planted = session.execute(statement("bench/labels")).description
    with psycopg.connect(databases.conninfo("reconciliation", "reconciliation_ro")) as session:
        reported = session.execute(statement("bench/reported")).description
    assert [column.name for column in planted or ()] == [column.name for column in reported or ()]
