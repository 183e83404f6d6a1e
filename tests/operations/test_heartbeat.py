"""The heartbeat outside Airflow: what it says and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from include.reconciliation.steps import heartbeat
from include.reconciliation.steps.deliver_alerts import watch
from tests.operations.conftest import BRAZIL, EUROPE, PSP, Books, Variables

WELL = "well: no account, check or operation is late, and no message waits too long"


def test_when_every_account_has_published_all_is_well(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    for account, psp in ((EUROPE, PSP), (BRAZIL, PSP), ("default", "stripe")):
        books.publish(account, psp=psp)

    assert heartbeat.WELL == heartbeat.main([])
    assert [WELL] == capsys.readouterr().out.splitlines()


def test_an_account_that_never_ran_is_new_until_it_is_late_and_never_in_time(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.account("default", psp="stripe", known_hours_ago=1)
    books.account(BRAZIL, known_hours_ago=4)
    books.publish(EUROPE)

    assert heartbeat.AILING == heartbeat.main([])
    never, late = capsys.readouterr().out.splitlines()
    # Known since some minute of the hour before: two cycles are allowed from the next hour on.
    hour = datetime.now(UTC).replace(minute=0)
    assert (
        "new: stripe / default has never had a complete run; without one it is late from "
        f"{hour + timedelta(hours=3):%Y-%m-%d %H:%M} UTC on"
    ) == never
    assert (
        "late: adyen / NorthwindBR, 3 cycles without a complete run, 2 allowed; "
        "it has never had one"
    ) == late


def test_an_account_that_never_ran_is_no_complaint_in_its_first_cycles(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    assert heartbeat.WELL == heartbeat.main([])
    *new, well = capsys.readouterr().out.splitlines()
    assert ["new: stripe", "new: adyen", "new: adyen"] == [line.split(" /")[0] for line in new]
    assert WELL == well


def test_it_names_the_account_that_is_late(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.publish(BRAZIL, hours_ago=3)

    assert heartbeat.AILING == heartbeat.main([])
    expected = "late: adyen / NorthwindBR, 3 cycles without a complete run, 2 allowed; the last one"
    assert capsys.readouterr().out.splitlines()[-1].startswith(expected)


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
    assert expected in capsys.readouterr().out.splitlines()


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
    expected = "waiting: message 1 (slack) for 0:16:00, 0 tries; nobody has tried to deliver it"
    assert expected == capsys.readouterr().out.splitlines()[-1]
    assert heartbeat.WELL == heartbeat.main(["--message-age", "1h"])


def test_of_many_messages_that_wait_the_oldest_are_named_and_the_rest_counted(
    books: Books, variables: Variables, capsys: pytest.CaptureFixture[str]
) -> None:
    books.session.execute(
        """
        insert into internal.outbox (kind, dedupe_key, payload, created_at, superseded_at)
        select
            'event', number::text, '{}', clock_timestamp() - interval '1 hour',
            case when number = 1 then clock_timestamp() end
        from generate_series(1, 24) as number
        """
    )
    books.session.commit()
    heartbeat.main([])

    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("waiting")]
    assert 21 == len(said)
    # What a younger message has taken the place of waits for nothing.
    assert said[0].startswith("waiting: message 2 (event) for 1:00:00")
    assert "waiting: 3 more messages" == said[-1]


def test_without_a_warehouse_nobody_can_tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away = '{"host": "127.0.0.1", "port": 9, "login": "a", "password": "canary", "schema": "b"}'
    monkeypatch.setenv("AIRFLOW_CONN_RECONCILIATION", away)

    assert heartbeat.UNKNOWN == heartbeat.main([])
    said = capsys.readouterr().err
    assert said.startswith("unknown: OperationalError")
    assert "canary" not in said
