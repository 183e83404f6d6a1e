"""How changes of the ledger are found: by the hashes of hours, or by an indexed changed_at."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from include.reconciliation.edges import ledger_source
from include.reconciliation.errors import SourceError
from include.reconciliation.steps.extract_ledger_transactions import extract_ledger_transactions
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")


@pytest.fixture(params=["hash", "changed_at"])
def either_desk(
    request: pytest.FixtureRequest, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """The desk, finding changes in either way."""
    configuration = tmp_path / "detection.toml"
    configuration.write_text(f'ledger_change_detection = "{request.param}"\n' + CONFIGURATION)
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    return desk


@pytest.mark.parametrize("either_desk", ["changed_at"], indirect=True)
def test_a_row_of_long_before_the_first_run_is_open_and_not_lost(either_desk: Desk) -> None:
    either_desk.ledger("L1", 10000)
    either_desk.batch(1, a_line())
    either_desk.run(*TUESDAY)
    either_desk.ledger("L0", 700, payment="P0", event="C0", at="2025-12-01T10:00:00Z")
    second = either_desk.run(*WEDNESDAY)

    assert second["ledger_transactions"] == 1
    assert either_desk.open_discrepancies() == [("missing_in_statement", "EUR", -700, 700)]


def test_new_and_changed_rows_are_found_whatever_the_detection(either_desk: Desk) -> None:
    either_desk.ledger("L1", 10000)
    either_desk.ledger("L2", 5000, payment="P2", event="C2")
    either_desk.batch(1, a_line(), a_line(payment="P2", event="C2", amount="50.00"))
    first = either_desk.run(*TUESDAY)
    either_desk.ledger("L2", 5500, payment="P2", event="C2")
    either_desk.ledger("L3", 700, payment="P3", event="C3", at="2026-03-04T10:00:00Z")
    second = either_desk.run(*WEDNESDAY)

    assert (first["verdict"], first["ledger_transactions"]) == ("reconciled", 2)
    assert second["ledger_transactions"] == 2
    assert either_desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", -500, 500),
        ("ledger_changed", "EUR", 0, 5500),
    ]
    assert either_desk.pending() == [("ledger", "not_due", 700)]


def test_an_unchanged_ledger_brings_nothing(either_desk: Desk) -> None:
    either_desk.ledger("L1", 10000)
    either_desk.batch(1, a_line())
    either_desk.run(*TUESDAY)
    run = either_desk.run(*WEDNESDAY)

    assert (run["verdict"], run["ledger_transactions"]) == ("reconciled", 0)


def test_an_open_row_older_than_the_look_back_may_not_vanish_unseen(desk: Desk) -> None:
    desk.ledger("L1", 10000, settles_on="2026-05-04")
    desk.batch(1, a_line(payment="P9", event="C9"))
    desk.ledger("L9", 10000, payment="P9", event="C9")
    desk.run(*TUESDAY)
    desk.forget("L1")
    desk.run("2026-03-23T00:00:00Z", "2026-03-24T00:00:00Z")

    assert [item for item in desk.pending() if item[2] == 10000] == []


def test_a_mapping_that_does_not_fit_the_ledger_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt_id = desk.begin(*TUESDAY)
    wrong = replace(ledger_source.LEDGER, mapping="sources/schema/payments_ledger")
    monkeypatch.setattr(ledger_source, "LEDGER", wrong)

    with pytest.raises(SourceError, match=r"sources/schema/payments_ledger\.sql does not fit"):
        extract_ledger_transactions(attempt_id)


@pytest.mark.parametrize(
    ("column", "written", "sentence"),
    [
        ("amount_minor", "null::bigint", "breaks its contract: null value in column .amount_minor"),
        ("amount_minor", "12.50", "breaks its contract: column 'amount_minor': .*bigint: .12.50"),
        ("fee_minor", "'3,90'", "breaks its contract: column 'fee_minor': .*bigint: .3,90"),
        ("settles_on", "'soon'", "breaks its contract: column 'settles_on': .*date: .soon"),
        ("psp_reference", "no_such_name", "does not fit .*: column .no_such_name. does not exist"),
        ("currency", None, "does not fit .*: column .currency. does not exist"),
    ],
)
def test_a_mapping_that_breaks_the_contract_is_told_by_file_and_column(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, column: str, written: str | None, sentence: str
) -> None:
    desk.ledger("L1", 10000)
    attempt_id = desk.begin(*TUESDAY)
    text = ledger_source.warehouse.statement(ledger_source.LEDGER.mapping).as_string()
    instead = "" if written is None else f"{written} as {column},"
    broken = psycopg.sql.SQL(text.replace(f"    {column},", instead))  # type: ignore[arg-type]
    known = ledger_source.warehouse.statement
    monkeypatch.setattr(
        ledger_source.warehouse,
        "statement",
        lambda name: broken if name == ledger_source.LEDGER.mapping else known(name),
    )

    with pytest.raises(SourceError, match=rf"sources/payments_ledger\.sql .*{sentence}"):
        extract_ledger_transactions(attempt_id)


def test_a_currency_without_limits_is_refused_with_an_example(desk: Desk) -> None:
    desk.ledger("L1", 10000, currency="CHF")
    attempt_id = desk.begin(*TUESDAY)

    with pytest.raises(SourceError, match=r"'CHF' \(such as 'L1'\).*add limits\.CHF"):
        extract_ledger_transactions(attempt_id)


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("ledger_id", {"ledger_id": "L" * 801}),
        ("psp_reference", {"payment": "\u20ac" * 267}),
        ("merchant_reference", {"merchant": "m" * 801}),
        ("event_reference", {"event": "e" * 2800}),
        ("status", {"status": "s" * 801}),
    ],
)
def test_a_text_that_no_index_takes_is_refused_with_its_row_column_and_limit(
    desk: Desk, column: str, texts: dict[str, str]
) -> None:
    desk.ledger(**{"ledger_id": "L1", "amount_minor": 10000} | texts)  # type: ignore[arg-type]
    attempt_id = desk.begin(*TUESDAY)

    with pytest.raises(SourceError, match=rf"'{column}' of .*row 'L.*expected at most 800; the"):
        extract_ledger_transactions(attempt_id)
