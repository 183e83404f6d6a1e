"""What other systems hear of a run: written with its publication, once, and only if asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation import cloud_events
from include.reconciliation.edges import warehouse
from include.reconciliation.steps import publish_run as step
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.reconciliation_events import enqueue_events
from tests.scenarios.conftest import CONFIGURATION, STEPS, Desk, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
WEDNESDAY = ("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")
ON = '\n[notifications]\nevents_topic = "reconciliation.events"\n'


@pytest.fixture
def events_on(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration names a topic."""
    path = tmp_path / "with_events.toml"
    path.write_text(CONFIGURATION + ON)
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))


def events(desk: Desk) -> list[dict[str, Any]]:
    """Every event, in the order in which they were written."""
    return desk.rows("select * from reconciliation.events order by created_at, id desc")


def test_without_a_topic_no_event_is_kept(desk: Desk) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)

    assert [] == events(desk)


def test_a_run_tells_what_it_opened_and_the_next_one_what_it_resolved(
    desk: Desk, events_on: None
) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    first = desk.run(*TUESDAY)
    (opened,) = desk.rows("select * from reconciliation.discrepancies")
    desk.ledger("L1", 10000)
    second = desk.run(*WEDNESDAY)

    found = {event["id"]: event for event in events(desk)}
    discrepancy = opened["discrepancy_id"]
    opening = f"discrepancy_opened:{discrepancy}:{first['run_id']}"
    assert {
        f"run_published:{first['run_id']}",
        opening,
        f"run_published:{second['run_id']}",
        f"discrepancy_resolved:{discrepancy}:{second['run_id']}",
    } == set(found)
    assert [("adyen", "Shop")] * 4 == [(event["psp"], event["account"]) for event in found.values()]
    data = found[opening]["data"]
    told = ("kind", "change", "status", "currency", "delta_minor", "exposure_minor", "run_id")
    assert {
        "kind": "amount_mismatch",
        "change": "new",
        "status": "open",
        "currency": "EUR",
        "delta_minor": -50,
        "exposure_minor": 50,
        "run_id": first["run_id"],
    } == {name: data[name] for name in told}
    published = found[f"run_published:{first['run_id']}"]["data"]
    assert ("discrepancies", [{"amount_minor": 50, "currency": "EUR"}]) == (
        published["verdict"],
        published["divergence"],
    )
    resolved_run = found[f"run_published:{second['run_id']}"]["data"]
    assert ([], first["run_id"]) == (resolved_run["divergence"], resolved_run["predecessor_run_id"])


def test_what_persists_is_told_once(desk: Desk, events_on: None) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    desk.run(*WEDNESDAY)

    types = sorted(event["type"] for event in events(desk))
    assert ["discrepancy_opened", "run_published", "run_published"] == types


def test_a_step_that_is_repeated_tells_nothing_twice(desk: Desk, events_on: None) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*TUESDAY)
    for each in STEPS[:-1]:
        each(attempt_id)
    before = events(desk)
    publish_run(attempt_id)
    with warehouse.transaction() as cursor:
        enqueue_events(cursor, 1)

    assert before == events(desk)
    assert 2 == len(before)


def test_a_dry_run_tells_nothing(desk: Desk, events_on: None) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY, dry_run=True)

    assert [] == events(desk)


def test_a_publication_that_fails_leaves_no_event_behind(
    desk: Desk, events_on: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*TUESDAY)
    for each in STEPS[:-2]:
        each(attempt_id)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as broken:
        # The last thing that the transaction does.
        broken.setattr(step.attempts, "note", fail)
        with pytest.raises(RuntimeError):
            publish_run(attempt_id)
    assert [] == events(desk)
    publish_run(attempt_id)

    assert 2 == len(events(desk))


def test_an_event_is_a_cloud_event_with_whole_minor_units(desk: Desk, events_on: None) -> None:
    desk.ledger("L1", 10050)
    desk.batch(1, a_line())
    desk.run(*TUESDAY)
    stored = desk.rows("select payload from internal.outbox where kind = 'event'")
    sent = [cloud_events.cloud_event(row["payload"]) for row in stored]

    documents = [json.loads(each) for each in sent]
    assert {"reconciliation.run_published.v1", "reconciliation.discrepancy_opened.v1"} == {
        document["type"] for document in documents
    }
    for document in documents:
        assert ("1.0", "/reconciliation/adyen/Shop", "application/json") == (
            document["specversion"],
            document["source"],
            document["datacontenttype"],
        )
        assert set(document) == {
            "specversion", "id", "type", "source", "time", "datacontenttype", "data",
        }  # fmt: skip
        assert document["time"].endswith("Z")
        money = [value for name, value in document["data"].items() if name.endswith("_minor")]
        assert all(value is None or type(value) is int for value in money)
    # The same bytes however often.
    assert sent == [cloud_events.cloud_event(row["payload"]) for row in stored]
