"""What leaves for Slack, and what Slack's answers mean; without a database."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from include.reconciliation.edges import slack
from include.reconciliation.edges.connections import connection
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.lab.fake_slack import Answer, FakeSlack, running


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to."""
    with running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.connection())
        yield server


def test_a_webhook_gets_one_plain_text(fake: FakeSlack) -> None:
    slack.post(connection("slack"), "divergence EUR 1,000.01")

    expected = {
        "text": "divergence EUR 1,000.01",
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    assert [expected] == fake.received
    assert ["/services/T000/B000/canary-secret"] == fake.paths


def test_a_bot_posts_to_its_channel(fake: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = fake.connection(
        password="xoxb-canary-secret",
        extra={"channel": "#payments", "base_url": f"http://127.0.0.1:{fake.port}/api/"},
    )
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", bot)
    fake.answers = [Answer(body='{"ok": true, "ts": "1.2"}')]
    slack.post(connection("slack"), "text")

    assert ["#payments"] == [body["channel"] for body in fake.received]
    assert ["/api/chat.postMessage"] == fake.paths
    assert ["Bearer xoxb-canary-secret"] == fake.authorizations


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"ok": false, "error": "channel_not_found"}', slack.SlackRefused),
        ('{"ok": false, "error": "ratelimited"}', slack.SlackUnavailable),
        ("<html>maintenance</html>", slack.SlackUnavailable),
        ("[]", slack.SlackUnavailable),
    ],
)
def test_a_bot_is_not_deceived_by_status_200(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch, body: str, expected: type[Exception]
) -> None:
    bot = fake.connection(
        password="xoxb-canary-secret",
        extra={"channel": "#payments", "base_url": f"http://127.0.0.1:{fake.port}/api/"},
    )
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", bot)
    fake.answers = [Answer(body=body)]

    with pytest.raises(expected):
        slack.post(connection("slack"), "text")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!channel> a & b", "&lt;!channel&gt; a &amp; b"),
        ("<https://evil.example|report>", "&lt;https://evil.example|report&gt;"),
        ("one\u202etwo\x00\x1b[31m\r", "onetwo[31m"),
        ("a" * 4000, "a" * 2999 + "…"),
        ("linha ção ¥\nnext", "linha ção ¥\nnext"),
    ],
)
def test_markup_in_a_text_has_no_effect(text: str, expected: str) -> None:
    assert expected == slack.plain(text)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(500, "oops"), slack.SlackUnavailable),
        (Answer(503), slack.SlackUnavailable),
        (Answer(429), slack.SlackUnavailable),
        (Answer(400, "invalid_payload"), slack.SlackRefused),
        (Answer(404, "no_service"), slack.SlackRefused),
        (Answer(302, "", (("Location", "http://127.0.0.1:9/"),)), slack.SlackRefused),
        (Answer(204, ""), slack.SlackRefused),
    ],
)
def test_no_other_answer_than_200_is_a_delivery(
    fake: FakeSlack, answer: Answer, expected: type[Exception]
) -> None:
    fake.answers = [answer]

    with pytest.raises(expected) as caught:
        slack.post(connection("slack"), "text")

    assert "canary" not in str(caught.value)
    assert 1 == len(fake.received)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("864000", timedelta(minutes=5)),
        ("9" * 30, timedelta(minutes=5)),
        (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), timedelta(0)),
        (format_datetime(datetime(2090, 1, 1, tzinfo=UTC), usegmt=True), timedelta(minutes=5)),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_honoured_up_to_five_minutes(
    fake: FakeSlack, header: str, expected: timedelta | None
) -> None:
    fake.answers = [Answer(429, "", (("Retry-After", header),))]

    with pytest.raises(slack.SlackUnavailable) as caught:
        slack.post(connection("slack"), "text")

    assert expected == caught.value.retry_after


def test_a_slack_that_does_not_answer_is_left_alone_in_time(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "READ_SECONDS", 0.2)
    fake.answers = [Answer(after_seconds=1)]

    with pytest.raises(slack.SlackUnavailable, match=r"no answer from Slack \(ReadTimeout\)"):
        slack.post(connection("slack"), "text")


def test_a_refused_connection_tells_nothing_of_the_webhook(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", fake.connection(host="http://127.0.0.1:9/services"))

    with pytest.raises(slack.SlackUnavailable) as caught:
        slack.post(connection("slack"), "text")

    assert "no answer from Slack (ConnectionError)" == str(caught.value)
    # Nor does the traceback that a log would show.
    assert "canary" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "http://hooks.slack.example/services"},
        {"password": "http://hooks.slack.example/services/T/B/canary"},
        {"password": "ftp://127.0.0.1/canary"},
        {"password": "xoxb-canary"},
        {"password": "xoxb-canary", "extra": {"channel": "#a", "base_url": "http://10.0.0.1/"}},
    ],
)
def test_a_connection_over_an_open_wire_or_without_a_channel_is_refused(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", fake.connection(**changes))

    with pytest.raises(ConfigurationError) as caught:
        slack.post(connection("slack"), "text")

    assert "canary" not in str(caught.value)
    assert [] == fake.received
