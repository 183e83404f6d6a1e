"""What every CSV format promises of its rows: an amount, an id of their own, a rate."""

from __future__ import annotations

import pytest

from tests.statements.adyen_files import a_file, a_payout, a_row

PAYOUTS = "balance_transaction_id,created,currency,gross,fee,net,reporting_category"
RELEASES = (
    "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,"
    "NET_DEBIT_AMOUNT,GROSS_AMOUNT,MP_FEE_AMOUNT,FINANCING_FEE_AMOUNT,SHIPPING_FEE_AMOUNT,"
    "TAXES_AMOUNT,CURRENCY,BALANCE_AMOUNT"
)
ACTIONS = (
    "Action ID,Payment ID,Processed On,Processing Currency,Processing Currency Amount,"
    "Holding Currency,Holding Currency Amount,Breakdown Type,Payout ID"
)


def rows(header: str, *lines: str) -> bytes:
    return "".join(f"{line}\n" for line in (header, *lines)).encode()


def a_charge(line_id: str = "txn_1", amounts: str = "10.00,0.50,9.50") -> str:
    return f"{line_id},2026-03-29 12:30:00,eur,{amounts},charge"


def a_release(day: int, words: str, net: str, currency: str = "BRL", balance: str = "") -> str:
    return (
        f"2026-03-0{day}T10:00:00.000-03:00,{day},x,{words},{net},0,{net},0,0,0,0,{currency},"
        f"{balance}"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            a_file([a_row(net_credit_nc=""), a_row(), a_payout()]),
            "row 2, column 'Net Credit (NC) - Net Debit (NC)'",
        ),
        (
            a_file([a_row(net_credit_nc="", gross_credit_gc=""), a_row(), a_payout()]),
            "row 2, column 'Net Credit (NC) - Net Debit (NC)'",
        ),
        (rows(PAYOUTS, a_charge(), a_charge("txn_2", "10.00,0.50,")), "row 3, column 'net'"),
        (rows(PAYOUTS, a_charge("txn_2", ",,")), "row 2, column 'net'"),
        (rows(RELEASES, a_release(1, "release,payment", "").replace(",0,", ",,", 1)), "row 2"),
        (
            rows(ACTIONS, "act_1,pay_1,2026-03-29T02:30:00.000,EUR,10.00,EUR,,Capture,P1"),
            "row 2, column 'Holding Currency Amount'",
        ),
    ],
)
def test_a_line_without_its_net_is_refused(checked, content: bytes, words: str) -> None:
    code, (verdict, *_) = checked(content)

    assert (2, "missing_value", True) == (
        code,
        verdict["reason_code"],
        words in str(verdict["reason"]),
    ), verdict["reason"]


@pytest.mark.parametrize(
    ("lines", "reason_code", "words"),
    [
        ([a_charge(), a_charge("txn_2"), a_charge()], "line_repeated", "row 4"),
        ([a_charge(), a_charge(amounts="11,0.5,10.5")], "line_repeated", "txn_1, as in row 2"),
        ([a_charge(), a_charge("")], "missing_value", "row 3, column 'balance_transaction_id'"),
    ],
)
def test_an_id_of_a_line_is_there_and_comes_once(
    checked, lines: list[str], reason_code: str, words: str
) -> None:
    code, (verdict, *_) = checked(rows(PAYOUTS, *lines))

    assert (2, reason_code, True) == (
        code,
        verdict["reason_code"],
        words in str(verdict["reason"]),
    ), verdict["reason"]


def test_sums_that_no_column_holds_are_refused_and_the_next_file_goes_on(reader_of) -> None:
    huge = [a_charge(f"txn_{n}", "999999999999999.00,0,999999999999999.00") for n in range(100)]
    reader, folder = reader_of("stripe_payout_reconciliation", currencies="EUR")
    (folder / "1.csv").write_bytes(rows(PAYOUTS, *huge))
    (folder / "2.csv").write_bytes(rows(PAYOUTS, a_charge()))

    counted = reader.run()

    assert (1, 1) == (counted["accepted"], counted["lines"])
    (refused,) = reader.rows("select * from statements where reason_code is not null")
    assert "beyond_limits" == refused["reason_code"]
    assert "larger than the database can hold" in refused["quarantine_reason"]


def test_a_balance_of_one_currency_proves_nothing_of_another(checked) -> None:
    euros = [a_release(1, "release,payment", "5.00", "EUR")]
    reals = [
        a_release(1, "initial_available_balance,", "10.00"),
        a_release(2, "release,payment", "7.00"),
        a_release(3, "total,", "17.00"),
    ]

    _, (both,) = checked(rows(RELEASES, *reals, *euros))
    _, (one,) = checked(rows(RELEASES, *reals))

    assert ("rows tie to their net, opening + lines = closing", []) == (
        one["proved_by"],
        one["notices"],
    )
    assert (
        "rows tie to their net",
        ["EUR: no opening and no closing balance, so that nothing proves that no line is missing"],
    ) == (both["proved_by"], both["notices"])


def test_an_account_that_owes_the_provider_has_a_balance_below_zero(checked) -> None:
    def owed(day: int, words: str, debit: str) -> str:
        owned = a_release(day, words, debit, balance=f"-{debit}")
        return owned.replace(f",{debit},0,{debit},", f",0,{debit},-{debit},")

    report = (
        owed(1, "initial_available_balance,", "20.00"),
        a_release(2, "release,payment", "7.00", balance="-13.00"),
        owed(3, "total,", "13.00"),
    )

    code, (verdict,) = checked(rows(RELEASES, *report))

    assert (0, "rows tie to their net, opening + lines = closing") == (
        code,
        verdict["proved_by"],
    ), verdict["reason"]


def test_a_report_that_opens_and_does_not_close_says_so(checked) -> None:
    opening = a_release(1, "initial_available_balance,", "10.00")

    code, (verdict,) = checked(rows(RELEASES, opening, a_release(2, "release,payment", "7.00")))

    assert (0, "rows tie to their net") == (code, verdict["proved_by"])
    assert ["BRL: no closing balance, so that nothing proves that no line is missing"] == verdict[
        "notices"
    ]


@pytest.mark.parametrize(
    ("rate", "net", "proved_by", "notices"),
    [
        ("0.9213", "17.93", "rows tie to their net, ", []),
        ("0.9", "17.50", "", ["at a rate that leaves more than 1 % open"]),
        ("1", "11.00", "", ["at a rate that leaves more than 1 % open"]),
    ],
)
def test_a_rate_of_one_digit_proves_no_conversion(
    checked, rate: str, net: str, proved_by: str, notices: list[str]
) -> None:
    sale = a_row(gross_currency="USD", exchange_rate=rate, net_credit_nc=net)

    code, (verdict,) = checked(a_file([sale, a_payout(net)]))

    zero = "statements sum to 0 per currency, payouts included"
    assert (0, f"{proved_by}{zero}") == (code, verdict["proved_by"])
    assert [
        f"1 lines are converted into EUR {notice}: nothing proves their net" for notice in notices
    ] == verdict["notices"]


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("0.9213", "row 3, column 'Net Credit (NC) - Net Debit (NC)'"),
        ("0", "row 2, column 'Exchange Rate'"),
        ("", "row 2, column 'Exchange Rate'"),
    ],
)
def test_of_a_good_and_a_bad_row_the_bad_one_is_named_and_a_rate_of_zero_is_bad(
    checked, rate: str, words: str
) -> None:
    sale = a_row(gross_currency="USD", exchange_rate=rate, net_credit_nc="17.93")
    other = a_row(psp_reference="8836", net_credit_nc="1.00")

    _, (verdict,) = checked(a_file([sale, other, a_payout("18.93")]))

    assert ("row_does_not_tie", True) == (verdict["reason_code"], words in verdict["reason"]), (
        verdict["reason"]
    )


def test_a_conversion_in_a_report_without_rates_is_not_called_proved(checked) -> None:
    header = (
        "SOURCE_ID,TRANSACTION_TYPE,TRANSACTION_AMOUNT,TRANSACTION_CURRENCY,TRANSACTION_DATE,"
        "FEE_AMOUNT,MKP_FEE_AMOUNT,TAXES_AMOUNT,SETTLEMENT_NET_AMOUNT,SETTLEMENT_CURRENCY,"
        "SETTLEMENT_DATE"
    )
    day = "2026-03-02T10:00:00.000-03:00"
    abroad = f"1,SETTLEMENT,10.00,USD,{day},-1.00,0,0,51.00,BRL,{day}"

    _, (verdict,) = checked(rows(header, abroad))

    assert "none" == verdict["proved_by"]
    assert [
        "1 lines are converted into BRL and no column holds the rate: nothing proves their net"
    ] == verdict["notices"]


def test_sums_that_no_column_holds_are_refused_under_the_name_of_their_statement(
    adyen, drop_folder
) -> None:
    amount = "999999999999999.00"
    free = dict.fromkeys(("markup_nc", "scheme_fees_nc", "interchange_nc"), "")
    huge = [
        a_row(psp_reference=f"8835{n}", gross_credit_gc=amount, net_credit_nc=amount, **free)
        for n in range(100)
    ]
    (drop_folder / "1.csv").write_bytes(a_file([*huge, *[a_payout(amount)] * 100]))
    states = "select statement_key || ': ' || state from statements order by statement_id"

    adyen.run()
    assert ["batch 7: quarantined"] == adyen.values(states)

    other = {"batch_number": "8", "booking_date": "2025-06-10 08:00:00"}
    (drop_folder / "2.csv").write_bytes(a_file([a_row(**other), a_payout(**other)]))
    adyen.run()
    assert ["batch 7: quarantined", "batch 8: accepted"] == adyen.values(states)

    (drop_folder / "3.csv").write_bytes(a_file())
    adyen.run()
    assert ["batch 7: corrected", "batch 8: accepted", "batch 7: accepted"] == adyen.values(states)


def a_report(amount: str, closing: str) -> tuple[str, ...]:
    return (
        a_release(1, ",initial_available_balance", "100.00"),
        a_release(1, "release,payment", amount),
        a_release(1, ",total", closing),
    )


REPORT = a_report("10.00", "110.00")


@pytest.mark.parametrize(
    ("lines", "row", "words"),
    [
        ((*REPORT, *REPORT), 5, "expected one opening balance in BRL; found 2, the first in row 2"),
        ((*REPORT, *a_report("11.00", "111.00")), 5, "one opening balance in BRL"),
        # Their sum is what the lines come to.
        (
            (*REPORT[:2], a_release(1, ",total", "60.00"), a_release(1, ",total", "50.00")),
            5,
            "expected one closing balance in BRL; found 2, the first in row 4",
        ),
    ],
)
def test_a_balance_that_stands_twice_refuses_the_statement(
    checked, lines: tuple[str, ...], row: int, words: str
) -> None:
    code, (verdict,) = checked(rows(RELEASES, *lines))

    assert (2, "balance_repeated", True, True) == (
        code,
        verdict["reason_code"],
        f"row {row}, " in verdict["reason"],
        words in verdict["reason"],
    ), verdict["reason"]


def test_each_currency_has_an_opening_and_a_closing_balance_of_its_own(checked) -> None:
    dollars = (line.replace("BRL", "USD") for line in REPORT)

    code, (verdict,) = checked(rows(RELEASES, *REPORT, *dollars))

    assert (0, 2) == (code, verdict["line_count"]), verdict
