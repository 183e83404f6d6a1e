"""CSV files of Stripe's payouts, Mercado Pago's settlements and Checkout.com's actions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest


def a_file(header: str, *rows: str) -> bytes:
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


PAYOUT_HEADER = (
    "balance_transaction_id,payment_metadata[order_id],source_id,payment_intent_id,charge_id,"
    "created,available_on,automatic_payout_id,currency,gross,fee,net,reporting_category,"
    "customer_facing_amount,customer_facing_currency"
)
CHARGE = (
    "txn_1,ORD-1,ch_1,pi_1,ch_1,2026-01-30 23:30:00,2026-02-01 00:00:00,po_1,USD,25,0.95,24.05,"
    "charge,25,usd"
)
CONVERTED = (
    "txn_2,ORD-2,ch_2,pi_2,ch_2,2026-01-30 23:31:00,2026-02-01 00:00:00,po_1,usd,21.50,1,20.50,"
    "charge,20,eur"
)
UNPAID_FEE = "txn_3,,,,,2026-01-31 01:00:00,2026-01-31 01:00:00,,USD,-0.5,0,-0.5,fee,,"


def test_a_charge_of_a_payout_is_a_line_with_the_payout_that_it_is_paid_out_with(reader_of) -> None:
    reader, folder = reader_of("stripe_payout_reconciliation", zone="America/New_York")
    (folder / "payouts.csv").write_bytes(a_file(PAYOUT_HEADER, CHARGE, CONVERTED, UNPAID_FEE))

    counted = reader.run()

    by_key = {line["line_key"]: line for line in reader.lines()}
    assert {"accepted": 2, "quarantined": 0, "lines": 3} == counted
    assert {
        "payment_key": "pi_1",
        "line_scope": "",
        "line_key": "txn_1",
        "occurrence": 1,
        "provider_type": "charge",
        "type": "payment",
        "economic_type": "payment",
        "is_expected": True,
        "psp_reference": "pi_1",
        "event_reference": "ch_1",
        "merchant_reference": "ORD-1",
        "payout_reference": "po_1",
        "gross_minor": 2500,
        "gross_currency": "USD",
        "fee_minor": 95,
        "tax_minor": None,
        "net_minor": 2405,
        "net_currency": "USD",
        "booked_at": datetime(2026, 1, 31, 4, 30, tzinfo=UTC),
        "booked_on": date(2026, 1, 30),
        "source_zone": "America/New_York",
        "value_date": date(2026, 2, 1),
        "row_number": 2,
        "further_references": [["charge", "ch_1"]],
    } == by_key["txn_1"]
    assert (2000, "EUR", 100, 2050, "USD") == tuple(
        by_key["txn_2"][name]
        for name in ("gross_minor", "gross_currency", "fee_minor", "net_minor", "net_currency")
    )
    assert ("fee", None, -50) == tuple(
        by_key["txn_3"][name] for name in ("type", "payout_reference", "net_minor")
    )
    assert ["2026-01-31 to 2026-01-31", "payout po_1"] == reader.values(
        "select statement_key from statements order by 1"
    )


def test_what_is_not_paid_out_yet_is_named_by_its_own_days_whatever_else_the_file_holds(
    reader_of,
) -> None:
    reader, folder = reader_of("stripe_payout_reconciliation", currencies="EUR USD")
    later = CHARGE.replace("txn_1", "txn_9").replace("2026-01-30", "2026-02-03")
    (folder / "1.csv").write_bytes(a_file(PAYOUT_HEADER, CHARGE, UNPAID_FEE))
    (folder / "2.csv").write_bytes(a_file(PAYOUT_HEADER, UNPAID_FEE, later))
    (folder / "3.csv").write_bytes(a_file(PAYOUT_HEADER, UNPAID_FEE.replace("fee,", ","), later))

    reader.run()

    assert [("quarantined", 1), ("superseded", 1), ("accepted", 1)] == [
        (row["state"], row["statements"])
        for row in reader.rows(
            "select state, count(*) as statements from statements"
            " where statement_key = '2026-01-31 to 2026-01-31' group by state order by"
            " array_position(array['quarantined', 'superseded', 'accepted'], state::text)"
        )
    ]


@pytest.mark.parametrize("customer_facing", ["25.01,usd", "25.01,USD", "-25,usd", "0,usd"])
def test_what_the_customer_paid_is_the_gross_where_the_currency_is_the_same(
    checked, customer_facing: str
) -> None:
    row = CHARGE.replace("charge,25,usd", f"charge,{customer_facing}")

    code, (verdict,) = checked(a_file(PAYOUT_HEADER, CONVERTED, row))

    assert (2, "row_does_not_tie") == (code, verdict["reason_code"]), verdict["reason"]
    assert "row 3, column 'customer_facing_amount'" in verdict["reason"]
    assert "expected 25.00 USD, the gross in the currency of the net" in verdict["reason"]


SETTLEMENT_HEADER = (
    "EXTERNAL_REFERENCE,SOURCE_ID,USER_ID,TRANSACTION_TYPE,TRANSACTION_AMOUNT,"
    "TRANSACTION_CURRENCY,TRANSACTION_DATE,FEE_AMOUNT,SETTLEMENT_NET_AMOUNT,SETTLEMENT_CURRENCY,"
    "SETTLEMENT_DATE,MKP_FEE_AMOUNT,FINANCING_FEE_AMOUNT,TAXES_AMOUNT"
)
SETTLED = (
    "ORD-1,771,9,SETTLEMENT,100.00,BRL,2026-03-01T22:10:00.000-04:00,-4.99,93.01,BRL,"
    "2026-03-02T10:00:00.000-04:00,-1.00,-7.00,-1.00"
)


def test_a_settlement_s_net_is_made_of_fee_marketplace_fee_and_taxes(reader_of) -> None:
    reader, folder = reader_of("mercadopago_settlement_report", currencies="BRL")
    (folder / "settlements.csv").write_bytes(a_file(SETTLEMENT_HEADER, SETTLED))

    reader.run()

    (line,) = reader.lines()
    assert {
        "type": "payment",
        "psp_reference": "771",
        "merchant_reference": "ORD-1",
        "gross_minor": 10000,
        "fee_minor": 599,
        "tax_minor": 100,
        "net_minor": 9301,
        "booked_at": datetime(2026, 3, 2, 14, tzinfo=UTC),
        "booked_on": date(2026, 3, 2),
    }.items() <= line.items()


@pytest.mark.parametrize(
    ("word", "amount", "type_"),
    [
        ("REFUND", "-100.00", "refund"),
        ("CHARGEBACK", "-100.00", "chargeback"),
        ("DISPUTE", "100.00", "reversal"),
        ("PAYOUTS", "-100.00", "payout"),
        ("TRAVA_DE_RECEBIVEL", "-100.00", "unknown"),
    ],
)
def test_each_word_of_a_settlement_has_its_type(
    checked, word: str, amount: str, type_: str
) -> None:
    row = SETTLED.replace("SETTLEMENT", word, 1).replace("100.00", amount)
    row = row.replace("-4.99,93.01", f"0,{amount}").replace("-1.00,-7.00,-1.00", "0,0,0")

    _, (statement,) = checked(a_file(SETTLEMENT_HEADER, row))

    assert (type_, word) == tuple(
        statement["lines"][0][name] for name in ("type", "provider_type")
    ), statement["reason"]


ACTIONS_HEADER = (
    "Entity ID,Action Type,Action ID,Payment ID,Reference,Requested On,Processed On,"
    "Processing Currency,FX Rate Applied,Holding Currency,Payout ID,Breakdown Type,"
    "Processing Currency Amount,Holding Currency Amount"
)


def an_action(breakdown: str, gross: str, net: str, *, payout: str = "P1", number: int = 1) -> str:
    return (
        f"ent_1,Capture,act_{number},pay_{number},ORD-{number},2026-07-09T18:07:01.120,"
        f"2026-07-09T18:07:06.844,GBP,1.24,USD,{payout},{breakdown},{gross},{net}"
    )


def test_fees_with_eight_decimals_become_whole_and_their_sum_stays_what_it_is(reader_of) -> None:
    reader, folder = reader_of("checkout_financial_actions", currencies="GBP USD")
    (folder / "actions.csv").write_bytes(
        a_file(
            ACTIONS_HEADER,
            an_action("Capture", "100.00", "124.00"),
            an_action("Scheme Fixed Fee", "-0.1581682", "-0.19612857"),
            an_action("Premium Variable Fee", "-1.5045", "-1.86558"),
            an_action("Interchange Fee", "-0.20399", "-0.2529476"),
        )
    )

    counted = reader.run()

    assert {"accepted": 1, "quarantined": 0, "lines": 4} == counted
    # 0.16 + 1.50 + 0.21 and 0.20 + 1.86 + 0.25: -1.8666582 and -2.31465617 are paid out.
    assert [
        ("payment", 10000, "GBP", 12400, "USD"),
        ("fee", -16, "GBP", -20, "USD"),
        ("fee", -150, "GBP", -186, "USD"),
        ("fee", -21, "GBP", -25, "USD"),
    ] == [
        tuple(row.values())
        for row in reader.rows(
            "select type, gross_minor, gross_currency, net_minor, net_currency"
            " from work_statement_lines order by row_number"
        )
    ]
    assert [("payout P1", "none")] == [
        tuple(row.values())
        for row in reader.rows("select statement_key, proved_by from statements")
    ]
    assert [12169] == reader.values(
        "select control_minor from statement_control_totals where measure = 'net'"
    )


def in_dollars(row: str) -> str:
    return row.replace("GBP,1.24,USD", "USD,,USD")


def test_what_is_rounded_beside_conversions_ties_in_one_currency(checked) -> None:
    _, (statement,) = checked(
        a_file(
            ACTIONS_HEADER,
            an_action("Capture", "100.00", "124.00"),
            an_action("Interchange Fee", "-0.30", "-0.372"),
            in_dollars(an_action("Capture", "50.00", "50.00", number=2)),
            in_dollars(an_action("Interchange Fee", "-0.104", "-0.104", number=2)),
            in_dollars(an_action("Scheme Fixed Fee", "-0.0259", "-0.025", number=2)),
        )
    )

    # 0.372 + 0.104 + 0.025 is 0.501: the fees of the second action are 0.11 and 0.02, not 0.10.
    assert [(10000, 12400), (-30, -37), (5000, 5000), (-11, -11), (-2, -2)] == [
        (line["amount_minor"], line["net_minor"]) for line in statement["lines"]
    ]
    assert (
        "none",
        ["2 lines are converted into USD and no column holds the rate: nothing proves their net"],
    ) == (statement["proved_by"], statement["notices"])


@pytest.mark.parametrize("net", ["49.99", "49.9899999", "51", "0.00", "-50.00"])
def test_an_amount_is_held_in_full_in_its_own_currency(checked, net: str) -> None:
    good = in_dollars(an_action("Capture", "50.00", "50.00"))
    bad = in_dollars(an_action("Capture", "50.00", net, number=2))
    fee = in_dollars(an_action("Interchange Fee", "-0.005", "-0.005", number=2))

    _, (whole,) = checked(a_file(ACTIONS_HEADER, good, fee))
    _, (statement,) = checked(a_file(ACTIONS_HEADER, good, fee, bad))

    assert "rows tie to their net" == whole["proved_by"]
    assert ("row_does_not_tie", True) == (
        statement["reason_code"],
        "row 4, column 'Holding Currency Amount'" in statement["reason"],
    ), statement["reason"]


def test_an_action_names_the_payment_the_event_and_the_payout(checked) -> None:
    _, (statement,) = checked(a_file(ACTIONS_HEADER, an_action("Capture", "1", "1")), "Asia/Tokyo")

    line = statement["lines"][0]
    assert {
        "psp": "pay_1",
        "event": "act_1",
        "merchant": "ORD-1",
        "payout": "P1",
        "action_type": "Capture",
    } == line["references"]
    assert "2026-07-09T09:07:06.844000+00:00" == line["booked_at"]


@pytest.mark.parametrize(
    ("content", "reason_code", "words"),
    [
        (a_file(PAYOUT_HEADER, CHARGE.replace("24.05", "24.04")), "row_does_not_tie", "row 2"),
        (a_file(PAYOUT_HEADER, CHARGE.replace("0.95", "0.955")), "excess_decimals", "'fee'"),
        (a_file(PAYOUT_HEADER, CHARGE.replace("23:30:00", "24:30:00")), "bad_date", "24:30"),
        (a_file(PAYOUT_HEADER, CHARGE.replace(",USD,", ",UST,")), "unknown_currency", "UST"),
        (a_file(PAYOUT_HEADER.replace("net,", "nett,"), CHARGE), "missing_column", "'net'"),
        (a_file(PAYOUT_HEADER, CHARGE, CHARGE + ","), "malformed_row", "row 3"),
        (a_file(SETTLEMENT_HEADER, SETTLED.replace("93.01", "86.01")), "row_does_not_tie", "93.01"),
        (a_file(SETTLEMENT_HEADER, SETTLED.replace("-4.99", "4,99")), "malformed_row", "row 2"),
        (a_file(ACTIONS_HEADER, an_action("Capture", "1e2", "1")), "bad_amount", "1e2"),
        (a_file(ACTIONS_HEADER, an_action("Capture", "1", "one")), "bad_amount", "one"),
        (a_file(ACTIONS_HEADER, an_action("", "1", "1")), "missing_value", "Breakdown Type"),
    ],
)
def test_a_bad_row_is_refused_for_its_reason(
    checked, content: bytes, reason_code: str, words: str
) -> None:
    code, (verdict, *_) = checked(content)

    assert (2, reason_code, True) == (
        code,
        verdict["reason_code"],
        words in str(verdict["reason"]),
    ), verdict["reason"]


def test_a_reserve_of_a_payout_report_is_held_and_released(checked) -> None:
    row = "txn_9,,rsv_1,,,2026-01-31 01:00:00,2026-01-31 01:00:00,,USD,{0},0,{0},reserved_funds,,"

    _, (statement,) = checked(
        a_file(PAYOUT_HEADER, row.format("-5"), row.format("5").replace("txn_9", "txn_10"))
    )

    assert [("reserve_hold", -500), ("reserve_release", 500)] == [
        (line["type"], line["net_minor"]) for line in statement["lines"]
    ]


def test_a_reserve_of_a_release_report_is_held_and_released(checked) -> None:
    header = (
        "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,"
        "NET_DEBIT_AMOUNT,GROSS_AMOUNT"
    )
    row = "2026-03-01T23:30:00.000-04:00,7,,release,reserve_for_refund"

    _, (statement,) = checked(
        a_file(header, f"{row},0,5.00,-5.00", f"{row},5.00,0,5.00"), currency="BRL"
    )

    assert [("reserve_hold", -500), ("reserve_release", 500)] == [
        (line["type"], line["net_minor"]) for line in statement["lines"]
    ]
