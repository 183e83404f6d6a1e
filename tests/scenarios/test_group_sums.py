"""Rows that no reference ties and that add up in one way: matched, provisionally."""

import itertools

import pytest

from tests.scenarios.conftest import Desk, Line, a_line

pytestmark = pytest.mark.usefixtures("every_load_size")


def book(desk: Desk, *amounts_minor: int, **settings: object) -> None:
    """Books ledger rows that name no payment, L1 and so on."""
    for number, amount_minor in enumerate(amounts_minor, 1):
        changes = {"payment": None, "event": None, **settings}
        desk.ledger(f"L{number}", amount_minor, **changes)  # type: ignore[arg-type]


def explanations(desk: Desk, kind: str) -> set[str]:
    """What is said of the open discrepancies of that kind, from what was added to it on."""
    return {
        row["explanation"].partition("; ")[2]
        for row in desk.rows("select * from reconciliation.discrepancies")
        if row["kind"] == kind
    }


def lines_of(*amounts: str, **settings: str) -> list[Line]:
    """Captures of payments P1, P2 and so on."""
    return [
        a_line(payment=f"P{number}", event=f"C{number}", amount=amount, **settings)  # type: ignore[arg-type]
        for number, amount in enumerate(amounts, 1)
    ]


def test_the_only_rows_that_make_a_line_are_its_match(desk: Desk) -> None:
    book(desk, 4000, 5000, 8000, 9000)
    desk.batch(1, *lines_of("120.00"))

    run = desk.run()

    assert ("discrepancies", [("only_sum", 1, 2)]) == (run["verdict"], desk.matches())
    assert [
        ("missing_in_statement", "EUR", -9000, 9000),
        ("missing_in_statement", "EUR", -5000, 5000),
    ] == desk.open_discrepancies()


def test_rows_that_make_a_line_in_two_ways_are_ambiguous_and_none_is_matched(desk: Desk) -> None:
    book(desk, 4000, 5000, 7000, 8000)
    desk.batch(1, *lines_of("120.00"))

    run = desk.run()

    assert ("discrepancies", []) == (run["verdict"], desk.matches())
    assert [("ambiguous_match", "EUR", -12000, 12000)] == desk.open_discrepancies()
    assert [
        "2 sums fit and not all can be true: 120.00 EUR = 40.00 EUR + 80.00 EUR;"
        " 120.00 EUR = 50.00 EUR + 70.00 EUR"
    ] == [row["explanation"] for row in desk.rows("select * from reconciliation.discrepancies")]


def test_a_line_net_of_a_refund_is_the_payment_and_the_refund(desk: Desk) -> None:
    book(desk, 10000)
    desk.ledger("R1", -1000, type="refund", payment=None, event=None)
    desk.batch(1, *lines_of("90.00"))

    run = desk.run()

    assert ("reconciled", [("only_sum", 1, 2)]) == (run["verdict"], desk.matches())


def test_lines_of_several_payments_are_one_ledger_row(desk: Desk) -> None:
    book(desk, 10000)
    desk.batch(1, *lines_of("30.00", "70.00"))

    run = desk.run()

    assert ("reconciled", [("only_sum", 2, 1)]) == (run["verdict"], desk.matches())


def test_of_an_event_settled_twice_one_line_is_the_row_and_the_other_is_surplus(
    desk: Desk,
) -> None:
    book(desk, 10000)
    desk.batch(1, a_line(), a_line())

    desk.run()

    assert [("only_sum", 1, 1)] == desk.matches()
    assert [("duplicate_settlement", "EUR", 10000, 10000)] == desk.open_discrepancies()


def test_a_row_that_names_another_payment_is_no_part_of_a_sum(desk: Desk) -> None:
    book(desk, 4000)
    desk.ledger("L9", 8000, payment="P9", event=None)
    desk.batch(1, *lines_of("120.00"))

    desk.run()

    assert [] == desk.matches()
    assert ["missing_in_ledger"] + ["missing_in_statement"] * 2 == [
        row[0] for row in desk.open_discrepancies()
    ]


def test_rows_of_another_currency_or_day_are_no_part_of_a_sum(desk: Desk) -> None:
    book(desk, 4000)
    desk.ledger("L8", 8000, payment=None, event=None, currency="USD")
    desk.ledger("L9", 8000, payment=None, event=None, settles_on="2026-03-04")
    desk.batch(1, *lines_of("120.00"))

    desk.run()

    assert [] == desk.matches()


def test_lines_and_rows_of_two_currencies_are_no_part_of_a_sum_in_a_third(desk: Desk) -> None:
    desk.ledger("L1", 4000, payment=None, event=None, currency="USD")
    desk.ledger("L2", 8000, payment=None, event=None)
    desk.batch(1, *lines_of("120.00", currency="BRL"))

    desk.run()

    assert [] == desk.matches()
    assert [
        ("missing_in_ledger", "BRL", 12000, 12000),
        ("missing_in_statement", "EUR", -8000, 8000),
        ("missing_in_statement", "USD", -4000, 4000),
    ] == desk.open_discrepancies()


def test_the_only_sum_among_many_round_amounts_is_told_and_not_taken(desk: Desk) -> None:
    book(desk, 4000, 8000, 50000, 60000, 70000, 90000)
    desk.batch(1, *lines_of("120.00"))

    desk.run()

    assert [] == desk.matches()
    assert {
        "ledger 40.00 EUR, no statement line though 2026-03-03 is covered; only sum: 1 line of"
        " 120.00 EUR against 2 ledger rows of 120.00 EUR, which among 7 rows may be chance"
    } == {
        row["explanation"]
        for row in desk.rows("select * from reconciliation.discrepancies")
        if row["ledger_minor"] == 4000
    }


def test_the_only_sum_of_odd_amounts_among_as_many_rows_is_a_match(desk: Desk) -> None:
    book(desk, 4111, 8234, 50003, 60007, 70009, 90001)
    desk.batch(1, *lines_of("123.45"))

    desk.run()

    assert [("only_sum", 1, 2)] == desk.matches()


def test_a_row_that_makes_a_day_crowded_dissolves_a_sum_that_may_be_chance_now(
    desk: Desk,
) -> None:
    book(desk, 4000, 5000, 8000, 9000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()
    before = desk.matches()

    book(desk, 4000, 5000, 8000, 9000, 70000)
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    assert ([("only_sum", 1, 2)], []) == (before, desk.matches())


def test_nothing_is_added_up_before_the_ledger_rows_are_due(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))

    desk.run(end="2026-03-04T10:00:00Z")
    before = desk.matches()
    desk.run(start="2026-03-04T10:00:00Z", end="2026-03-04T12:00:00Z")

    assert ([], [("only_sum", 1, 2)]) == (before, desk.matches())


def test_nothing_is_added_up_before_the_line_is_due(desk: Desk) -> None:
    """A chargeback waits a business day for the ledger, longer than the ledger for its day."""
    book(desk, -4000, -8000, type="chargeback")
    desk.batch(1, a_line(type="Chargeback", amount="-120.00"))

    desk.run(end="2026-03-04T12:00:00Z")
    before = desk.matches()
    desk.run(start="2026-03-04T12:00:00Z", end="2026-03-04T22:00:00Z")

    assert ([], [("only_sum", 1, 2)]) == (before, desk.matches())


def test_rows_that_can_be_of_no_sum_do_not_make_a_day_too_large(desk: Desk) -> None:
    book(desk, 4000, 8000)
    for number in range(30):
        desk.ledger(f"N{number}", 9000 + number, payment=f"N{number}", event=None)
        desk.ledger(f"M{number}", 500 + number, payment=None, event=None, merchant=f"M{number}")
    desk.batch(1, *lines_of("120.00"))

    desk.run()

    assert [("only_sum", 1, 2)] == desk.matches()


def test_a_sum_stays_the_same_match_while_nothing_speaks_against_it(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()
    before = desk.rows("select * from reconciliation.matches")

    again = desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    assert (0, before) == (again["matched"], desk.rows("select * from reconciliation.matches"))


def test_a_row_whose_reference_points_to_a_member_dissolves_the_sum(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()

    desk.ledger("L9", 12000)
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    assert [("event_reference", 1, 1)] == desk.matches()
    assert [
        ("missing_in_statement", "EUR", -8000, 8000),
        ("missing_in_statement", "EUR", -4000, 4000),
    ] == desk.open_discrepancies()
    assert [{"restated_rows": 2, "restated_minor": 12000, "reopened_rows": 0}] == desk.rows(
        "select restated_rows, restated_minor, reopened_rows from internal.run_rolls"
        " where side = 'ledger' order by run_number desc limit 1"
    )
    assert [] == desk.rows(
        "select * from internal.provisional_members where match_id not in"
        " (select match_id from internal.match_members)"
    )


def test_a_line_of_the_event_that_a_member_names_dissolves_the_sum(desk: Desk) -> None:
    desk.ledger("L1", 4000, payment=None, event=None)
    desk.ledger("L2", 8000, payment=None, event="C2")
    desk.batch(1, *lines_of("120.00"))
    desk.run()
    before = desk.matches()

    desk.batch(2, a_line(payment="P2", event="C2", amount="80.00"))
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    assert ([("only_sum", 1, 2)], [("event_reference", 1, 1)]) == (before, desk.matches())
    assert [
        ("missing_in_ledger", "EUR", 12000, 12000),
        ("missing_in_statement", "EUR", -4000, 4000),
    ] == desk.open_discrepancies()


def test_rows_that_come_later_make_a_sum_ambiguous(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()

    book(desk, 4000, 8000, 5000, 7000)
    run = desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    assert ("discrepancies", []) == (run["verdict"], desk.matches())
    assert [("ambiguous_match", "EUR", -12000, 12000)] == desk.open_discrepancies()


def test_of_a_sum_that_a_reference_dissolves_the_reason_is_told_once(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()
    before = explanations(desk, "missing_in_statement")

    desk.ledger("L9", 12000)
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")
    told = explanations(desk, "missing_in_statement")
    desk.run(start="2026-03-05T01:00:00Z", end="2026-03-05T02:00:00Z")

    reason = "was matched by its sum, but a reference ties a row of it to another"
    assert (set(), {reason}, {""}) == (
        before,
        told,
        explanations(desk, "missing_in_statement"),
    )


def test_of_a_sum_with_a_row_that_changes_the_reason_is_told(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()

    book(desk, 4000, 8100)
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    (told,) = explanations(desk, "missing_in_ledger")
    assert ([], True) == (
        desk.matches(),
        told.endswith("; was matched by its sum, but a row of it was changed or withdrawn"),
    )


def test_of_a_sum_whose_line_an_amendment_withdraws_the_reason_is_told(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"), a_line(payment="P5", event="C5", amount="10.00"))
    desk.run()
    before = desk.matches()

    desk.batch(1, a_line(payment="P5", event="C5", amount="10.00"))
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    assert ([("only_sum", 1, 2)], []) == (before, desk.matches())
    assert all(
        told.endswith("was matched by its sum, but a row of it was changed or withdrawn")
        for told in explanations(desk, "missing_in_statement")
    )


def test_of_a_sum_beside_which_another_fits_the_reason_is_told(desk: Desk) -> None:
    book(desk, 4000, 8000)
    desk.batch(1, *lines_of("120.00"))
    desk.run()

    book(desk, 4000, 8000, 5000, 7000)
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-05T01:00:00Z")

    (told,) = explanations(desk, "ambiguous_match")
    assert told.endswith("; was matched by its sum, but another sum fits as well")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_of_arrival_ends_in_the_same_sums(desk: Desk, order: tuple[int, ...]) -> None:
    arrivals = (
        lambda: book(desk, 4011, 8012, 1503),
        lambda: [
            desk.ledger("L4", 3001, payment=None, event=None),
            desk.ledger("L5", 6100, payment=None, event=None),
            desk.ledger("L6", 5000, payment=None, event=None),
            desk.ledger("L7", 6503, payment="P3", event="C3"),
        ],
        lambda: desk.batch(1, *lines_of("120.23", "91.01", "65.03")),
    )
    for number, arrival in enumerate(order):
        arrivals[arrival]()
        start, end = f"2026-03-05T0{number}:00:00Z", f"2026-03-05T0{number + 1}:00:00Z"
        desk.run(start=start, end=end)

    assert [("event_reference", 1, 1), ("only_sum", 1, 2), ("only_sum", 1, 2)] == desk.matches()
    assert [
        ("missing_in_statement", "EUR", -5000, 5000),
        ("missing_in_statement", "EUR", -1503, 1503),
    ] == desk.open_discrepancies()


def test_where_nothing_adds_up_the_nearest_sum_is_told(desk: Desk) -> None:
    book(desk, 4000, 7500)
    desk.batch(1, *lines_of("120.00"))

    desk.run()

    assert {
        "statement 120.00 EUR, ledger nothing; nearest sum: 1 line of 120.00 EUR against"
        " 2 ledger rows of 115.00 EUR"
    } == {
        row["explanation"]
        for row in desk.rows("select * from reconciliation.discrepancies")
        if row["kind"] == "missing_in_ledger"
    }


def test_too_many_rows_are_not_searched_and_that_is_told(desk: Desk) -> None:
    book(desk, *range(1000, 1024))
    desk.batch(1, *lines_of("20.01"))

    desk.run()

    assert [] == desk.matches()
    (line,) = desk.rows(
        "select explanation from reconciliation.discrepancies where kind = 'missing_in_ledger'"
    )
    assert line["explanation"].endswith(
        "; 25 rows of its day and currency may add up, which are too many to search"
    )
