"""Several payouts came back and are carried on together: of each is owed what is left of it."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Line, a_line
from tests.scenarios.payouts.conftest import PayoutDesk, an_account_row


def sale(number: int, amount: str) -> Line:
    """A sale of its own payment."""
    return a_line(payment=f"P{number}", event=f"C{number}", amount=amount)


def carry(amount: str) -> Line:
    """Money carried in, or out where it is negative."""
    return an_account_row("Balancetransfer", amount, "to or from another batch")


def returned(number: int, amount: str) -> Line:
    """The payout of a batch, which came back."""
    return an_account_row("MerchantPayout", amount, f"TX{number}EURXT returned by the bank")


@pytest.fixture
def two_came_back(without_bank: PayoutDesk) -> PayoutDesk:
    """100.00 came back in batch 3, then 50.00 in batch 4, which carries both to the next one."""
    batches: list[tuple[list[Line], bool]] = [
        ([sale(1, "100.00")], True),
        ([sale(2, "50.00")], True),
        ([returned(1, "100.00"), carry("-100.00")], False),
        ([carry("100.00"), returned(2, "50.00"), carry("-150.00")], False),
    ]
    for number, (lines, pays_out) in enumerate(batches, 1):
        batch(without_bank, number, *lines, pays_out=pays_out)
    return without_bank


def batch(desk: PayoutDesk, number: int, *lines: Line, pays_out: bool = True) -> None:
    """A batch of its day."""
    desk.batch(number, *lines, booked=f"2026-03-{number + 2:02} 21:00:00", pays_out=pays_out)


def owed(desk: PayoutDesk) -> list[tuple[str, int]]:
    """What is told after all of it ran: the batch that it is of, and the money, each event once."""
    desk.desk.run("2026-03-02T00:00:00Z", "2026-03-14T00:00:00Z")
    assert {row["residual_minor"] for row in desk.totals("statement_payout")} == {0}
    return [
        (f"{row['kind']} {row['psp_reference']}", row["exposure_minor"])
        for row in desk.desk.rows(
            "select kind, psp_reference, exposure_minor from reconciliation.discrepancies"
            " where leg = 'statement_payout' and change <> 'resolved' order by kind, psp_reference"
        )
    ]


def test_a_batch_that_pays_a_part_and_carries_on_the_rest_pays_the_last_that_came_back(
    two_came_back: PayoutDesk,
) -> None:
    batch(two_came_back, 5, carry("150.00"), carry("-120.00"))

    assert owed(two_came_back) == [
        ("payout_failed batch 3", 10000),
        ("payout_failed batch 4", 2000),
    ]


def test_what_a_batch_leaves_behind_of_two_payouts_is_owed_once(
    two_came_back: PayoutDesk,
) -> None:
    batch(two_came_back, 5, carry("30.00"))

    # 120.00 are left behind: all of batch 3, 20.00 of batch 4.
    assert owed(two_came_back) == [
        ("payout_failed batch 3", 10000),
        ("payout_failed batch 4", 2000),
        ("payout_unexplained batch 4", 2000),
    ]
    (told,) = two_came_back.desk.rows(
        "select explanation from reconciliation.discrepancies where kind = 'payout_unexplained'"
    )
    assert told["explanation"] == (
        "batch 4 carries out 120.00 EUR, and no later batch carries it in; "
        "100.00 EUR of it is owed as payouts that came back before"
    )


def test_money_that_others_carry_pays_nothing_of_payouts_that_were_left_behind(
    two_came_back: PayoutDesk,
) -> None:
    batch(two_came_back, 5, sale(5, "150.00"), carry("-150.00"), pays_out=False)
    batch(two_came_back, 6, carry("150.00"))

    assert owed(two_came_back) == [
        ("payout_failed batch 3", 10000),
        ("payout_failed batch 4", 5000),
        ("payout_unexplained batch 4", 5000),
    ]


def test_a_batch_that_pays_its_own_sales_and_carries_all_on_pays_nothing_of_them(
    two_came_back: PayoutDesk,
) -> None:
    batch(two_came_back, 5, carry("150.00"), sale(5, "200.00"), carry("-150.00"))

    assert owed(two_came_back) == [
        ("payout_failed batch 3", 10000),
        ("payout_failed batch 4", 5000),
    ]


def test_what_refunds_take_of_payouts_that_are_carried_is_owed_no_more(
    two_came_back: PayoutDesk,
) -> None:
    refund = a_line(type="Refunded", payment="P1", event="R1", amount="-70.00")
    batch(two_came_back, 5, carry("150.00"), refund, carry("-80.00"), pays_out=False)

    assert owed(two_came_back) == [("payout_failed batch 3", 8000)]


def test_two_payouts_that_came_back_in_one_batch_are_owed_together(
    without_bank: PayoutDesk,
) -> None:
    batch(without_bank, 1, sale(1, "100.00"))
    batch(without_bank, 2, sale(2, "50.00"))
    both = (returned(1, "100.00"), returned(2, "50.00"))
    batch(without_bank, 3, *both, carry("-150.00"), pays_out=False)
    batch(without_bank, 4, carry("150.00"), carry("-120.00"))

    assert owed(without_bank) == [("payout_failed batch 3", 12000)]
    (told,) = without_bank.desk.rows(
        "select explanation from reconciliation.discrepancies where kind = 'payout_failed'"
    )
    assert told["explanation"] == (
        "payout TX1EURXT, TX2EURXT of 150.00 EUR came back on 2026-03-05: its lines are owed "
        "again; 120.00 EUR of it is still owed"
    )


def test_what_came_back_is_paid_again_when_the_last_batch_carries_nothing_on(
    two_came_back: PayoutDesk,
) -> None:
    batch(two_came_back, 5, carry("150.00"), carry("-120.00"))
    batch(two_came_back, 6, carry("120.00"))

    assert owed(two_came_back) == []
