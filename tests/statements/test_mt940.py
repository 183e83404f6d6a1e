"""MT940: what an entry means, where the library needs help, and what a statement is."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import mt940
import pytest

from include.reconciliation.statements import mt940_statement
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.mt940_files import CREDIT, a_statement, events_of, the_line, the_statement


def _amounts(*entries: str) -> list[int | None]:
    _, lines, _ = the_statement(a_statement(*entries))
    return [line.net_minor for line in lines]


def test_a_statement_has_a_start_its_entries_and_an_end() -> None:
    details = (
        ":86:166?00GUTSCHRIFT?100599?20EREF+ORDER-1?21MREF+M-7?22SVWZ+Invoice 1 of J\r\nune?34000"
    )

    assert [
        StatementStart(
            statement_key="115 STARTUMS 2025-06-09",
            account="50880050/0194774600888",
            currency="EUR",
            sequence_number=115,
            opening_minor=100_00,
            opening_on=date(2025, 6, 6),
        ),
        Line(
            row=5,
            provider_type="NTRF 166",
            type="bank_entry",
            economic_type="bank_entry",
            gross_minor=20_00,
            gross_currency="EUR",
            fee_minor=None,
            tax_minor=None,
            net_minor=20_00,
            net_currency="EUR",
            booked_at=datetime(2025, 6, 9, tzinfo=UTC),
            booked_on=date(2025, 6, 9),
            source_zone="date only",
            value_date=date(2025, 6, 10),
            line_key="2025-06-10 2025-06-09 2000 EUR NTRF B-1 ORDER-1",
            psp_reference="B-1",
            merchant_reference="ORDER-1",
            further_references=(
                ("bank", "B-1"),
                ("end_to_end", "ORDER-1"),
                ("mandate", "M-7"),
                ("remittance", "Invoice 1 of June"),
                ("information", "GUTSCHRIFT"),
            ),
        ),
        StatementEnd(
            closing_minor=120_00,
            closing_on=date(2025, 6, 9),
            proved_by="opening + entries = closing",
        ),
    ] == events_of(a_statement(":61:2506100609CR20,00NTRFNONREF//B-1", details))


@pytest.mark.parametrize(
    ("mark", "minor"),
    [
        ("C", 20_00),
        ("D", -20_00),
        ("RC", -20_00),
        ("RD", 20_00),
        ("RCR", -20_00),
        ("RDR", 20_00),
        ("CR", 20_00),
        ("DR", -20_00),
    ],
)
def test_a_reversal_goes_the_other_way(mark: str, minor: int) -> None:
    line = the_line(f":61:250610{mark}20,00NTRFNONREF")

    assert minor == line.net_minor
    assert ("NTRF" if mark[0] != "R" else f"NTRF {mark[:2]}") == line.provider_type


def test_the_library_signs_the_reversal_of_a_credit_wrongly_unless_it_is_asked_not_to() -> None:
    text = a_statement(":61:250610RC20,00NTRFNONREF", closing="62F:C250609EUR80,00")
    (by_default,) = mt940.parse_statements(io.StringIO(text))
    start, (line,), end = the_statement(text)

    assert 20 == by_default[0].data["amount"].amount
    assert -20_00 == line.net_minor
    assert (100_00, 80_00) == (start.opening_minor, end.closing_minor)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("20,00", 20_00),
        ("20,", 20_00),
        ("20,1", 20_10),
        ("000000000020,10", 20_10),
        ("20,00000", 20_00),
        # The comma is mandatory; the balances tell whether this was meant.
        ("20", 20_00),
    ],
)
def test_an_amount_has_a_decimal_comma(text: str, minor: int) -> None:
    assert [minor] == _amounts(f":61:250610C{text}NTRFNONREF")


def test_amounts_have_the_decimals_of_their_currency() -> None:
    text = a_statement(
        ":61:250610C20,NTRFNONREF",
        opening="60F:D250606JPY100,",
        closing="62F:D250609JPY80,00",
    )

    start, lines, end = the_statement(text)

    assert (-100, [20], -80) == (
        start.opening_minor,
        [line.net_minor for line in lines],
        end.closing_minor,
    )
    assert ["JPY"] == [line.net_currency for line in lines]


@pytest.mark.parametrize(
    ("dates", "value_date", "booked_on"),
    [
        ("250610", date(2025, 6, 10), date(2025, 6, 10)),
        ("2506100609", date(2025, 6, 10), date(2025, 6, 9)),
        ("250610    ", date(2025, 6, 10), date(2025, 6, 10)),
        ("2412310102", date(2024, 12, 31), date(2025, 1, 2)),
        ("2501021231", date(2025, 1, 2), date(2024, 12, 31)),
        # Interest is often valued on a 30 February.
        ("2302300301", date(2023, 2, 28), date(2023, 3, 1)),
    ],
)
def test_the_year_of_the_booking_is_found_and_a_day_that_is_none_is_the_last_of_its_month(
    dates: str, value_date: date, booked_on: date
) -> None:
    line = the_line(f":61:{dates}C20,00NTRFNONREF")

    assert (value_date, booked_on) == (line.value_date, line.booked_on)


def test_a_balance_of_31_november_is_of_the_30th() -> None:
    _, _, end = the_statement(a_statement(closing="62F:C251131EUR120,00"))

    assert date(2025, 11, 30) == end.closing_on


def test_several_statements_stay_apart() -> None:
    second = a_statement(
        ":61:250610D5,00NTRFNONREF",
        number="28C:116/1",
        opening="60F:C250609EUR120,00",
        closing="62F:C250610EUR115,00",
    )

    events = events_of(a_statement() + second)

    assert [(115, 100_00), (116, 120_00)] == [
        (event.sequence_number, event.opening_minor)
        for event in events
        if isinstance(event, StatementStart)
    ]
    assert [120_00, 115_00] == [
        event.closing_minor for event in events if isinstance(event, StatementEnd)
    ]
    assert [5, 12] == [event.row for event in events if isinstance(event, Line)]


def test_pages_have_intermediate_balances_and_share_a_key() -> None:
    pages = [
        a_statement(number="28C:7/1", closing="62M:C250609EUR120,00"),
        a_statement(
            number="28C:7/2",
            reference="OTHER",
            opening="60M:C250609EUR120,00",
            closing="62M:C250609EUR140,00",
        ),
        a_statement(
            number="28C:7/3", opening="60M:C250609EUR140,00", closing="62F:C250609EUR160,00"
        ),
    ]

    starts = [event for event in events_of("".join(pages)) if isinstance(event, StatementStart)]

    assert [(7, 1, False), (7, 2, False), (7, 3, True)] == [
        (start.sequence_number, start.page, start.is_last_page) for start in starts
    ]
    assert {"7 2025"} == {start.statement_key for start in starts}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("28C:00115/001", 115),
        ("28:115", 115),
        ("28C:11\r\n5/1", 115),
        ("28C:000", None),
        ("28C:A7", None),
        ("", None),
    ],
)
def test_a_statement_that_is_not_counted_has_no_number(number: str, expected: int | None) -> None:
    start, _, _ = the_statement(a_statement(number=number))

    assert (expected, None) == (start.sequence_number, start.page)


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\ufeff", ""),
        ("{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n", "}{5:{MAC:00000000}}"),
        ("\x01BANKNL2A\r\n940\r\nBANKNL2A\r\n", "\x03"),
        ("An example file.\r\n\r\n----------\r\n", "\r\n\r\n"),
    ],
)
def test_what_stands_around_the_fields_changes_nothing(
    before: str, after: str, line_end: str
) -> None:
    text = before + a_statement().rstrip() + after

    events = events_of(text.replace("\r\n", line_end))

    expected = the_statement(a_statement())
    assert expected[1][0].line_key == next(e.line_key for e in events if isinstance(e, Line))
    assert expected[2] == events[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_a_text_is_decoded_as_it_is(encoding: str) -> None:
    text = a_statement(CREDIT, ":86:166?00ÜBERWEISUNG?20Rechnung für Müller")

    _, (line,), _ = the_statement(text.encode(encoding))

    assert ("remittance", "Rechnung für Müller") in line.further_references


def test_control_characters_are_not_text() -> None:
    _, (line,), _ = the_statement(a_statement(CREDIT, ":86:Invoice\x1e \x011"))

    assert ("remittance", "Invoice 1") in line.further_references


@pytest.mark.parametrize(
    "entry",
    [
        ":61:2506100609C\r\n20,00NTRFORDER-1//B-1",
        ":61:2506100609C 20,00NTRFORDER-1//B-1",
        ":61:2506100609C20,00NTRFORDER-1//B-1\r\nfirst\r\nsecond\r\nthird",
    ],
)
def test_an_entry_may_be_wrapped(entry: str) -> None:
    line = the_line(entry)

    assert (20_00, "ORDER-1", "B-1") == (
        line.net_minor,
        line.merchant_reference,
        line.psp_reference,
    )
    assert ("first" in entry) == (("information", "first second third") in line.further_references)


@pytest.mark.parametrize("wrapped", [":20:37", ":25:37", ":28C:x", ":13:00", ":99:", ":NS:01x"])
def test_the_rest_of_a_time_in_a_wrapped_text_is_no_field(wrapped: str) -> None:
    line = the_line(CREDIT, f":86:Paid at\r\n{wrapped} o'clock", ":86:and more")

    assert (
        ("remittance", f"Paid at {wrapped} o'clock"),
        ("remittance", "and more"),
    ) == line.further_references[-2:]


def test_a_line_of_full_length_was_wrapped_inside_of_a_word() -> None:
    first = f"{'thanks ' * 8}now TX700"

    line = the_line(CREDIT, f":86:{first}\r\n00001XT\r\n-\r\nBYE")

    assert 65 == len(first)
    assert ("remittance", f"{first}00001XT BYE") in line.further_references


def test_structured_details_of_any_length_are_kept() -> None:
    parts = "".join(f"\r\n?{20 + number}{'x' * 60}" for number in range(10))

    line = the_line(CREDIT, f":86:166?00GUTSCHRIFT{parts}")

    assert ("remittance", "x" * 600) in line.further_references


def test_code_words_between_slashes_are_read() -> None:
    line = the_line(
        ":61:250610C20,00NTRFNONREF",
        ":86:/TRTP/SEPA OVERBOEKING/EREF/ORDER-1/MARF/M-7/REMI/USTD//INV 1/IBAN/NL00",
    )

    assert "ORDER-1" == line.merchant_reference
    assert {("end_to_end", "ORDER-1"), ("mandate", "M-7")} <= set(line.further_references)


def test_a_long_customer_reference_goes_up_to_the_banks_own() -> None:
    line = the_line(":61:250610C20,00NTRFBIPI-dvT1FzfMqvzF5HaU4oetl//2022070616")

    assert ("BIPI-dvT1FzfMqvzF5HaU4oetl", "2022070616") == (
        line.merchant_reference,
        line.psp_reference,
    )


def test_what_follows_a_reference_of_full_length_is_the_banks_remark() -> None:
    line = the_line(":61:250610C20,00NTRF1234567890123456PAYPAL EUROPE")

    assert "1234567890123456" == line.merchant_reference
    assert ("information", "PAYPAL EUROPE") in line.further_references


def test_what_is_said_before_and_after_the_entries_is_not_about_the_last_of_them() -> None:
    text = a_statement(
        ":86:About the account", CREDIT, ":86:Invoice 1", closing="62F:C250609EUR120,00"
    )
    text += ":64:C250609EUR1,\r\n:65:nullnull\r\n:86:D000001C000001\r\n"

    _, (line,), _ = the_statement(text)

    assert (
        ("customer", "ORDER-1"),
        ("bank", "B-1"),
        ("remittance", "Invoice 1"),
    ) == line.further_references


def test_twins_are_two_lines_with_one_key() -> None:
    _, lines, _ = the_statement(a_statement(CREDIT, CREDIT))

    assert ([5, 6], 1) == ([line.row for line in lines], len({line.line_key for line in lines}))


def test_entries_are_read_in_batches_and_none_is_lost() -> None:
    entries = [f":61:250610C0,0{number % 9}NTRFR{number}" for number in range(1200)]

    _, lines, _ = the_statement(a_statement(*entries))

    assert len(entries) > 2 * mt940_statement.BATCH
    assert [f"R{number}" for number in range(1200)] == [line.merchant_reference for line in lines]
