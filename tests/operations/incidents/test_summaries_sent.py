"""Summaries on their way: each arrives once, by mail and in Slack, whatever the other way does."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from include.reconciliation.edges import outbox
from include.reconciliation.lab.fake_slack import Answer, FakeSlack
from include.reconciliation.steps.alert_life import acknowledge_alert
from include.reconciliation.steps.deliver_alerts import deliver, watch
from include.reconciliation.steps.incident_summaries import write_due
from tests.listening import listening
from tests.operations.conftest import Books, Variables
from tests.operations.fake_mail import FakeMail
from tests.operations.incidents.conftest import LIMIT, NAME, OPENED, Clock, stripe, summaries

MISSED = "3 updates were not sent before this one, from"

pytestmark = pytest.mark.usefixtures("recipients")


def superseded(books: Books) -> int:
    """How many messages are not sent because there is a younger one."""
    query = "select count(*) as n from internal.outbox where superseded_at is not null"
    return books.rows(query)[0]["n"]


def test_half_hours_that_passed_while_nothing_ran_get_none_but_are_told(
    books: Books, clock: Clock, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    watch()
    deliver()
    clock.passes(125)
    watch()
    deliver()

    assert [(0, False), (4, False)] == summaries(books)
    assert [OPENED, f"[high] {NAME}: Stripe, update 4"] == post.subjects
    assert post.mails[1][1].get_content().startswith(MISSED)
    assert slack.texts[-2].startswith(MISSED)


def test_mail_that_was_down_sends_the_youngest_summary_and_says_how_many_it_left_out(
    books: Books, clock: Clock, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    for minutes in (0, 30, 30):
        clock.passes(minutes)
        post.answers = {"MAIL": ["550 not now"]}
        watch()
        deliver()
    clock.passes(30)
    post.answers = {}
    watch()
    deliver()

    assert [f"[high] {NAME}: Stripe, update 3"] == post.subjects
    assert post.mails[0][1].get_content().startswith(MISSED)
    assert 3 == superseded(books)
    # Slack was up all the time, and missed nothing.
    assert not any("not sent before" in text for text in slack.texts)


def test_slack_that_is_down_does_not_hold_the_mail_nor_the_other_way_round(
    books: Books, clock: Clock, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    watch()
    slack.answers = [Answer(503)]
    counts = deliver()
    mails = len(post.received)
    clock.passes(0)
    post.answers = {"MAIL": ["421 going away"]}
    clock.passes(30)
    watch()
    counts_without_mail = deliver()

    assert ({"sent": 1, "postponed": 1, "waiting": 1}, 1) == (counts, mails)
    assert {"sent": 2, "postponed": 1, "waiting": 1} == counts_without_mail
    assert 1 == len(post.received)


def slack_ok() -> str:
    """What a bot is answered."""
    return '{"ok": true, "channel": "C0PAYMENTS", "ts": "1.0"}'


def test_a_slack_that_is_slow_leaves_the_mail_its_part_of_the_round(
    books: Books, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    for number in range(4):
        acknowledge_alert(1, changed_by="ana", note=f"step {number}")
    watch()
    slack.answers = [Answer(body=slack_ok(), after_seconds=1) for _ in range(20)]
    deliver(round_seconds=2)

    assert 1 == len(post.received)
    assert len(slack.calls) < 6


def test_a_kill_between_the_mail_and_the_outbox_sends_the_same_mail_again(
    books: Books,
    clock: Clock,
    variables: Variables,
    slack: FakeSlack,
    post: FakeMail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    watch()

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(outbox, "settle", die)
        with pytest.raises(SystemExit):
            deliver()
    deliver()
    under_claim = len(post.received)
    clock.passes(0)
    deliver()

    assert 1 == under_claim
    first, second = post.received
    assert first == second


def test_a_recipient_that_is_refused_does_not_hold_the_others(
    books: Books,
    variables: Variables,
    slack: FakeSlack,
    post: FakeMail,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = (tmp_path / "psps.toml").read_text(encoding="utf-8")
    two = two.replace('["finance@', '["nobody@example.com", "finance@')
    (tmp_path / "two.toml").write_text(two, encoding="utf-8")
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(tmp_path / "two.toml"))
    stripe(books, LIMIT + 1)
    watch()
    post.answers = {"RCPT": ["550 no such user"]}
    counts = deliver()

    assert {"sent": 2, "postponed": 1, "waiting": 1} == counts
    assert ["finance@example.com"] == [recipient for recipient, _ in post.received]
    query = "select last_error from internal.outbox where delivered_at is null"
    assert [
        {"last_error": "MailRefused: the mail server does not take the recipient (550)"}
    ] == books.rows(query)


def test_two_rounds_at_once_write_one_summary_and_send_it_once(
    books: Books, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)

    def both() -> None:
        write_due()
        deliver()

    rounds = [threading.Thread(target=both) for _ in range(3)]
    for each in rounds:
        each.start()
    for each in rounds:
        each.join()

    assert [(0, False)] == summaries(books)
    assert [OPENED] == post.subjects


def test_without_recipients_nobody_gets_mail_and_nothing_waits_for_a_server(
    books: Books, variables: Variables, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECONCILIATION_CONFIG")
    monkeypatch.delenv("AIRFLOW_CONN_SMTP", raising=False)
    stripe(books, LIMIT + 1)
    watch()
    with listening(deliver.__module__, logging.WARNING) as messages:
        counts = deliver()

    assert [(0, False)] == summaries(books)
    assert (0, []) == (counts["waiting"], messages)


def test_without_a_mail_server_the_youngest_mail_waits_and_the_log_says_so(
    books: Books,
    clock: Clock,
    variables: Variables,
    slack: FakeSlack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMTP", "not JSON: canary")
    stripe(books, LIMIT + 1)
    for _ in range(3):
        watch()
        clock.passes(30)
    with listening(deliver.__module__, logging.WARNING) as messages:
        counts = deliver()

    assert 1 == counts["waiting"]
    assert [
        "messages for mail stay in the outbox: "
        "AIRFLOW_CONN_SMTP is not a connection written as JSON"
    ] == messages
