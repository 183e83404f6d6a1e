"""BAI2: exact lines and balances, whatever liberties a bank takes with records and lines."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest

from include.reconciliation.statements import bai2
from include.reconciliation.statements.bank_entries import bank_entry
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.bai2_files import GROUP, HEADER, MOVEMENTS, a_file, an_account

TOTALS = "control totals of the trailers"


def events(content: bytes) -> list[StatementStart | Line | StatementEnd]:
    return list(bai2.read(io.BytesIO(content), "day.bai2"))


def lines(content: bytes) -> list[Line]:
    return [event for event in events(content) if isinstance(event, Line)]


def amounts(content: bytes) -> list[int | None]:
    return [line.net_minor for line in lines(content)]


def ends(content: bytes) -> list[StatementEnd]:
    return [event for event in events(content) if isinstance(event, StatementEnd)]


def a_transaction(record: str) -> Line:
    """The line of a file that holds nothing but this record."""
    return lines(a_file(an_account(record, summary="015,0,,")))[0]


def test_a_file_gives_each_account_its_statement_lines_and_balances() -> None:
    content = a_file(an_account(*MOVEMENTS), an_account(number="4002", currency="EUR"))

    assert [
        StatementStart(
            statement_key="2026-06-03",
            account="4001",
            currency="USD",
            sequence_number=None,
            opening_minor=100000,
            opening_on=date(2026, 6, 3),
            period_from=date(2026, 6, 3),
            period_to=date(2026, 6, 3),
            created_at=datetime(2026, 6, 4, 6, 15, tzinfo=UTC),
            row=3,
        ),
        bank_entry(
            2500,
            "USD",
            row=4,
            provider_type="142",
            booked_on=date(2026, 6, 3),
            line_key="2026-06-03 142 2500 BR-1 PAYOUT 7",
            psp_reference="BR-1",
            merchant_reference="PAYOUT 7",
            further_references=(("remittance", "PSP/EUROPE, SETTLEMENT 7"),),
        ),
        bank_entry(
            -1000,
            "USD",
            row=5,
            provider_type="451",
            booked_on=date(2026, 6, 3),
            value_date=date(2026, 6, 2),
            line_key="2026-06-03 451 1000 2026-06-02 BR-2",
            psp_reference="BR-2",
            further_references=(("remittance", "RENT"),),
        ),
        StatementEnd(
            closing_minor=101500,
            closing_on=date(2026, 6, 3),
            proved_by=f"opening + entries = closing; {TOTALS}",
        ),
    ] == events(content)[:4]
    assert [("4002", "EUR", 7)] == [
        (event.account, event.currency, event.row)
        for event in events(content)[4:]
        if isinstance(event, StatementStart)
    ]


def test_a_date_without_an_hour_is_midnight_and_says_so() -> None:
    line = lines(a_file())[0]

    assert (datetime(2026, 6, 3, tzinfo=UTC), "date only") == (line.booked_at, line.source_zone)


@pytest.mark.parametrize(
    ("type_code", "amount"),
    [("100", 5), ("399", 5), ("400", -5), ("699", -5), ("920", 5), ("959", 5), ("960", -5),
     ("999", -5)],
)  # fmt: skip
def test_the_type_code_has_the_direction(type_code: str, amount: int) -> None:
    assert amount == a_transaction(f"16,{type_code},5,Z,,,/").net_minor


@pytest.mark.parametrize(
    ("record", "references", "value_date"),
    [
        ("16,142,5,,B1,C1,text/", ("B1", "C1", "text"), None),
        ("16,142,5,0,B1,C1,text/", ("B1", "C1", "text"), None),
        ("16,142,5,S,1,2,2,B1,C1,text/", ("B1", "C1", "text"), None),
        ("16,142,5,V,260605,1200,B1,C1,text/", ("B1", "C1", "text"), date(2026, 6, 5)),
        ("16,142,5,V,,,B1,C1,text/", ("B1", "C1", "text"), None),
        ("16,142,5,D,0,B1,C1,text/", ("B1", "C1", "text"), None),
        ("16,142,5,D,2,0,3,1,2,B1,C1,text/", ("B1", "C1", "text"), None),
    ],
)
def test_each_funds_type_moves_the_columns_behind_it(record, references, value_date) -> None:
    line = a_transaction(record)

    assert references == (
        line.psp_reference,
        line.merchant_reference,
        line.further_references[0][1],
    )
    assert value_date == line.value_date


def test_summaries_with_funds_types_keep_the_balances_in_place() -> None:
    summary = "010,7,,S,1,2,4,100,5,1,V,260603,,015,12,,D,1,0,12,400,0,0,Z"
    account = [f"03,4001,USD,{summary}/", "16,142,5,Z,,,/", "49,29,3/"]
    content = "\n".join([HEADER, GROUP, *account, "98,29,1,5/", "99,29,1,7/"]).encode()

    start, line, end = events(content)

    assert (7, 5, 12) == (start.opening_minor, line.net_minor, end.closing_minor)
    assert (("credits", "USD", 5), ("debits", "USD", 0)) == end.control


def test_a_type_code_and_its_amount_may_be_apart_by_a_continuation() -> None:
    """The library bai2 0.15 makes one code "0454626045" of it and loses the balance."""
    account = ["03,4001,USD,010,100,,,015/", "88,350,,,045/", "88,4626045,,,/", "16,142,250,Z,,,/"]
    total = 100 + 350 + 4626045 + 250
    trailers = [f"49,{total},5/", f"98,{total},1,7/", f"99,{total},1,9/"]

    start, line, end = events("\n".join([HEADER, GROUP, *account, *trailers]).encode())

    assert (100, 250, 350, ()) == (
        start.opening_minor,
        line.net_minor,
        end.closing_minor,
        end.notices,
    )


def test_continuations_carry_on_with_the_text_and_with_what_comes_before_it() -> None:
    account = [
        "03,4001,USD,015,0,,/",
        "16,142,5,S,1,2/",
        "88,2,B1/",
        "88,C1,paid on 03/06/26,",
        "88,order 7/8, thanks /",
    ]
    trailers = ["49,5,6/", "98,5,1,8/", "99,5,1,10/"]

    line = lines("\n".join([HEADER, GROUP, *account, *trailers]).encode())[0]

    assert ("B1", "C1") == (line.psp_reference, line.merchant_reference)
    assert (("remittance", "paid on 03/06/26, order 7/8, thanks"),) == line.further_references


def test_several_records_on_one_line_are_several_records() -> None:
    apart = a_file(an_account(*MOVEMENTS), an_account(number="4002"))
    joined = apart.replace(b"/\n", b"/   ")

    assert amounts(apart) == amounts(joined) == [2500, -1000]
    assert [()] * 2 == [end.notices for end in ends(joined)]


def test_a_text_with_slash_and_digits_is_no_second_record() -> None:
    line = a_transaction("16,142,5,Z,,,INVOICES 12/ 16, 17/ 88 AND 3/ 4, DUE 01/ 02/")

    assert "INVOICES 12/ 16, 17/ 88 AND 3/ 4, DUE 01/ 02" == line.further_references[0][1]


def test_a_text_that_was_broken_over_two_lines_is_put_together() -> None:
    line = a_transaction("16,142,5,Z,,,SETTLEMENT\n1234 OF JUNE/")

    assert (("remittance", "SETTLEMENT 1234 OF JUNE"),) == line.further_references


@pytest.mark.parametrize(
    ("currency", "group_currency", "expected"),
    [("JPY", "USD", "JPY"), ("", "EUR", "EUR"), ("", "", "USD")],
)
def test_the_amounts_are_minor_units_of_the_nearest_currency(
    currency: str, group_currency: str, expected: str
) -> None:
    group = GROUP.replace("USD", group_currency)
    line = lines(a_file(an_account("16,142,500,Z,,,/", currency=currency), group=group))[0]

    assert (500, expected) == (line.net_minor, line.net_currency)


def test_a_currency_that_nobody_writes_is_noticed() -> None:
    assert ("no currency is written: USD, as the standard has it",) == (
        ends(a_file(group=GROUP.replace("USD", "")))[0].notices
    )


def test_without_balances_the_totals_of_the_account_prove_it() -> None:
    end = ends(a_file(an_account("16,142,5,Z,,,/", summary="100,5,1,,400,,,")))[0]

    assert (("credits", "USD", 5),) == end.control
    assert f"credits and debits of the account; {TOTALS}" == end.proved_by


def test_without_balances_and_totals_the_trailers_prove_it() -> None:
    assert TOTALS == ends(a_file(an_account("16,142,5,Z,,,/", summary="045,9,,")))[0].proved_by


def test_wrong_counts_are_noticed_and_nothing_more() -> None:
    content = a_file(records_off=1).replace(b"99,205000,1,", b"99,205000,2,")

    assert (
        "the trailer of the account counts 5 records; there are 4",
        "the trailer of the file counts 2 groups; there are 1",
    ) == ends(content)[0].notices


def test_counts_of_items_are_noticed_only_where_they_are_others() -> None:
    right = ends(a_file(an_account("16,142,5,Z,,,/", summary="100,5,00001,,400,0,0,")))[0]
    wrong = ends(a_file(an_account("16,142,5,Z,,,/", summary="100,5,3,,400,0,,")))[0]

    assert ((), ("the account counts 3 credits; there are 1",)) == (right.notices, wrong.notices)


def test_records_that_move_no_money_are_counted_and_are_no_lines() -> None:
    content = a_file(an_account("16,890,,Z,,,MESSAGE/", "16,890,0,Z,,,MESSAGE/", *MOVEMENTS))

    assert [2500, -1000] == amounts(content)
    assert ("2 records move no money, the first is of type 890 in row 4: no lines",) == (
        ends(content)[0].notices
    )


def test_a_report_of_the_same_day_has_the_key_of_the_day_and_says_what_it_is() -> None:
    content = a_file(group=GROUP.replace(",USD,2/", ",USD,3/"))

    assert "2026-06-03" == events(content)[0].statement_key
    assert ("a report of the same day: that of the day after replaces it",) == (
        ends(content)[0].notices
    )


@pytest.mark.parametrize(
    ("day", "moment", "expected"),
    [
        ("260604", "06:15:07", datetime(2026, 6, 4, 6, 15, 7, tzinfo=UTC)),
        ("20260604", "061507", datetime(2026, 6, 4, 6, 15, 7, tzinfo=UTC)),
        ("260604", "2400", datetime(2026, 6, 4, 23, 59, 59, tzinfo=UTC)),
        ("260604", "", datetime(2026, 6, 4, tzinfo=UTC)),
        ("", "", None),
    ],
)
def test_the_file_says_when_it_was_made(day: str, moment: str, expected) -> None:
    content = a_file(header=HEADER.replace("260604,0615", f"{day},{moment}"))

    assert expected == events(content)[0].created_at


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "latin-1", "utf-8"])
def test_the_encoding_is_found(encoding: str) -> None:
    content = a_file(an_account("16,142,5,Z,,,CAFÉ/")).decode().encode(encoding)

    assert (("remittance", "CAFÉ"),) == lines(content)[0].further_references


def test_line_ends_blank_lines_and_end_marks_change_nothing() -> None:
    plain = a_file()
    variants = [
        a_file(line_end="\r\n"),
        a_file(line_end="\r"),
        plain + b"\n\n\x1a",
        plain.rstrip(),
        plain.replace(b"\n", b"                    \n"),
    ]

    assert [events(plain)] * len(variants) == [events(variant) for variant in variants]
