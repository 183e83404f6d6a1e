"""Differences of amounts: each formula once exactly true, and once a minor unit beside it."""

import pytest

from tests.scenarios.plain_tables import Configure, Explained, sold

NEARLY = [0, 1]


@pytest.mark.parametrize("beside", NEARLY)
def test_a_ledger_that_books_the_net_for_the_gross(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 9650 + beside)
    explained.deliver(1, sold(fee="3.00", tax="0.50"))

    explained.desk.run()

    assert explained.claimed() == (
        [("net_booked_for_gross", "amount_mismatch", 350, "compensating_entry", 350)]
        if not beside
        else []
    )
    assert explained.candidates() == []


def test_the_figures_of_a_formula_are_its_evidence(explained: Explained) -> None:
    explained.desk.ledger("L1", 9650)
    explained.deliver(1, sold(fee="3.00", tax="0.50"))

    explained.desk.run()

    assert explained.evidence() == {
        "gross_minor": 10000,
        "fee_minor": 300,
        "tax_minor": 50,
        "net_minor": 9650,
        "ledger_minor": 9650,
    }


@pytest.mark.parametrize("beside", NEARLY)
def test_a_difference_that_is_the_fee(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 10300 + beside)
    explained.deliver(1, sold(fee="3.00"))

    explained.desk.run()

    assert explained.claimed() == (
        [("delta_is_the_fee", "amount_mismatch", -300, "compensating_entry", -300)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_a_difference_that_is_fee_and_tax(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 10350 + beside)
    explained.deliver(1, sold(fee="3.00", tax="0.50"))

    explained.desk.run()

    assert explained.claimed() == (
        [("delta_is_fee_and_tax", "amount_mismatch", -350, "compensating_entry", -350)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_a_tax_that_the_amount_leaves_out(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 9950 + beside)
    explained.deliver(1, sold(fee="3.00", tax="0.50"))

    explained.desk.run()

    assert explained.claimed() == (
        [("tax_left_out", "amount_mismatch", 50, "compensating_entry", 50)] if not beside else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_a_tax_that_the_fee_contains_is_no_entry_of_the_ledger(
    explained: Explained, beside: int
) -> None:
    explained.desk.ledger("L1", 10000, fee_minor=350 + beside)
    explained.deliver(1, sold(fee="3.00", tax="0.50"))

    explained.desk.run()

    assert explained.claimed() == (
        [("tax_left_out", "fee_mismatch", -50, "accept", None)] if not beside else []
    )


@pytest.mark.parametrize("beside", NEARLY)
@pytest.mark.parametrize("ledger_minor", [1_000_000, 100])
def test_an_amount_of_another_hundred(
    explained: Explained, ledger_minor: int, beside: int
) -> None:
    explained.desk.ledger("L1", ledger_minor + beside)
    explained.deliver(1, sold(fee="3.00"))

    explained.desk.run()

    delta = 10000 - ledger_minor
    assert explained.claimed() == (
        [("amount_hundredfold", "amount_mismatch", delta, "compensating_entry", delta)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_dinars_that_are_booked_with_two_decimals(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 1000 + beside, currency="KWD")
    explained.deliver(1, sold(gross="10.000", currency="KWD"))

    explained.desk.run()

    assert explained.claimed() == (
        [("amount_off_by_the_exponent", "amount_mismatch", 9000, "compensating_entry", 9000)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_a_sign_that_is_turned_round(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 4000 + beside, type="refund", event="R1")
    explained.deliver(1, sold(gross="-40.00", type="Refund", event="R1"))

    explained.desk.run()

    assert explained.claimed() == (
        [("sign_flipped", "refund_mismatch", -8000, "compensating_entry", -8000)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_three_rounded_thirds_of_a_hundred(explained: Explained, beside: int) -> None:
    for number in range(3):
        explained.desk.ledger(f"L{number}", 3333 + beside * (number == 2), event=None)
    explained.deliver(1, sold())

    explained.desk.run()

    assert explained.claimed() == (
        [("sum_of_rounded_parts", "amount_mismatch", 1, "compensating_entry", 1)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_a_partial_refund_that_is_booked_in_full(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 10000)
    explained.desk.ledger("L2", -10000 + beside, type="refund", event="R1")
    explained.deliver(1, sold(), sold(gross="-40.00", type="Refund", event="R1"))

    explained.desk.run()

    assert explained.claimed() == (
        [("partial_refund_booked_full", "refund_mismatch", 6000, "compensating_entry", 6000)]
        if not beside
        else []
    )


@pytest.mark.parametrize("beside", NEARLY)
def test_two_payments_with_each_others_references(explained: Explained, beside: int) -> None:
    explained.desk.ledger("L1", 7000)
    explained.desk.ledger("L2", 10000 + beside, payment="P2", event="C2")
    explained.deliver(1, sold(), sold("P2", "70.00", event="C2"))

    explained.desk.run()

    assert explained.claimed() == (
        [
            ("references_swapped", "amount_mismatch", -3000, "compensating_entry", -3000),
            ("references_swapped", "amount_mismatch", 3000, "compensating_entry", 3000),
        ]
        if not beside
        else []
    )


def test_three_payments_that_may_be_swapped_are_not_claimed(explained: Explained) -> None:
    explained.desk.ledger("L1", 7000)
    explained.desk.ledger("L2", 10000, payment="P2", event="C2")
    explained.desk.ledger("L3", 10000, payment="P3", event="C3")
    explained.deliver(1, sold(), sold("P2", "70.00", event="C2"), sold("P3", "70.00", event="C3"))

    explained.desk.run()

    assert explained.claimed() == []
    assert explained.candidates() == [
        ("references_swapped", 1),
        ("references_swapped", 1),
        ("references_swapped", 2),
    ]


def test_two_formulas_that_hold_are_two_candidates_and_no_cause(explained: Explained) -> None:
    # The fee of 2.00 and the tax of 2.00 are both exactly what is missing.
    explained.desk.ledger("L1", 9800)
    explained.deliver(1, sold(fee="2.00", tax="2.00"))

    explained.desk.run()

    assert explained.claimed() == []
    assert explained.candidates() == [("delta_is_the_fee", 1), ("tax_left_out", 1)]
    assert explained.totals() == {(None, "EUR"): (1, 200)}


def test_each_currency_is_explained_by_itself(explained: Explained) -> None:
    explained.desk.ledger("L1", 9700)
    explained.desk.ledger("L2", 9700, payment="P2", event="C2", currency="BRL")
    explained.desk.ledger("L3", 9999, payment="P3", event="C3", currency="BRL")
    explained.deliver(
        1,
        sold(fee="3.00"),
        sold("P2", fee="3.00", event="C2", currency="BRL"),
        sold("P3", fee="3.00", event="C3", currency="BRL"),
    )

    explained.desk.run()

    assert explained.totals() == {
        ("net_booked_for_gross", "EUR"): (1, 300),
        ("net_booked_for_gross", "BRL"): (1, 300),
        (None, "BRL"): (1, 1),
    }


def test_a_day_that_one_side_reads_in_utc(explained: Explained, configure: Configure) -> None:
    # 21:30 in São Paulo is 00:30 of the next day in UTC, where the ledger's row is dated.
    configure(zone="America/Sao_Paulo", days=0)
    explained.desk.ledger("L1", 10000, at="2026-03-03T10:00:00Z")
    explained.deliver(1, sold(booked="2026-03-02 21:30:00"))

    explained.desk.run()

    assert explained.claimed() == [("day_shifted_by_zone", "date_mismatch", 0, "accept", None)]
    assert explained.evidence()["booked_at"] == "2026-03-03T00:30:00Z"


def test_a_day_that_is_another_one_in_utc_too(explained: Explained, configure: Configure) -> None:
    configure(zone="America/Sao_Paulo", days=0)
    explained.desk.ledger("L1", 10000, at="2026-03-03T10:00:00Z")
    explained.deliver(1, sold(booked="2026-03-02 20:59:59"))

    explained.desk.run()

    assert [kind for kind, *_ in explained.desk.open_discrepancies()] == ["date_mismatch"]
    assert explained.claimed() == []
