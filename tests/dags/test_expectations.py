"""Great Expectations over published rows: it holds on good ones, and says which rows break what."""

from datetime import UTC, date, datetime

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.edges import expectations
from include.reconciliation.errors import Transient
from include.reconciliation.steps.validate_expectations import (
    documents_folder,
    validate_expectations,
)

pytestmark = pytest.mark.slow  # the import of Great Expectations takes five seconds


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
    documents = documents_folder("manual__1")
    assert (documents / "index.html").is_file()
    pages = [page.read_text(encoding="utf-8") for page in documents.rglob("*.html")]
    assert not [page for page in pages if str(config.reports_folder()) in page], "names a machine"


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
        {"line_key": "near", "value_date": date(2026, 12, 10)},
        {"line_key": "a year off", "value_date": date(2025, 11, 11)},
    )

    assert 7 == validate_expectations("manual__1")
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
                "a value date is near the day of booking": 1,
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
