"""Days that are not of our time are refused, and days to come are not covered."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.statements import camt_files, ofx_files
from tests.statements.camt_files import a_balance, an_entry, tag
from tests.statements.mercadopago_reports import CLOSING, OPENING, PAYMENT, REFUND
from tests.statements.mercadopago_reports import a_report as a_release_report
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


CLOSED = CLOSING.replace("241.96", "157.96")
STRAY_REFUND = REFUND.replace("2026-", "2025-").replace("772", "773")
JUNE = tag("FrToDt", "<FrDt>2025-06-01</FrDt><ToDt>2025-06-30</ToDt>")
NINTH = an_entry("10.00")
YEAR_OFF = an_entry("10.00", reference="A2", booked="<Dt>2024-06-09</Dt>")


@pytest.mark.parametrize(
    ("content", "row", "day"),
    [
        (camt(NINTH, YEAR_OFF, more=JUNE), 2, "2024-06-09"),
        (camt(NINTH, YEAR_OFF), 2, "2024-06-09"),
        (camt(YEAR_OFF, balances="", more=JUNE), 1, "2024-06-09"),
        (camt(NINTH, an_entry("10.00", booked="<Dt>2025-06-10</Dt>")), 2, "2025-06-10"),
        (paypal("SB", "2025"), 5, "2025-03-10"),
        (a_release_report(OPENING, PAYMENT, REFUND, CLOSED, STRAY_REFUND), 6, "2025-03-01"),
    ],
    ids=["camt", "camt by balances", "camt without balances", "next day", "paypal", "mercado pago"],
)
def test_a_line_outside_the_days_of_its_statement_is_told(
    checked, content: bytes, row: int, day: str
) -> None:
    code, (statement,) = checked(content, currency="BRL" if content[:4] == b"DATE" else None)

    told = [notice for notice in statement["notices"] if "dated outside" in notice]
    assert (0, 1) == (code, len(told)), statement
    assert told[0] == (
        f"1 line is dated outside the days that the statement covers, the first in row {row}: {day}"
    )


def test_several_lines_outside_are_counted_in_one_notice(checked) -> None:
    days = ("20260531", "20260601", "20260630", "20260701")
    entries = (ofx_files.an_entry(DTPOSTED=day) for day in days)

    _, (statement,) = checked(ofx_files.a_file(ofx_files.a_statement(*entries)))

    assert [
        "2 lines are dated outside the days that the statement covers, the first in row 1:"
        " 2026-05-31"
    ] == statement["notices"]


def test_a_day_before_the_opening_balance_is_not_covered(checked) -> None:
    _, (statement,) = checked(camt(YEAR_OFF, an_entry("10.00", "CRDT")))

    assert ("2025-06-09", "2025-06-09") == (statement["period_from"], statement["period_to"])
