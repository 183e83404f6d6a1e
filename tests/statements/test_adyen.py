"""Adyen settlement details: what a row means."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.statements.adyen_files import COLUMNS, NEWER_COLUMNS, a_file, a_payout, a_row


def test_a_settled_row_is_a_payment_and_a_payout_row_leaves_the_account(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())

    counted = adyen.run()

    payment, payout = adyen.lines()
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert {
        "line_scope": "batch 7",
        "line_key": "settled|8835000000000001|8835000000000101|EUR",
        "occurrence": 1,
        "provider_type": "Settled",
        "type": "payment",
        "economic_type": "payment",
        "is_expected": True,
        "payment_key": "8835000000000001",
        "psp_reference": "8835000000000001",
        "event_reference": "8835000000000101",
        "merchant_reference": "ORD-1",
        "payout_reference": None,
        "gross_minor": 2000,
        "gross_currency": "EUR",
        "fee_minor": 50,
        "tax_minor": None,
        "net_minor": 1950,
        "net_currency": "EUR",
        "booked_at": datetime(2025, 6, 9, 21, 50, tzinfo=UTC),
        "booked_on": date(2025, 6, 9),
        "source_zone": "CET",
        "value_date": None,
        "row_number": 2,
        "further_references": None,
    } == payment
    assert {
        **payment,
        "line_key": "merchantpayout||TX700000001XT batch 7, ShopEU|EUR",
        "provider_type": "MerchantPayout",
        "type": "payout",
        "economic_type": "payout",
        "is_expected": False,
        "payment_key": "line:batch 7:merchantpayout||TX700000001XT batch 7, ShopEU|EUR:1",
        "psp_reference": None,
        "event_reference": None,
        "merchant_reference": None,
        "payout_reference": "TX700000001XT",
        "gross_minor": None,
        "gross_currency": None,
        "fee_minor": None,
        "net_minor": -1950,
        "row_number": 3,
    } == payout


@pytest.mark.parametrize(
    ("payment", "capture", "is_plain"),
    [(200, 200, True), (266, 266, True), (267, 1, False), (1, 267, False)],
)
def test_the_key_of_a_line_is_its_references_as_long_as_each_is_short(
    adyen, drop_folder, payment: int, capture: int, is_plain: bool
) -> None:
    references = {"psp_reference": "P" * payment, "modification_reference": "C" * capture}
    (drop_folder / "1.csv").write_bytes(a_file([a_row(**references), a_payout()]))

    adyen.run()

    key = adyen.lines()[0]["line_key"]
    plain = f"settled|{'P' * payment}|{'C' * capture}|EUR"
    assert (is_plain, not is_plain) == (key == plain, key.startswith("sha256:"))


def test_each_type_word_has_its_meaning_whatever_its_case(adyen, drop_folder) -> None:
    words = (
        "Settled",
        "settled",
        "REFUNDED",
        "Chargeback",
        "SecondChargeback",
        "ChargebackReversed",
        "RefundedReversed",
        "Fee",
        "InvoiceDeduction",
        "MiscCosts",
        "DepositCorrection",
        "Balancetransfer",
        "ReserveAdjustment",
        "PaidOutInSeashells",
    )
    rows = [
        a_row(
            type=word,
            modification_reference=str(number),
            gross_credit_gc="0",
            net_credit_nc="0",
            markup_nc="",
            scheme_fees_nc="",
            interchange_nc="",
        )
        for number, word in enumerate(words)
    ]
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows))

    adyen.run()

    found = adyen.rows(
        "select provider_type, type, economic_type, is_expected"
        " from work_statement_lines order by row_number"
    )
    assert [
        ("Settled", "payment", "payment", True),
        ("settled", "payment", "payment", True),
        ("REFUNDED", "refund", "refund", True),
        ("Chargeback", "chargeback", "chargeback", True),
        ("SecondChargeback", "chargeback", "chargeback", True),
        ("ChargebackReversed", "reversal", "reversal", True),
        ("RefundedReversed", "reversal", "refund", True),
        ("Fee", "fee", "fee", False),
        ("InvoiceDeduction", "fee", "fee", False),
        ("MiscCosts", "fee", "fee", False),
        ("DepositCorrection", "adjustment", "adjustment", False),
        ("Balancetransfer", "balance", "balance", False),
        ("ReserveAdjustment", "reserve", "reserve", False),
        ("PaidOutInSeashells", "unknown", "unknown", False),
    ] == [tuple(row.values()) for row in found]


def test_a_chargeback_with_a_penalty_and_a_refund_are_negative(adyen, drop_folder) -> None:
    rows = [
        a_row(
            type="Chargeback",
            modification_reference="C",
            gross_debit_gc="1.00",
            gross_credit_gc="",
            net_debit_nc="3.00",
            net_credit_nc="",
            markup_nc="2.00",
            scheme_fees_nc="",
            interchange_nc="",
        ),
        a_row(
            type="Refunded",
            modification_reference="R",
            gross_debit_gc="5",
            gross_credit_gc="",
            net_debit_nc="5.00",
            net_credit_nc="",
            markup_nc="",
            scheme_fees_nc="",
            interchange_nc="",
        ),
        a_payout(type="Balancetransfer", net_debit_nc="", net_credit_nc="8.00"),
    ]
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows))

    adyen.run()

    found = adyen.rows(
        "select type, gross_minor, fee_minor, net_minor"
        " from work_statement_lines order by row_number"
    )
    assert [
        ("chargeback", -100, 200, -300),
        ("refund", -500, 0, -500),
        ("balance", None, None, 800),
    ] == [tuple(row.values()) for row in found]


def test_yen_have_no_decimals_and_a_conversion_ties_within_its_rate(adyen, drop_folder) -> None:
    rows = [
        a_row(
            gross_currency="JPY",
            gross_credit_gc="3000",
            exchange_rate="0.0061",
            net_credit_nc="17.80",
        ),
        a_payout("17.80"),
    ]
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows))

    adyen.run()

    found = adyen.rows(
        "select gross_minor, gross_currency, fee_minor, net_minor, net_currency"
        " from work_statement_lines order by row_number"
    )
    assert (3000, "JPY", 50, 1780, "EUR") == tuple(found[0].values())


def test_equal_rows_are_numbered_and_another_order_changes_nothing(adyen, drop_folder) -> None:
    fee = a_payout("1.50", type="Fee", modification_reference="Terminal rent")
    dearer = a_payout("2.50", type="Fee", modification_reference="Terminal rent")
    rows = [fee, a_row(), dearer, fee, a_payout("14.00")]
    identities = "select line_key, occurrence, net_minor from work_statement_lines order by 1, 2"
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows))
    adyen.run()
    first = adyen.rows(identities)
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows[::-1]))

    adyen.run()

    fees = [row for row in first if row["line_key"].startswith("fee|")]
    assert [(1, -250), (2, -150), (3, -150)] == [
        (row["occurrence"], row["net_minor"]) for row in fees
    ]
    assert first == adyen.rows(identities)


def test_keys_of_references_that_hold_the_separator_stay_apart(adyen, drop_folder) -> None:
    rows = [
        a_row(psp_reference="A|B", modification_reference="C"),
        a_row(psp_reference="A", modification_reference="B|C"),
        a_payout("39.00"),
    ]
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows))

    adyen.run()

    assert 3 == len(set(adyen.values("select line_key from work_statement_lines")))


@pytest.mark.parametrize(
    ("booking_date", "zone", "booked_at"),
    [
        ("2025-01-15 12:00:00", "CET", datetime(2025, 1, 15, 11, tzinfo=UTC)),
        # A provider that writes CET or PST all year means the place, not the offset.
        ("2025-06-09 23:50:00", "CET", datetime(2025, 6, 9, 21, 50, tzinfo=UTC)),
        ("2025-06-09 16:50:00", "PST", datetime(2025, 6, 9, 23, 50, tzinfo=UTC)),
        # The hour that occurs twice.
        ("2024-10-27 02:30:00", "CEST", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        ("2024-10-27 02:30:00", "CET", datetime(2024, 10, 27, 1, 30, tzinfo=UTC)),
        ("2024-11-03 01:30:00", "PDT", datetime(2024, 11, 3, 8, 30, tzinfo=UTC)),
        ("2024-11-03 01:30:00", "PST", datetime(2024, 11, 3, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_booking_time_is_that_of_the_place_its_abbreviation_names(
    adyen, drop_folder, booking_date, zone, booked_at
) -> None:
    times = {"booking_date": booking_date, "booking_date_timezone": zone}
    (drop_folder / "batch_7.csv").write_bytes(a_file([a_row(**times), a_payout(**times)]))

    adyen.run()

    line = adyen.lines()[0]
    assert booked_at == line["booked_at"]
    assert booking_date[:10] == line["booked_on"].isoformat()


def test_columns_come_in_any_order_and_number_and_unknown_ones_are_named(
    adyen, drop_folder
) -> None:
    without_booking = [name for name in COLUMNS if not name.startswith("Booking")]
    metadata = '{"note": "a, b", "x": "line\none"}'
    (drop_folder / "1.csv").write_bytes(a_file(columns=COLUMNS[::-1]))
    (drop_folder / "2.csv").write_bytes(
        a_file(
            [a_row(batch_number="8", metadata=metadata), a_payout(batch_number="8")],
            columns=COLUMNS + NEWER_COLUMNS,
        )
    )
    (drop_folder / "3.csv").write_bytes(
        a_file(
            [a_row(batch_number="9"), a_payout(batch_number="9")],
            columns=[*without_booking, "Moon Phase"],
        )
    )

    counted = adyen.run()

    assert {"accepted": 3, "quarantined": 0, "lines": 6} == counted
    assert [[], [], ["the column 'Moon Phase' is not known: kept, not read"]] == adyen.values(
        "select notices from statements order by sequence_number"
    )
    # Without a booking date the creation date counts.
    assert [datetime(2025, 6, 9, 16, tzinfo=UTC)] == adyen.values(
        "select booked_at from work_statement_lines where line_scope = 'batch 9' and row_number = 2"
    )


def test_a_file_of_two_batches_is_two_statements_that_prove_their_days(adyen, drop_folder) -> None:
    eighth = {"batch_number": "8", "booking_date": "2025-06-10 23:50:00"}
    late_payout = a_payout(batch_number="8", booking_date="2025-06-11 01:00:00")
    rows = [a_row(), a_payout(), a_row(**eighth), late_payout]
    (drop_folder / "both.csv").write_bytes(a_file(rows))

    adyen.run()

    found = adyen.rows(
        "select statement_key, sequence_number, lines, covers_from, covers_to"
        " from statements order by sequence_number"
    )
    assert [
        ("batch 7", 7, 2, date(2025, 6, 9), date(2025, 6, 9)),
        ("batch 8", 8, 2, date(2025, 6, 10), date(2025, 6, 10)),
    ] == [tuple(row.values()) for row in found]


@pytest.mark.parametrize("stray", ["2024-06-09", "2025-09-06", "2026-06-09"])
def test_a_row_with_a_wrong_date_in_the_past_claims_no_day(adyen, drop_folder, stray) -> None:
    sold = [a_row(psp_reference=f"P{n}", booking_date=f"2025-06-0{n} 10:00:00") for n in (6, 9)]
    rows = [*sold, a_row(psp_reference="P1", booking_date=f"{stray} 10:00:00"), a_payout("58.50")]
    (drop_folder / "batch_7.csv").write_bytes(a_file(rows))

    adyen.run()

    assert [(4, date(2025, 6, 6), date(2025, 6, 9))] == [
        tuple(row.values())
        for row in adyen.rows("select lines, covers_from, covers_to from statements")
    ]


@pytest.mark.parametrize(
    ("later", "proved"), [("2025-07-07", date(2025, 7, 7)), ("2025-07-08", date(2025, 6, 23))]
)
def test_of_two_spans_with_as_many_rows_the_earlier_one_is_proved(
    adyen, drop_folder, later, proved
) -> None:
    """Two weeks are one span still, a day more makes two."""
    days = ["2025-06-23", "2025-06-23", later, later, later]
    rows = [
        a_row(psp_reference=f"P{n}", booking_date=f"{day} 10:00:00") for n, day in enumerate(days)
    ]
    payout = a_payout("97.50", booking_date="2025-06-23 22:00:00")
    (drop_folder / "batch_7.csv").write_bytes(a_file([*rows, payout]))

    adyen.run()

    assert [(date(2025, 6, 23), proved)] == [
        tuple(row.values()) for row in adyen.rows("select covers_from, covers_to from statements")
    ]


def test_control_totals_are_those_of_the_raw_rows(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())

    adyen.run()

    found = adyen.rows(
        "select currency, measure, control_minor, lines from statement_control_totals order by 1, 2"
    )
    assert [("EUR", "fee", 50, 2), ("EUR", "gross", 2000, 1), ("EUR", "net", 0, 2)] == [
        tuple(row.values()) for row in found
    ]
