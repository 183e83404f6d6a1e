"""A statement that stands in a file more than once: copied, gone on with, or contradicted."""

from __future__ import annotations

import pytest

from tests.statements import bai2_files, camt_files, cnab240_files, mt940_files, ofx_files
from tests.statements.camt_files import a_balance, an_entry


def a_camt_file(*statements: str) -> bytes:
    return camt_files.a_message(*statements)


def an_mt940_file(*statements: str) -> bytes:
    return "".join(statements).encode()


def a_camt_statement(opening: str, closing: str, reference: str = "A1") -> str:
    balances = a_balance("OPBD", opening) + a_balance("CLBD", closing)
    return camt_files.a_statement(an_entry(reference=reference), balances=balances)


def an_mt940_statement(opening: str, closing: str, reference: str = "A1") -> str:
    return mt940_files.a_statement(
        f":61:2506100609CR20,00NTRF{reference}",
        opening=f"60F:C250606EUR{opening.replace('.', ',')}",
        closing=f"62F:C250609EUR{closing.replace('.', ',')}",
    )


def a_bai2_statement(opening: str, closing: str, reference: str = "A1") -> list[str]:
    opening, closing = opening.replace(".", ""), closing.replace(".", "")
    movement = f"16,142,2000,Z,{reference},,/"
    summary = f"010,{opening},,,015,{closing},,"
    return bai2_files.an_account(movement, currency="EUR", summary=summary)


def a_cnab240_statement(opening: str, closing: str, reference: str = "1") -> list[str]:
    entry = cnab240_files.an_entry(2000, document=reference)
    return cnab240_files.a_lot([entry], opening=int(opening.replace(".", "")), currency="EUR")


def an_ofx_statement(amount: str = "20.00", on: str = "20260603", **values: str) -> str:
    return ofx_files.a_statement(ofx_files.an_entry(amount, DTPOSTED=on), **values)


FORMATS = pytest.mark.parametrize(
    ("a_file", "a_statement"),
    [
        (a_camt_file, a_camt_statement),
        (an_mt940_file, an_mt940_statement),
        (bai2_files.a_file, a_bai2_statement),
        (cnab240_files.a_file, a_cnab240_statement),
    ],
    ids=["camt", "mt940", "bai2", "cnab240"],
)


@FORMATS
def test_copies_of_a_statement_are_read_once(checked, a_file, a_statement) -> None:
    whole = a_statement("100.00", "120.00")
    following = a_statement("120.00", "140.00", "A2")

    code, statements = checked(a_file(whole, whole, following, whole))

    first, second = statements
    assert (0, [1, 1], [2000, 2000]) == (
        code,
        [each["line_count"] for each in statements],
        [each["lines"][0]["amount_minor"] for each in statements],
    )
    assert "has copies in the file: it was read once" in first["notices"][0]
    assert "stands in the file before: both were read" in second["notices"][0]


@FORMATS
def test_a_statement_of_the_same_name_that_opens_as_the_first_closed_goes_on(
    checked, a_file, a_statement
) -> None:
    code, statements = checked(
        a_file(a_statement("100.00", "120.00"), a_statement("120.00", "140.00"))
    )

    assert (0, [12000, 14000]) == (code, [each["closing_minor"] for each in statements])


@FORMATS
@pytest.mark.parametrize(
    ("opening", "closing", "reference"),
    [("100.00", "120.00", "A2"), ("90.00", "110.00", "A1")],
    ids=["another line", "other balances"],
)
def test_copies_that_contradict_each_other_refuse_the_file(
    checked, a_file, a_statement, opening: str, closing: str, reference: str
) -> None:
    copies = a_statement("100.00", "120.00"), a_statement(opening, closing, reference)

    code, (verdict, *others) = checked(a_file(*copies))

    if a_file is bai2_files.a_file and opening != "100.00":
        # Banks mask the numbers of accounts: it may be another one.
        assert (0, 1) == (code, len(others)), others
        assert "stands in the file before: both were read" in others[0]["notices"][0]
        return
    assert (2, "statement_repeated") == (code, verdict["reason_code"]), verdict
    assert f"an opening of 120.00 EUR; found an opening of {opening} EUR" in verdict["reason"]


def a_day_without_change(amount: str, on: str = "2025-06-09") -> str:
    balances = a_balance("OPBD", "100.00", on=on) + a_balance("CLBD", "100.00", on=on)
    entries = an_entry(amount), an_entry(amount, "DBIT", reference="A2")
    return camt_files.a_statement(*entries, balances=balances)


def test_other_lines_of_a_day_that_left_the_balance_as_it_was_contradict_the_first(checked) -> None:
    first = a_day_without_change("50.00")

    code, (verdict, *_) = checked(a_camt_file(first, a_day_without_change("60.00")))
    good, statements = checked(a_camt_file(first, a_day_without_change("60.00", "2025-06-10")))

    assert (2, "statement_repeated") == (code, verdict["reason_code"]), verdict
    assert "found an opening of 100.00 EUR and other lines" in verdict["reason"]
    assert (0, 2) == (good, len(statements))


def test_accounts_of_one_number_in_two_currencies_are_two_statements(checked) -> None:
    euros = an_mt940_statement("100.00", "120.00")

    code, statements = checked(an_mt940_file(euros, euros.replace("EUR", "USD")))

    assert (0, ["EUR", "USD"]) == (code, [each["currency"] for each in statements])


def test_notifications_without_balances_contradict_nothing(checked) -> None:
    first, second = (
        camt_files.a_statement(an_entry(reference=name), balances="") for name in ("A1", "A2")
    )

    code, statements = checked(a_camt_file(first, second, second))

    lines = [line for statement in statements for line in statement["lines"]]
    assert (0, ["A1", "A2"]) == (code, [line["references"]["account_servicer"] for line in lines])


def test_downloads_in_one_ofx_file_are_read_once_where_they_are_the_same(checked) -> None:
    copies = ofx_files.a_file(an_ofx_statement(), an_ofx_statement())
    july = an_ofx_statement(on="20260703", period="<DTSTART>20260701<DTEND>20260731")

    code, (only,) = checked(copies)
    good, months = checked(ofx_files.a_file(an_ofx_statement(), july))

    assert (0, 1) == (code, only["line_count"])
    assert ["'2026-06-01 to 2026-06-30' has copies in the file: it was read once"] == (
        only["notices"]
    )
    assert (0, 2) == (good, len(months))


@pytest.mark.parametrize("balance", [ofx_files.LEDGER_BALANCE, ""], ids=["balance", "no balance"])
def test_downloads_of_the_same_days_that_differ_refuse_the_ofx_file(checked, balance: str) -> None:
    both = (an_ofx_statement(amount, balance=balance) for amount in ("20.00", "21.00"))

    code, (verdict, *_) = checked(ofx_files.a_file(*both))

    assert (2, "statement_repeated") == (code, verdict["reason_code"]), verdict
    assert "a copy of the one before, or other days; found other lines" in verdict["reason"]


def test_an_account_that_bai2_reports_in_parts_without_balances_has_them_all(checked) -> None:
    parts = (
        bai2_files.an_account(f"16,142,{amount},Z,,,/", summary="040,0,,") for amount in (5, 7)
    )

    code, statements = checked(bai2_files.a_file(*parts))

    assert (0, [5, 7]) == (
        code, [each["lines"][0]["amount_minor"] for each in statements],
    )  # fmt: skip


def a_period(first: str, last: str) -> str:
    days = f"<FrDtTm>{first}T00:00:00+02:00</FrDtTm><ToDtTm>{last}T23:59:59+02:00</ToDtTm>"
    return f"<FrToDt>{days}</FrToDt>"


def a_notification(amount: str, reference: str = "A1", more: str = "") -> str:
    entry = an_entry(amount, reference=reference)
    return camt_files.a_statement(entry, balances="", more=more)


def test_an_entry_that_two_notifications_of_one_name_share_contradicts_itself(checked) -> None:
    both = a_notification("10.00"), a_notification("10.01")

    code, (verdict, *_) = checked(a_camt_file(*both))

    assert (2, "statement_repeated") == (code, verdict["reason_code"]), verdict
    assert "or other entries; found the entry 'A1' again" in verdict["reason"]


def test_notifications_of_one_name_that_state_the_same_days_contradict_each_other(checked) -> None:
    day, next_day = a_period("2025-06-09", "2025-06-09"), a_period("2025-06-10", "2025-06-10")
    first = a_notification("10.00", more=day)

    code, (verdict, *_) = checked(a_camt_file(first, a_notification("10.01", "A2", day)))
    good, statements = checked(a_camt_file(first, a_notification("10.01", "A2", next_day)))

    assert (2, "statement_repeated") == (code, verdict["reason_code"]), verdict
    assert (0, 2) == (good, len(statements))


def test_an_entry_that_comes_again_behind_balances_that_go_on_is_another_one(checked) -> None:
    code, statements = checked(
        a_camt_file(a_camt_statement("100.00", "120.00"), a_camt_statement("120.00", "140.00"))
    )

    assert (0, 2) == (code, len(statements))


def test_a_third_statement_that_contradicts_the_first_one_refuses_the_file(checked) -> None:
    first, third = a_day_without_change("50.00"), a_day_without_change("60.00")

    code, (verdict, *_) = checked(
        a_camt_file(first, a_day_without_change("50.00", "2025-06-10"), third)
    )

    assert (2, "statement_repeated") == (code, verdict["reason_code"]), verdict
