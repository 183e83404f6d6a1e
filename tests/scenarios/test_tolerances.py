"""Tolerances: only where configured, a match that says what it absorbed; named scenarios."""

import pytest

from tests.scenarios.absorbed import Tolerate, absorbed, term
from tests.scenarios.conftest import Desk, a_line

pytestmark = pytest.mark.usefixtures("every_load_size")


def test_a_thousand_expected_and_990_received_at_one_per_cent_is_a_match_that_absorbs_ten(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR='{ amount = { percent = "1" } }')
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))

    run = desk.run()

    assert (run["verdict"], desk.open_discrepancies()) == ("reconciled", [])
    assert desk.rows("select rule, rule_version, absorbed_minor from reconciliation.matches") == [
        {
            "rule": "amount_within_tolerance",
            "rule_version": "1: EUR at most 1 %",
            "absorbed_minor": -10,
        }
    ]
    assert absorbed(desk) == [("gross", "EUR", -10, None, "amount_within_tolerance")]
    assert term(desk) == (-10, -10, 0)


def test_without_a_tolerance_the_same_is_an_amount_mismatch(desk: Desk) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))

    desk.run()

    assert desk.open_discrepancies() == [("amount_mismatch", "EUR", -10, 10)]
    assert (absorbed(desk), term(desk)) == ([], (-10, 0, 0))


def test_one_minor_unit_over_the_tolerance_is_the_whole_difference(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 49 } }")
    desk.ledger("L1", 10050)
    desk.ledger("L2", 10049, payment="P2", event="C2")
    desk.batch(1, a_line(), a_line(payment="P2", event="C2"))

    desk.run()

    assert desk.open_discrepancies() == [("amount_mismatch", "EUR", -50, 50)]
    assert absorbed(desk) == [("gross", "EUR", -49, None, "amount_within_tolerance")]


def test_a_share_is_of_the_ledgers_amount_and_rounded_down(desk: Desk, tolerate: Tolerate) -> None:
    """1 % of 1,099 is 10, not 11; of the statement's 1,109 it would be 11."""
    tolerate(EUR='{ amount = { percent = "1.0000" } }')
    desk.ledger("L1", 1099)
    desk.ledger("L2", 1099, payment="P2", event="C2")
    desk.batch(1, a_line(amount="11.10"), a_line(payment="P2", event="C2", amount="11.09"))

    desk.run()

    assert desk.open_discrepancies() == [("amount_mismatch", "EUR", 11, 11)]
    assert absorbed(desk) == [("gross", "EUR", 10, None, "amount_within_tolerance")]


def test_of_minor_units_and_a_share_the_smaller_holds(desk: Desk, tolerate: Tolerate) -> None:
    tolerate(EUR='{ amount = { minor = 100, percent = "1" } }')
    for number, (ledger_minor, amount) in enumerate([(1000, "10.11"), (50000, "501.01")]):
        desk.ledger(f"L{number}", ledger_minor, payment=f"P{number}", event=f"C{number}")
        desk.ledger(f"M{number}", ledger_minor, payment=f"Q{number}", event=f"D{number}")
        less = f"{amount[:-1]}0"
        desk.batch(
            number + 1,
            a_line(payment=f"P{number}", event=f"C{number}", amount=amount),
            a_line(payment=f"Q{number}", event=f"D{number}", amount=less),
        )

    desk.run()

    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", 11, 11),
        ("amount_mismatch", "EUR", 101, 101),
    ]
    assert [row[2] for row in absorbed(desk)] == [10, 100]


def test_each_currency_has_a_tolerance_of_its_own(desk: Desk, tolerate: Tolerate) -> None:
    tolerate(JPY="{ amount = { minor = 5 } }", USD="{ amount = { minor = 1 } }")
    for number, currency in enumerate(("EUR", "JPY", "USD"), 1):
        desk.ledger(f"L{number}", 100, payment=f"P{number}", event="C", currency=currency)
    desk.batch(
        1,
        a_line(payment="P1", event="C", amount="1.05"),
        a_line(payment="P2", event="C", amount="105", currency="JPY", fee="0"),
        a_line(payment="P3", event="C", amount="1.05", currency="USD"),
    )

    desk.run()

    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", 5, 5),
        ("amount_mismatch", "USD", 5, 5),
    ]
    assert absorbed(desk) == [("gross", "JPY", 5, None, "amount_within_tolerance")]


def test_a_refund_is_tolerated_like_a_payment_and_its_sign_stays(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", -3000, type="refund", event="R1")
    desk.batch(1, a_line(type="Refunded", event="R1", amount="-30.05"))

    run = desk.run()

    assert run["verdict"] == "reconciled"
    assert (absorbed(desk)[0][2], term(desk)) == (-5, (-5, -5, 0))


def test_more_and_less_are_absorbed_apart_though_together_they_are_nothing(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 9995)
    desk.ledger("L2", 10005, payment="P2", event="C2")
    desk.batch(1, a_line(), a_line(payment="P2", event="C2"))

    desk.run()

    assert [row[2] for row in absorbed(desk)] == [-5, 5]
    assert term(desk) == (0, 0, 0)


def test_the_rest_of_a_payment_is_one_match_of_all_its_rows(desk: Desk, tolerate: Tolerate) -> None:
    tolerate(EUR="{ amount = { minor = 400 } }")
    desk.ledger("L1", 6000, event="A")
    desk.ledger("L2", 4500, event="B")
    desk.batch(1, a_line(event="C", amount="70.00"), a_line(event="D", amount="31.00"))

    run = desk.run()

    assert (run["verdict"], run["matched"]) == ("reconciled", 1)
    assert desk.matches() == [("totals_within_tolerance", 2, 2)]
    assert desk.rows("select absorbed_minor from reconciliation.matches") == [
        {"absorbed_minor": -400}
    ]
    assert term(desk) == (-400, -400, 0)


def test_equal_totals_come_before_a_tolerance(desk: Desk, tolerate: Tolerate) -> None:
    """A charge that differs and its reversal that makes up for it absorb nothing."""
    tolerate(EUR="{ amount = { minor = 5000 } }")
    desk.ledger("L1", -6000, type="refund", event="R1")
    desk.batch(
        1,
        a_line(type="Refunded", event="R1", amount="-100.00"),
        a_line(type="RefundedReversed", event="RR1", amount="40.00"),
    )

    desk.run()

    assert (desk.matches(), absorbed(desk)) == ([("payment_totals", 2, 1)], [])


def test_a_state_a_currency_and_a_missing_side_are_never_tolerated(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 100000 } }", USD="{ amount = { minor = 100000 } }")
    desk.ledger("L1", 100, status="failed")
    desk.ledger("L2", 100, payment="P2", event="C2", currency="USD")
    desk.batch(
        1,
        a_line(amount="1.00"),
        a_line(payment="P2", event="C2", amount="1.00"),
        a_line(payment="P3", event="C3", amount="1.00"),
    )

    desk.run()

    assert desk.open_discrepancies() == [
        ("currency_mismatch", "EUR", 100, 100),
        ("currency_mismatch", "USD", -100, 0),
        ("missing_in_ledger", "EUR", 100, 100),
        ("status_mismatch", "EUR", 100, 100),
    ]
    assert absorbed(desk) == []


def test_money_in_the_other_direction_is_never_tolerated(desk: Desk, tolerate: Tolerate) -> None:
    tolerate(EUR="{ amount = { minor = 500 } }")
    desk.ledger("L1", -100, type="refund", event="R1")
    desk.batch(1, a_line(type="Refunded", event="R1", amount="1.00"))

    desk.run()

    assert desk.open_discrepancies() == [("refund_mismatch", "EUR", 200, 200)]


def test_a_second_settlement_beside_a_tolerated_one_is_still_a_duplicate(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 9995)
    desk.batch(1, a_line(), a_line())

    desk.run()

    assert desk.open_discrepancies() == [("duplicate_settlement", "EUR", 10000, 10000)]
    assert term(desk) == (10005, 5, 0)


def test_a_fee_and_a_tax_are_absorbed_by_the_match_in_their_own_measures(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR='{ fee = { minor = 5 }, tax = { percent = "0.5" } }')
    desk.ledger("L1", 10000, fee_minor=25)
    desk.ledger("L2", 10000, payment="P2", event="C2", fee_minor=24)
    desk.batch(1, a_line(fee="0.30"), a_line(payment="P2", event="C2", fee="0.30"))

    run = desk.run()

    assert run["matched"] == 2
    assert desk.open_discrepancies() == [("fee_mismatch", "EUR", 6, 6)]
    assert absorbed(desk) == [("fee", "EUR", 5, None, "fee_within_tolerance")]
    assert (term(desk, "fee"), term(desk)) == ((11, 5, 0), (0, 0, 0))
    assert {row["absorbed_minor"] for row in desk.rows("select * from reconciliation.matches")} == {
        0
    }


def test_the_fee_of_a_payment_whose_amount_differs_is_not_absorbed(
    desk: Desk, tolerate: Tolerate
) -> None:
    """What is absorbed is said by a match, and there is none."""
    tolerate(EUR="{ amount = { minor = 1 }, fee = { minor = 5 } }")
    desk.ledger("L1", 9000, fee_minor=25)
    desk.ledger("L2", 9999, payment="P2", event="C2", fee_minor=25)
    desk.batch(1, a_line(fee="0.30"), a_line(payment="P2", event="C2", fee="0.30"))

    desk.run()

    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", 1000, 1000),
        ("fee_mismatch", "EUR", 5, 5),
    ]
    assert absorbed(desk) == [
        ("fee", "EUR", 5, None, "fee_within_tolerance"),
        ("gross", "EUR", 1, None, "amount_within_tolerance"),
    ]


@pytest.mark.parametrize(
    ("booked", "business_days"),
    [
        ("2026-03-05 21:00:00", -2),  # Thursday, for a payment that is due on Monday
        ("2026-03-06 21:00:00", -1),
        ("2026-03-07 21:00:00", -1),
        ("2026-03-09 21:00:00", None),
        ("2026-03-10 11:00:00", None),  # within the grace of twelve hours
        ("2026-03-10 13:00:00", 1),
        ("2026-03-11 11:00:00", 1),
        ("2026-03-11 13:00:00", 2),
        ("2026-03-12 11:00:00", 2),
    ],
)
def test_a_line_may_be_early_or_late_by_so_many_business_days(
    desk: Desk, tolerate: Tolerate, booked: str, business_days: int | None
) -> None:
    tolerate(EUR="{ date = { business_days = 2 } }")
    desk.ledger("L1", 10000, at="2026-03-04T10:00:00Z", settles_on="2026-03-09")
    desk.batch(1, a_line(), booked=booked)

    run = desk.run("2026-03-04T00:00:00Z", "2026-03-13T00:00:00Z")

    assert [row[3] for row in absorbed(desk)] == ([business_days] if business_days else [])
    assert "date_mismatch" not in [row[0] for row in desk.open_discrepancies()]
    assert run["matched"] == 1


@pytest.mark.parametrize("booked", ["2026-03-04 21:00:00", "2026-03-12 13:00:00"])
def test_a_business_day_more_is_a_date_mismatch(
    desk: Desk, tolerate: Tolerate, booked: str
) -> None:
    tolerate(EUR="{ date = { business_days = 2 } }")
    desk.ledger("L1", 10000, at="2026-03-04T10:00:00Z", settles_on="2026-03-09")
    desk.batch(1, a_line(), booked=booked)

    desk.run("2026-03-04T00:00:00Z", "2026-03-13T00:00:00Z")

    assert "date_mismatch" in [row[0] for row in desk.open_discrepancies()]
    assert absorbed(desk) == []


def test_days_over_a_months_end_are_absorbed_and_their_amount_is_told(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ date = { business_days = 1 } }")
    desk.ledger("L1", 10000, at="2026-03-30T10:00:00Z")
    desk.batch(1, a_line(), booked="2026-04-01 23:00:00")

    desk.run("2026-03-30T00:00:00Z", "2026-04-03T00:00:00Z")

    assert desk.open_discrepancies() == []
    assert desk.rows(
        "select business_days, absorbed_minor, exposure_minor"
        " from reconciliation.absorbed_differences"
    ) == [{"business_days": 1, "absorbed_minor": 0, "exposure_minor": 10000}]
