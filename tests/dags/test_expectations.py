"""Great Expectations over published rows: it holds on good ones, and says which rows break what."""

from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.types.json import Jsonb

from include.reconciliation.edges import expectations
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.errors import Transient
from include.reconciliation.steps.validate_expectations import (
    documents_folder,
    validate_expectations,
)

pytestmark = pytest.mark.slow  # the import of Great Expectations takes five seconds

LINE = {
    "line_scope": "batch 7",
    "line_key": "settled|P1|M1|EUR",
    "occurrence": 1,
    "provider_type": "Settled",
    "type": "payment",
    "economic_type": "payment",
    "is_expected": True,
    "payment_key": "P1",
    "psp_reference": "P1",
    "merchant_reference": "ORDER-1",
    "gross_minor": 10000,
    "gross_currency": "EUR",
    "fee_minor": 100,
    "tax_minor": None,
    "net_minor": 9900,
    "net_currency": "EUR",
    "booked_at": datetime(2026, 11, 10, 23, 50, tzinfo=UTC),
    "booked_on": datetime(2026, 11, 10, tzinfo=UTC).date(),
    "source_zone": "CET",
    "row_number": 2,
}


class Books:
    """Publishes runs by hand, straight into the warehouse's tables."""

    def __init__(self, session: psycopg.Connection) -> None:
        self.session = session
        self.runs = 0
        self.items = 0

    def publish(self, airflow_run_id, *lines, account="NorthwindEU", dry_run=False):
        """A run that brings these lines into force; returns its number."""
        self.runs += 1
        run_id = f"{self.runs:064x}"
        account_id = self.value(statement("runs/ensure_account"), psp="adyen", account=account)
        attempt_id = self.value(
            "insert into internal.attempts (account_id, airflow_run_id, trigger, window_start,"
            " window_end, as_of, dry_run, include_paused, code_version, rules_sha256, rules,"
            " published_run_id, run_id, state)"
            " values (%(account_id)s, %(airflow_run_id)s, 'manual', '2026-11-10', '2026-11-11',"
            " '2026-11-11', %(dry_run)s, false, 'c', 'r', %(rules)s, %(run_id)s, %(run_id)s,"
            " 'published') returning attempt_id",
            account_id=account_id,
            airflow_run_id=airflow_run_id,
            dry_run=dry_run,
            run_id=run_id,
            rules=Jsonb({}),
        )
        run_number = self.value(
            "insert into internal.runs (run_id, account_id, attempt_id, window_start, window_end,"
            " as_of, trigger, dry_run, verdict, is_published, statement_lines, ledger_transactions,"
            " matched, pending, discrepancies, extract_sha256, rules_sha256, code_version,"
            " started_at, published_at) values (%(run_id)s, %(account_id)s, %(attempt_id)s,"
            " '2026-11-10', '2026-11-11', '2026-11-11', 'manual', %(dry_run)s, 'reconciled',"
            " not %(dry_run)s, 0, 0, 0, 0, 0, 'e', 'r', 'c', '2026-11-12', '2026-11-12')"
            " returning run_number",
            run_id=run_id,
            account_id=account_id,
            attempt_id=attempt_id,
            dry_run=dry_run,
        )
        delivery_id = self.value(
            "insert into internal.deliveries (account_id, content_sha256, name, size_bytes)"
            " values (%(account_id)s, %(sha256)s, 'batch_7.csv', 1) returning delivery_id",
            account_id=account_id,
            sha256=run_id,
        )
        statement_id = self.value(
            "insert into internal.statements (account_id, delivery_id, statement_key, format,"
            " state, proved_by, first_run_number) values (%(account_id)s, %(delivery_id)s,"
            " %(key)s, 'adyen_settlement_details', 'in_force', 'batch', %(run_number)s)"
            " returning statement_id",
            account_id=account_id,
            delivery_id=delivery_id,
            key=f"batch {self.runs}",
            run_number=run_number,
        )
        for line in lines:
            self.add_line({**LINE, **line}, account_id, statement_id, run_number)
        self.session.commit()
        return run_number

    def add_line(self, line, account_id, statement_id, run_number):
        self.items += 1
        values = {
            **line,
            "item_id": self.items,
            "account_id": account_id,
            "statement_id": statement_id,
            "first_run_number": run_number,
            "volume": line.get("volume", 202611),
        }
        self.session.execute(
            "select internal.ensure_volume(to_date(%(volume)s::text, 'YYYYMM'))",
            {"volume": values["volume"]},
        )
        self.session.execute(
            psycopg.sql.SQL("insert into internal.statement_lines ({}) values ({})").format(
                psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, values)),
                psycopg.sql.SQL(", ").join(map(psycopg.sql.Placeholder, values)),
            ),
            values,
        )

    def value(self, query, **values):
        row = self.session.execute(query, values).fetchone()
        assert row is not None
        return row[0]

    def alerts(self):
        """State, first run and causes of each alert, oldest first."""
        rows = self.session.execute(
            "select state, run_id, reasons from internal.alerts"
            " where name = 'reconciliation-failed-expectations' order by alert_id"
        ).fetchall()
        self.session.commit()
        return [
            (
                state,
                int(run_id, 16),
                {cause: entry["unexpected_rows"] for cause, entry in why.items()},
            )
            for state, run_id, why in rows
        ]


@pytest.fixture
def books(warehouse) -> Books:
    return Books(warehouse)


def test_good_rows_meet_every_expectation_and_leave_documents_for_people(books):
    payout = {
        "line_key": "merchantpayout||TX7|EUR",
        "type": "payout",
        "economic_type": "payout",
        "is_expected": False,
        "psp_reference": None,
        "merchant_reference": None,
        "gross_minor": None,
        "gross_currency": None,
        "fee_minor": None,
        "net_minor": -9900,
    }
    books.publish("manual__1", {}, payout)

    assert 0 == validate_expectations("manual__1")
    assert [] == books.alerts()
    assert (documents_folder("manual__1") / "index.html").is_file()


def test_each_broken_row_is_counted_under_what_was_expected_of_it(books):
    books.publish(
        "manual__1",
        {"line_key": "good"},
        {"line_key": "nameless", "psp_reference": None, "merchant_reference": None},
        {"line_key": "costs", "net_minor": 9901},
        {"line_key": "currency", "gross_currency": "XXZ"},
        {"line_key": "settlement", "net_currency": "SEK", "gross_currency": "SEK"},
        {"line_key": "old", "booked_at": datetime(26, 11, 10, tzinfo=UTC)},
        {"line_key": "future", "booked_at": datetime(2026, 11, 14, tzinfo=UTC)},
        {"line_key": "twin"},
        {"line_key": "twin", "volume": 202610},
    )

    assert 6 == validate_expectations("manual__1")
    assert [
        (
            "open",
            1,
            {
                "a line of a payment names it": 1,
                "net = gross - fee - tax in one currency": 1,
                "a payment's currency is in ISO 4217": 1,
                "a settlement currency is one of the PSP's entry": 1,
                "a line was booked, and lately": 2,
                "a line is in force once": 2,
            },
        )
    ] == books.alerts()


def test_an_alert_stays_open_over_quiet_runs_and_closes_when_the_rows_are_corrected(books):
    first = books.publish("manual__1", {"net_minor": 1})
    assert 1 == validate_expectations("manual__1")

    books.publish("manual__2", {"line_key": "another"})
    assert 1 == validate_expectations("manual__2"), "the rows of the first run are still wrong"
    assert [("open", first, {"net = gross - fee - tax in one currency": 1})] == books.alerts()

    corrected = books.publish("manual__3", {"line_key": "correction"})
    books.session.execute(
        "update internal.statement_lines set last_run_number = %s where net_minor = 1", [corrected]
    )
    books.session.commit()
    assert 0 == validate_expectations("manual__3")
    assert ["closed"] == [state for state, *_ in books.alerts()]


def test_one_account_s_failure_is_not_another_s(books):
    books.publish("manual__1", {"net_minor": 1}, account="NorthwindEU")
    books.publish("manual__1", {}, account="NorthwindBR")
    validate_expectations("manual__1")
    rows = books.session.execute("select account from internal.alerts").fetchall()
    assert [("NorthwindEU",)] == rows


def test_a_run_that_published_nothing_needs_no_look(books):
    books.publish("manual__1", {"net_minor": 1}, dry_run=True)
    assert 0 == validate_expectations("manual__1")
    assert not documents_folder("manual__1").exists()


def test_a_check_that_cannot_be_made_is_no_evidence_against_the_rows(books, monkeypatch):
    def unknown_column(*_):
        from great_expectations.expectations import ExpectColumnValuesToNotBeNull

        return ExpectColumnValuesToNotBeNull(column="no_such_column")

    monkeypatch.setattr(expectations, "_between", unknown_column)
    books.publish("manual__1", {})
    with pytest.raises(Transient, match="no_such_column"):
        validate_expectations("manual__1")
    assert [] == books.alerts()


def test_what_is_looked_at_is_only_read(databases):
    with psycopg.connect(**expectations._connect_args()) as session:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.execute("delete from internal.outbox")
