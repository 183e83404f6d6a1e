"""Days that are not of our time are refused, and days to come are not covered."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.statements import camt_files
from tests.statements.camt_files import a_balance, an_entry, tag
from tests.statements.paypal_reports import a_report, a_row

REPORT = a_report(a_row("PAY1", "T0006", "CR", 10000, fee=("DR", 390)))
RELEASE = (
    "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,"
    "NET_DEBIT_AMOUNT,GROSS_AMOUNT\n{}-12-31T23:59:59-04:00,7,ORD-1,release,payment,1,,1\n"
)


def camt(*parts: str, **more: str) -> bytes:
    return camt_files.a_message(camt_files.a_statement(*parts, **more))


def balances(day: str) -> str:
    return a_balance("OPBD", "100.00") + a_balance("CLBD", "120.00", on=day)


def paypal(kind: str, year: str) -> bytes:
    """The report with the last year in the rows of a kind being that one."""
    rows = [
        re.sub(r"(.*)20\d\d/", rf"\g<1>{year}/", row) if row.startswith(f'"{kind}"') else row
        for row in REPORT.split("\r\n")
    ]
    return "\r\n".join(rows).encode()


@pytest.mark.parametrize("year", ["0001", "1900", "2200", "2999", "9999"])
def test_a_day_of_another_time_is_refused(checked, year: str) -> None:
    files = [
        camt(an_entry(booked=f"<Dt>{year}-12-31</Dt>")),
        camt(an_entry(booked=f"<DtTm>{year}-12-31T23:59:59-02:00</DtTm>")),
        camt(an_entry(value=f"<Dt>{year}-01-01</Dt>")),
        camt(balances=balances(f"{year}-12-31")),
        camt(more=tag("FrToDt", f"<ToDtTm>{year}-12-31T00:00:00</ToDtTm>")),
        paypal("SH", year),
        paypal("SB", year),
        RELEASE.format(year).encode(),
    ]

    verdicts = [checked(file) for file in files]

    assert [(2, "bad_date")] * len(files) == [
        (code, statement["reason_code"]) for code, (statement, *_) in verdicts
    ]
    assert [] == [
        statement["reason"]
        for _, (statement, *_) in verdicts
        if "with a year from 1970 to 2199" not in statement["reason"]
    ]


def test_days_to_come_are_not_covered(checked) -> None:
    today = datetime.now(UTC).date()
    soon, late = (today + timedelta(days=days) for days in (20, 400))
    ends = [
        camt(balances=balances(str(soon))),
        camt(more=tag("FrToDt", f"<FrDt>2025-06-01</FrDt><ToDt>{soon}</ToDt>")),
        camt(balances=balances(str(late))),
        paypal("SH", f"{late:%Y}"),
        camt(more=tag("FrToDt", f"<FrDt>{soon}</FrDt><ToDt>{soon}</ToDt>")),
    ]

    periods = [
        (statement["period_from"], statement["period_to"]) for _, (statement,) in map(checked, ends)
    ]

    assert [
        ("2025-06-09", str(today)),
        ("2025-06-01", str(today)),
        ("2025-06-09", "2025-06-09"),
        ("2026-03-10", "2026-03-10"),
        ("2025-06-09", "2025-06-09"),
    ] == periods
