"""What goes wrong with whole statements, in formats of every sort: a sample of `lab --formats`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.reconciliation.lab.format_faults.cases import FAULTS, FORMATS, cases
from include.reconciliation.lab.format_faults.packing import accounts_of, try_cases
from include.reconciliation.lab.format_faults.places import configuration_text
from include.reconciliation.lab.trial import outcome, ran
from include.reconciliation.local.server import Server

# A list of an API, a report with balances, banks with and without them, a list of payouts.
SAMPLE = {
    ("truncated", "pix"),
    ("statement_amended", "paypal_settlement"),
    ("opening_is_not_closing", "mt940"),
    ("line_lost", "ofx"),
    ("gap_in_sequence", "cnab240_statement"),
    ("phantom_payout", "mollie_balance_transactions"),
    ("line_twice", "stripe_payouts"),
}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_goes_wrong_with_a_statement_is_told_and_over_when_it_is_put_right(
    server: Server,
) -> None:
    sample = {(case.fault.name, case.format): case for case in cases()}

    counted = try_cases(server, [sample[pair] for pair in sorted(SAMPLE)])

    assert {} == counted.problems
    assert counted.planted == counted.found
    assert SAMPLE - {("line_twice", "stripe_payouts")} <= counted.found.keys()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_label_that_is_not_true_fails(server: Server) -> None:
    """The canary: a lab that could not fail would be worth nothing."""
    case = next(case for case in cases() if (case.fault.name, case.format) == ("net_off", "narrow"))
    (true,) = accounts_of(case)
    (label,) = true.statement_labels
    assert label.exposure_minor is not None
    lied = replace(label, exposure_minor=label.exposure_minor + 1)

    false = replace(true, statement_labels=(lied,))
    with ran(server, [false], configuration_text) as warehouse:
        counted = outcome(warehouse, [false])

    assert not counted.is_exact
    assert 1 == counted.planted.total() - counted.found.total()


def test_every_fault_is_planted_in_every_format_or_has_a_reason() -> None:
    planted = {(case.fault.name, case.format) for case in cases()}

    holes = {(fault.name, name) for fault in FAULTS for name in fault.not_in}
    assert {(fault.name, name) for fault in FAULTS for name in FORMATS} == planted | holes
    assert set() == planted & holes


def test_every_fault_is_planted_in_every_number_of_decimals() -> None:
    planted = {(case.fault.name, case.exponent) for case in cases()}

    assert {(fault.name, exponent) for fault in FAULTS for exponent in (0, 2, 3, 4)} == planted


def test_the_same_case_makes_the_same_files() -> None:
    for case in cases():
        assert accounts_of(case) == accounts_of(case)
