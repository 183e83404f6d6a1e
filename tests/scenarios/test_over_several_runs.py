"""Open items are carried over, cleared, restated and re-opened; the chain never breaks."""

import random
from pathlib import Path

import pytest

from include.reconciliation.edges.warehouse import statement
from tests.scenarios.conftest import STEPS, Desk, a_line, batch_file

pytestmark = pytest.mark.usefixtures("every_load_size")

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_a_payment_is_pending_until_its_batch_comes_and_then_clears(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    first = desk.run(*MONDAY)
    pending = desk.pending()
    desk.batch(1, a_line())
    second = desk.run(*TUESDAY)

    assert (first["verdict"], pending) == (
        "reconciled_with_pending",
        [("ledger", "not_due", 10000)],
    )
    assert (second["verdict"], second["predecessor_run_id"]) == ("reconciled", first["run_id"])
    assert desk.rows(
        "select ledger_opening_minor, ledger_new_minor, ledger_cleared_minor, ledger_closing_minor,"
        " residual_minor from reconciliation.run_totals where run_id = %s",
        second["run_id"],
    ) == [
        {
            "ledger_opening_minor": 10000,
            "ledger_new_minor": 0,
            "ledger_cleared_minor": 10000,
            "ledger_closing_minor": 0,
            "residual_minor": 0,
        }
    ]


def test_what_a_dry_run_saw_first_is_new_to_the_run_that_publishes_it(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY, dry_run=True)
    run = desk.run(*TUESDAY)

    assert {("new", 1, run["run_id"])} == {
        (row["change"], row["episode"], row["first_run_id"])
        for row in desk.rows("select * from reconciliation.discrepancies")
    }


def test_a_discrepancy_keeps_its_id_is_resolved_and_reopens_as_another_episode(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    new = desk.rows("select * from reconciliation.discrepancies")
    desk.ledger("L1", 10000)
    desk.run(*WEDNESDAY)
    resolved = desk.rows(
        "select * from reconciliation.discrepancies where kind = 'amount_mismatch'"
    )
    desk.ledger("L1", 10050)
    desk.run(*THURSDAY)
    again = desk.rows("select * from reconciliation.discrepancies where kind = 'amount_mismatch'")

    assert [(row["change"], row["episode"]) for row in (*new, *resolved, *again)] == [
        ("new", 1),
        ("resolved", 1),
        ("reopened", 2),
    ]
    assert len({row["discrepancy_id"] for row in (*new, *resolved, *again)}) == 1


def test_an_equal_difference_persists_and_another_is_restated(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    desk.run(*WEDNESDAY)
    persisting = desk.changes()
    desk.ledger("L1", 10070)
    desk.run(*THURSDAY)

    assert (persisting, desk.changes()) == (
        [("amount_mismatch", "persisting", 1)],
        [("amount_mismatch", "restated", 1)],
    )


def test_a_matched_ledger_row_that_changes_is_told_with_the_new_difference(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    desk.ledger("L1", 9000)
    desk.run(*WEDNESDAY)

    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", 1000, 1000),
        ("ledger_changed", "EUR", 0, 10000),
    ]

    desk.run(*THURSDAY)

    assert desk.changes() == [
        ("amount_mismatch", "persisting", 1),
        ("ledger_changed", "persisting", 1),
    ]

    desk.ledger("L1", 10000)
    desk.run("2026-03-06T00:00:00Z", "2026-03-06T06:00:00Z")

    assert desk.open_discrepancies() == []


def test_a_matched_ledger_row_that_vanishes_is_told_and_its_line_is_missing(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    desk.forget("L1")
    desk.run(*WEDNESDAY)

    assert desk.open_discrepancies() == [
        ("ledger_changed", "EUR", 0, 10000),
        ("missing_in_ledger", "EUR", 10000, 10000),
    ]


def test_an_amendment_is_applied_by_line(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2")
    desk.ledger("L3", 2000, payment="P3", event="C3")
    lines = [
        a_line(),
        a_line(payment="P2", event="C2", amount="50.00"),
        a_line(payment="P3", event="C3", amount="20.00"),
    ]
    desk.batch(1, *lines)
    first = desk.run(*TUESDAY)
    ids = desk.rows("select match_id from reconciliation.matches order by 1")
    desk.batch(1, lines[0], a_line(payment="P2", event="C2", amount="55.00"))
    second = desk.run(*WEDNESDAY)
    kept = desk.rows("select match_id from reconciliation.matches order by 1")

    assert (first["verdict"], first["matched"]) == ("reconciled", 3)
    assert (second["verdict"], second["matched"]) == ("discrepancies", 0)
    assert len(kept) == 1 and kept[0] in ids
    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", 500, 500),
        ("missing_in_statement", "EUR", -2000, 2000),
    ]
    assert desk.rows("select state from reconciliation.statements order by statement_id") == [
        {"state": "superseded"},
        {"state": "in_force"},
    ]


def test_the_same_bytes_under_another_name_change_nothing(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    content = batch_file(1, [a_line()], booked="2026-03-03 21:00:00")
    desk.deliver(content, "one.csv")
    desk.run(*TUESDAY)
    desk.deliver(content, "two.csv")
    run = desk.run(*WEDNESDAY)

    assert (run["verdict"], run["statement_lines"]) == ("reconciled", 0)
    assert len(desk.rows("select * from reconciliation.statements")) == 1


def test_a_ledger_row_that_commits_late_is_found_and_counted_as_late(desk: Desk) -> None:
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    desk.ledger("L1", 10000, at="2026-03-02T10:00:00Z")
    run = desk.run(*WEDNESDAY)

    assert (run["verdict"], run["late_ledger_transactions"]) == ("reconciled", 1)


def test_rows_after_the_window_are_listed_and_in_no_sum(desk: Desk) -> None:
    desk.ledger("L1", 10000, at="2026-03-03T10:00:00Z")
    run = desk.run(*MONDAY)

    assert desk.pending() == [("ledger", "after_the_window", 10000)]
    assert (
        desk.rows(
            "select ledger_minor from reconciliation.run_totals where run_id = %s", run["run_id"]
        )
        == []
    )

    run = desk.run(*TUESDAY)

    assert desk.pending() == [("ledger", "not_due", 10000)]
    assert desk.rows(
        "select ledger_minor, ledger_new_minor, residual_minor from reconciliation.run_totals"
        " where run_id = %s",
        run["run_id"],
    ) == [{"ledger_minor": 10000, "ledger_new_minor": 10000, "residual_minor": 0}]


def test_a_line_at_the_very_end_of_the_window_is_of_the_next_one_though_the_ledger_has_it(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000, at="2026-03-02T10:00:00Z")
    # Midnight in UTC, where the window ends, is one o'clock in Amsterdam.
    desk.batch(1, a_line(booked="2026-03-04 01:00:00"))
    desk.run(*TUESDAY)

    assert [] == desk.matches()
    assert ("statement", "after_the_window", 10000) in desk.pending()

    desk.run(*WEDNESDAY)

    assert [("event_reference", 1, 1)] == desk.matches()
    assert [] == desk.pending()


def test_reprocessing_is_a_new_run_at_the_head_that_supersedes_the_old(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    second = desk.run(*WEDNESDAY)
    again = desk.run(*TUESDAY)

    assert (again["supersedes_run_id"], again["predecessor_run_id"]) == (
        first["run_id"],
        second["run_id"],
    )
    assert (again["as_of"], again["is_head"], again["verdict"]) == (
        second["as_of"],
        True,
        "reconciled",
    )
    assert len(desk.matches()) == 1


def test_a_dry_run_shows_what_it_would_do_and_moves_nothing(desk: Desk) -> None:
    desk.batch(1, a_line())
    dry = desk.run(*TUESDAY, dry_run=True)
    history = desk.rows("select kind from reconciliation.discrepancy_history")
    wet = desk.run(*TUESDAY)

    assert (dry["dry_run"], dry["is_head"], dry["discrepancies"]) == (True, False, 1)
    assert history == [{"kind": "missing_in_ledger"}]
    assert (wet["predecessor_run_id"], wet["is_head"], wet["discrepancies"]) == (None, True, 1)
    assert wet["run_id"] != dry["run_id"]


def test_a_cleared_run_gives_the_same_bytes_though_the_head_moved_on(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*TUESDAY, name="the run")
    first = _finish(desk, attempt_id)
    desk.run(*WEDNESDAY)
    again = desk.begin(*TUESDAY, name="the run")
    second = _finish(desk, again)

    assert (again, second) == (attempt_id, first)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_ends_in_the_same_position(desk: Desk, seed: int) -> None:
    arrivals = [
        lambda: desk.batch(
            1,
            a_line(),
            a_line(payment="P2", event="C2", amount="50.00"),
            a_line(payment="P9", event="C9", amount="9.00"),
        ),
        lambda: desk.batch(
            2,
            a_line(payment="P3", event="C3", amount="30.00"),
            a_line(type="Refunded", event="R1", amount="-5.00"),
            booked="2026-03-04 21:00:00",
        ),
        lambda: desk.ledger("L1", 10000),
        lambda: desk.ledger("L2", 5100, payment="P2", event="C2"),
        lambda: desk.ledger("L3", 3000, payment="P3", event="C3", at="2026-03-03T10:00:00Z"),
        lambda: desk.ledger("L4", 4000, payment="P4", event="C4", at="2026-03-03T10:00:00Z"),
        lambda: desk.ledger("R1", -500, type="refund", event="R1", at="2026-03-03T10:00:00Z"),
    ]
    random.Random(seed).shuffle(arrivals)
    for number, arrive in enumerate(arrivals):
        arrive()
        desk.run(f"2026-03-05T{number:02d}:00:00Z", f"2026-03-05T{number + 1:02d}:00:00Z")
    desk.run("2026-03-05T07:00:00Z", "2026-03-06T12:00:00Z")

    assert desk.open_discrepancies() == [
        ("amount_mismatch", "EUR", -100, 100),
        ("missing_in_ledger", "EUR", 900, 900),
        ("missing_in_statement", "EUR", -4000, 4000),
    ]
    assert len(desk.matches()) == 3


def _finish(desk: Desk, attempt_id: int) -> dict[str, bytes]:
    folder = Path()
    for step in STEPS:
        folder = Path(str(step(attempt_id)))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_batch_that_a_dying_run_lets_in_meanwhile_comes_with_its_lines(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2", at="2026-03-03T10:00:00Z")
    desk.batch(1, a_line())
    slow = desk.begin(*WEDNESDAY, name="slow")
    for step in STEPS[:5]:
        step(slow)
    desk.batch(2, a_line(payment="P2", event="C2", amount="50.00"), booked="2026-03-04 21:00:00")
    dying = desk.begin(*WEDNESDAY, name="dying")
    for step in STEPS[:2]:
        step(dying)
    for step in STEPS[5:]:
        step(slow)

    assert desk.rows(
        "select statement_key, state, lines from reconciliation.statements order by 1"
    ) == [
        {"statement_key": "batch 1", "state": "in_force", "lines": 2},
        {"statement_key": "batch 2", "state": "in_force", "lines": 2},
    ]
    assert len(desk.rows("select * from reconciliation.statement_lines where is_in_force")) == 4
    assert (len(desk.matches()), desk.open_discrepancies()) == (2, [])


def test_a_run_that_another_one_overtook_is_decided_again_against_the_new_head(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    slow = desk.begin(*TUESDAY, name="slow")
    for step in STEPS[:5]:
        step(slow)
    desk.ledger("L2", 700, payment="P2", event="C2", at="2026-03-04T10:00:00Z")
    quick = desk.run(*WEDNESDAY)
    for step in STEPS[5:]:
        step(slow)
    overtaken = desk.run_of(slow)

    assert (overtaken["predecessor_run_id"], overtaken["is_head"]) == (quick["run_id"], True)
    assert (overtaken["as_of"], overtaken["matched"]) == (quick["as_of"], 0)
    assert desk.pending() == [("ledger", "not_due", 700)]
    assert desk.matches() == [("event_reference", 1, 1)]


def test_what_the_demo_prints_as_pending_is_what_the_proof_says(desk: Desk) -> None:
    """Statement less ledger, and rows after the window apart: they are in no sum."""
    desk.ledger("L1", 10000)
    desk.ledger("L2", 7000, payment="P2", event="C2", at="2026-03-04T20:00:00Z")
    desk.ledger("L3", 900, payment="P3", event="C3", at="2026-03-05T00:00:00Z")
    desk.batch(1, a_line(), a_line(payment="P4", event="C4", amount="25.00"))
    desk.batch(2, a_line(payment="P5", event="C5", amount="1.00"), booked="2026-03-05 01:00:00")

    desk.run(end="2026-03-05T00:00:00Z")

    [row] = desk.rows(statement("demo/positions").as_string())
    [proof] = desk.rows(
        "select pending_statement_minor - pending_ledger_minor as pending_minor"
        " from reconciliation.run_totals where measure = 'gross'"
    )
    assert [
        ("ledger", "after_the_window", 900),
        ("ledger", "not_due", 7000),
        ("statement", "after_the_window", 100),
    ] == desk.pending()
    assert (1, -7000, 2) == (row["pending_rows"], row["pending_minor"], row["later_rows"])
    assert row["pending_minor"] == proof["pending_minor"]
