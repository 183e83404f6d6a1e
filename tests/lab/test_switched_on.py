"""Kinds that are found where an account has more switched on than its statements and its ledger."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from include.reconciliation.lab.catalogue import BY_NAME
from include.reconciliation.lab.history import make_history
from include.reconciliation.lab.pack import pack
from include.reconciliation.lab.plan import Plan, cases, plan
from include.reconciliation.lab.trial import try_plans
from include.reconciliation.local.server import Server


def first_of_each_format(fault: str) -> list[Plan]:
    """The first seed of each format with that fault, without any other fault."""
    first: dict[str, Plan] = {}
    for planned in map(plan, range(2 * len(cases()))):
        parts = [part for part in planned.parts if part.faults == (fault,)]
        if parts and planned.format not in first:
            clean = [part for part in planned.parts if not part.faults]
            first[planned.format] = replace(planned, parts=(*parts, *clean))
    return list(first.values())


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", ["stale_rate", "refund_without_capture", "phantom_payout"])
def test_it_is_found_in_every_format_that_has_it_and_nothing_else_is_said(
    server: Server, fault: str
) -> None:
    counted = try_plans(server, first_of_each_format(fault))

    assert {} == counted.problems
    assert counted.planted == counted.found
    assert {(fault, name) for name in BY_NAME[fault].formats} == set(counted.planted)


def test_a_stale_rate_is_off_by_what_the_rate_has_moved_since_the_day_before() -> None:
    planned = next(made for made in first_of_each_format("stale_rate") if made.currency == "EUR")
    (story,) = make_history(planned).stories.values()
    (label,) = story.labels

    (line,) = [line for line in story.lines if line.event_reference == label.event]
    moved = -4 if line.booked_on.weekday() == 0 else 1
    # A dollar is 0.92 euros, of which a day moves one hundredth, and a weekend four back.
    near = -moved * (line.gross_minor or 0) * 92 // 10_000
    assert abs(label.delta_minor - near) <= 2 + abs(near) // 20
    assert ("fx_mismatch", "EUR") == (label.kind, label.currency)


def test_a_phantom_payout_is_all_that_fridays_batch_came_to() -> None:
    (planned,) = first_of_each_format("phantom_payout")
    account = next(its for its in pack([make_history(planned)]) if its.place.bank)
    (label,) = account.statement_labels

    friday = [file for file in account.world.files if f"{file.batch_on:%a}" == "Fri"]
    rows = csv.DictReader(io.StringIO(friday[0].content.decode()))
    (paid,) = (row["Net Debit (NC)"] for row in rows if row["Type"] == "MerchantPayout")
    assert (-label.delta_minor, "EUR") == (int(paid.replace(".", "")), label.currency)
