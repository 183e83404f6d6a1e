"""The summary of an incident: one per half hour of the database's clock, by mail and in Slack."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.edges import outbox
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.steps import incident_summaries
from include.reconciliation.steps.alert_life import acknowledge_alert, resolve_alert
from include.reconciliation.steps.deliver_alerts import deliver, watch
from include.reconciliation.steps.incident_summaries import write_due
from tests.conftest import Databases
from tests.listening import listening
from tests.operations import fake_mail, fake_slack
from tests.operations.conftest import Books, Variables
from tests.operations.fake_mail import FakeMail
from tests.operations.fake_slack import Answer, FakeSlack

LIMIT = 100_000
NAME = "billing_gateway-reconciliation"
MISSED = "3 updates were not sent before this one, from"
OPENED = f"[high] {NAME}: Stripe, opened"


@pytest.fixture(autouse=True)
def recipients(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finance gets the summaries."""
    written = tmp_path / "psps.toml"
    project = (config.PROJECT_ROOT / "include" / "psps.toml").read_text(encoding="utf-8")
    table = '\n[notifications]\nmail_to = ["finance@example.com"]\n'
    written.write_text(project + table, encoding="utf-8")
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(written))


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMail]:
    """A mail server that the connection leads to."""
    with fake_mail.running(tmp_path) as server:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP", server.connection())
        yield server


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to, with a bot's token."""
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    with fake_slack.running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.bot())
        yield server


def stripe(books: Books, exposure_minor: int = 0) -> None:
    """A run of a PSP that has one account."""
    books.publish("default", {"USD": exposure_minor} if exposure_minor else None, psp="stripe")


class Clock:
    """Lets time pass for incidents: what happened to them was so much earlier."""

    _EARLIER = """
        update internal.alerts set
            accepted_until = accepted_until - %(span)s, snoozed_until = snoozed_until - %(span)s,
            opened_at = opened_at - %(span)s, updated_at = updated_at - %(span)s,
            closed_at = closed_at - %(span)s;
        update internal.runs set published_at = published_at - %(span)s;
        update internal.alert_changes set changed_at = changed_at - %(span)s;
        update internal.pauses set seen_at = seen_at - %(span)s;
        update internal.incident_summaries set made_at = made_at - %(span)s;
        update internal.incident_threads set
            shown_at = shown_at - %(span)s, claimed_until = clock_timestamp();
        update internal.outbox set next_try_at = clock_timestamp();
    """

    def __init__(self, owner: psycopg.Connection) -> None:
        self._owner = owner

    def passes(self, minutes: int, seconds: int = 0) -> None:
        """So much time; every wait and claim has run out."""
        with self._owner.transaction(), psycopg.ClientCursor(self._owner) as cursor:
            cursor.execute(self._EARLIER, {"span": timedelta(minutes=minutes, seconds=seconds)})


@pytest.fixture
def owner(databases: Databases) -> Iterator[psycopg.Connection]:
    """The warehouse as seen by somebody who may change every row."""
    address = databases.conninfo("reconciliation", SUPERUSER)
    with psycopg.connect(address, autocommit=True) as session:
        yield session


@pytest.fixture
def clock(owner: psycopg.Connection) -> Clock:
    """The clock."""
    return Clock(owner)


def summaries(books: Books) -> list[tuple[int, bool]]:
    """Half hour and finality of each summary, in order."""
    query = "select slot, is_final from reconciliation.incident_summaries order by summary_id"
    return [(row["slot"], row["is_final"]) for row in books.rows(query)]


def superseded(books: Books) -> int:
    """How many messages are not sent because there is a younger one."""
    query = "select count(*) as n from internal.outbox where superseded_at is not null"
    return books.rows(query)[0]["n"]


@pytest.mark.parametrize(
    ("minutes", "seconds", "expected"),
    [
        (29, 50, [(0, False)]),
        (30, 0, [(0, False), (1, False)]),
        (59, 50, [(0, False), (1, False)]),
    ],
)
def test_there_is_one_summary_at_the_opening_and_one_from_each_half_hour_on(
    books: Books, clock: Clock, minutes: int, seconds: int, expected: list[tuple[int, bool]]
) -> None:
    stripe(books, LIMIT + 1)
    write_due()
    clock.passes(minutes, seconds)
    for _ in range(3):
        write_due()

    assert expected == summaries(books)


def test_the_mail_says_what_the_incident_is_about_and_arrives_once(
    books: Books, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    for _ in range(2):
        watch()
        deliver()

    ((recipient, mail),) = post.mails
    lines = mail.get_content().splitlines()
    assert ("finance@example.com", OPENED) == (recipient, mail["Subject"])
    assert "<incident-1@example.com>" == mail["References"]
    assert lines[0].startswith("Stripe: incident 1 (high), open since 20")
    assert "- USD 1,000.01, n/a of the statement gross; above the limit USD 1,000.00; 1 open" in (
        "\n".join(lines)
    )
    assert lines[-3].startswith("Next update: 20")
    assert "(message 2)" == lines[-1]


def test_what_was_done_and_the_ticket_of_the_psp_stand_in_the_next_summary(
    books: Books, clock: Clock, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    acknowledge_alert(1, changed_by="ana@northwind.example", note="ask joao@psp.example")
    acknowledge_alert(1, changed_by="ana", note="they look at it", psp_ticket="STR-77")
    acknowledge_alert(1, changed_by="bo", note="still waiting")
    variables.pause("stripe", reason="totals of another day")
    watch()
    clock.passes(31)
    watch()
    deliver()

    mail = post.mails[-1][1].get_content()
    assert "acknowledged by ana: ask [mail address]" in mail
    assert "acknowledged by ana, PSP ticket STR-77: they look at it" in mail
    assert "acknowledged by bo: still waiting" in mail
    assert "paused the PSP by ana: totals of another day" in mail
    assert "PSP ticket: STR-77" in mail
    assert "northwind" not in mail


def test_a_run_by_hand_is_a_step(books: Books, owner: psycopg.Connection) -> None:
    stripe(books, LIMIT + 1)
    stripe(books, LIMIT + 2)
    books.session.execute(
        "update internal.attempts set requested_by = 'ana', request_note = 'ticket 4711'"
    )
    books.session.commit()
    owner.execute("update internal.runs set trigger = 'manual' where run_number = 2")
    write_due()

    text = books.rows("select text from reconciliation.incident_summaries")[0]["text"]
    assert 1 == text.count("reconciled again by ana: ticket 4711")


def test_the_thread_has_a_summary_every_half_hour_but_not_the_opening_twice(
    books: Books, clock: Clock, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    watch()
    deliver()
    at_the_opening = len(slack.calls)
    clock.passes(30)
    watch()
    deliver()

    words = [text for method, ts, text in slack.calls if method == "chat.postMessage" and ts]
    assert 2 == at_the_opening
    assert 2 == len(words)
    assert words[1].startswith("Stripe: incident 1 (high), open since")
    assert words[1].endswith("(message 4)")
    # The message shows when the next one comes.
    assert "chat.update" == slack.calls[-1][0]


def test_a_webhook_gets_the_summaries_as_plain_posts(
    books: Books,
    clock: Clock,
    variables: Variables,
    slack: FakeSlack,
    post: FakeMail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", slack.connection())
    stripe(books, LIMIT + 1)
    watch()
    clock.passes(30)
    watch()
    deliver()

    assert 2 == len(slack.texts)
    assert slack.texts[1].startswith("Stripe: incident 1 (high), open since")


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


def slack_ok() -> str:
    """What a bot is answered."""
    return '{"ok": true, "channel": "C0PAYMENTS", "ts": "1.0"}'


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


def test_the_end_is_told_once_with_a_final_summary(
    books: Books, clock: Clock, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    watch()
    deliver()
    clock.passes(20)
    stripe(books)
    stripe(books)
    for minutes in (0, 40, 40):
        clock.passes(minutes)
        watch()
        deliver()

    assert [(0, False), (0, True)] == summaries(books)
    assert [OPENED, f"[closed] {NAME}: Stripe, final summary"] == post.subjects
    content = post.mails[1][1].get_content()
    assert "recovered, two complete runs in a row" in content
    assert "This is the last summary." in content
    assert ["- none"] == content.splitlines()[3:4]


def test_an_incident_that_opens_and_closes_between_two_rounds_still_has_its_final_summary(
    books: Books, variables: Variables, slack: FakeSlack, post: FakeMail
) -> None:
    stripe(books, LIMIT + 1)
    resolve_alert(1, changed_by="ana", note="a planted fault")
    write_due()
    deliver()

    assert [(0, True)] == summaries(books)
    assert "resolved by hand by ana: a planted fault" in post.mails[0][1].get_content()


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_silenced_incident_is_not_summarised_until_it_speaks_again(
    books: Books,
    clock: Clock,
    variables: Variables,
    slack: FakeSlack,
    post: FakeMail,
    is_accepted: bool,
) -> None:
    stripe(books, LIMIT + 1)
    watch()
    until = datetime.now(UTC) + timedelta(minutes=60)
    if is_accepted:
        resolve_alert(1, changed_by="ana", note="known", accept_until=until)
    else:
        acknowledge_alert(1, changed_by="ana", note="known", snooze_until=until)
    clock.passes(40)
    watch()
    while_silent = summaries(books)
    clock.passes(50)
    watch()
    deliver()

    assert [(0, False)] == while_silent
    assert [(0, False), (3, False)] == summaries(books)


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


def test_one_incident_that_can_not_be_summarised_does_not_hold_the_others(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe(books, LIMIT + 1)
    books.publish(open_minor={"EUR": LIMIT + 1})
    load_incident = incident_summaries.load_incident

    def fail(cursor: Any, alert_id: int) -> Any:
        if alert_id == 1:
            raise config.ConfigurationError("planted")
        return load_incident(cursor, alert_id)

    monkeypatch.setattr(incident_summaries, "load_incident", fail)
    with pytest.raises(config.ConfigurationError):
        write_due()

    query = "select psp from reconciliation.incident_summaries"
    assert [{"psp": "adyen"}] == books.rows(query)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('mail_to = ["finance"]', "mail_to"),
        ('mail_to = ["a@example.com\\r\\nBcc: b@example.com"]', "mail_to"),
        ('mail_to = ["a@example.com, b@example.com"]', "mail_to"),
        ('mail_to = ["a@example.com", "A@example.com"]', "twice"),
        ('mail_to = "a@example.com"', "list of addresses"),
        ('mail_two = ["a@example.com"]', "unknown keys"),
        ('events_topic = "a topic"', "events_topic"),
    ],
)
def test_a_recipient_or_topic_that_is_none_is_refused_with_its_key(
    tmp_path: Path, table: str, expected: str
) -> None:
    project = (config.PROJECT_ROOT / "include" / "psps.toml").read_text(encoding="utf-8")
    written = tmp_path / "wrong.toml"
    written.write_text(f"{project}\n[notifications]\n{table}\n", encoding="utf-8")

    with pytest.raises(config.ConfigurationError, match=f"notifications.*{expected}"):
        config.load(written)
