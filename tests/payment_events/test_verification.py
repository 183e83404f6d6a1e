"""`payment_replay_verification` on a real event store: what it finds, keeps, opens and stops."""

import json
from datetime import timedelta

import psycopg
import pytest

from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter, project
from include.reconciliation.demo.payment_events.violations import BOOK, BROKEN_PROJECTIONS
from include.reconciliation.edges import payment_event_store, store
from include.reconciliation.errors import (
    Broken,
    RequestError,
    SourceError,
    Transient,
)
from include.reconciliation.identifiers import sha256_of
from include.reconciliation.steps import verify_payment_replay as steps
from tests.payment_events.replays import alerts, messages, stops


def test_a_clean_store_is_the_same_and_nothing_is_opened_or_stopped(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1)
    load(payment_events, history)

    replay_id = verify(note="after the upgrade", requested_by="ana")

    (row,) = seen("select * from reconciliation.payment_replays")
    assert ("same", 120, len(history.events), 0, 0, 0) == (
        row["verdict"], row["payments"], row["events"], row["behind"], row["different"],
        row["not_checked"],
    )  # fmt: skip
    assert ("after the upgrade", "ana") == (row["note"], row["requested_by"])
    assert 120 == steps.every_payment_is_what_its_events_say(replay_id)
    assert ([], [], []) == (alerts(seen), airflow.set, seen("select * from internal.outbox"))
    assert [] == seen("select * from reconciliation.payment_replay_findings")


def test_each_broken_projection_is_found_alerted_and_payments_are_stopped(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1, violations=list(BROKEN_PROJECTIONS))
    load(payment_events, history)

    replay_id = verify()

    found = seen("select * from reconciliation.payment_replay_findings order by payment_id")
    assert sorted(violation.payment_id or "" for violation in history.violations) == [
        row["payment_id"] for row in found
    ]
    assert {"different"} == {row["outcome"] for row in found}
    assert [("payment_events-replay-difference", "critical", "open")] == alerts(seen)
    ((variable, description),) = airflow.set
    (request,) = seen("select * from reconciliation.stop_requests")
    reason = request["reason"]
    assert (replay_id, variable) == (request["replay_id"], "PAYMENTS_ENABLED")
    assert f"payment_replay_verification: {reason}" == description
    assert "4 of 120 payments are not what their events say" in reason
    assert request["set_at"] is not None
    with pytest.raises(Broken, match="of 120 payments 4 differ"):
        steps.every_payment_is_what_its_events_say(replay_id)


def test_a_state_that_differs_is_told_with_both_hashes_and_its_rows_are_kept(  # type: ignore[no-untyped-def]
    payment_events, verify, seen
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    (violation,) = history.violations

    verify()

    (row,) = seen("select * from reconciliation.payment_replay_findings")
    assert ["the projection says FAILED, the events give SETTLED"] == row["sentences"]
    assert ("FAILED", "SETTLED") == (row["stored_state"], row["replayed_state"])
    assert row["stored_sha256"] == row["replayed_sha256"]
    content = store.read(row["evidence_sha256"])
    assert sha256_of(content) == row["evidence_sha256"]
    head, *lines = [json.loads(line) for line in content.decode().splitlines()]
    assert ("payment-evidence-1", violation.payment_id) == (head["form"], head["payment_id"])
    assert head["replayed_sha256"] == sha256_of(head["replayed"].encode())
    kept = [json.loads(line["row"]) for line in lines if line["table"] == "events"]
    written = [event for event in history.events if event.payment_id == violation.payment_id]
    assert [event.event_sha256 for event in written] == [event["event_sha256"] for event in kept]
    # The payload as it was written, to the byte: its hash can be made again.
    for event, line in zip(
        written, [line for line in lines if line["table"] == "events"], strict=True
    ):
        assert f'"payload":{event.payload}' in line["row"]
    assert {"intents", "attempts", "events", "projections"} == {line["table"] for line in lines}


def test_nothing_is_repaired(payment_events, verify) -> None:  # type: ignore[no-untyped-def]
    history, _ = make_event_store(1, violations=list(BROKEN_PROJECTIONS))
    load(payment_events, history)
    query = "select * from payments.projections order by payment_id"
    before = payment_events.execute(query).fetchall()

    verify()

    assert before == payment_events.execute(query).fetchall()


def test_one_cause_is_one_alert_and_one_stop_and_a_clean_replay_closes_it_but_starts_nothing(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    verify()
    verify()
    assert [("payment_events-replay-difference", "critical", "open")] == alerts(seen)
    assert 2 == len(messages(seen)), "the alert, and the stop"
    requests = seen("select set_at from reconciliation.stop_requests")
    assert (2, 0) == (len(requests), [row["set_at"] for row in requests].count(None))
    assert 1 == len(airflow.set) == len(stops(seen))

    payment_events.execute(
        "update payments.projections set state = 'SETTLED' where payment_id = %s",
        [history.violations[0].payment_id],
    )
    verify(payment_id=history.violations[0].payment_id)
    assert "open" == alerts(seen)[0][2], "one payment does not speak for all"
    verify()

    assert [("payment_events-replay-difference", "critical", "closed")] == alerts(seen)
    assert 1 == len(airflow.set)


def test_an_event_that_nobody_knows_is_an_alert_of_its_own_and_stops_nothing(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow
) -> None:
    history, _ = make_event_store(1, violations=[BOOK])
    load(payment_events, history)

    replay_id = verify()

    assert [("payment_events-replay-not-checked", "high", "open")] == alerts(seen)
    assert [] == airflow.set
    (row,) = seen("select * from reconciliation.payment_replay_findings")
    assert "not_checked" == row["outcome"]
    assert "with the reason 'SOLAR_FLARE'" in row["sentences"][0]
    with pytest.raises(Broken, match="1 could not be told"):
        steps.every_payment_is_what_its_events_say(replay_id)


def test_one_payment_and_a_span_are_replayed_alone(payment_events, verify, seen) -> None:  # type: ignore[no-untyped-def]
    history, as_of = make_event_store(1)
    load(payment_events, history)
    some = history.projections[5].payment_id
    from_ = as_of - timedelta(minutes=30)
    touched = {row.payment_id for row in history.events if row.recorded_at >= from_}

    verify(payment_id=some)
    verify(recorded_from=from_, recorded_to=as_of)

    rows = seen(
        "select payment_id, payments from reconciliation.payment_replays order by replay_id"
    )
    assert [(some, 1), (None, len(touched))] == [tuple(row.values()) for row in rows]
    assert 20 < len(touched) < 60


@pytest.mark.parametrize(
    ("asked", "about"),
    [
        ({"payment_id": "nobody"}, "knows no payment 'nobody'"),
        ({"payment_id": "a", "recorded_from": make_event_store(1)[1]}, "give one of them"),
        (
            {"recorded_from": make_event_store(1)[1], "recorded_to": make_event_store(1)[1]},
            "is not before recorded_to",
        ),
    ],
)
def test_what_can_not_be_replayed_is_refused_and_leaves_nothing(verify, seen, asked, about) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RequestError, match=about):
        verify(**asked)

    assert ([], []) == (seen("select * from internal.payment_replays"), alerts(seen))


def test_batches_give_what_one_read_gives(payment_events, verify, seen, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    history, _ = make_event_store(1, violations=list(BROKEN_PROJECTIONS))
    load(payment_events, history)

    verify()
    monkeypatch.setattr(payment_event_store, "PAYMENTS_PER_BATCH", 7)
    verify()

    first, second = seen(
        "select payments, events, behind, different from reconciliation.payment_replays"
        " order by replay_id"
    )
    assert first == second
    rows = seen(
        "select replay_id, payment_id, sentences from reconciliation.payment_replay_findings"
        " order by replay_id, payment_id"
    )
    assert 8 == len(rows)
    assert [list(row.values())[1:] for row in rows[:4]] == [
        list(row.values())[1:] for row in rows[4:]
    ]


def test_a_replay_that_dies_keeps_what_it_found_and_says_that_it_did_not_end(  # type: ignore[no-untyped-def]
    payment_events, verify, seen, airflow, monkeypatch
) -> None:
    history, _ = make_event_store(1, violations=["replay: another state"])
    load(payment_events, history)
    monkeypatch.setattr(payment_event_store, "PAYMENTS_PER_BATCH", 7)
    judge, calls = steps._judge, iter(range(100))

    def dying(*arguments):  # type: ignore[no-untyped-def]
        if next(calls) == 3:
            raise MemoryError
        return judge(*arguments)

    monkeypatch.setattr(steps, "_judge", dying)
    with pytest.raises(MemoryError):
        verify()

    (row,) = seen("select verdict, payments, different from reconciliation.payment_replays")
    assert ("not_ended", 21, 1) == tuple(row.values())
    assert [
        ("payment_events-replay-difference", "critical", "open"),
        ("payment_events-replay-could-not-run", "high", "open"),
    ] == alerts(seen)
    assert 1 == len(airflow.set)


def test_a_store_that_can_not_be_read_is_an_alert_and_no_green(  # type: ignore[no-untyped-def]
    databases, verify, seen, monkeypatch
) -> None:
    entry = json.loads(databases.connection_json("payment_events", "payment_events_ro"))
    with monkeypatch.context() as changed:
        changed.setenv(
            "AIRFLOW_CONN_PAYMENT_EVENTS", json.dumps({**entry, "schema": "no_such_database"})
        )
        with pytest.raises(Transient, match="the event store of payments can't be read now"):
            verify()
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as owner:
        owner.execute("alter table payments.projections rename to another")
    with pytest.raises(SourceError, match=r"payments\.projections"):
        verify()

    assert [("payment_events-replay-could-not-run", "high", "open")] == alerts(seen)
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as owner:
        owner.execute("alter table payments.another rename to projections")
    verify()
    assert [("payment_events-replay-could-not-run", "high", "closed")] == alerts(seen)


def test_a_projection_that_is_seconds_behind_is_counted_and_no_difference(  # type: ignore[no-untyped-def]
    payment_events, verify, seen
) -> None:
    # By the clock of the store's database, not of the test.
    (now,) = payment_events.execute("select now()").fetchone()
    history = EventStore()
    for name, age in (("new", 5), ("old", 45)):
        payment = PaymentWriter(history, name, now - timedelta(seconds=age + 1))
        payment.create(1_050, "AUD")
        payment.authorise()
        history.projections += project(payment.events[:1])
    load(payment_events, history)

    verify()

    (row,) = seen("select behind, different from reconciliation.payment_replays")
    assert (1, 1) == tuple(row.values())
    (found,) = seen("select payment_id, sentences from reconciliation.payment_replay_findings")
    assert ("old", ["the projection stands at event 1 of 2 for more than 30 s"]) == tuple(
        found.values()
    )


def test_what_was_found_can_not_be_changed_by_the_application(warehouse) -> None:  # type: ignore[no-untyped-def]
    for change in (
        "update internal.payment_replay_findings set outcome = 'different'",
        "delete from internal.payment_replay_findings",
        "update internal.stop_requests set reason = 'none'",
        "delete from internal.stop_requests",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            warehouse.execute(change)
        warehouse.rollback()
