"""Outcomes that the application's role tells by hand: the database believes none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from include.reconciliation.steps.export_postings import main, postings
from tests.conftest import Databases
from tests.scenarios.conftest import Desk
from tests.scenarios.corrections.conftest import People
from tests.scenarios.corrections.forging import (
    Missing,
    Session,
    refused,
)
from tests.scenarios.corrections.test_life import FIFTH, identity, post


def outcome(told_in: str, **changes: Any) -> str:
    """How a run tells a posting of EUR 100.00."""
    told = {"ledger_ids": ["J-1"], "amount_minor": 10000, "currency": "EUR", "run_id": told_in}
    return json.dumps({**told, **changes})


@pytest.mark.parametrize(
    ("event", "changes", "says"),
    [
        ("confirmed", "not json", "expected the ledger rows"),
        ("confirmed", "[]", "expected the ledger rows"),
        ("confirmed", {"ledger_ids": []}, "expected the ledger rows"),
        ("confirmed", {"ledger_ids": [""]}, "expected the ledger rows"),
        ("confirmed", {"ledger_ids": [1]}, "expected the ledger rows"),
        ("confirmed", {"ledger_ids": "J-1"}, "expected the ledger rows"),
        ("confirmed", {"ledger_ids": None}, "expected the ledger rows"),
        ("confirmed", {"amount_minor": 9999}, "expected the ledger rows"),
        ("confirmed", {"amount_minor": "10000"}, "expected the ledger rows"),
        ("confirmed", {"currency": "USD"}, "expected the ledger rows"),
        ("confirmed", {"run_id": "no such run"}, "expected the ledger rows"),
        ("confirmed", {"more": 1}, "expected the ledger rows"),
        ("posted_otherwise", {"ledger_ids": []}, "expected the ledger rows"),
        ("withdrawn", {}, "expected the ledger rows"),
        ("verified", {}, "verified is no outcome of compensating_entry"),
        ("failed", {}, "failed is no outcome of compensating_entry"),
        ("applied", {}, "applied is no outcome"),
        (None, {}, "is no outcome"),
    ],
)
def test_an_outcome_that_no_run_would_tell_is_refused(
    desk: Desk, people: People, missing: Missing, sessions: Callable[[str], Session],
    event: str | None, changes: Any, says: str,
) -> None:  # fmt: skip
    request = people.ask(missing())
    people.answer("bea")
    people.apply()
    (run,) = desk.rows("select run_id from internal.runs")
    told = changes if isinstance(changes, str) else outcome(run["run_id"], **changes)

    with refused(says):
        sessions("reconciliation_rw").execute(
            "select internal.note_outcome(%s, %s, %s)", [request["request_id"], event, told]
        )
    assert [10000] == [row["amount_minor"] for row in postings(None)]


def test_an_acceptance_has_no_posting(
    desk: Desk, people: People, missing: Missing, sessions: Callable[[str], Session]
) -> None:
    request = people.ask(missing(), action="mark_as_provider_error", psp_ticket="A-1")
    people.answer("bea")
    people.apply()
    (run,) = desk.rows("select run_id from internal.runs")

    with refused("confirmed is no outcome of mark_as_provider_error"):
        sessions("reconciliation_rw").execute(
            "select internal.note_outcome(%s, 'confirmed', %s)",
            [request["request_id"], outcome(run["run_id"])],
        )


def test_a_posting_is_told_once_and_what_comes_later_adds_nothing(
    desk: Desk, people: People, missing: Missing, sessions: Callable[[str], Session]
) -> None:
    request = people.ask(missing())
    people.answer("bea")
    people.apply()
    (first,) = desk.rows("select run_id from internal.runs")
    note = "select internal.note_outcome(%s, %s, %s) as place"
    session = sessions("reconciliation_rw")
    with refused("no run has read all of its ledger rows"):
        session.execute(note, [request["request_id"], "confirmed", outcome(first["run_id"])])
    post(desk, request["request_id"], 10000)
    run = desk.run(*FIFTH)
    told = outcome(run["run_id"], ledger_ids=[f"J-{request['request_id'][:8]}"])

    again = session.execute(note, [request["request_id"], "posted_otherwise", told]).fetchone()

    assert {"place": 2} == again
    assert ["applied", "confirmed"] == [event for event, _, _ in people.log()]


def test_a_row_from_before_these_rules_is_left_out_and_named(
    desk: Desk, people: People, missing: Missing, databases: Databases,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    good = people.ask(missing())
    people.answer("bea")
    people.apply()
    with psycopg.connect(
        databases.conninfo("reconciliation", "reconciliation_migrator"), autocommit=True
    ) as session:
        session.execute("set role reconciliation_owner")
        session.execute(
            "insert into internal.correction_log select (jsonb_populate_record(row, %s)).*"
            " from internal.correction_log as row",
            [Jsonb({
                "request_id": old_request(session, good["request_id"]), "sequence_number": 2,
                "episode": 99, "post_by": "infinity", "state_before": "oops",
            })],
        )

    assert 1 == main([])
    said = capsys.readouterr()
    assert f"left out: correction {'e' * 64} corrects nothing that a run knows" in said.err
    assert [good["request_id"]] == [row["correction_id"] for row in postings(None)]
    # And a run goes on.
    run = desk.run(*FIFTH)
    assert 0 == identity(desk, run)[-1]


def old_request(session: psycopg.Connection[Any], like: str) -> str:
    """A request that another one is like, written when nothing checked it; its id."""
    session.execute("alter table internal.action_requests disable trigger user")
    session.execute(
        "insert into internal.action_requests select (jsonb_populate_record(row,"
        " jsonb_build_object('request_id', repeat('e', 64)))).*"
        " from internal.action_requests as row where request_id = %s",
        [like],
    )
    session.execute("alter table internal.action_requests enable trigger user")
    return "e" * 64
