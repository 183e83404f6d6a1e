"""The heartbeat outside Airflow: what it says and how it ends."""

from __future__ import annotations

import pytest

from include.reconciliation.steps import heartbeat
from include.reconciliation.steps.deliver_alerts import watch
from tests.operations.conftest import BRAZIL, PSP, Books, Variables


def test_on_the_first_day_all_is_well(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    assert heartbeat.WELL == heartbeat.main([])
    expected = "well: every account has published in time, and no message waits too long\n"
    assert expected == capsys.readouterr().out


def test_it_names_the_account_that_is_late(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.publish(BRAZIL, hours_ago=3)

    assert heartbeat.AILING == heartbeat.main([])
    expected = "late: adyen / NorthwindBR, 3 cycles without a complete run, 2 allowed; the last one"
    assert capsys.readouterr().out.startswith(expected)


def test_it_makes_accounts_known_so_that_one_that_never_runs_is_found_later(
    books: Books,
) -> None:
    heartbeat.main([])

    query = "select count(*) as accounts from internal.accounts"
    assert [{"accounts": 3}] == books.rows(query)


def test_a_paused_psp_is_named_and_is_no_complaint(
    books: Books, variables: Variables, capsys: pytest.CaptureFixture[str]
) -> None:
    books.publish(hours_ago=9)
    variables.pause(PSP)
    watch()
    capsys.readouterr()

    assert heartbeat.WELL == heartbeat.main([])
    expected = "paused: adyen, as last seen by a run or a round of delivery"
    assert expected == capsys.readouterr().out.splitlines()[0]


def test_it_names_the_message_that_waits_too_long(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.session.execute(
        """
        insert into internal.outbox (kind, dedupe_key, payload, created_at)
        values
            ('slack', 'old', '{}', clock_timestamp() - interval '16 minutes'),
            ('slack', 'new', '{}', clock_timestamp() - interval '14 minutes')
        """
    )
    books.session.commit()

    assert heartbeat.AILING == heartbeat.main([])
    expected = "waiting: message 1 (slack) for 0:16:00, 0 tries; nobody has tried to deliver it\n"
    assert expected == capsys.readouterr().out
    assert heartbeat.WELL == heartbeat.main(["--message-age", "1h"])


def test_without_a_warehouse_nobody_can_tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away = '{"host": "127.0.0.1", "port": 9, "login": "a", "password": "canary", "schema": "b"}'
    monkeypatch.setenv("AIRFLOW_CONN_RECONCILIATION", away)

    assert heartbeat.UNKNOWN == heartbeat.main([])
    said = capsys.readouterr().err
    assert said.startswith("unknown: OperationalError")
    assert "canary" not in said
