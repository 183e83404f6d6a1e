"""PayPal's settlement report: kinds of rows, hundredths in every currency, footers."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import paypal_settlement
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.reasons import REASON_CODES
from tests.statements.conftest import shared_samples
from tests.statements.paypal_reports import COLUMNS, HEAD, SECTION, a_report, a_row

SAMPLES = shared_samples("paypal")
PAYMENT = a_row("PAY1", "T0006", "CR", 10000, fee=("DR", 390), invoice="ORD-1")


def events(text: str | bytes) -> list[Event]:
    content = text.encode() if isinstance(text, str) else text
    return list(paypal_settlement.read(io.BytesIO(content), "STL.csv"))


def lines(*rows: str) -> list[Line]:
    return [event for event in events(a_report(*rows)) if isinstance(event, Line)]


def end_of(text: str) -> StatementEnd:
    end = events(text)[-1]
    assert isinstance(end, StatementEnd)
    return end


def test_a_whole_report_is_a_statement_with_its_payment_and_its_footers() -> None:
    start, line, end = events(a_report(PAYMENT))

    assert (
        StatementStart(
            statement_key="20260310T070000Z/20260311T065959Z",
            account="MERCHANT1",
            currency=None,
            sequence_number=None,
            period_from=date(2026, 3, 10),
            period_to=date(2026, 3, 10),
            created_at=datetime(2026, 3, 11, 9, 10, tzinfo=UTC),
            row=3,
        )
        == start
    )
    assert (
        Line(
            row=5,
            provider_type="T0006",
            type="payment",
            economic_type="payment",
            gross_minor=10000,
            gross_currency="USD",
            fee_minor=390,
            tax_minor=None,
            net_minor=9610,
            net_currency="USD",
            booked_at=datetime(2026, 3, 10, 16, 30, tzinfo=UTC),
            booked_on=date(2026, 3, 10),
            source_zone="-07:00",
            value_date=None,
            line_key="PAY1 T0006",
            psp_reference="PAY1",
            event_reference="PAY1",
            merchant_reference="ORD-1",
        )
        == line
    )
    assert (
        StatementEnd(
            control=(
                ("lines", "", 1),
                ("gross_credits", "USD", 10000),
                ("gross_debits", "USD", 0),
                ("fee_credits", "USD", 0),
                ("fee_debits", "USD", 390),
                ("opening", "USD", 100000),
                ("closing", "USD", 109610),
                ("lines", "USD", 1),
            ),
            proved_by="footers of each currency = rows, opening + rows = closing",
        )
        == end
    )


def test_a_hundred_yen_are_written_ten_thousand_and_a_dinar_has_a_third_decimal() -> None:
    yen, dinar = lines(
        a_row("PAY1", "T0000", "CR", 10000, "JPY"), a_row("PAY2", "T0000", "CR", 10000, "KWD")
    )

    assert (100, "JPY") == (yen.gross_minor, yen.gross_currency)
    assert (100000, "KWD") == (dinar.gross_minor, dinar.gross_currency)


def test_a_refund_gives_its_fee_back_and_names_the_payment() -> None:
    refund = lines(a_row("REF1", "T1107", "DR", 1500, "BRL", fee=("CR", 338), reference="PAY1"))[0]

    assert ("refund", -1500, -338, -1162) == (
        refund.type,
        refund.gross_minor,
        refund.fee_minor,
        refund.net_minor,
    )
    assert ("PAY1", "REF1") == (refund.psp_reference, refund.event_reference)


def test_the_fee_of_a_chargeback_is_a_row_of_its_own_and_leads_to_the_same_payment() -> None:
    chargeback, fee = lines(
        a_row("CB1", "T1201", "DR", 300, reference="PAY1"),
        a_row("FEE1", "T0106", "DR", 2000, reference="CB1"),
    )

    assert ("chargeback", -300, 0) == (
        chargeback.type,
        chargeback.gross_minor,
        chargeback.fee_minor,
    )
    assert ("fee", -2000, 0, -2000) == (fee.type, fee.gross_minor, fee.fee_minor, fee.net_minor)
    assert ["PAY1", "PAY1"] == [chargeback.psp_reference, fee.psp_reference]
    assert (("related_transaction", "CB1"),) == fee.further_references


def test_a_conversion_is_two_lines_and_nothing_is_converted_here() -> None:
    rows = (
        a_row("PAY1", "T0003", "CR", 2200, "BRL", fee=("DR", 360)),
        a_row("CNV1", "T0200", "DR", 1840, "BRL", reference="PAY1"),
        a_row("CNV2", "T0200", "CR", 327, "USD", reference="PAY1"),
    )
    payment, given_away, taken = lines(*rows)

    assert 0 == payment.net_minor + given_away.net_minor
    assert [("conversion", -1840, "BRL"), ("conversion", 327, "USD")] == [
        (line.type, line.gross_minor, line.gross_currency) for line in (given_away, taken)
    ]
    assert () == end_of(a_report(*rows)).notices


def test_a_conversion_with_one_side_only_is_told() -> None:
    text = a_report(a_row("CNV1", "T0200", "DR", 1840, "BRL", reference="PAY1"))

    assert ("row 5: the conversion for PAY1 has one side only",) == end_of(text).notices


# Code, direction, and what it is: a code with the other direction means something else.
CODES = [
    ("T0000", "CR", "payment"),
    ("T0000", "DR", "unknown"),
    ("T0002", "CR", "payment"),
    ("T0100", "DR", "fee"),
    ("T0200", "DR", "conversion"),
    ("T0300", "CR", "balance"),
    ("T0400", "DR", "payout"),
    ("T1106", "DR", "chargeback"),
    ("T1107", "CR", "unknown"),
    ("T1108", "CR", "fee"),
    ("T1110", "DR", "reserve_hold"),
    ("T1111", "CR", "reserve_release"),
    ("T1202", "CR", "reversal"),
    ("T1900", "DR", "adjustment"),
    ("T1302", "DR", "unknown"),
    ("T9900", "CR", "unknown"),
    ("X1", "CR", "unknown"),
]


def test_each_event_code_has_its_type_and_keeps_its_word() -> None:
    found = lines(
        *(a_row(f"N{number}", code, side, 100) for number, (code, side, _) in enumerate(CODES))
    )

    assert [(code, type_) for code, _, type_ in CODES] == [
        (line.provider_type, line.type) for line in found
    ]


def test_a_withdrawal_has_the_bank_s_reference() -> None:
    with_bank, without = lines(
        a_row("OUT1", "T0400", "DR", 100, bank="1047"), a_row("OUT2", "T0400", "DR", 100)
    )

    assert ["1047", "OUT2"] == [with_bank.payout_reference, without.payout_reference]


def test_every_other_reference_is_kept_with_its_kind() -> None:
    ordered, plain = lines(
        a_row(
            "P1", "T0006", "CR", 1, invoice="I1", custom="C1", reference="O1", reference_kind="ODR"
        ),
        a_row("P2", "T0002", "CR", 1, custom="C2", reference="S1", reference_kind="SUB"),
    )

    assert ("I1", (("order", "O1"), ("custom", "C1"))) == (
        ordered.merchant_reference,
        ordered.further_references,
    )
    assert ("C2", (("subscription", "S1"),)) == (
        plain.merchant_reference,
        plain.further_references,
    )


def test_footers_that_leave_withdrawals_out_are_told_and_made_whole() -> None:
    whole = a_report(PAYMENT, a_row("OUT1", "T0400", "DR", 9000))
    left_out = whole.replace('"USD",10000,9000,', '"USD",10000,0,').replace(",0,2\r\n", ",0,1\r\n")

    end = end_of(left_out)

    assert end_of(whole).control == end.control
    assert ("the footer of USD leaves its withdrawals out",) == end.notices


@pytest.mark.parametrize(
    ("without", "proved_by", "control"),
    [
        (("RH", "FH", "SC", "RC", "FF"), "footers of each currency = rows", 7),
        (("SF",), "footers of each currency = rows", 8),
        (("SF", "RF"), "number of rows", 1),
        (("SF", "RF", "SC", "RC", "FF"), "none", 0),
    ],
)
def test_the_fewer_kinds_of_rows_there_are_the_less_is_proved(
    without: tuple[str, ...], proved_by: str, control: int
) -> None:
    end = end_of(a_report(PAYMENT, without=without))

    assert end.proved_by.startswith(proved_by)
    assert control == len(end.control)
    assert (proved_by == "none") == (end.notices == ("no footer says that the section is whole",))


def test_a_section_is_a_statement() -> None:
    other = (SECTION.replace("MERCHANT1", "MERCHANT2"), COLUMNS, PAYMENT.replace("PAY1", "PAY2"))
    first = a_report(PAYMENT, without=("RF", "RC", "FF"))

    found = events(first + "\r\n".join([*other, '"SC",1', '"RC",2']))

    assert ["MERCHANT1", "MERCHANT2"] == [
        event.account for event in found if isinstance(event, StatementStart)
    ]
    assert ["PAY1", "PAY2"] == [event.psp_reference for event in found if isinstance(event, Line)]


def test_a_second_file_of_the_report_is_a_statement_of_its_own() -> None:
    text = a_report(PAYMENT).replace('"FH",01', '"FH",02').replace('"RC",1', '"RC",1000001')
    text = text.replace('"RF","USD",10000,', '"RF","USD",90000000,')

    start = events(text)[0]

    assert isinstance(start, StatementStart)
    assert "20260310T070000Z/20260311T065959Z file 2" == start.statement_key


def test_an_unknown_column_is_a_notice() -> None:
    text = a_report(PAYMENT).replace('"Credit Term"', '"Credit Term","Brand New"')

    assert ("columns that are not known: kept, not read: 'Brand New'",) == end_of(
        text.replace('"",,,', '"",,,,')
    ).notices


WHOLE = a_report(PAYMENT, a_row("PAY2", "T0006", "CR", 5000, "JPY"))


@pytest.mark.parametrize(
    ("damaged", "reason_code", "words"),
    [
        ("", "empty", "nothing"),
        ("\ufeff\r\n\r\n", "empty", "nothing"),
        ("<html><body>Sign in</body></html>", "html_page", "row 1"),
        (WHOLE.encode("utf-16")[:-1], "bad_encoding", "utf-16"),
        (WHOLE.replace("ORD-1", "ORD\0-1"), "bad_encoding", "NUL"),
        (WHOLE.replace('"ORD-1"', '"ORD-1'), "malformed_row", "row 5"),
        (WHOLE.replace('"ORD-1",', ""), "malformed_row", "row 5: the row has another number"),
        (WHOLE.replace('"SB","PAY2"', '"XB","PAY2"'), "malformed_row", "row 6"),
        (WHOLE.replace('"CH",', '"RH",2026/03/11 02:10:00 -0700,'), "malformed_row", "SH and CH"),
        (WHOLE.replace(SECTION + "\r\n", ""), "malformed_row", "SH and CH before SB"),
        ("\r\n".join(HEAD[:2]), "missing_value", "an SH row"),
        (WHOLE.replace('"MERCHANT1"', '""'), "missing_value", "column 'account'"),
        (WHOLE.replace('"PAY2"', '""'), "missing_value", "row 6, column 'Transaction ID'"),
        (WHOLE.replace('"Transaction ID",', ""), "missing_column", "Transaction ID"),
        (WHOLE.replace('"Custom Field"', '"Invoice ID"'), "duplicate_column", "invoice id"),
        (WHOLE.replace("10000", "100.00"), "bad_amount", "row 5, column 'Gross"),
        (WHOLE.replace("10000", "-10000"), "bad_amount", "without a sign"),
        (WHOLE.replace("10000", "１００００"), "bad_amount", "row 5"),
        (WHOLE.replace("10000", "9" * 16), "bad_amount", "row 5"),
        (WHOLE.replace('"CR",10000', '"",10000'), "bad_amount", "CR or DR beside it"),
        (WHOLE.replace('"CR",5000', '"CR",5001'), "excess_decimals", "0 decimals in JPY"),
        (WHOLE.replace('"JPY"', '"JPX"'), "unknown_currency", "row 6"),
        (WHOLE.replace('390,"USD"', '390,"EUR"'), "row_does_not_tie", "expected USD"),
        (WHOLE.replace("09:30:00 -0700", "09:30:00"), "bad_date", "with an offset"),
        (WHOLE.replace("2026/03/10 09", "2026/02/30 09"), "bad_date", "row 5"),
        (WHOLE.replace("23:59:59 -0700", "00:00:00 +0100"), "bad_date", "ends before it starts"),
        (WHOLE.replace('"RC",2', '"RC",3'), "wrong_total", "column 'RC'"),
        (WHOLE.replace('"FF",2', '"FF",1'), "wrong_total", "expected 1; found 2"),
        (WHOLE.replace('"RF","USD",10000', '"RF","USD",10001'), "wrong_total", "RF USD"),
        (WHOLE.replace('F","JPY"', 'F","EUR"'), "wrong_total", "a footer for JPY"),
        (WHOLE.replace('"SF","JPY"', '"SF","USD"'), "malformed_row", "two footers"),
        (WHOLE.replace('"SC",2', '"SC",two'), "bad_amount", "a whole number"),
        (WHOLE.replace(',0,1\r\n"SF"', ',1\r\n"SF"'), "malformed_row", "row 7"),
    ],
)  # fmt: skip
def test_a_damaged_report_is_refused_for_the_right_reason(
    damaged: str | bytes, reason_code: str, words: str
) -> None:
    with pytest.raises(StatementError) as refused:
        events(damaged)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused


def test_a_row_that_does_not_end_is_not_kept_in_memory() -> None:
    for endless in ('"SB","' + "x" * 100_000, '"SB","' + "x\n" * 1000):
        with pytest.raises(StatementError) as refused:
            events(a_report(PAYMENT) + endless)

        assert "row 11: the row does not end" in str(refused.value)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    _read_or_refuse(content)


@settings(max_examples=300)
@given(st.data())
def test_a_report_with_a_few_wrong_bytes_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(WHOLE.encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.sampled_from(b'\0"\n,;/-0189CRDSFH \xff'))
    _read_or_refuse(bytes(content[: data.draw(st.integers(0, len(content)))]))


def _read_or_refuse(content: bytes) -> None:
    reason_code = "empty"
    try:
        events(content)
    except StatementError as error:
        reason_code = error.reason_code
    assert reason_code in REASON_CODES


@pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason="the real files of ../shared/samples do not lie beside this checkout",
)
@pytest.mark.parametrize(
    ("name", "types", "proved_by"),
    [
        ("stl.csv", "payment payment payment refund payout", "footers of each currency = rows"),
        ("stl_brl_refund.csv", "refund conversion conversion", "none"),
        ("stl_chargeback_with_fee.csv", "chargeback fee", "none"),
        ("stl_currency_convert.csv", "payment conversion conversion", "none"),
    ],
)
def test_a_real_report_is_read(name: str, types: str, proved_by: str) -> None:
    found = events((SAMPLES / f"wmf-SmashPig__{name}").read_bytes())

    assert types.split() == [event.type for event in found if isinstance(event, Line)]
    end = found[-1]
    assert isinstance(end, StatementEnd)
    assert end.proved_by.startswith(proved_by)
