"""Tolerances that come, change and go: what is decided again, and what stays as it was."""

import pytest

from tests.scenarios.absorbed import Tolerate, absorbed, term
from tests.scenarios.conftest import Desk, a_line

pytestmark = pytest.mark.usefixtures("every_load_size")

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
THURSDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def test_a_tolerance_that_comes_later_resolves_the_open_discrepancy(
    desk: Desk, tolerate: Tolerate
) -> None:
    desk.ledger("L1", 10005)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    opened = desk.changes()
    tolerate(EUR="{ amount = { minor = 5 } }")
    run = desk.run(*WEDNESDAY)

    assert (opened, desk.changes()) == (
        [("amount_mismatch", "new", 1)],
        [("amount_mismatch", "resolved", 1)],
    )
    assert (run["verdict"], term(desk)) == ("reconciled", (-5, -5, 0))


def test_a_withdrawn_tolerance_leaves_the_match_as_it_was_decided(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 10005)
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    tolerate()
    second = desk.run(*WEDNESDAY)

    assert (first["rules_sha256"] == second["rules_sha256"], second["verdict"]) == (
        False,
        "reconciled",
    )
    assert desk.matches() == [("amount_within_tolerance", 1, 1)]
    assert term(desk) == (-5, -5, 0)


def test_reprocessing_after_the_withdrawal_decides_it_again(desk: Desk, tolerate: Tolerate) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 10005)
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    tolerate()
    second = desk.run(*TUESDAY)

    assert (desk.matches(), absorbed(desk)) == ([], [])
    assert desk.open_discrepancies() == [("amount_mismatch", "EUR", -5, 5)]
    assert term(desk) == (-5, 0, 0)
    assert desk.rows(
        "select first_run_id, last_run_id from reconciliation.absorbed_differences"
    ) == [{"first_run_id": first["run_id"], "last_run_id": second["run_id"]}]
    assert desk.rows(
        "select ledger_restated_minor from reconciliation.run_totals where run_id = %s",
        second["run_id"],
    ) == [{"ledger_restated_minor": 10005}]


def test_a_fee_of_a_match_that_stays_is_told_again_when_it_is_tolerated_no_more(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ fee = { minor = 5 } }")
    desk.ledger("L1", 10000, fee_minor=25)
    desk.batch(1, a_line(fee="0.30"))
    desk.run(*TUESDAY)
    kept = desk.rows("select match_id from reconciliation.matches")
    tolerate()
    desk.run(*TUESDAY)

    assert desk.open_discrepancies() == [("fee_mismatch", "EUR", 5, 5)]
    assert (desk.rows("select match_id from reconciliation.matches"), absorbed(desk)) == (kept, [])
    assert term(desk, "fee") == (5, 0, 0)


def test_what_is_decided_again_and_tolerated_again_is_noted_once(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 }, fee = { minor = 5 } }")
    desk.ledger("L1", 10005, fee_minor=25)
    desk.batch(1, a_line(fee="0.30"))
    first = desk.run(*TUESDAY)
    second = desk.run(*TUESDAY)

    assert second["predecessor_run_id"] == first["run_id"]
    assert [
        (row["measure"], row["first_run_id"] == first["run_id"], row["last_run_id"])
        for row in desk.rows("select * from reconciliation.absorbed_differences order by measure")
    ] == [("fee", True, None), ("gross", True, None)]
    assert (term(desk), term(desk, "fee")) == ((-5, -5, 0), (5, 5, 0))


def test_a_tolerated_row_that_changes_is_decided_by_what_it_says_now(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 10005)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    desk.ledger("L1", 10000)
    desk.run(*WEDNESDAY)

    assert (desk.matches(), absorbed(desk)) == ([("event_reference", 1, 1)], [])
    assert term(desk) == (0, 0, 0)

    desk.ledger("L1", 10006)
    desk.run(*THURSDAY)

    assert ("amount_mismatch", "EUR", -6, 6) in desk.open_discrepancies()
    assert term(desk) == (-6, 0, 0)
