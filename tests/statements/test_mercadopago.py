"""Mercado Pago's release report: the net counts, and rows of balances are no lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.statements.mercadopago_reports import CLOSING, HEADER, OPENING, PAYMENT, REFUND, a_report


@pytest.fixture
def mercado(reader_of):
    """An account in BRL alone, so that files without a column of currencies are in it."""
    return reader_of("mercadopago_release_report", zone="America/Sao_Paulo", currencies="BRL")


def test_a_release_is_a_payment_with_its_fees_and_taxes(mercado) -> None:
    reader, folder = mercado
    (folder / "release.csv").write_bytes(a_report(OPENING, PAYMENT, REFUND, CLOSING))

    counted = reader.run()

    payment, refund = reader.lines()
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert {
        "payment_key": "771",
        "line_scope": "2026-03-01 to 2026-03-01",
        "line_key": "release / payment|771||BRL",
        "occurrence": 1,
        "provider_type": "release / payment",
        "type": "payment",
        "economic_type": "payment",
        "is_expected": True,
        "psp_reference": "771",
        "event_reference": None,
        "merchant_reference": "ORD-1",
        "payout_reference": None,
        "gross_minor": 26900,
        "gross_currency": "BRL",
        "fee_minor": 4204,
        "tax_minor": 100,
        "net_minor": 22596,
        "net_currency": "BRL",
        "booked_at": datetime(2026, 3, 2, 3, 30, tzinfo=UTC),
        "booked_on": date(2026, 3, 1),
        "source_zone": "-04:00",
        "value_date": None,
        "row_number": 3,
        "further_references": None,
    } == payment
    # A refund gives its fee back.
    assert (-10000, -1600, 0, -8400) == tuple(
        refund[name] for name in ("gross_minor", "fee_minor", "tax_minor", "net_minor")
    )
    assert ["rows tie to their net, opening + lines = closing"] == reader.values(
        "select proved_by from statements"
    )
    assert [("closing", 24196, 0), ("opening", 10000, 0)] == [
        tuple(row.values())
        for row in reader.rows(
            "select measure, control_minor, lines from statement_control_totals"
            " where measure in ('opening', 'closing') order by measure"
        )
    ]


def test_balances_that_the_lines_do_not_join_refuse_the_report(mercado) -> None:
    reader, folder = mercado
    (folder / "release.csv").write_bytes(a_report(OPENING, PAYMENT, CLOSING))

    reader.run()

    state, reason, sentence = reader.verdict()
    assert ("quarantined", "wrong_total") == (state, reason)
    assert "a residual of 84.00 BRL" in str(sentence)


@pytest.mark.parametrize(
    ("row", "reason", "word"),
    [
        (PAYMENT.replace("225.96", "225.97"), "row_does_not_tie", "225.97 BRL"),
        (PAYMENT.replace("225.96", "225.960001"), "excess_decimals", "225.960001"),
        (PAYMENT.replace("225.96", "-225.96"), "bad_amount", "NET_CREDIT_AMOUNT"),
        (PAYMENT.replace("-40.04", "40.04-"), "bad_amount", "MP_FEE_AMOUNT"),
        (PAYMENT.replace("T23:30", " 23:30"), "bad_date", "2026-03-01 23:30"),
        (PAYMENT.replace("2026-03-01T", "2026-02-30T"), "bad_date", "2026-02-30"),
        (PAYMENT.replace("release,payment", ","), "missing_value", "RECORD_TYPE"),
    ],
)
def test_a_bad_row_is_refused_for_its_reason(mercado, row: str, reason: str, word: str) -> None:
    reader, folder = mercado
    (folder / "release.csv").write_bytes(a_report(row))

    reader.run()

    assert (reason, True) == (reader.verdict()[1], word in str(reader.verdict()[2]))


def test_where_costs_were_not_configured_nothing_is_said_of_them(mercado) -> None:
    reader, folder = mercado
    columns = HEADER.split(",")[:9]
    row = ",".join(PAYMENT.split(",")[:9])
    (folder / "release.csv").write_bytes(a_report(row, header=",".join(columns)))

    reader.run()

    assert [(26900, None, None, 22596)] == [
        tuple(row.values())
        for row in reader.rows(
            "select gross_minor, fee_minor, tax_minor, net_minor from work_statement_lines"
        )
    ]
    assert ["none"] == reader.values("select proved_by from statements")


def test_an_amount_without_a_sign_has_that_of_its_net(mercado) -> None:
    reader, folder = mercado
    row = "2026-03-01T09:00:00-0400;9;;release;payment;0;50;40;10;0;0;0;0;1;"
    (folder / "release.csv").write_bytes(a_report(row, header=HEADER.replace(",", ";")))

    reader.run()

    assert [(-4000, 1000, -5000)] == [
        tuple(row.values())
        for row in reader.rows("select gross_minor, fee_minor, net_minor from work_statement_lines")
    ]


def test_balances_around_a_payout_are_neither_lines_nor_the_closing_one(mercado) -> None:
    reader, folder = mercado
    before = "2026-03-01T23:45:00.000-04:00,773,,available_balance,pre_payout_773,241.96,0,,,,,,,,"
    payout = "2026-03-01T23:45:01.000-04:00,773,,release,payout,0.00,200.00,-200.00,0,0,0,0,0,1,"
    after = "2026-03-01T23:45:02.000-04:00,773,,available_balance,pos_payout_773,41.96,0,,,,,,,,"
    # The last row has both sums, and no date.
    total = ",,,total,,325.96,284.00,69.00,-24.04,0,-2.00,-1.00,0,,"
    content = a_report(OPENING, PAYMENT, REFUND, before, payout, after, total)
    (folder / "release.csv").write_bytes(content)

    counted = reader.run()

    assert {"accepted": 1, "quarantined": 0, "lines": 3} == counted
    assert ["rows tie to their net, opening + lines = closing"] == reader.values(
        "select proved_by from statements"
    )
    assert [4196] == reader.values(
        "select control_minor from statement_control_totals where measure = 'closing'"
    )


SHORT_HEADER = (
    "DATE;SOURCE_ID;DESCRIPTION;NET_CREDIT_AMOUNT;NET_DEBIT_AMOUNT;GROSS_AMOUNT;MP_FEE_AMOUNT;"
    "FINANCING_FEE_AMOUNT;SHIPPING_FEE_AMOUNT;TAXES_AMOUNT;BALANCE_AMOUNT"
)
SHORT_OPENING = "2026-03-01T00:00:00.000-04:00;;;100.00;0.00;100.00;0;0;0;0;100.00"
SHORT_PAYMENT = (
    "2026-03-01T23:30:00.000-04:00;771;payment;225.96;0.00;269.00;-40.04;0.00;-2.00;-1.00;325.96"
)
SHORT_TOTAL = ";;;325.96;0.00;;;;;;0.00"


def test_a_report_without_record_types_is_read_by_what_its_rows_lack(mercado) -> None:
    reader, folder = mercado
    rows = (SHORT_OPENING, SHORT_PAYMENT, SHORT_TOTAL)
    (folder / "release.csv").write_bytes(a_report(*rows, header=SHORT_HEADER))

    counted = reader.run()

    (payment,) = reader.lines()
    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted
    assert ("payment", "payment", 26900, 22596) == tuple(
        payment[name] for name in ("provider_type", "type", "gross_minor", "net_minor")
    )
    assert [("closing", 32596), ("opening", 10000)] == [
        tuple(row.values())
        for row in reader.rows(
            "select measure, control_minor from statement_control_totals"
            " where measure in ('opening', 'closing') order by measure"
        )
    ]


LATER = "2026-03-01T23:40:00.000-04:00;772;payment;50.00;0.00;50.00;0;0;0;0;375.96"
LATER_TOTAL = ";;;375.96;0.00;;;;;;0.00"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((SHORT_PAYMENT, LATER), []),
        # The newest first.
        ((LATER, SHORT_PAYMENT), []),
        ((SHORT_PAYMENT, LATER.replace("375.96", "376.00")), ["1 rows, first in row 4"]),
        ((SHORT_PAYMENT.replace("325.96", "225.96"), LATER), ["2 rows, first in row 3"]),
        ((SHORT_PAYMENT.replace("325.96", ""), LATER.replace("375.96", "")), []),
        ((SHORT_PAYMENT.replace("325.96", "0.00"), LATER.replace("375.96", "0.00")), []),
    ],
)
def test_balances_that_do_not_follow_from_the_lines_are_told(
    mercado, lines: tuple[str, ...], told: list[str]
) -> None:
    reader, folder = mercado
    rows = (SHORT_OPENING, *lines, LATER_TOTAL)
    (folder / "release.csv").write_bytes(a_report(*rows, header=SHORT_HEADER))

    counted = reader.run()

    (notices,) = reader.values("select notices from statements")
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert [
        f"BRL: in {each}, BALANCE_AMOUNT is not the one before it and the amount of the row"
        for each in told
    ] == notices


@pytest.mark.parametrize(
    ("rows", "reason", "word"),
    [
        (
            (SHORT_OPENING.replace(";0;100.00", ";0;90.00"), SHORT_PAYMENT, SHORT_TOTAL),
            "wrong_total",
            "column 'BALANCE_AMOUNT'",
        ),
        ((SHORT_OPENING, SHORT_TOTAL), "wrong_total", "a residual of -225.96 BRL"),
        (
            (SHORT_OPENING, SHORT_PAYMENT.replace("2026-03-01T23:30:00.000-04:00", "")),
            "bad_date",
            "found nothing",
        ),
        (
            (SHORT_OPENING, SHORT_PAYMENT.replace(";0.00;269", ";1;269")),
            "debit_and_credit",
            "row 3",
        ),
    ],
)
def test_a_report_without_record_types_is_held_to_its_promises(
    mercado, rows: tuple[str, ...], reason: str, word: str
) -> None:
    reader, folder = mercado
    (folder / "release.csv").write_bytes(a_report(*rows, header=SHORT_HEADER))

    reader.run()

    assert (reason, True) == (reader.verdict()[1], word in str(reader.verdict()[2])), (
        reader.verdict()
    )


def test_a_total_without_a_currency_proves_nothing_and_refuses_nothing(mercado) -> None:
    reader, folder = mercado
    header = HEADER.replace("INSTALLMENTS", "CURRENCY")
    opening, payment = (row.replace(",1,", ",BRL,") for row in (OPENING, PAYMENT))
    total = ",,,total,,325.96,0.00,325.96,0,0,0,0,0,,"
    (folder / "release.csv").write_bytes(a_report(opening, payment, total, header=header))

    counted = reader.run()

    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted
    assert [
        (
            "rows tie to their net",
            ["BRL: no closing balance, so that nothing proves that no line is missing"],
        )
    ] == [tuple(row.values()) for row in reader.rows("select proved_by, notices from statements")]


def test_a_line_without_a_currency_is_refused(mercado) -> None:
    reader, folder = mercado
    header = HEADER.replace("INSTALLMENTS", "CURRENCY")
    (folder / "release.csv").write_bytes(a_report(PAYMENT.replace(",1,", ",,"), header=header))

    reader.run()

    assert ("quarantined", "unknown_currency") == reader.verdict()[:2]


PANEL = (
    "INITIAL_BALANCE;CREDITS;DEBITS;FINAL_BALANCE\n100,00;4.476,23;0,00;4.576,23\n\n"
    "RELEASE_DATE;TRANSACTION_TYPE;REFERENCE_ID;TRANSACTION_NET_AMOUNT;PARTIAL_BALANCE\n"
    "01-03-2026;Pagamento;771;4.476,23;4.576,23\n"
)


@pytest.mark.parametrize(
    ("content", "row", "found", "next_step"),
    [
        (
            "Data da liberação (DATE),ID da operação\n1,2\n",
            1,
            "Data da libera",
            "report_translation",
        ),
        (
            "Fecha de liberación;ID de la operación\n1;2\n",
            1,
            "Fecha de libera",
            "report_translation",
        ),
        (PANEL, 4, "RELEASE_DATE;", "deliver the release report instead"),
        ("\ufeff" + PANEL, 4, "RELEASE_DATE;", "deliver the release report instead"),
    ],
)
def test_another_form_of_the_report_is_refused_with_what_to_do(
    mercado, checked, content: str, row: int, found: str, next_step: str
) -> None:
    reader, folder = mercado
    (folder / "release.csv").write_text(content, encoding="utf-8")

    reader.run()
    _, (detected,) = checked(content.encode())

    for reason_code, sentence in (
        reader.verdict()[1:],
        (detected["reason_code"], detected["reason"]),
    ):
        assert "bad_header" == reason_code, sentence
        assert f"row {row}: this is a form of the Mercado Pago release report" in str(sentence)
        assert f"found '{found}" in str(sentence)
        assert "expected the columns DATE, SOURCE_ID" in str(sentence)
        assert next_step in str(sentence)
