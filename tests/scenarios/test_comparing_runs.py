"""What changed between two published runs, and why: `bin/reconciliation diff`."""

import json
from typing import Any

import pytest

from include.reconciliation.steps.compare_runs import compare, main
from tests.scenarios.absorbed import Tolerate
from tests.scenarios.conftest import Desk, a_line

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")
WEDNESDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")


def changed(desk: Desk, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(change, kind before, kind after, delta before, delta after, why) of each discrepancy."""
    found = compare(before["run_id"], after["run_id"])
    return sorted(
        (
            row["change"], row["kind_before"], row["kind_after"],
            row["delta_before_minor"], row["delta_after_minor"], *row["why"],
        )
        for row in found["discrepancies"]
    )  # fmt: skip


def test_a_line_that_comes_late_closes_what_was_missing(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(payment="P9", event="C9"))
    desk.ledger("L9", 10000, payment="P9", event="C9")
    before = desk.run(*TUESDAY)
    desk.batch(2, a_line(), booked="2026-03-03 22:00:00")
    after = desk.run(*WEDNESDAY)

    assert [
        ("closed", "missing_in_statement", None, -10000, None, "late line"),
    ] == changed(desk, before, after)  # fmt: skip


def test_an_amended_statement_restates_what_it_amends(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(amount="90.00"))
    before = desk.run(*TUESDAY)
    desk.batch(1, a_line(amount="95.00"))
    after = desk.run(*WEDNESDAY)

    assert [
        ("restated", "amount_mismatch", "amount_mismatch", -1000, -500, "amended statement"),
    ] == changed(desk, before, after)  # fmt: skip


def test_a_ledger_row_that_is_put_right_closes_its_discrepancy(desk: Desk) -> None:
    desk.ledger("L1", 9000)
    desk.batch(1, a_line())
    before = desk.run(*TUESDAY)
    desk.ledger("L1", 10000)
    after = desk.run(*WEDNESDAY)

    assert [
        ("closed", "amount_mismatch", None, 1000, None, "ledger change"),
    ] == changed(desk, before, after)  # fmt: skip


def test_a_ledger_row_that_was_booked_late_closes_what_it_lacked(desk: Desk) -> None:
    desk.batch(1, a_line())
    before = desk.run(*TUESDAY)
    desk.ledger("L1", 10000)
    after = desk.run(*WEDNESDAY)

    assert [
        ("closed", "missing_in_ledger", None, 10000, None, "new ledger row"),
    ] == changed(desk, before, after)  # fmt: skip


def test_what_went_past_its_due_day_is_opened(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    before = desk.run(*MONDAY)
    desk.batch(1, a_line(payment="P9", event="C9"))
    desk.ledger("L9", 10000, payment="P9", event="C9")
    after = desk.run(*TUESDAY)

    assert [
        ("opened", None, "missing_in_statement", None, -10000, "past due"),
    ] == changed(desk, before, after)  # fmt: skip


def test_rules_that_are_others_are_the_reason_where_no_row_is(
    desk: Desk, tolerate: Tolerate
) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(amount="99.99"))
    before = desk.run(*TUESDAY)
    tolerate(EUR="{ amount = { minor = 2 } }")
    after = desk.run(*WEDNESDAY)

    assert [
        ("closed", "amount_mismatch", None, -1, None, "rule change"),
    ] == changed(desk, before, after)  # fmt: skip
    [tolerance] = [
        row for row in compare(before["run_id"], after["run_id"])["totals"]
        if row["term"] == "tolerance"
    ]  # fmt: skip
    assert (0, -1) == (tolerance["before_minor"], tolerance["after_minor"])


def test_it_reads_like_this(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.ledger("L1", 9000)
    desk.batch(1, a_line())
    before = desk.run(*TUESDAY)
    desk.ledger("L1", 10000)
    after = desk.run(*WEDNESDAY)

    assert 1 == main([before["run_id"][:12], after["run_id"]])
    assert (
        "adyen / Shop\n"
        f"from {before['run_id']}  up to 2026-03-05 00:00:00 UTC  discrepancies\n"
        f"  to {after['run_id']}  up to 2026-03-06 00:00:00 UTC  reconciled\n"
        "     in 1 runs: 0 statement lines (0 late), 1 ledger rows (0 late), 1 matches\n"
        "\n"
        "leg               measure  term    currency  before   after  change\n"
        "ledger_statement  gross    amount  EUR        10.00    0.00  -10.00\n"
        "ledger_statement  gross    ledger  EUR        90.00  100.00   10.00\n"
        "\n"
        "change  kind             currency  delta before  delta after  payment  why\n"
        "closed  amount_mismatch  EUR       10.00                      P1       ledger change\n"
    ) == capsys.readouterr().out
    assert 1 == main([before["run_id"], after["run_id"], "--format", "json"])
    assert json.loads(capsys.readouterr().out)["between"]["runs"] == 1


def test_nothing_that_changed_is_said_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = desk.run(*MONDAY), desk.run(*TUESDAY)

    assert 0 == main([before["run_id"], after["run_id"]])
    assert "No discrepancy changed." in capsys.readouterr().out


def test_what_is_no_pair_of_runs_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = desk.run(*MONDAY), desk.run(*TUESDAY)

    for names, about in (
        ((after["run_id"], before["run_id"]), "name the earlier first"),
        ((before["run_id"], before["run_id"]), "name the earlier first"),
        (("nonsense", after["run_id"]), "no published runs begin with 'nonsense'"),
        (("", after["run_id"]), "2 published runs begin with ''"),
    ):
        assert 2 == main(list(names))
        assert about in capsys.readouterr().err
