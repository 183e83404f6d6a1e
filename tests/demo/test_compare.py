"""The comparison: every way in which a report can differ from the labels is told apart."""

from dataclasses import replace

from include.reconciliation.demo.compare import Finding, compare
from include.reconciliation.demo.labels import Label

LABEL = Label(
    fault="one_cent_more",
    psp="adyen",
    account="NorthwindEU",
    aspect="amount",
    kind="amount_mismatch",
    currency="EUR",
    delta_minor=1,
    exposure_minor=1,
    psp_reference="8800000000000001",
    event="8600000000000001",
)
FINDING = Finding(
    discrepancy_id="d1",
    event_id="e1",
    psp="adyen",
    account="NorthwindEU",
    leg="ledger_statement",
    aspect="amount",
    kind="amount_mismatch",
    currency="EUR",
    delta_minor=1,
    exposure_minor=1,
    psp_reference="8800000000000001",
    is_open=True,
)


def test_the_planted_fault_reported_once_is_exact() -> None:
    result = compare([LABEL], [FINDING])
    assert (result.is_exact, result.planted, result.found) == (True, 1, ((LABEL, FINDING),))


def test_a_label_that_nobody_reports_is_missed() -> None:
    result = compare([LABEL], [])
    assert (result.is_exact, result.missed) == (False, (LABEL,))


def test_a_report_that_nobody_planted_is_false() -> None:
    result = compare([], [FINDING])
    assert (result.is_exact, result.not_planted) == (False, (FINDING,))


def test_the_same_discrepancy_reported_twice_is_false_once() -> None:
    again = replace(FINDING, discrepancy_id="d2")
    assert compare([LABEL], [again, FINDING]).not_planted == (again,)


def test_each_fact_that_differs_is_both_missed_and_false() -> None:
    for other in (
        {"kind": "refund_mismatch"},
        {"aspect": "existence"},
        {"leg": "payout_bank"},
        {"account": "NorthwindBR"},
        {"psp": "stripe"},
        {"currency": "USD"},
        {"currency": None},
        {"delta_minor": -1},
        {"exposure_minor": 2},
        {"exposure_minor": None},
        {"psp_reference": "8800000000000002"},
        {"is_open": False},
    ):
        wrong = replace(FINDING, **other)
        result = compare([LABEL], [wrong])
        assert (result.missed, result.not_planted) == ((LABEL,), (wrong,)), other


def test_what_was_put_right_must_no_longer_be_open() -> None:
    cleared = replace(LABEL, is_cleared=True)
    assert compare([cleared], [replace(FINDING, is_open=False)]).is_exact
    assert not compare([cleared], [FINDING]).is_exact


def test_two_rows_of_one_event_must_share_their_event_id() -> None:
    second = replace(LABEL, aspect="fee", kind="fee_mismatch")
    reported = replace(FINDING, discrepancy_id="d2", aspect="fee", kind="fee_mismatch")
    assert compare([LABEL, second], [FINDING, reported]).is_exact
    split = compare([LABEL, second], [FINDING, replace(reported, event_id="e2")])
    assert split.wrong_events == (
        "NorthwindEU: event 8600000000000001 was reported under 2 event ids",
    )


def test_two_events_must_not_share_an_event_id() -> None:
    other = replace(LABEL, psp_reference="8800000000000002", event="8600000000000002")
    reported = replace(FINDING, discrepancy_id="d2", psp_reference="8800000000000002")
    joined = compare([LABEL, other], [FINDING, reported])
    assert joined.wrong_events == (
        "event id e1 stands for 2 events: 8600000000000001, 8600000000000002",
    )
