"""What enters the terms of the identities, and once only: rows that are easily counted wrong."""

from tests.scenarios.absorbed import Tolerate, absorbed, term
from tests.scenarios.conftest import Desk, a_line

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")


def of_the_head(desk: Desk, *names: str) -> list[tuple[int, ...]]:
    """Those columns of the head's totals of gross amounts, a row per currency."""
    found = desk.rows(
        "select run_totals.* from reconciliation.run_totals inner join reconciliation.runs"
        " using (run_id) where is_head and measure = 'gross' order by run_totals.currency"
    )
    return [tuple(row[name] for name in names) for row in found]


def test_an_open_ledger_row_that_is_corrected_counts_with_its_new_amount_alone(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.run(*MONDAY)
    desk.ledger("L1", 10000)
    run = desk.run("2026-03-03T00:00:00Z", "2026-03-03T06:00:00Z")

    assert (run["verdict"], desk.pending()) == (
        "reconciled_with_pending",
        [("ledger", "not_due", 10000)],
    )
    steps = ("opening", "restated", "reopened", "closing")
    assert of_the_head(desk, "ledger_minor", *(f"ledger_{step}_minor" for step in steps)) == [
        (10000, 10050, -50, 0, 10000)
    ]


def test_a_failed_payment_that_lay_after_the_first_run_moves_no_money_in_the_second(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 700, payment="P2", event="C2", status="failed", at="2026-03-03T10:00:00Z")
    desk.run(*MONDAY)
    listed = desk.pending()
    desk.batch(1, a_line())
    run = desk.run(*TUESDAY)

    assert ("ledger", "after_the_window", 700) in listed
    assert (
        run["verdict"],
        of_the_head(desk, "statement_minor", "ledger_minor", "residual_minor"),
    ) == (
        "reconciled",
        [(10000, 10000, 0)],
    )


def test_what_is_tolerated_and_decided_again_is_matched_and_absorbed_once(
    desk: Desk, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 5 } }")
    desk.ledger("L1", 10005)
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    second = desk.run(*TUESDAY)

    assert [run["verdict"] for run in (first, second)] == ["reconciled", "reconciled"]
    assert second["predecessor_run_id"] == first["run_id"]
    assert absorbed(desk) == [("gross", "EUR", -5, None, "amount_within_tolerance")]
    assert term(desk) == (-5, -5, 0)


def test_a_fee_of_the_account_that_is_amended_is_not_expected_with_its_new_amount(
    desk: Desk,
) -> None:
    """EUR 5.00 become EUR 6.00 beside EUR 1.00 that stay."""

    desk.ledger("L1", 10000)
    reports = a_line(type="Fee", payment="", event="reports", amount="-1.00")
    terminals = {"type": "Fee", "payment": "", "event": "terminals"}
    desk.batch(1, a_line(), a_line(**terminals, amount="-5.00"), reports)
    first = desk.run(*TUESDAY)
    desk.batch(1, a_line(), a_line(**terminals, amount="-6.00"), reports)
    second = desk.run(*WEDNESDAY)

    assert [run["verdict"] for run in (first, second)] == ["reconciled", "reconciled"]
    assert of_the_head(
        desk, "statement_minor", "ledger_minor", "not_expected_statement_minor", "residual_minor"
    ) == [(9300, 10000, -700, 0)]


def test_an_unknown_line_without_a_gross_amount_enters_with_its_net_amount(desk: Desk) -> None:
    desk.batch(1, a_line(type="Mystery", amount="4.00", net_only=True))
    desk.run(*TUESDAY)

    assert of_the_head(
        desk, "statement_minor", "statement_new_minor", "statement_closing_minor", "residual_minor"
    ) == [(400, 400, 400, 0)]


def buckets_of_the_ledger(desk: Desk) -> tuple[int, ...]:
    """Of the head: rows in force, matched, pending, in a discrepancy, not expected."""
    (row,) = desk.rows(
        "select in_force_rows, matched_rows, pending_rows, discrepancy_rows, not_expected_rows"
        " from internal.run_buckets inner join internal.heads using (run_number)"
        " where side = 'ledger' and leg = 'ledger_statement'"
    )
    return tuple(row.values())


def test_a_failed_payment_beside_one_that_is_missing_is_not_expected(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 700, payment="P2", event="C2", status="failed")
    desk.batch(1, a_line(payment="P3", event="C3", amount="9.00"))
    run = desk.run(*WEDNESDAY)

    assert run["verdict"] == "discrepancies"
    assert buckets_of_the_ledger(desk) == (2, 0, 0, 1, 1)


def test_a_failed_payment_that_succeeds_after_all_is_matched_and_expected(desk: Desk) -> None:
    desk.ledger("L1", 10000, status="failed")
    desk.run(*MONDAY)
    before = buckets_of_the_ledger(desk)
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    run = desk.run(*TUESDAY)

    assert before == (1, 0, 0, 0, 1)
    assert run["verdict"] == "reconciled"
    assert buckets_of_the_ledger(desk) == (1, 1, 0, 0, 0)


def test_a_failed_payment_that_was_paid_all_the_same_was_never_not_expected(desk: Desk) -> None:
    desk.ledger("L1", 10000, status="failed")
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    before = buckets_of_the_ledger(desk)
    desk.ledger("L1", 10000)
    second = desk.run(*WEDNESDAY)

    assert [run["verdict"] for run in (first, second)] == ["discrepancies", "reconciled"]
    assert [before, buckets_of_the_ledger(desk)] == [(1, 0, 0, 1, 0), (1, 1, 0, 0, 0)]
