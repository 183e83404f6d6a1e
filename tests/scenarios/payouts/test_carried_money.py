"""Money that a batch carries out is what later ones carry in: none is lost, none is made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.conftest import Line, a_line
from tests.scenarios.payouts.conftest import PayoutDesk, an_account_row, newest_folder

_DAYS = {1: "2026-03-03", 2: "2026-03-04", 3: "2026-03-05", 4: "2026-03-06"}


@pytest.fixture
def chain(without_bank: PayoutDesk) -> PayoutDesk:
    """A desk whose batches are booked day by day, each sale in the ledger as well."""
    return without_bank


def batch(chain: PayoutDesk, number: int, *lines: Line, **settings: Any) -> None:
    """A batch of its day: paid out unless it says else."""
    chain.batch(number, *lines, booked=f"{_DAYS[number]} 21:00:00", **settings)


def carry(amount: str, currency: str = "EUR") -> Line:
    """Money carried in, or out where it is negative."""
    return an_account_row("Balancetransfer", amount, "to or from another batch", currency)


def sale(chain: PayoutDesk, number: int, minor: int, currency: str = "EUR") -> Line:
    """A sale of a batch that the ledger knows."""
    names = {"payment": f"P{number}{currency}", "event": f"C{number}{currency}"}
    chain.desk.ledger(
        f"L{number}{currency}", minor, at="2026-03-02T10:00:00Z", currency=currency, **names
    )
    return a_line(amount=f"{minor / 100:.2f}", currency=currency, **names)


def run(chain: PayoutDesk, until: str = "2026-03-08T00:00:00Z") -> None:
    """Runs all of it; both sides of the leg differ by what is told, whatever was carried."""
    chain.desk.run("2026-03-02T00:00:00Z", until)
    assert {row["residual_minor"] for row in chain.totals("statement_payout")} <= {0}


def told(chain: PayoutDesk) -> list[str]:
    """Why each finding of the leg is one."""
    return [
        row["explanation"]
        for row in chain.desk.rows(
            "select explanation from reconciliation.discrepancies"
            " where leg = 'statement_payout' and change <> 'resolved' order by explanation"
        )
    ]


def carried(chain: PayoutDesk) -> list[tuple[Any, ...]]:
    """Currency, opening, without a source, open, last batch and lapsed debts of each chain."""
    return [
        tuple(row.values())
        for row in chain.desk.rows(
            "select currency, opening_minor, without_source_minor, open_minor, last_batch,"
            " lapsed_minor"
            " from reconciliation.carried_balances order by currency"
        )
    ]


def test_money_that_the_next_batch_carries_in_and_pays_is_no_finding(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("-100.00"), pays_out=False)
    batch(chain, 2, carry("100.00"), sale(chain, 2, 100))
    run(chain)

    assert chain.found() == []
    assert carried(chain) == [("EUR", 0, 0, 0, "batch 2", 0)]


def test_money_carried_out_that_no_later_batch_carries_in_is_found(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("-100.00"), pays_out=False)
    batch(chain, 2, sale(chain, 2, 100))
    run(chain)

    assert chain.found() == [("payout_unexplained", "EUR", 0, 10000)]
    assert told(chain) == [
        "batch 1 carries out 100.00 EUR, and no later batch carries it in"
    ]


def test_money_carried_out_waits_while_there_is_no_later_batch(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("-100.00"), pays_out=False)
    batch(chain, 2, sale(chain, 2, 100, "USD"))
    run(chain)

    assert chain.found() == []
    assert carried(chain) == [
        ("EUR", 0, 0, 10000, "batch 1", 0),
        ("USD", 0, 0, 0, "batch 2", 0),
    ]


def test_money_carried_in_later_than_by_the_next_batch_is_found_until_then(
    chain: PayoutDesk,
) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("-100.00"), pays_out=False)
    batch(chain, 2, sale(chain, 2, 100))
    run(chain, "2026-03-05T12:00:00Z")
    assert chain.found() == [("payout_unexplained", "EUR", 0, 10000)]

    batch(chain, 3, carry("100.00"))
    chain.desk.run("2026-03-05T12:00:00Z", "2026-03-06T12:00:00Z")

    assert chain.found() == []


def test_what_is_carried_in_in_part_leaves_the_rest_to_be_found(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("-100.00"), pays_out=False)
    batch(chain, 2, carry("60.00"), carry("-10.00"))
    batch(chain, 3, carry("10.00"))
    run(chain)

    assert chain.found() == [("payout_unexplained", "EUR", 0, 4000)]
    assert told(chain)[0].startswith("batch 1 carries out 40.00 EUR")


def test_money_carried_in_that_no_batch_carried_out_is_found(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000))
    batch(chain, 2, sale(chain, 2, 100), carry("900.00"))
    run(chain)

    assert chain.found() == [("payout_unexplained", "EUR", 0, 90000)]
    assert told(chain) == [
        "batch 2 carries in 900.00 EUR that no batch before it carries out"
    ]
    assert carried(chain) == [("EUR", 0, 90000, 0, "batch 2", 0)]


def test_what_is_carried_through_from_nowhere_is_found(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000))
    batch(chain, 2, carry("900.00"), carry("-900.00"), pays_out=False)
    batch(chain, 3, carry("900.00"))
    run(chain)

    assert chain.found() == [("payout_unexplained", "EUR", 0, 90000)]


def test_money_of_one_currency_is_no_source_of_another(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("-100.00"), pays_out=False)
    batch(chain, 2, carry("100.00", "USD"))
    run(chain)

    assert chain.found() == [("payout_unexplained", "USD", 0, 10000)]


def test_what_the_first_batch_of_an_account_carries_in_was_there_before(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000), carry("900.00"))
    run(chain)

    assert chain.found() == []
    assert carried(chain) == [("EUR", 90000, 0, 0, "batch 1", 0)]


def test_a_debt_is_carried_on_until_a_batch_repays_it(chain: PayoutDesk) -> None:
    batch(chain, 1, sale(chain, 1, 10000))
    refund = a_line(type="Refunded", payment="P9", event="R9", amount="-50.00")
    batch(chain, 2, refund, carry("50.00"), pays_out=False)
    batch(chain, 3, carry("-50.00"), sale(chain, 3, 8000))
    run(chain)

    assert chain.found() == []
    assert carried(chain) == [("EUR", 0, 0, 0, "batch 3", 0)]


def test_a_debt_that_the_next_batch_does_not_carry_in_lapses_and_is_no_finding(
    chain: PayoutDesk,
) -> None:
    refund = a_line(type="Refunded", payment="P9", event="R9", amount="-50.00")
    batch(chain, 1, refund, carry("50.00"), pays_out=False)
    batch(chain, 2, sale(chain, 2, 8000))
    batch(chain, 3, carry("10.00"))
    run(chain)

    # It is in our favour; and it is no source of what a later batch carries in.
    assert chain.found() == [("payout_unexplained", "EUR", 0, 1000)]
    assert carried(chain) == [("EUR", 0, 1000, 0, "batch 3", 5000)]
    assert (
        "In your favour, and no discrepancy: EUR 50.00 of debts (1) that the next batch did not "
        "carry in, the largest before batch 2."
    ) in (newest_folder() / "discrepancy_report.html").read_text()


def test_a_debt_that_the_next_batch_repays_in_part_lapses_with_the_rest(
    chain: PayoutDesk,
) -> None:
    refund = a_line(type="Refunded", payment="P9", event="R9", amount="-50.00")
    batch(chain, 1, refund, carry("50.00"), pays_out=False)
    batch(chain, 2, carry("-30.00"), sale(chain, 2, 8000))
    run(chain)

    assert chain.found() == []
    assert carried(chain) == [("EUR", 0, 0, 0, "batch 2", 2000)]


def test_a_debt_that_no_batch_could_carry_in_yet_is_open_and_not_lapsed(
    chain: PayoutDesk,
) -> None:
    refund = a_line(type="Refunded", payment="P9", event="R9", amount="-50.00")
    batch(chain, 1, sale(chain, 1, 100))
    batch(chain, 2, refund, carry("50.00"), pays_out=False)
    run(chain)

    assert carried(chain) == [("EUR", 0, 0, -5000, "batch 2", 0)]
