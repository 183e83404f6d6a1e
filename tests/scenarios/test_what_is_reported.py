"""Each kind of discrepancy: planted alone, found alone, with its amount."""

import pytest

from tests.scenarios.conftest import Desk, a_line

LATE = {"end": "2026-03-06T00:00:00Z"}


def test_a_line_that_the_ledger_does_not_have_is_missing_in_ledger(desk: Desk) -> None:
    desk.batch(1, a_line())

    run = desk.run()

    assert run["verdict"] == "discrepancies"
    assert desk.open_discrepancies() == [("missing_in_ledger", "EUR", 10000, 10000)]


def test_a_ledger_row_on_a_covered_day_without_a_line_is_missing_in_statement(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2")
    desk.batch(1, a_line())

    desk.run()

    assert desk.open_discrepancies() == [("missing_in_statement", "EUR", -5000, 5000)]


def test_another_amount_is_an_amount_mismatch_with_the_difference(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())

    desk.run()

    assert desk.open_discrepancies() == [("amount_mismatch", "EUR", -50, 50)]


def test_a_refund_of_another_amount_is_a_refund_mismatch(desk: Desk) -> None:
    desk.ledger("L1", -3000, type="refund", event="R1")
    desk.batch(1, a_line(type="Refunded", event="R1", amount="-35.00"))

    desk.run()

    assert desk.open_discrepancies() == [("refund_mismatch", "EUR", -500, 500)]


def test_another_fee_is_a_fee_mismatch_and_the_rows_stay_matched(desk: Desk) -> None:
    desk.ledger("L1", 10000, fee_minor=25)
    desk.batch(1, a_line(fee="0.30"))

    run = desk.run()

    assert desk.open_discrepancies() == [("fee_mismatch", "EUR", 5, 5)]
    assert run["matched"] == 1


def test_a_fee_that_the_ledger_does_not_book_is_not_compared(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(fee="0.30"))

    run = desk.run()

    assert run["verdict"] == "reconciled"
    assert desk.rows(
        "select what, currency, lines, amount_minor from internal.run_not_compared"
    ) == [{"what": "fee", "currency": "EUR", "lines": 1, "amount_minor": 30}]


def test_another_currency_is_two_rows_of_one_event_counted_once(desk: Desk) -> None:
    desk.ledger("L1", 9000, currency="USD")
    desk.batch(1, a_line())

    desk.run()

    assert desk.open_discrepancies() == [
        ("currency_mismatch", "EUR", 10000, 10000),
        ("currency_mismatch", "USD", -9000, 0),
    ]
    assert len(desk.rows("select distinct event_id from reconciliation.discrepancies")) == 1


def test_the_same_number_in_another_currency_is_no_match(desk: Desk) -> None:
    desk.ledger("L1", 10000, currency="USD")
    desk.batch(1, a_line())

    desk.run()

    assert [] == desk.matches()
    assert [
        ("currency_mismatch", "EUR", 10000, 10000),
        ("currency_mismatch", "USD", -10000, 0),
    ] == desk.open_discrepancies()


def test_money_for_an_event_that_failed_in_the_ledger_is_a_status_mismatch(desk: Desk) -> None:
    desk.ledger("L1", 10000, status="failed")
    desk.batch(1, a_line())

    desk.run()

    assert desk.open_discrepancies() == [("status_mismatch", "EUR", 10000, 10000)]


def test_the_same_event_twice_on_the_statement_is_a_duplicate_settlement(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(), a_line())

    run = desk.run()

    assert desk.open_discrepancies() == [("duplicate_settlement", "EUR", 10000, 10000)]
    assert run["matched"] == 1


def test_a_second_settlement_of_another_amount_is_a_duplicate_beside_a_mismatch(desk: Desk) -> None:
    desk.ledger("L1", 9000)
    desk.batch(1, a_line(), a_line())

    desk.run()

    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", 1000, 1000),
        ("duplicate_settlement", "EUR", 10000, 10000),
    ]


def test_the_same_event_twice_in_the_ledger_is_a_duplicate_in_ledger(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L1-again", 10000)
    desk.batch(1, a_line())

    desk.run()

    assert desk.open_discrepancies() == [("duplicate_in_ledger", "EUR", -10000, 10000)]


def test_twins_that_both_sides_have_are_two_matches(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 10000)
    desk.batch(1, a_line(), a_line())

    run = desk.run()

    assert (run["verdict"], run["matched"]) == ("reconciled", 2)


def test_a_chargeback_waits_a_business_day_and_is_then_not_in_ledger(desk: Desk) -> None:
    desk.batch(1, a_line(type="Chargeback", event="CB1", amount="-100.00"))

    desk.run(end="2026-03-04T00:00:00Z")

    assert desk.pending() == [("statement", "ledger_grace", -10000)]

    desk.run("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")

    assert desk.open_discrepancies() == [("chargeback_not_in_ledger", "EUR", -10000, 10000)]


def test_a_refund_taken_back_that_the_ledger_does_not_know_is_reversed(desk: Desk) -> None:
    desk.ledger("L1", -3000, type="refund", event="R1")
    desk.batch(
        1,
        a_line(type="Refunded", event="R1", amount="-30.00"),
        a_line(type="RefundedReversed", event="RR1", amount="30.00"),
    )

    desk.run()

    assert desk.open_discrepancies() == [("reversed_after_settlement", "EUR", 3000, 3000)]


def test_a_word_that_nobody_knows_is_an_unclassified_line_at_once(desk: Desk) -> None:
    desk.batch(1, a_line(type="Wonder", amount="7.00"))

    run = desk.run()

    assert desk.open_discrepancies() == [("unclassified_line", "EUR", 700, 700)]
    assert run["verdict"] == "discrepancies"


def test_a_status_that_the_mapping_does_not_know_is_an_unclassified_line(desk: Desk) -> None:
    desk.ledger("L1", 10000, status="limbo")

    desk.run(end="2026-03-02T12:00:00Z")

    assert desk.open_discrepancies() == [("unclassified_line", "EUR", -10000, 10000)]


def test_settled_a_day_early_or_late_is_a_date_mismatch_without_a_delta(desk: Desk) -> None:
    desk.ledger("L1", 10000, at="2026-03-02T10:00:00Z")
    desk.ledger("L2", 10000, payment="P2", event="C2", at="2026-03-03T10:00:00Z")
    desk.batch(1, a_line(payment="P2", event="C2"), booked="2026-03-03 21:00:00")
    desk.batch(2, a_line(), booked="2026-03-04 21:00:00")

    desk.run()

    explanations = desk.rows("select explanation from reconciliation.discrepancies order by 1")
    assert desk.open_discrepancies() == [
        ("date_mismatch", "EUR", 0, 0),
        ("date_mismatch", "EUR", 0, 0),
    ]
    assert [row["explanation"] for row in explanations] == [
        "booked on 2026-03-03, early: the rule gives 2026-03-04",
        "booked on 2026-03-04, late: the rule gives 2026-03-03",
    ]


def test_a_day_late_within_the_grace_is_nothing(desk: Desk) -> None:
    desk.ledger("L1", 10000, at="2026-03-02T10:00:00Z")
    desk.batch(1, a_line(), booked="2026-03-04 09:00:00")

    assert desk.run()["verdict"] == "reconciled"


def test_over_a_months_end_a_date_mismatch_exposes_the_full_amount(desk: Desk) -> None:
    desk.ledger("L1", 10000, at="2026-03-30T10:00:00Z")
    desk.batch(1, a_line(), booked="2026-04-01 23:00:00")

    desk.run("2026-03-30T00:00:00Z", "2026-04-03T00:00:00Z")

    assert desk.open_discrepancies() == [("date_mismatch", "EUR", 0, 10000)]


def test_an_authorisation_without_a_line_is_expected_nowhere(desk: Desk) -> None:
    desk.ledger("L0", 10000, status="authorised", event="A1")
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())

    run = desk.run()

    assert run["verdict"] == "reconciled"
    assert desk.rows(
        "select in_force_rows, matched_rows, not_expected_rows from internal.run_buckets"
        " where side = 'ledger'"
    ) == [{"in_force_rows": 2, "matched_rows": 1, "not_expected_rows": 1}]


def test_yen_have_no_decimals(desk: Desk) -> None:
    desk.ledger("L1", 1200, currency="JPY")
    desk.batch(1, a_line(amount="1250", currency="JPY", fee="0"))

    desk.run()

    assert desk.open_discrepancies() == [("amount_mismatch", "JPY", 50, 50)]
    assert desk.rows("select explanation from reconciliation.discrepancies")[0]["explanation"] == (
        "statement 1250 JPY, ledger 1200 JPY: statement above ledger by 50 JPY"
    )


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "EUR", "0.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-1, "EUR", "-0.01 EUR"),
        (18490, "EUR", "184.90 EUR"),
        (-21700, "BRL", "-217.00 BRL"),
        (123456789012, "USD", "1234567890.12 USD"),
        (493020, "JPY", "493020 JPY"),
        (1, "KWD", "0.001 KWD"),
        (1234567, "KWD", "1234.567 KWD"),
    ],
)
def test_an_explanation_writes_amounts_out_in_full(
    desk: Desk, minor: int, currency: str, text: str
) -> None:
    assert desk.rows("select internal.money_text(%s, %s) as text", minor, currency) == [
        {"text": text}
    ]


def test_the_sentence_of_a_mismatch_names_both_amounts_and_the_difference(desk: Desk) -> None:
    desk.ledger("L1", 12000)
    desk.batch(1, a_line(amount="75.00"))

    desk.run()

    assert desk.rows("select explanation from reconciliation.discrepancies") == [
        {
            "explanation": "statement 75.00 EUR, ledger 120.00 EUR: "
            "statement below ledger by 45.00 EUR"
        }
    ]
