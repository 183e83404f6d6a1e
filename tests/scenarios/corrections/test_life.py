"""The life of a correction in the books: it offsets, and is posted, or told as overdue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.backtest.replay import NotReplayed
from include.reconciliation.errors import RequestError
from include.reconciliation.local.server import Server
from tests.scenarios.backtests import backtests
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line
from tests.scenarios.corrections.conftest import People

Missing = Callable[..., str]
FIFTH = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
SIXTH = ("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")
SEVENTH = ("2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")
LATE = ("2026-03-07T00:00:00Z", "2026-03-10T23:00:00Z")
TOO_LATE = ("2026-03-10T23:00:00Z", "2026-03-11T00:00:00Z")


@pytest.fixture
def correct(people: People) -> Callable[..., str]:
    """Asks, has Bea approve, and applies; the id of the correction."""

    def do(discrepancy_id: str, **form: Any) -> str:
        request = people.ask(discrepancy_id, **form)
        if people.answer("bea") == "waiting":
            people.answer("carl")
        people.apply()
        return str(request["request_id"])

    return do


def post(desk: Desk, correction_id: str, amount_minor: int, **row: Any) -> None:
    """The ledger posts a correction."""
    desk.ledger(f"J-{correction_id[:8]}", amount_minor, **{"at": "2026-03-05T08:00:00Z", **row})
    desk.ledger_session.execute(
        "update ledger.transactions set correction_id = %s where id = %s",
        [correction_id, f"J-{correction_id[:8]}"],
    )


def shown(desk: Desk) -> list[tuple[str, str, str, int, int]]:
    """(kind, change, status, delta, exposure) of what the head shows, sorted."""
    return sorted(
        (row["kind"], row["change"], row["status"], row["delta_minor"], row["exposure_minor"])
        for row in desk.rows("select * from reconciliation.discrepancies where aspect <> 'source'")
    )


def identity(desk: Desk, run: dict[str, Any]) -> tuple[int, ...]:
    """statement - ledger = existence + amount + corrections, and the residual."""
    (row,) = desk.rows(
        "select statement_minor - ledger_minor as difference, existence_minor, amount_minor,"
        " corrections_minor, residual_minor from reconciliation.run_totals"
        " where run_id = %s and leg = 'ledger_statement' and measure = 'gross'",
        run["run_id"],
    )
    return tuple(row.values())


def test_an_entry_offsets_its_discrepancy_until_the_ledger_posts_it(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correction = correct(missing())
    run = desk.run(*FIFTH)

    assert [("missing_in_ledger", "restated", "in_correction", 0, 0)] == shown(desk)
    assert (10000, 0, 0, 10000, 0) == identity(desk, run)

    post(desk, correction, 10000)
    run = desk.run(*SIXTH)

    assert [("missing_in_ledger", "resolved", "closed", 0, 0)] == shown(desk)
    assert (0, 0, 0, 0, 0) == identity(desk, run)
    assert "reconciled" == run["verdict"]
    (row,) = desk.rows("select * from reconciliation.corrections")
    assert "confirmed" == row["posted_as"]
    assert {
        "ledger_ids": [f"J-{correction[:8]}"],
        "amount_minor": 10000,
        "currency": "EUR",
        "run_id": run["run_id"],
    } == json.loads(row["posting"])


def test_another_amount_opens_it_again(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correction = correct(missing())
    desk.run(*FIFTH)
    post(desk, correction, 9900)
    run = desk.run(*SIXTH)

    assert [
        ("amount_mismatch", "new", "open", 100, 100),
        ("missing_in_ledger", "resolved", "closed", 0, 0),
    ] == shown(desk)
    assert (100, 0, 100, 0, 0) == identity(desk, run)
    assert ["posted_otherwise"] == [
        row["posted_as"] for row in desk.rows("select * from reconciliation.corrections")
    ]


def test_what_is_not_posted_in_time_is_told_beside_what_it_corrects(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    # Asked for after the run up to the 5th: to be posted by the 10th, to its end in Amsterdam.
    correct(missing())
    desk.run(*FIFTH)
    desk.run("2026-03-06T00:00:00Z", "2026-03-10T22:59:59Z")
    assert [("missing_in_ledger", "persisting", "in_correction", 0, 0)] == shown(desk)

    run = desk.run("2026-03-10T22:59:59Z", "2026-03-10T23:00:00Z")

    assert [
        ("correction_not_posted", "new", "open", -10000, 10000),
        ("missing_in_ledger", "restated", "open", 10000, 10000),
    ] == shown(desk)
    assert (10000, 0, 0, 10000, 0) == identity(desk, run)
    # One event, counted once.
    (found,) = desk.rows(
        "select count(distinct event_id) as events from reconciliation.discrepancies"
        " where aspect <> 'source'"
    )
    assert 1 == found["events"]


def test_posted_late_all_of_it_is_resolved(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correction = correct(missing())
    desk.run("2026-03-05T00:00:00Z", "2026-03-11T00:00:00Z")
    post(desk, correction, 10000)
    run = desk.run("2026-03-11T00:00:00Z", "2026-03-12T00:00:00Z")

    assert [
        ("correction_not_posted", "resolved", "closed", -10000, 10000),
        ("missing_in_ledger", "resolved", "closed", 10000, 10000),
    ] == shown(desk)
    assert (0, 0, 0, 0, 0) == identity(desk, run)


def test_a_correction_of_what_resolved_itself_is_told_until_it_is_taken_back(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correction = correct(missing())
    desk.ledger("L1", 10000)
    run = desk.run(*FIFTH)

    assert [
        ("correction_not_posted", "new", "open", -10000, 10000),
        ("missing_in_ledger", "resolved", "closed", 10000, 10000),
    ] == shown(desk)
    assert (0, -10000, 0, 10000, 0) == identity(desk, run)

    correct(correction, action="reverse_correction")
    run = desk.run(*SIXTH)

    assert (0, 0, 0, 0, 0) == identity(desk, run)
    assert [("correction_not_posted", "resolved", "closed", -10000, 10000)] == shown(desk)
    assert "reconciled" == run["verdict"]


def test_a_part_is_corrected_and_the_rest_stays_open(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correct(missing(), amount="60.00")
    run = desk.run(*FIFTH)

    assert [("missing_in_ledger", "restated", "open", 4000, 4000)] == shown(desk)
    assert (10000, 4000, 0, 6000, 0) == identity(desk, run)


def test_accepted_until_a_day_and_open_again_from_then_on(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correct(missing(), action="accept", accept_until=datetime(2026, 3, 7, tzinfo=UTC))
    run = desk.run(*FIFTH)
    assert [("missing_in_ledger", "persisting", "accepted", 10000, 10000)] == shown(desk)
    assert (10000, 10000, 0, 0, 0) == identity(desk, run)

    desk.run("2026-03-06T00:00:00Z", "2026-03-06T23:59:59Z")
    assert ["accepted"] == [status for _, _, status, _, _ in shown(desk)]
    desk.run("2026-03-06T23:59:59Z", "2026-03-07T00:00:00Z")
    assert ["open"] == [status for _, _, status, _, _ in shown(desk)]


def test_the_psp_is_to_put_it_right(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    found = missing()
    with pytest.raises(RequestError, match="psp_ticket"):
        correct(found, action="mark_as_provider_error")
    accepted = correct(found, action="mark_as_provider_error", psp_ticket="ADY-4711")
    desk.run(*FIFTH)
    assert [("missing_in_ledger", "persisting", "with_psp", 10000, 10000)] == shown(desk)

    correct(accepted, action="reverse_correction")
    desk.run(*SIXTH)
    assert [("missing_in_ledger", "persisting", "open", 10000, 10000)] == shown(desk)


def test_what_is_corrected_can_not_be_corrected_again_before_a_run(
    people: People, missing: Missing, correct: Callable[..., str]
) -> None:
    found = missing()
    correct(found, amount="60.00")
    people.ask(found, amount="50.00")
    people.answer("bea")

    with pytest.raises(RequestError, match="no run has taken up yet"):
        people.apply()


def test_the_manifest_names_the_head_of_the_log(
    desk: Desk, missing: Missing, correct: Callable[..., str], tmp_path: Any
) -> None:
    correct(missing())
    run = desk.run(*FIFTH)

    (path,) = tmp_path.glob(f"reports/**/{run['run_id']}/manifest.json")
    (row,) = desk.rows("select * from reconciliation.correction_log")
    assert {"sequence_number": 1, "sha256": row["entry_sha256"]} == json.loads(
        path.read_text()
    )["correction_log"]


def test_a_ledger_row_is_linked_to_the_payment_that_it_meant(
    desk: Desk, people: People, missing: Missing, correct: Callable[..., str]
) -> None:
    desk.ledger("L9", 10000, payment="P-typo", event=None)
    line = missing()
    (row,) = desk.rows(
        "select discrepancy_id from reconciliation.discrepancies"
        " where kind = 'missing_in_statement'"
    )
    with pytest.raises(RequestError, match="relink that of its ledger row"):
        people.ask(line, action="relink", link_to="P1")
    linked = correct(row["discrepancy_id"], action="relink", link_to="P1")
    run = desk.run(*FIFTH)

    assert [
        ("missing_in_ledger", "resolved", "closed", 10000, 10000),
        ("missing_in_statement", "resolved", "closed", -10000, 10000),
    ] == shown(desk)
    assert ("reconciled", (0, 0, 0, 0, 0)) == (run["verdict"], identity(desk, run))

    # The row changes its status: decided anew, it is still that of P1.
    desk.ledger("L9", 10000, payment="P-typo", event=None, status="settled")
    desk.run(*SIXTH)
    assert [] == shown(desk)

    correct(linked, action="reverse_correction")
    desk.ledger("L9", 10000, payment="P-typo", event=None, status="captured")
    desk.run(*SEVENTH)
    assert ["missing_in_ledger", "missing_in_statement"] == [
        kind for kind, change, _, _, _ in shown(desk) if change == "reopened"
    ]


def test_a_difference_of_amount_is_posted_beside_the_row_that_lacks_it(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    desk.ledger("L1", 9000)
    correction = correct(missing())
    run = desk.run(*FIFTH)
    assert [("amount_mismatch", "restated", "in_correction", 0, 0)] == shown(desk)
    assert (1000, 0, 0, 1000, 0) == identity(desk, run)

    post(desk, correction, 1000, event=None)
    run = desk.run(*SIXTH)

    assert [("amount_mismatch", "resolved", "closed", 0, 0)] == shown(desk)
    assert [("payment_totals", 1, 2)] == desk.matches()


def test_what_the_statement_never_brings_is_taken_out_of_the_ledger(
    desk: Desk, correct: Callable[..., str]
) -> None:
    desk.ledger("L2", 5000, payment="P2", event="C2")
    desk.batch(1, *[a_line(payment="P7", event="C7")])
    desk.ledger("L7", 10000, payment="P7", event="C7")
    desk.run()
    (row,) = desk.rows("select discrepancy_id from reconciliation.discrepancies")
    correction = correct(row["discrepancy_id"], action="write_off")
    run = desk.run(*FIFTH)
    assert [("missing_in_statement", "restated", "in_correction", 0, 0)] == shown(desk)
    assert (-5000, 0, 0, -5000, 0) == identity(desk, run)

    post(desk, correction, -5000, payment="P2", event="C2", type="payment_reversal")
    run = desk.run(*SIXTH)

    assert [("missing_in_statement", "resolved", "closed", 0, 0)] == shown(desk)
    assert (0, 0, 0, 0, 0) == identity(desk, run)


def test_the_gateways_log_says_who_corrected_what(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correction = correct(missing(), ticket="FIN-12")
    desk.run(*FIFTH)

    (row,) = desk.rows(
        "select payload ->> 'notes' as notes from internal.outbox"
        " where kind = 'payment_reconciliation_log' order by message_id desc limit 1"
    )
    assert row["notes"].endswith(
        f"correction {correction[:12]}: compensating_entry EUR 100.00 (ledger_error, FIN-12), "
        "asked for by ana, approved by bea"
    )


def test_what_the_ledger_has_twice_is_taken_out_once(
    desk: Desk, correct: Callable[..., str]
) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L1-again", 10000)
    desk.batch(1, a_line())
    desk.run()
    (row,) = desk.rows("select * from reconciliation.discrepancies")
    assert ("duplicate_in_ledger", -10000) == (row["kind"], row["delta_minor"])
    correction = correct(row["discrepancy_id"])
    desk.run(*FIFTH)
    post(desk, correction, -10000, type="payment_reversal")
    run = desk.run(*SIXTH)

    assert [("duplicate_in_ledger", "resolved", "closed", 0, 0)] == shown(desk)
    assert ("reconciled", (0, 0, 0, 0, 0)) == (run["verdict"], identity(desk, run))
    # And what has been cleared stays so when the payment is decided anew.
    desk.ledger("L1", 10000, status="settled")
    run = desk.run(*SEVENTH)
    assert ("reconciled", []) == (run["verdict"], shown(desk))


def test_other_systems_hear_once_of_an_applied_correction(
    desk: Desk, missing: Missing, correct: Callable[..., str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = missing()
    configuration = tmp_path / "with_events.toml"
    topic = '\n[notifications]\nevents_topic = "reconciliation.events"\n'
    configuration.write_text(CONFIGURATION + topic)
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    correction = correct(found)

    (event,) = desk.rows("select * from reconciliation.events")
    assert ("correction_applied", "adyen", "Shop") == (
        event["type"], event["psp"], event["account"],
    )
    told = ("correction_id", "discrepancy_id", "action", "currency", "amount_minor")
    assert [correction, found, "compensating_entry", "EUR", 10000] == [
        event["data"][name] for name in told
    ]


def test_a_span_that_knows_a_correction_is_not_tried_with_other_rules(
    desk: Desk, missing: Missing, correct: Callable[..., str], test_server: Server, tmp_path: Path
) -> None:
    attempt = backtests(test_server, tmp_path)
    found = missing()
    assert [] == attempt(CONFIGURATION)["differences"]
    correct(found)
    desk.run(*FIFTH)

    with pytest.raises(NotReplayed, match="knows corrections"):
        attempt(CONFIGURATION)


def test_a_posting_that_is_dated_later_is_none_yet(
    desk: Desk, missing: Missing, correct: Callable[..., str]
) -> None:
    correction = correct(missing())
    post(desk, correction, 10000, at="2026-03-06T08:00:00Z")
    run = desk.run(*FIFTH)
    assert [("missing_in_ledger", "restated", "in_correction", 0, 0)] == shown(desk)
    assert (10000, 0, 0, 10000, 0) == identity(desk, run)

    desk.run(*SIXTH)
    assert ["confirmed"] == [
        row["posted_as"] for row in desk.rows("select * from reconciliation.corrections")
    ]
