"""The truth about payouts that are SENT: a webhook that never came is made up for."""

from __future__ import annotations

import json

import psycopg
import pytest

from include.reconciliation.errors import Transient
from include.reconciliation.steps import payout_batches, payout_reconcile_pull
from include.reconciliation.steps.payout_reconcile_pull import (
    BATCH_SIZE,
    payout_health_pulse,
)
from tests.payouts.conftest import Desk
from tests.payouts.provider_server import answers, hangs_up, says

pull = payout_reconcile_pull.payout_reconcile_pull


def test_a_payout_that_the_provider_has_paid_is_told_to_the_application_once(desk: Desk) -> None:
    desk.book.payout("1", state="SENT", minutes=12, reference="po_key-1")
    desk.provider.has("key-1", "paid", 125_00)

    first, second = pull(), pull()

    told = ("pp-1", "key-1", "SUCCEEDED", "po_key-1", 125_00, "BRL", "reconcile_pull")
    assert [told] == desk.book.events()
    assert (1, 1) == (first["deliver"], second["deliver"])
    assert [
        ("succeeded", "deliver", "provider_has_it", "written"),
        ("succeeded", "deliver", "provider_has_it", "nothing_to_write"),
    ] == desk.decisions()
    assert [("pp-1", "SENT")] == desk.book.tasks()
    assert [] == desk.alerts()
    asked = {"idempotency_key": ["key-1"], "reference": ["po_key-1"]}
    assert [asked, asked] == desk.provider.asked


def test_a_failed_payout_is_told_as_failed(desk: Desk) -> None:
    desk.book.payout("1", state="SENT")
    desk.provider.has("key-1", "returned", 125_00)

    pull()

    assert [("pp-1", "FAILED")] == [(row[0], row[2]) for row in desk.book.events()]


def test_a_payout_under_way_is_asked_about_again_and_nothing_is_told(desk: Desk) -> None:
    desk.book.payout("1", state="SENT")
    desk.provider.has("key-1", "pending", 125_00)

    pull()

    assert [("in_progress", "wait", "still_in_progress", None)] == desk.decisions()
    assert [] == desk.book.events()
    assert [] == desk.alerts()


def test_only_payouts_that_are_sent_and_not_in_quarantine_are_asked_about(desk: Desk) -> None:
    for number, (state, status) in enumerate(
        [
            ("SENT", "SENT"),
            ("SENT", "SUCCEEDED"),
            ("SENT", "FAILED"),
            ("SENT", "QUARANTINED"),
            ("SENDING", "CREATED"),
            ("PENDING", "CREATED"),
        ]
    ):
        desk.book.payout(str(number), state=state, status=status)

    pull()

    assert [{"idempotency_key": ["key-0"]}] == desk.provider.asked


def test_another_amount_or_currency_calls_a_person_and_is_not_believed(desk: Desk) -> None:
    desk.book.payout("1", state="SENT", amount_minor=125_00)
    desk.book.payout("2", state="SENT", amount_minor=125_00)
    desk.provider.has("key-1", "paid", 125_01)
    desk.provider.has("key-2", "paid", 125_00, "USD")

    pull()

    assert [("contradiction", "hand_over", "contradiction", None)] * 2 == desk.decisions()
    assert [] == desk.book.events()
    assert [(payout_batches.NEEDS_A_HUMAN, "high", "open")] * 2 == desk.alerts()
    summary = desk.rows("select summary from internal.alerts order by alert_id limit 1")
    assert (
        "payout pp-1 of 125.00 BRL at northbank, SENT here: the provider names other values than "
        "ours (BRL 12500 minor units expected, BRL 12501 found)"
    ) == summary[0]["summary"]


def test_the_alert_of_a_payout_closes_when_the_payout_has_ended(desk: Desk) -> None:
    desk.book.payout("1", state="SENT")
    desk.provider.has("key-1", "paid", 1)
    pull()
    desk.book.session.execute("update public.provider_payouts set status = 'SUCCEEDED'")

    assert 1 == pull()["closed"]

    assert [(payout_batches.NEEDS_A_HUMAN, "high", "closed")] == desk.alerts()


def test_a_batch_is_a_hundred_and_those_asked_longest_ago_come_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payout_reconcile_pull, "BATCH_SIZE", 2)
    for number in "12345":
        desk.book.payout(number, state="SENT", minutes=60 - int(number))
        desk.provider.has(f"key-{number}", "pending", 125_00)

    for _ in range(3):
        assert 2 == pull()["asked"]

    asked = [query["idempotency_key"][0][-1] for query in desk.provider.asked]
    assert list("123451") == asked
    assert 100 == BATCH_SIZE


def test_a_provider_that_fails_three_times_in_a_row_is_left_alone_and_told_of_once(
    desk: Desk,
) -> None:
    for number in "12345":
        desk.book.payout(number, state="SENT")
    desk.provider.behaviour = answers(500)

    pull()
    pull()

    counted = [row[:3] for row in desk.decisions()]
    assert [("no_answer", "wait", "asked_again_later")] * 6 == counted
    assert [(payout_batches.PROVIDER_SILENT, "high", "open")] == desk.alerts()

    desk.provider.behaviour = None
    pull()

    assert [(payout_batches.PROVIDER_SILENT, "high", "closed")] == desk.alerts()


def test_a_provider_without_an_entry_or_a_key_is_told_and_holds_no_other_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.book.payout("1", state="SENT", provider="elsewhere")
    desk.book.payout("2", state="SENT")
    desk.provider.has("key-2", "paid", 125_00)

    pull()

    assert ["pp-2"] == [row[0] for row in desk.book.events()]
    assert [(payout_batches.PROVIDER_SILENT, "high", "open")] == desk.alerts()
    summary = desk.rows("select summary from internal.alerts")[0]["summary"]
    assert "the provider 'elsewhere' has no entry in payout_providers.toml" in summary

    monkeypatch.setenv("AIRFLOW_CONN_NORTHBANK_PAYOUTS", json.dumps({"conn_type": "generic"}))
    pull()

    assert [(payout_batches.PROVIDER_SILENT, "high", "open")] * 2 == desk.alerts()


def test_one_answer_that_fails_does_not_hold_the_others(desk: Desk) -> None:
    for number in "123":
        desk.book.payout(number, state="SENT")
        desk.provider.has(f"key-{number}", "paid", 125_00)
    odd = says(status="a word that nobody knows")
    desk.provider.behaviour = lambda handler, told: (
        odd(handler, told) if told["idempotency_key"] == "key-2" else says()(handler, told)
    )

    pull()

    assert ["pp-1", "pp-3"] == [row[0] for row in desk.book.events()]
    assert [] == desk.alerts()


def test_no_key_of_a_provider_shows_in_what_is_kept(desk: Desk) -> None:
    desk.book.payout("1", state="SENT")
    tells_it = answers(401, b"sk_test_payouts_canary")
    for behaviour in (tells_it, hangs_up, answers(302, Location="/")):
        desk.provider.behaviour = behaviour
        pull()

    kept = desk.rows(
        "select concat_ws(' ', to_jsonb(payout_answers)::text, (select string_agg(summary, ' ')"
        " from internal.alerts)) as text from internal.payout_answers"
    )
    assert 3 == len(kept)
    assert not [row for row in kept if "canary" in row["text"]]


def test_a_payouts_system_that_is_away_is_tried_again_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_PAYOUT_OPERATIONS",
        json.dumps({"host": "127.0.0.1", "port": 1, "login": "x", "schema": "x"}),
    )
    with pytest.raises(Transient, match="the payouts system can't be read now"):
        pull()


def test_the_health_pulse_has_five_figures(desk: Desk) -> None:
    assert {
        "outbox_pending": 0,
        "outbox_sending_stuck": 0,
        "provider_payout_sent_stuck": 0,
        "integrity_alerts_critical_open": 0,
        "max_outbox_age_minutes": 0,
    } == payout_health_pulse()

    desk.book.payout("1", state="PENDING", minutes=3)
    desk.book.payout("2", state="SENDING", minutes=14, seconds=59)
    desk.book.payout("3", state="SENDING", minutes=15, seconds=1)
    desk.book.payout("4", state="SENT", minutes=9, seconds=59)
    desk.book.payout("5", state="SENT", minutes=10, seconds=1)
    desk.book.session.execute(
        "insert into public.integrity_alerts (kind, severity, status, created_at) values"
        " ('FINALIZE_MISSING', 'CRITICAL', 'OPEN', now()),"
        " ('FINALIZE_MISSING', 'CRITICAL', 'ACKNOWLEDGED', now()),"
        " ('FINALIZE_MISSING', 'CRITICAL', 'RESOLVED', now())"
    )

    assert {
        "outbox_pending": 1,
        "outbox_sending_stuck": 1,
        "provider_payout_sent_stuck": 1,
        "integrity_alerts_critical_open": 2,
        "max_outbox_age_minutes": 15,
    } == payout_health_pulse()


def test_answers_and_decisions_are_only_ever_added(desk: Desk, warehouse) -> None:  # type: ignore[no-untyped-def]
    desk.book.payout("1", state="SENT")
    pull()

    for change in (
        "update internal.payout_answers set answer = 'unknown'",
        "delete from internal.payout_answers",
        "truncate internal.payout_answers cascade",
        "update internal.payout_decisions set action = 'requeue'",
        "delete from internal.payout_decisions",
        "update internal.payout_effects set effect = 'written'",
        "delete from internal.payout_effects",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            warehouse.execute(change)
        warehouse.rollback()
