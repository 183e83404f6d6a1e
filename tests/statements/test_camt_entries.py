"""camt.053, 052 and 054: what an entry and its details mean."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.camt_entries import REFERENCES_MAX
from include.reconciliation.statements.parsed import Line
from tests.statements.camt_files import (
    a_detail,
    a_message,
    a_statement,
    an_entry,
    the_statement,
)


def _line(entry: str) -> Line:
    _, lines, _ = the_statement(a_message(a_statement(entry)))
    return lines[0]


def test_the_direction_signs_an_entry_and_the_reversal_mark_only_says_why() -> None:
    entries = [
        an_entry("5.00", "CRDT"),
        an_entry("4.00", "DBIT"),
        an_entry("3.00", "CRDT", reversal="true"),
        an_entry("2.00", "DBIT", reversal="true"),
    ]

    _, lines, _ = the_statement(a_message(a_statement(*entries)))

    assert [5_00, -4_00, 3_00, -2_00] == [line.gross_minor for line in lines]
    assert ["PMNT-RCDT-ESCT"] * 2 + ["PMNT-RCDT-ESCT RvslInd"] * 2 == [
        line.provider_type for line in lines
    ]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("20.00000", "EUR", 20_00),
        ("00020.1", "EUR", 20_10),
        (" 20 ", "EUR", 20_00),
        ("20.00", "JPY", 20),
        ("0.001", "BHD", 1),
        ("0", "EUR", 0),
    ],
)
def test_amounts_have_up_to_five_decimals_and_stay_exact(
    text: str, currency: str, minor: int
) -> None:
    line = _line(an_entry(text, currency=currency))

    assert (minor, currency) == (line.net_minor, line.net_currency)


def test_an_amount_without_a_currency_is_in_that_of_the_account() -> None:
    assert "EUR" == _line(an_entry(currency="")).gross_currency


@pytest.mark.parametrize(
    ("booked", "on", "at", "zone"),
    [
        ("<Dt>2025-06-09</Dt>", date(2025, 6, 9), "2025-06-09T00:00:00Z", "date only"),
        ("<Dt>2025-06-09+02:00</Dt>", date(2025, 6, 9), "2025-06-09T00:00:00Z", "date only"),
        (
            "<DtTm>2025-06-09T01:30:00.5+02:00</DtTm>",
            date(2025, 6, 9),
            "2025-06-08T23:30:00.5Z",
            "+02:00",
        ),
        ("<DtTm>2025-06-09T01:30:00Z</DtTm>", date(2025, 6, 9), "2025-06-09T01:30:00Z", "UTC"),
        # Without an offset it is no instant.
        ("<DtTm>2025-06-09T01:30:00</DtTm>", date(2025, 6, 9), "2025-06-09T00:00:00Z", "date only"),
    ],
)
def test_a_date_is_kept_as_written_and_an_offset_makes_it_an_instant(
    booked: str, on: date, at: str, zone: str
) -> None:
    line = _line(an_entry(booked=booked))

    assert (on, datetime.fromisoformat(at), zone) == (
        line.booked_on,
        line.booked_at,
        line.source_zone,
    )


def test_an_entry_without_dates_is_dated_by_its_statement_which_is_noted() -> None:
    entries = [an_entry(booked=""), an_entry(booked="", value="")]

    _, lines, end = the_statement(a_message(a_statement(*entries)))

    assert [date(2025, 6, 10), date(2025, 6, 9)] == [line.booked_on for line in lines]
    assert [date(2025, 6, 10), None] == [line.value_date for line in lines]
    assert (
        "entries without a booking date: 2; their value date was taken, or the statement's date"
        " 2025-06-09",
    ) == end.notices


def test_a_batch_is_one_line_with_the_references_of_its_details() -> None:
    details = [
        a_detail("25.00", "CRDT", end_to_end="E1", remittance="Invoice 1"),
        a_detail("5.00", "DBIT", end_to_end="E2", remittance="Invoice 2"),
        a_detail("0.00", end_to_end="NOTPROVIDED"),
    ]

    _, lines, end = the_statement(
        a_message(a_statement(an_entry("20.00", "CRDT", *details, batch="3")))
    )

    assert [20_00] == [line.gross_minor for line in lines]
    assert None is lines[0].merchant_reference
    assert (
        ("account_servicer", "A1"),
        ("batch_count", "3"),
        ("end_to_end", "E1"),
        ("remittance", "Invoice 1"),
        ("end_to_end", "E2"),
        ("remittance", "Invoice 2"),
        ("detail_count", "3"),
        ("detail_sum", "20.00 EUR"),
    ) == lines[0].further_references
    assert () == end.notices


def test_a_batch_whose_details_come_in_another_file_is_a_line_all_the_same() -> None:
    line = _line(an_entry(batch="94"))

    assert (20_00, (("batch_count", "94"), ("detail_count", "0"))) == (
        line.gross_minor,
        line.further_references[1:],
    )


def test_the_only_detail_gives_the_reference_of_the_payment() -> None:
    line = _line(an_entry("20.00", "CRDT", a_detail("20.00", end_to_end="ORDER-1")))

    assert "ORDER-1" == line.merchant_reference
    assert "A1 ORDER-1 2025-06-09 2025-06-10 2000 EUR" == line.line_key


def test_the_entry_is_the_truth_where_its_details_come_to_something_else() -> None:
    entry = an_entry("20.00", "DBIT", a_detail("15.00"), a_detail("4.00", "DBIT"))

    _, lines, end = the_statement(a_message(a_statement(entry)))

    assert [-20_00] == [line.gross_minor for line in lines]
    assert (
        "entry 1: its details sum to -19.00, the entry is -20.00 EUR: the entry counts",
    ) == end.notices


@pytest.mark.parametrize("amount", ["", "12..3", "1.001", "-1.00"])
def test_a_detail_that_can_not_be_summed_holds_nothing_up(amount: str) -> None:
    _, lines, end = the_statement(
        a_message(a_statement(an_entry("20.00", "CRDT", a_detail(amount))))
    )

    assert ([20_00], ()) == ([line.gross_minor for line in lines], end.notices)


def test_a_batch_of_very_many_details_keeps_the_first_references_and_says_so() -> None:
    details = [a_detail("0.01", end_to_end=f"E{number}") for number in range(REFERENCES_MAX + 7)]

    _, lines, end = the_statement(a_message(a_statement(an_entry("20.07", "CRDT", *details))))

    assert REFERENCES_MAX == sum(kind == "end_to_end" for kind, _ in lines[0].further_references)
    assert (
        f"entry 1: 7 references of its {REFERENCES_MAX + 7} details are not kept, only the first"
        f" {REFERENCES_MAX}",
    ) == end.notices


def test_what_is_not_booked_yet_is_no_line_and_is_told() -> None:
    entries = [
        an_entry(),
        an_entry("7.00", "DBIT", status="PDNG"),
        an_entry("1.50", "CRDT", status="<Cd>PDNG</Cd>"),
        an_entry("9.00", "CRDT", status="INFO"),
    ]

    _, lines, end = the_statement(a_message(a_statement(*entries)))

    assert [20_00] == [line.gross_minor for line in lines]
    assert (
        "entries that are PDNG, not booked, were not read: 2 of -5.50 EUR",
        "entries that are INFO, not booked, were not read: 1 of 9.00 EUR",
    ) == end.notices


def test_twins_are_two_lines_with_one_key() -> None:
    _, lines, _ = the_statement(a_message(a_statement(an_entry(), an_entry())))

    assert ([1, 2], 1) == ([line.row for line in lines], len({line.line_key for line in lines}))


def test_a_status_that_the_standard_does_not_have_is_told() -> None:
    _, lines, end = the_statement(a_message(a_statement(an_entry(status="<Cd>GONE</Cd>"))))

    assert [20_00] == [line.gross_minor for line in lines]
    assert ("entries of the unknown status 'GONE' were read as booked: 1",) == end.notices


def test_an_entry_with_a_second_amount_is_refused() -> None:
    twice = an_entry().replace("</Amt>", '</Amt><Amt Ccy="EUR">7.00</Amt>', 1)

    with pytest.raises(StatementError) as refused:
        the_statement(a_message(a_statement(twice)))

    assert ("bad_xml", True) == (refused.value.reason_code, "7.00" in str(refused.value))
