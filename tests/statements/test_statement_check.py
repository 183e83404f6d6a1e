"""`bin/reconciliation statement check`: a file is tried, and nothing of it stays."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.statement_check import run
from include.reconciliation.statements.formats import FORMATS
from tests.statements import camt_files
from tests.statements.adyen_files import a_file, a_payout, a_row
from tests.statements.api_answers import a_pix, a_pix_page

RELEASE_HEADER = (
    "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,"
    "NET_DEBIT_AMOUNT,GROSS_AMOUNT\n"
)
GOOD, CENT_OFF = a_file(), a_file([a_row(), a_payout("19.49")])


@pytest.fixture
def checked(databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Tries files as the command does, on the database of the tests."""

    def check(*contents: bytes, as_json: bool = False, format_name: str | None = None):
        paths = []
        for number, content in enumerate(contents, 1):
            paths.append(tmp_path / f"{number}.txt")
            paths[-1].write_bytes(content)
        code = run.check(paths, FORMATS, format_name, currency=None, zone="UTC", as_json=as_json)
        printed = capsys.readouterr().out.splitlines()
        return code, [json.loads(line) for line in printed] if as_json else printed

    return check


def test_an_accepted_statement_is_a_line_and_the_exit_code_is_0(checked) -> None:
    code, lines = checked(GOOD)

    assert (0, 1) == (code, len(lines))
    assert [
        "1.txt", "adyen_settlement_details", "batch 7", "account ShopEU",
        "2025-06-09 to 2025-06-09", "EUR", "2 lines", "opening -", "closing -", "residual 0.00",
        "accepted, proved by: rows tie to their net, statements sum to 0 per currency,"
        " payouts included",
    ] == lines[0].split(" | ")  # fmt: skip


def test_one_refused_statement_makes_the_exit_code_2_and_holds_up_no_other(checked) -> None:
    code, lines = checked(CENT_OFF, GOOD, b"Hello", b"", b"<html>")

    assert 2 == code
    assert ["batch 7", "batch 7", "-", "-", "-"] == [line.split(" | ")[2] for line in lines]
    assert [
        "quarantined, wrong_total",
        "accepted, proved by",
        "quarantined, unknown_format",
        "quarantined, empty",
        "quarantined, html_page",
    ] == [line.split(" | ")[-1].partition(":")[0] for line in lines]


def test_what_is_left_unexplained_of_a_refused_statement_is_in_its_column(checked) -> None:
    _, (line,) = checked(CENT_OFF)
    _, (batch,) = checked(CENT_OFF, as_json=True)
    report = RELEASE_HEADER + (
        "2026-03-01T10:00:00Z,,,initial_available_balance,,100.00,,100.00\n"
        "2026-03-01T10:00:00Z,7,ORD-1,release,payment,0.50,,0.50\n"
        ",,,total,,101.00,,101.00\n"
    )
    _, (release,) = checked(report.encode(), as_json=True)
    _, (of_release,) = checked(report.encode())

    assert ["account ShopEU", "- to -", "EUR", "2 lines"] == line.split(" | ")[3:7]
    assert ["opening -", "closing -", "residual 0.01"] == line.split(" | ")[7:10]
    assert ("batch 7", "EUR", 1, 2) == tuple(
        batch[name] for name in ("statement_key", "currency", "residual_minor", "line_count")
    )
    assert ("wrong_total", "2026-03-01 to 2026-03-01", None, 10000, 10100, -50) == tuple(
        release[name]
        for name in (
            "reason_code", "statement_key", "currency", "opening_minor", "closing_minor",
            "residual_minor",
        )
    )  # fmt: skip
    assert ["?", "1 lines", "opening 100.00", "closing 101.00", "residual -0.50"] == (
        of_release.split(" | ")[5:10]
    )


def test_json_has_every_canonical_line(checked) -> None:
    code, (statement,) = checked(GOOD, as_json=True)

    payment, payout = statement["lines"]
    assert (0, "accepted", None) == (code, statement["verdict"], statement["reason_code"])
    assert {
        "row": 2,
        "line_key": "settled|8835000000000001|8835000000000101|EUR",
        "occurrence": 1,
        "type": "payment",
        "economic_type": "payment",
        "provider_type": "Settled",
        "is_expected_in_ledger": True,
        "amount_minor": 2000,
        "fee_minor": 50,
        "tax_minor": None,
        "net_minor": 1950,
        "currency": "EUR",
        "net_currency": "EUR",
        "references": {
            "psp": "8835000000000001", "event": "8835000000000101", "merchant": "ORD-1",
        },
        "booked_at": "2025-06-09T21:50:00+00:00",
        "booked_on": "2025-06-09",
        "source_zone": "CET",
        "value_date": None,
    } == payment  # fmt: skip
    assert (-1950, {"payout": "TX700000001XT"}) == (payout["amount_minor"], payout["references"])


def test_the_same_bytes_again_are_told_and_nothing_is_left_behind(checked, adyen) -> None:
    code, lines = checked(GOOD, GOOD)
    adyen.choose()

    first = lines[0].partition(" | ")[0]
    told = f"the same bytes were read before, as {first} | accepted, proved by: that file"
    assert (0, True) == (code, lines[1].endswith(told))
    assert [] == adyen.values("select delivery_id from deliveries")
    assert ["ShopEU"] == adyen.values("select account from accounts")


def test_a_copy_of_a_refused_file_is_refused_as_the_first_one_is(checked) -> None:
    code, lines = checked(CENT_OFF, CENT_OFF)

    assert (2, 2) == (code, len(lines))
    assert ["quarantined, wrong_total"] * 2 == [
        line.split(" | ")[-1].partition(":")[0] for line in lines
    ]
    assert ["1.txt", "2.txt"] == [line.split(" | ")[0] for line in lines]
    assert ["file 1.txt", "file 2.txt"] == [re.findall(r"file \S+\.txt", line)[0] for line in lines]


def test_a_type_word_that_the_format_does_not_know_is_told_with_its_lines(checked) -> None:
    code, (line,) = checked(a_file([a_row(type="Novelty"), a_payout("19.50")]))

    assert (0, True) == (code, "| unclassified: 1 lines of type 'Novelty' |" in line), line


@pytest.mark.parametrize("name", [b"b\xff.csv", b"b\x1b[31mRED.csv", b"b\nl.csv"])
def test_a_name_that_no_screen_takes_is_shown_with_question_marks(
    databases, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: bytes
) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(GOOD)

    assert 0 == run.check([path], FORMATS, None, currency=None, zone="UTC", as_json=False)
    assert 0 == run.check([path], FORMATS, None, currency=None, zone="UTC", as_json=True)
    printed = capsys.readouterr().out
    assert (2, "b?") == (len(printed.splitlines()), printed[:2])


def test_a_file_of_only_a_byte_order_mark_is_empty(checked) -> None:
    code, (line,) = checked(b"\xef\xbb\xbf")

    assert (2, True) == (code, "quarantined, empty:" in line), line


def test_a_period_never_runs_backwards(checked) -> None:
    utc_day = a_pix_page(a_pix()).replace("2025-06-09T03", "2025-06-10T00")
    utc_day = utc_day.replace("2025-06-11T02", "2025-06-10T23")
    late = camt_files.a_message(
        camt_files.a_statement(camt_files.an_entry(booked="<Dt>2025-06-29</Dt>"))
    )
    code, (pix, camt) = checked(utc_day.encode(), late, as_json=True)

    assert (0, None, None) == (code, pix["period_from"], pix["period_to"])
    assert ["no day is in it as a whole, in the zone of the business days"] == pix["notices"]
    assert ("2025-06-09", "2025-06-09") == (camt["period_from"], camt["period_to"])


def test_a_statement_that_stands_twice_in_a_file_is_read_once_and_told(checked) -> None:
    statement = camt_files.a_statement()
    code, (only,) = checked(camt_files.a_message(statement, statement), as_json=True)

    assert (0, 1, ["'S1' has copies in the file: it was read once"]) == (
        code, only["line_count"], only["notices"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "format_name", "words"),
    [
        (',"url":"/v1/payouts"', "stripe_payouts", "there is no line"),
        (',"url": "/v1/balance_transactions"', "stripe_balance_transactions", "there is no line"),
        ("", None, "expected stripe_balance_transactions or stripe_payouts; found"),
        (',"url":"/v1/charges"', None, "no format knows this content"),
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        '{"object":"list","data":[],"has_more":false%s}',
        '{"data": [ ],\n"has_more": false%s,\n"object": "list"}',
    ],
)
def test_an_empty_list_says_itself_what_it_lists_or_which_formats_it_could_be(
    checked, page: str, more: str, format_name: str | None, words: str
) -> None:
    code, (verdict,) = checked((page % more).encode(), as_json=True)

    assert (2, format_name, True) == (code, verdict["format"], words in verdict["reason"]), verdict


def test_what_the_command_takes_and_gives_is_in_the_docs(
    checked, capsys: pytest.CaptureFixture[str]
) -> None:
    _, (statement,) = checked(GOOD, as_json=True)
    with pytest.raises(SystemExit):
        run.main(["check", "--help"])
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    page = (PROJECT_ROOT / "docs" / "adding-a-format.md").read_text(encoding="utf-8")

    names = [*statement, *statement["lines"][0]]
    assert [] == [name for name in names if f"`{name}`" not in page]
    assert {"--format", "--currency", "--zone", "--json"} == options
    assert [] == [option for option in options if f"| `{option}" not in page]


def test_a_wrong_call_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong_calls = (
        ["check"],
        ["check", "--format", "nonsense", "x"],
        ["check", "--zone", "Mars/X", "x"],
        [],
        ["other"],
    )
    for arguments in wrong_calls:
        with pytest.raises(SystemExit) as ended:
            run.main(arguments)
        assert 1 == ended.value.code
    assert 1 == run.main(["check", str(tmp_path / "absent.csv")])
    assert "no file: " in capsys.readouterr().err
    os.mkfifo(tmp_path / "pipe.csv")
    assert 1 == run.main(["check", str(tmp_path / "pipe.csv")])
    assert "not a regular file: " in capsys.readouterr().err


def test_the_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run.main(["formats"])
    assert "adyen_settlement_details " in capsys.readouterr().out


def a_day(day: int, opening: int, closing: int) -> bytes:
    """An MT940 statement of a day of June with one movement, numbered by the day."""
    amount = closing - opening
    return (
        f"\r\n:20:D{day}\r\n:25:NL01BANK0000000001\r\n:28C:{day}/1\r\n:60F:C2506{day:02}EUR{opening},00"
        f"\r\n:61:2506{day:02}{'C' if amount >= 0 else 'D'}{abs(amount)},00NTRFNONREF"
        f"\r\n:62F:C2506{day:02}EUR{closing},00\r\n-\r\n"
    ).encode()


def test_statements_of_several_files_are_held_against_each_other(checked) -> None:
    code, lines = checked(a_day(3, 150, 120), a_day(2, 100, 150), a_day(4, 120, 80))

    assert (0, 4) == (code, len(lines))
    assert [
        "continuity", "mt940", "account NL01BANK0000000001", "2025-06-02 to 2025-06-04",
        "3 statements", "opening 100.00 EUR", "closing 80.00 EUR",
        "each opens as the one before it closed",
    ] == lines[-1].split(" | ")  # fmt: skip


def test_a_break_between_files_is_told_with_its_amount_and_a_missing_number(checked) -> None:
    _, lines = checked(a_day(2, 100, 150), a_day(3, 140, 120), a_day(6, 120, 80))

    opened, *missing = lines[-1].split(" | ")[7:]
    assert "opens -10.00 EUR away from where" in opened
    assert ["4", "5"] == [re.search(r"statement (\d)", text)[1] for text in missing]


def test_two_files_of_one_statement_number_are_told_apart_by_their_names(checked) -> None:
    _, lines = checked(a_day(2, 100, 150), a_day(2, 100, 160))

    told = lines[-1].split(" | ")[7]
    assert re.fullmatch(
        r"statement (.+) \(file 2\.txt\) opens -50\.00 EUR away from where \1 \(file 1\.txt\)"
        r" closed: one between them is missing, or they overlap",
        told,
    ), told


def test_a_missing_statement_whose_key_nobody_can_know_is_told_by_its_number(checked) -> None:
    balances = camt_files.a_balance("OPBD", "120.00", on="2025-06-11")
    balances += camt_files.a_balance("CLBD", "140.00", on="2025-06-11")
    ninth = camt_files.a_message(camt_files.a_statement(key="S7-B", balances=balances))
    first = camt_files.a_message(camt_files.a_statement(key="S7-A"))

    _, lines = checked(first, ninth.replace(b"Nb>7<", b"Nb>9<"))

    assert "statement number 8 is missing between S7-A and S7-B" == lines[-1].split(" | ")[-1]


def test_json_tells_of_each_statement_what_it_follows(checked) -> None:
    _, statements = checked(a_day(2, 100, 150), a_day(3, 150, 120), a_day(4, 121, 9), as_json=True)

    first, second, third = (statement["continuity"] for statement in statements)
    assert (None, "1.txt", []) == (first, second["after_file"], second["breaks"])
    assert ("2.txt", 1, True) == (
        third["after_file"],
        len(third["breaks"]),
        "opens +1.00 EUR" in third["breaks"][0],
    )


def test_files_without_balances_or_numbers_are_not_called_a_chain(checked) -> None:
    header = b"balance_transaction_id,created,currency,gross,fee,net,reporting_category\n"
    _, lines = checked(
        header + b"txn_1,2026-03-29 12:30:00,eur,10.00,0,10.00,charge\n",
        header + b"txn_2,2026-03-30 12:30:00,eur,10.00,0,10.00,charge\n",
    )

    assert lines[-1].endswith("nothing says whether one is missing between them")


@pytest.mark.parametrize(
    ("opening", "told"),
    [(150, "each opens as the one before it closed"), (140, "opens -10.00 EUR away from where")],
)
def test_statements_of_one_file_are_held_against_each_other_too(
    checked, opening: int, told: str
) -> None:
    _, (*statements, continuity) = checked(a_day(2, 100, 150) + a_day(3, opening, 120))

    assert (2, "continuity", "2 statements") == (
        len(statements),
        continuity.split(" | ")[0],
        continuity.split(" | ")[4],
    )
    assert told in continuity.split(" | ")[-1]


def test_one_statement_alone_is_held_against_none(checked) -> None:
    _, lines = checked(a_day(2, 100, 150))

    assert 1 == len(lines)
