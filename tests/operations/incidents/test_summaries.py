"""The summary of an incident: one per half hour of the database's clock, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.errors import RequestError
from include.reconciliation.lab.fake_slack import FakeSlack
from include.reconciliation.steps import incident_summaries
from include.reconciliation.steps.alert_life import acknowledge_alert, resolve_alert
from include.reconciliation.steps.deliver_alerts import deliver, watch
from include.reconciliation.steps.incident_summaries import write_due
from tests.operations.conftest import Books, Variables
from tests.operations.fake_mail import FakeMail
from tests.operations.incidents.conftest import LIMIT, NAME, OPENED, Clock, stripe, summaries

pytestmark = pytest.mark.usefixtures("recipients")


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


@pytest.mark.parametrize(
    "ticket", ["", " STR-77", "=cmd()", "<b>77</b>", "STR\r\n77", "STR-77\n", "ção", "x" * 65]
)
def test_a_ticket_that_is_no_number_is_refused_and_nothing_is_acknowledged(
    books: Books, ticket: str
) -> None:
    stripe(books, LIMIT + 1)

    with pytest.raises(RequestError, match="psp_ticket: expected up to 64"):
        acknowledge_alert(1, changed_by="ana", note="asked them", psp_ticket=ticket)
    query = "select life, psp_ticket from reconciliation.alerts"
    assert [{"life": "open", "psp_ticket": None}] == books.rows(query)


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
    for exposure_minor in (LIMIT + 1, 0, 0):
        stripe(books, exposure_minor)
    write_due()
    deliver()

    assert [(0, True)] == summaries(books)
    assert "recovered, two complete runs in a row" in post.mails[0][1].get_content()


def test_an_incident_is_closed_by_its_recovery_and_by_nobody(
    books: Books, variables: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe(books, LIMIT + 1)
    with pytest.raises(RequestError) as refused:
        resolve_alert(1, changed_by="ana", note="a planted fault")
    after_refusal = books.alerts()
    # A PSP that is gone from the configuration makes no more cycles.
    stripe_is_gone = replace(config.load(), psps=(config.load().psp("adyen"),))
    with config.using(stripe_is_gone):
        resolve_alert(1, changed_by="ana", note="the contract has ended")

    assert [("open", ["divergence"])] == after_refusal
    assert (
        "alert 1 is the incident of stripe: nobody closes it, two good cycles of every account do "
        "(docs/alerts.md); acknowledge it, or give accept_until"
    ) == str(refused.value)
    assert [("closed", ["divergence"])] == books.alerts()
    assert [{"note": "the contract has ended"}] == books.rows(
        "select note from reconciliation.alert_changes where changed_by = 'ana'"
    )


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
