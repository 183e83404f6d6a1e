"""One order or one batch on both sides: several payments, tied by what both of them name."""

from __future__ import annotations

import itertools

import pytest

from tests.scenarios.conftest import Desk, Line, a_line

pytestmark = pytest.mark.usefixtures("every_load_size")

LATER = ("2026-03-05T00:00:00Z", "2026-03-05T01:00:00Z")
# Within the grace: nothing of the batch that came on the third is overdue yet.
EARLY = {"end": "2026-03-03T21:30:00Z"}


def by_order(
    desk: Desk, ledger_id: str, amount_minor: int, order: str = "O1", **more: object
) -> None:
    """A ledger row that knows its order, and no reference of the PSP."""
    settings = {"payment": None, "event": None, "merchant": order, **more}
    desk.ledger(ledger_id, amount_minor, **settings)  # type: ignore[arg-type]


def of_order(payment: str, amount: str, order: str = "O1", **more: object) -> Line:
    """A capture of a payment of the order."""
    return a_line(payment=payment, event=f"C-{payment}", amount=amount, merchant=order, **more)


def by_batch(desk: Desk, ledger_id: str, amount_minor: int, batch: str = "TX1EURXT") -> None:
    """A ledger row that names the payout of its batch."""
    desk.ledger(ledger_id, amount_minor, payment=None, event=batch)


def test_one_ledger_row_of_an_order_is_all_of_its_payments(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("order_totals", 2, 1)])


def test_several_ledger_rows_of_an_order_are_its_payments_in_other_parts(desk: Desk) -> None:
    by_order(desk, "L1", 5000)
    by_order(desk, "L2", 5500)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "45.00"))

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("order_totals", 2, 2)])


def test_equal_amounts_of_an_order_pair_off_and_the_rest_stands_alone(desk: Desk) -> None:
    by_order(desk, "L1", 6000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "47.13"))

    desk.run()

    assert desk.matches() == [("order_and_amount", 1, 1)]
    assert desk.open_discrepancies() == [("missing_in_ledger", "EUR", 4713, 4713)]


def test_twins_of_an_order_pair_off_when_both_sides_have_as_many(desk: Desk) -> None:
    by_order(desk, "L1", 5000)
    by_order(desk, "L2", 5000)
    desk.batch(1, of_order("P1", "50.00"), of_order("P2", "50.00"))

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("order_and_amount", 1, 1)] * 2)


def test_payments_and_refunds_of_an_order_are_two_totals(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    by_order(desk, "L2", -3000, type="refund")
    desk.batch(
        1,
        of_order("P1", "60.00"),
        of_order("P2", "40.00"),
        of_order("P1", "-10.00", type="Refunded"),
        of_order("P2", "-20.00", type="Refunded"),
    )

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("order_totals", 2, 1)] * 2)


def test_rows_of_another_order_or_currency_are_no_part_of_it(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(
        1,
        of_order("P1", "60.00"),
        of_order("P2", "40.00", currency="USD"),
        of_order("P3", "40.00", order="O2"),
    )

    desk.run()

    assert [] == desk.matches()


def test_an_order_waits_until_all_of_it_is_due(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))

    desk.run(end="2026-03-04T10:00:00Z")
    before = desk.matches()
    desk.run(start="2026-03-04T10:00:00Z", end="2026-03-04T12:00:00Z")

    assert ([], [("order_totals", 2, 1)]) == (before, desk.matches())


def test_a_reference_of_the_psp_goes_before_the_order(desk: Desk) -> None:
    desk.ledger("L1", 6000, payment="P1", event=None, merchant="O1")
    by_order(desk, "L2", 4000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))

    run = desk.run()

    assert run["verdict"] == "reconciled"
    assert desk.matches() == [("order_and_amount", 1, 1), ("payment_and_amount", 1, 1)]


def test_a_match_by_order_stays_the_same_while_nothing_touches_it(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))
    desk.run()
    before = desk.rows("select * from reconciliation.matches")

    desk.batch(2, a_line(payment="P9", event="C9"))
    again = desk.run(*LATER)

    assert (0, before) == (again["matched"], desk.rows("select * from reconciliation.matches"))


def test_a_refund_of_one_of_its_payments_leaves_the_match_by_order(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))
    desk.run()
    before = desk.rows("select match_id from reconciliation.matches")

    desk.ledger("L9", -1000, type="refund", payment="P2", event="R1")
    desk.batch(2, a_line(type="Refunded", payment="P2", event="R1", amount="-10.00", merchant="O1"))
    run = desk.run(*LATER)

    assert (run["verdict"], run["matched"]) == ("reconciled", 1)
    assert before[0] in desk.rows("select match_id from reconciliation.matches")


def test_a_row_of_the_order_that_comes_later_decides_all_of_it_again(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))
    desk.run()

    by_order(desk, "L2", 1313)
    desk.batch(2, of_order("P3", "33.13"))
    desk.run(*LATER)

    assert desk.matches() == [("only_sum", 2, 1)]
    assert sorted(row[:3] for row in desk.open_discrepancies()) == [
        ("missing_in_ledger", "EUR", 3313),
        ("missing_in_statement", "EUR", -1313),
    ]


def test_a_line_of_the_order_that_changes_dissolves_its_match(desk: Desk) -> None:
    by_order(desk, "L1", 10000)
    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.00"))
    desk.run()

    desk.batch(1, of_order("P1", "60.00"), of_order("P2", "41.00"))
    desk.run(*LATER)

    assert desk.matches() == []
    assert desk.rows("select * from internal.shared_key_members") == []


def test_one_ledger_row_that_names_the_batch_is_all_lines_of_it(desk: Desk) -> None:
    by_batch(desk, "L1", 9000)
    desk.batch(
        1,
        a_line(payment="P1", event="C1", amount="60.00"),
        a_line(payment="P2", event="C2", amount="40.00"),
        a_line(type="Refunded", payment="P3", event="R3", amount="-10.00"),
    )

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("batch_totals", 3, 1)])


@pytest.mark.parametrize("reference", ["payment", "event", "merchant"])
def test_a_ledger_row_may_name_the_batch_in_any_reference(desk: Desk, reference: str) -> None:
    named = {"payment": None, "event": None, reference: "TX1EURXT"}
    desk.ledger("L1", 10000, **named)  # type: ignore[arg-type]
    desk.batch(1, a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00"))

    assert (desk.run()["verdict"], desk.matches()) == ("reconciled", [("batch_totals", 2, 1)])


def test_a_closed_batch_is_matched_before_any_row_of_it_is_overdue(desk: Desk) -> None:
    by_batch(desk, "L1", 10000)
    desk.batch(1, a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00"))

    run = desk.run(**EARLY)

    assert (run["pending"], desk.matches()) == (0, [("batch_totals", 2, 1)])


def test_each_currency_of_a_batch_has_its_own_payout(desk: Desk) -> None:
    by_batch(desk, "L1", 6000)
    desk.ledger("L2", 4000, payment=None, event="TX1USDXT", currency="USD")
    desk.batch(
        1, a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00", currency="USD")
    )

    run = desk.run()

    assert (run["verdict"], desk.matches()) == ("reconciled", [("batch_totals", 1, 1)] * 2)


def test_a_line_of_the_batch_with_a_row_of_its_own_is_no_part_of_the_total(desk: Desk) -> None:
    desk.ledger("L1", 6000)
    by_batch(desk, "L2", 4000)
    desk.batch(1, a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00"))

    run = desk.run()

    assert run["verdict"] == "reconciled"
    assert desk.matches() == [("batch_totals", 1, 1), ("event_reference", 1, 1)]


def test_rows_of_one_closed_batch_are_added_up_though_none_is_due(desk: Desk) -> None:
    by_batch(desk, "L1", 4000)
    by_batch(desk, "L2", 8000)
    by_batch(desk, "L3", 5513)
    desk.batch(1, a_line(amount="120.00"))

    desk.run(**EARLY)

    assert desk.matches() == [("only_sum", 1, 2)]
    assert desk.pending() == [("ledger", "not_due", 5513)]


def test_rows_that_name_no_batch_wait_though_the_batch_is_closed(desk: Desk) -> None:
    desk.ledger("L1", 4000, payment=None, event=None)
    desk.ledger("L2", 8000, payment=None, event=None)
    desk.batch(1, a_line(amount="120.00"))

    desk.run(**EARLY)

    assert desk.matches() == []


def test_two_sums_within_a_batch_are_ambiguous(desk: Desk) -> None:
    for number, amount_minor in enumerate((4000, 5000, 7000, 8000)):
        by_batch(desk, f"L{number}", amount_minor)
    desk.batch(1, a_line(amount="120.00"))

    desk.run(**EARLY)

    assert (desk.matches(), desk.open_discrepancies()) == (
        [],
        [("ambiguous_match", "EUR", -12000, 12000)],
    )


def test_an_amended_batch_of_another_total_dissolves_its_match(desk: Desk) -> None:
    by_batch(desk, "L1", 10000)
    lines = [a_line(amount="60.00"), a_line(payment="P2", event="C2", amount="40.00")]
    desk.batch(1, *lines)
    desk.run()

    desk.batch(1, *lines, a_line(payment="P3", event="C3", amount="7.13"))
    desk.run(*LATER)

    assert desk.matches() == [("only_sum", 2, 1)]
    assert desk.open_discrepancies() == [("missing_in_ledger", "EUR", 713, 713)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_of_arrival_ends_in_the_same_matches(desk: Desk, order: tuple[int, ...]) -> None:
    arrivals = (
        lambda: (by_order(desk, "L1", 10011), by_batch(desk, "L2", 9017, "TX2EURXT")),
        lambda: desk.batch(1, of_order("P1", "60.00"), of_order("P2", "40.11")),
        lambda: desk.batch(2, of_order("P3", "50.17", "O3"), of_order("P4", "40.00", "O4")),
    )
    for number, arrival in enumerate(order):
        arrivals[arrival]()
        desk.run(f"2026-03-05T0{number}:00:00Z", f"2026-03-05T0{number + 1}:00:00Z")

    assert desk.matches() == [("batch_totals", 2, 1), ("order_totals", 2, 1)]
    assert desk.open_discrepancies() == []
