"""The generator of the demo: one seed, one story; files that add up; labels for every kind."""

import csv
import io
from collections import defaultdict
from decimal import Decimal

import pytest

from include.reconciliation.demo import timeline
from include.reconciliation.demo.decoys import DECOYS
from include.reconciliation.demo.faults import FAULTS
from include.reconciliation.demo.history import History, make_history
from include.reconciliation.demo.labels import Label
from include.reconciliation.kinds import BY_NAME


@pytest.fixture(scope="module")
def history() -> History:
    return make_history(7)


def test_the_same_seed_tells_the_same_story(history: History) -> None:
    assert make_history(7) == history


def test_another_seed_tells_another_story(history: History) -> None:
    assert make_history(8).ledger_changes != history.ledger_changes


def test_a_scenario_does_not_change_the_others(history: History) -> None:
    without = make_history(7, scenarios=frozenset({*FAULTS, *DECOYS} - {"phantom_refund"}))
    expected = [label for label in history.labels if label.fault != "phantom_refund"]
    assert list(without.labels) == expected


def test_a_story_without_scenarios_has_nothing_to_report() -> None:
    clean = make_history(7, scenarios=frozenset())
    assert (clean.labels, clean.decoys) == ((), ())


def test_every_fault_has_a_label_and_every_label_a_fault(history: History) -> None:
    assert {label.fault for label in history.labels} == set(FAULTS)


def test_every_kind_that_the_leg_knows_is_planted_on_its_own_aspect(history: History) -> None:
    planted = {(label.kind, label.aspect) for label in history.labels}
    # What comes of a correction nobody plants: tests/scenarios/corrections.
    made_by_us = {"correction_not_posted"}
    # The demo has no bank and no reference rates: tests/scenarios/payouts and the lab plant those.
    of_other_books = {
        "payout_unexplained", "payout_missing_at_bank", "payout_amount_mismatch",
        "deposit_without_payout", "payout_failed", "reserve_overdue", "fx_mismatch",
    }  # fmt: skip
    assert planted == {
        (kind.name, str(kind.aspect))
        for kind in BY_NAME.values()
        if kind.name not in made_by_us | of_other_books
    }


def test_no_payment_has_two_labels_that_look_the_same(history: History) -> None:
    def facts(label: Label) -> tuple[object, ...]:
        return (
            label.account, label.kind, label.currency, label.delta_minor, label.psp_reference,
            label.event, label.leg,
        )

    assert len({facts(label) for label in history.labels}) == len(history.labels)


def test_references_and_ledger_ids_are_unique(history: History) -> None:
    first_written = [change for change in history.ledger_changes if change.row is not None]
    inserted = {change.ledger_id for change in first_written}
    overwritten = 1  # amount_changed_after_match
    assert len(inserted) == len(first_written) - overwritten
    ids = [entry["id"] for _, entry in history.balance_transactions]
    assert len(set(ids)) == len(ids)


def test_every_file_but_the_damaged_one_adds_up_to_zero_in_each_currency(history: History) -> None:
    off = {
        file.name: difference
        for file in history.files
        if (difference := _differences(file.content))
    }
    damaged = next(file for file in history.files if file.account == "NorthwindEU"
                   and file.batch_on == timeline.FRIDAY)
    assert off == {damaged.name: {"EUR": Decimal("-10.00")}}


def _differences(content: bytes) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(content.decode())):
        sums[row["Net Currency"]] += _signed(row, "Net {} (NC)")
    return {currency: total for currency, total in sums.items() if total}


def _signed(row: dict[str, str], columns: str) -> Decimal:
    credit, debit = row[columns.format("Credit")], row[columns.format("Debit")]
    return Decimal(credit or "0") - Decimal(debit or "0")


def test_each_row_of_a_file_gives_gross_less_costs_in_net(history: History) -> None:
    costs = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")
    for file in history.files:
        for row in csv.DictReader(io.StringIO(file.content.decode())):
            if not row["Psp Reference"]:
                continue
            gross = _signed(row, "Gross {} (GC)")
            net = _signed(row, "Net {} (NC)")
            cost = sum(Decimal(row[name] or "0") for name in costs)
            assert abs(gross * Decimal(row["Exchange Rate"]) - cost - net) <= Decimal("0.005"), row


def test_each_balance_transaction_nets_amount_less_fee(history: History) -> None:
    for _, entry in history.balance_transactions:
        assert entry["net"] == entry["amount"] - entry["fee"]
        assert entry["fee"] == sum(detail["amount"] for detail in entry["fee_details"])


def test_the_file_that_comes_twice_is_the_same_to_the_byte(history: History) -> None:
    first, second = (
        file for file in history.files
        if file.account == "NorthwindEU" and file.batch_on == timeline.THURSDAY
    )
    assert (first.name != second.name, first.content) == (True, second.content)


def test_windows_follow_each_other_without_gap_or_overlap() -> None:
    windows = timeline.windows()
    assert (windows[0].start, windows[-1].end) == (timeline.BEGIN, timeline.END)
    assert [before.end for before in windows[:-1]] == [after.start for after in windows[1:]]


def test_what_is_sold_at_a_weekend_is_mondays_and_settles_on_tuesday() -> None:
    sold = (timeline.THURSDAY, timeline.FRIDAY, timeline.SATURDAY, timeline.SUNDAY)
    assert [timeline.settlement_day(day) for day in sold] == [
        timeline.FRIDAY, timeline.MONDAY, timeline.TUESDAY, timeline.TUESDAY
    ]
    assert [timeline.business_day(day) for day in sold] == [
        timeline.THURSDAY, timeline.FRIDAY, timeline.MONDAY, timeline.MONDAY
    ]


def test_batches_skip_the_weekend_and_are_numbered_without_a_gap(history: History) -> None:
    days = sorted({file.batch_on for file in history.files})
    assert [day.weekday() for day in days] == [2, 3, 4, 0, 1, 2]
    numbers = {
        int(file.name.removeprefix("settlement_detail_report_batch_").split("_")[0].split(".")[0])
        for file in history.files
        if file.account == "NorthwindBR"
    }
    assert sorted(numbers) == list(range(187, 193))
