"""Refused release reports: what they are known by, and what makes them good."""

from __future__ import annotations

import pytest

from tests.statements.mercadopago_reports import CLOSING, OPENING, PAYMENT, REFUND, a_report


@pytest.fixture
def mercado(reader_of):
    """An account in BRL alone, so that files without a column of currencies are in it."""
    return reader_of("mercadopago_release_report", zone="America/Sao_Paulo", currencies="BRL")


def test_a_refused_report_is_known_by_its_days_or_its_file_where_a_time_is_damaged(mercado) -> None:
    reader, folder = mercado
    next_day = PAYMENT.replace("2026-03-01", "2026-03-02")
    no_day = PAYMENT.replace("2026-03-01T23:30:00.000-04:00", "")
    for name, rows in {
        "a day": (OPENING, PAYMENT, next_day.replace("2026-03-02", "2026-02-30"), CLOSING),
        "an amount": (OPENING, PAYMENT, next_day.replace("225.96", "225.9x"), CLOSING),
        "a sum": (OPENING, PAYMENT, next_day, CLOSING),
        "every day": (PAYMENT.replace("2026-03", "March"),),
        "no day": (OPENING, PAYMENT, no_day, CLOSING),
    }.items():
        (folder / f"{name}.csv").write_bytes(a_report(*rows))

    reader.run()

    assert {
        "a day.csv": ("bad_date", "file a day.csv"),
        "an amount.csv": ("bad_amount", "2026-03-01 to 2026-03-02"),
        "a sum.csv": ("wrong_total", "2026-03-01 to 2026-03-02"),
        "every day.csv": ("bad_date", "file every day.csv"),
        "no day.csv": ("bad_date", "file no day.csv"),
    } == {
        row["name"]: (row["reason_code"], row["statement_key"])
        for row in reader.rows("select * from statements inner join deliveries using (delivery_id)")
    }


def test_a_report_of_the_same_days_mends_the_one_that_was_refused(mercado) -> None:
    reader, folder = mercado
    broken = PAYMENT.replace("225.96", "225.9x")
    (folder / "1.csv").write_bytes(a_report(broken, REFUND))
    (folder / "2.csv").write_bytes(a_report(broken, REFUND.replace("2026-03-01", "2026-03-02")))
    reader.run()
    (folder / "3.csv").write_bytes(a_report(PAYMENT, REFUND))

    reader.run()

    assert [
        ("2026-03-01 to 2026-03-01", "corrected"),
        ("2026-03-01 to 2026-03-02", "quarantined"),
        ("2026-03-01 to 2026-03-01", "accepted"),
    ] == _keys_and_states(reader)


def test_a_report_with_a_damaged_day_is_mended_by_a_good_one_of_its_name_alone(mercado) -> None:
    reader, folder = mercado
    damaged = REFUND.replace("2026-03-01", "2026-03-0x")
    (folder / "report.csv").write_bytes(a_report(PAYMENT, damaged))
    reader.run()
    (folder / "its first day.csv").write_bytes(a_report(PAYMENT))
    reader.run()

    assert [
        ("file report.csv", "quarantined"),
        ("2026-03-01 to 2026-03-01", "accepted"),
    ] == _keys_and_states(reader)

    whole = a_report(PAYMENT, REFUND.replace("2026-03-01", "2026-03-05"))
    (folder / "report.csv").write_bytes(whole)
    reader.run()

    assert [
        ("file report.csv", "corrected"),
        ("2026-03-01 to 2026-03-01", "accepted"),
        ("2026-03-01 to 2026-03-05", "accepted"),
    ] == _keys_and_states(reader)


def _keys_and_states(reader) -> list[tuple[str, str]]:
    return [
        (row["statement_key"], row["state"])
        for row in reader.rows("select * from statements order by statement_id")
    ]
