"""Statements that are missing, refused or hard to believe: a gap says so, a good one mends it."""

from tests.scenarios.conftest import Desk, a_line, batch_file

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_two_refused_statements_of_one_day_are_one_gap_that_names_both_and_the_run_is_published(
    desk: Desk,
) -> None:
    for number in (1, 2):
        # Without its payout a batch does not sum to 0.
        desk.batch(number, a_line(payment=f"P{number}", event=f"C{number}"), pays_out=False)

    run = desk.run()

    assert (True, "incomplete") == (run["is_published"], run["verdict"])
    assert [("statement_gap", None, 0, None)] == desk.open_discrepancies()
    (gap,) = desk.rows("select explanation from reconciliation.discrepancies")
    assert [True, True] == [f"batch {number}'" in gap["explanation"] for number in (1, 2)]


def test_without_its_statement_an_overdue_item_awaits_it_and_one_gap_says_so(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2")
    desk.batch(1, a_line(payment="P0", event="C0"), booked="2026-03-02 21:00:00")
    desk.ledger("L0", 10000, payment="P0", event="C0", at="2026-02-27T10:00:00Z")
    desk.run(*MONDAY)
    run = desk.run("2026-03-03T00:00:00Z", "2026-03-07T12:00:00Z")

    assert run["verdict"] == "incomplete"
    assert desk.pending() == [
        ("ledger", "awaiting_statement", 5000),
        ("ledger", "awaiting_statement", 10000),
    ]
    assert desk.open_discrepancies() == [("statement_gap", "EUR", 0, 15000)]


def test_the_missing_batch_resolves_the_gap(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.run("2026-03-02T00:00:00Z", "2026-03-07T12:00:00Z")
    gaps = desk.open_discrepancies()
    desk.batch(1, a_line(), booked="2026-03-03 21:00:00")
    run = desk.run("2026-03-07T12:00:00Z", "2026-03-07T13:00:00Z")

    # Monday the 2nd has no statement of its own: it is covered by the consecutive numbers.
    assert gaps == [("statement_gap", None, 0, None), ("statement_gap", "EUR", 0, 10000)]
    assert (run["verdict"], desk.changes()) == (
        "reconciled",
        [("statement_gap", "resolved", 1), ("statement_gap", "resolved", 1)],
    )


def test_a_missing_number_between_two_batches_is_one_gap(desk: Desk) -> None:
    desk.ledger("L1", 10000, at="2026-03-02T10:00:00Z")
    desk.ledger("L2", 7000, payment="P2", event="C2", at="2026-03-03T10:00:00Z")
    desk.ledger("L3", 5000, payment="P3", event="C3", at="2026-03-04T10:00:00Z")
    desk.batch(1, a_line(), booked="2026-03-03 21:00:00")
    desk.batch(3, a_line(payment="P3", event="C3", amount="50.00"), booked="2026-03-05 21:00:00")

    run = desk.run("2026-03-02T00:00:00Z", "2026-03-07T00:00:00Z")

    assert run["verdict"] == "incomplete"
    assert desk.open_discrepancies() == [("statement_gap", "EUR", 0, 7000)]
    assert desk.pending() == [("ledger", "awaiting_statement", 7000)]

    desk.batch(2, a_line(payment="P2", event="C2", amount="70.00"), booked="2026-03-04 21:00:00")
    run = desk.run("2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")

    assert (run["verdict"], desk.changes()) == ("reconciled", [("statement_gap", "resolved", 1)])


def test_a_refused_file_is_a_gap_at_once_and_the_corrected_one_clears_it(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    good = batch_file(1, [a_line()], booked="2026-03-03 21:00:00")
    desk.deliver(good.replace(b"100.00,1,EUR", b"101.00,1,EUR", 1)[: len(good) // 2])

    refused = desk.run(*TUESDAY)

    assert refused["verdict"] == "incomplete"
    assert [row["state"] for row in desk.rows("select state from reconciliation.statements")] == [
        "quarantined"
    ]
    assert [kind for kind, *_ in desk.open_discrepancies()] == ["statement_gap"]

    desk.deliver(good)
    mended = desk.run(*WEDNESDAY)

    assert (mended["verdict"], desk.open_discrepancies()) == ("reconciled", [])


def test_a_row_with_a_wrong_year_proves_nothing_of_the_days_in_between(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2", at="2026-03-04T10:00:00Z")
    desk.batch(
        1, a_line(), a_line(payment="P3", event="C3", amount="9.00", booked="2126-03-03 21:00:00")
    )
    desk.ledger("L3", 900, payment="P3", event="C3", at="2026-03-02T10:00:00Z")
    run = desk.run("2026-03-02T00:00:00Z", "2026-03-12T00:00:00Z")

    assert run["verdict"] == "incomplete"
    assert ("ledger", "awaiting_statement", 5000) in desk.pending()
    assert [kind for kind, *_ in desk.open_discrepancies() if kind != "statement_gap"] == [
        "missing_in_statement"
    ]


def test_a_row_of_a_wrong_month_makes_no_later_item_missing(desk: Desk) -> None:
    """The file was delivered months later, so its receipt is no bound."""
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2", at="2026-03-04T10:00:00Z")
    desk.ledger("L3", 900, payment="P3", event="C3", at="2026-03-02T10:00:00Z")
    desk.batch(
        1, a_line(), a_line(payment="P3", event="C3", amount="9.00", booked="2026-06-03 21:00:00")
    )
    run = desk.run("2026-03-02T00:00:00Z", "2026-03-12T00:00:00Z")

    assert run["verdict"] == "incomplete"
    assert ("ledger", "awaiting_statement", 5000) in desk.pending()
    found = desk.open_discrepancies()
    assert [("missing_in_statement", "EUR", -900, 900)] == [
        row for row in found if row[0] != "statement_gap"
    ]


def test_a_batch_number_far_off_is_one_gap_that_asks_whether_it_is_right(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2", at="2026-03-03T10:00:00Z")
    desk.batch(1, a_line())
    desk.batch(
        2_000_000_000,
        a_line(payment="P2", event="C2", amount="50.00"),
        booked="2026-03-04 21:00:00",
    )
    run = desk.run(*WEDNESDAY)

    assert run["verdict"] == "incomplete"
    assert desk.rows("select explanation from reconciliation.discrepancies") == [
        {
            "explanation": "statements batch 2 to batch 1999999999 (1999999998) are missing "
            "between batch 1 and batch 2000000000; is the number of batch 2000000000 right?"
        }
    ]
