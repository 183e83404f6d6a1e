"""The door: what Slack has not signed, or has signed before, reaches and changes nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from include.reconciliation.edges import slack_guard
from include.reconciliation.errors import ConfigurationError
from tests.slack.conftest import (
    COMMANDS,
    SECRET,
    Airflow,
    Slack,
    form,
    pauses,
    requests,
    signature,
    signed_headers,
)

PAUSE = "reconciliation pause adyen r"
Headers = dict[str, str]


def without(name: str) -> Callable[[Headers, bytes], Any]:
    return lambda headers, body: ({k: v for k, v in headers.items() if k != name}, body)


def with_header(name: str, value: Any) -> Callable[[Headers, bytes], Any]:
    return lambda headers, body: (
        headers | {name: value(headers[name]) if callable(value) else value},
        body,
    )


FORGED = {
    "no signature": (without("X-Slack-Signature"), 401),
    "no time": (without("X-Slack-Request-Timestamp"), 401),
    "an empty signature": (with_header("X-Slack-Signature", ""), 401),
    "another secret": (lambda _, body: (signed_headers(body, secret="x" * 32), body), 401),
    "the signature in capital letters": (with_header("X-Slack-Signature", str.upper), 401),
    "half of the signature": (with_header("X-Slack-Signature", lambda found: found[:35]), 401),
    "another version": (
        with_header("X-Slack-Signature", lambda found: "v1" + found.removeprefix("v0")),
        401,
    ),
    "letters that are not ASCII": (
        with_header("X-Slack-Signature", lambda found: found[:-1].encode() + b"\xe9"),
        401,
    ),
    "a body that was encoded again": (
        lambda headers, body: (headers, body.replace(b"+", b"%20")),
        401,
    ),
    "a body with one more field": (lambda headers, body: (headers, body + b"&x=1"), 401),
    "a body with another PSP": (
        lambda headers, body: (headers, body.replace(b"adyen", b"stripe")),
        401,
    ),
    "a time in words": (with_header("X-Slack-Request-Timestamp", "now"), 401),
    "a time with a sign": (with_header("X-Slack-Request-Timestamp", "+".__add__), 401),
    "a time in other digits": (
        with_header("X-Slack-Request-Timestamp", "١٧٩٥١٦٩٦٠٠".encode()),
        401,
    ),
    "one second later than signed": (
        with_header("X-Slack-Request-Timestamp", lambda found: str(int(found) + 1)),
        401,
    ),
    "JSON": (with_header("Content-Type", "application/json"), 415),
    "no content type": (without("Content-Type"), 415),
    "a zipped body": (with_header("Content-Encoding", "gzip"), 415),
    "a declared length of a gigabyte": (with_header("Content-Length", "1000000000"), 413),
}


@pytest.mark.parametrize(("forge", "status"), FORGED.values(), ids=FORGED)
def test_what_slack_has_not_signed_is_refused_and_changes_nothing(
    slack: Slack, airflow: Airflow, books, forge: Callable[[Headers, bytes], Any], status: int
) -> None:
    body = form(PAUSE)
    headers, sent = forge(signed_headers(body), body)
    answer = slack.post(sent, headers)

    assert status == answer.status_code, answer.text
    assert None is airflow.pause()
    assert ([], []) == (pauses(books), requests(books))


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-298, 200), (298, 200), (302, 401)])
def test_a_request_is_taken_for_five_minutes_by_either_clock(
    slack: Slack, books, seconds: int, status: int
) -> None:
    """Two seconds of grace: the clock goes on while the test does."""
    body = form(PAUSE)
    answer = slack.post(body, signed_headers(body, seconds_off=seconds))

    assert status == answer.status_code, answer.text
    assert (status == 200) == bool(pauses(books))


def test_names_of_headers_may_be_written_in_any_case(slack: Slack) -> None:
    body = form("reconciliation status adyen")
    headers = {name.upper(): value for name, value in signed_headers(body).items()}

    assert 200 == slack.post(body, headers).status_code


def test_a_copy_of_a_request_is_refused(slack: Slack, airflow: Airflow, books) -> None:
    """Somebody who has recorded the pause sends it again after the resume."""
    body = form(PAUSE)
    headers = signed_headers(body)
    first = slack.post(body, headers)
    slack.command("reconciliation resume adyen")
    copy = slack.post(body, headers)

    assert (200, 409) == (first.status_code, copy.status_code)
    assert {"detail": "refused: it has come before"} == copy.json()
    assert None is airflow.pause()
    assert ["paused", "resumed"] == [row[0] for row in pauses(books)]


def test_of_eight_copies_at_once_one_is_carried_out(slack: Slack, books) -> None:
    body = form(PAUSE)
    headers = signed_headers(body)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(slack.post(body, headers).status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [200, *[409] * 7] == sorted(statuses)
    assert 1 == len(pauses(books)) == len(requests(books))


def test_a_signature_or_a_time_that_comes_twice_is_refused(slack: Slack, books) -> None:
    body = form(PAUSE)
    headers = signed_headers(body)
    for name in ("X-Slack-Signature", "X-Slack-Request-Timestamp"):
        answer = slack.post(body, [*headers.items(), (name, headers[name])])  # type: ignore[arg-type]

        assert 401 == answer.status_code
    assert [] == requests(books)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_taken_even_with_a_signature(slack: Slack, method: str) -> None:
    answer = slack.api.request(method, COMMANDS, headers=signed_headers(b""))

    assert 405 == answer.status_code


@pytest.mark.parametrize("path", ["", "/", "/commands/", "/docs", "/openapi.json", "/new"])
def test_nothing_else_is_there_and_nobody_is_sent_elsewhere(slack: Slack, path: str) -> None:
    url = "/slack/reconciliation" + path
    body = form(PAUSE)
    signed = slack.api.post(url, content=body, headers=signed_headers(body))
    anonymous = slack.api.get(url)

    # Without any path Airflow itself answers: it shows its own pages under every other address.
    expected = {401} if path else {200, 307, 404}
    assert anonymous.status_code in expected
    assert signed.status_code in ({404} if path else {404, 405, 307})


def test_a_body_without_a_length_ends_at_the_limit(slack: Slack, books) -> None:
    def parts() -> Any:
        for _ in range(slack_guard.BODY_BYTES_MAX // 1000 + 1):
            yield b"x" * 1000

    answer = slack.api.post(COMMANDS, content=parts(), headers=signed_headers(b""))

    assert 413 == answer.status_code
    assert [] == requests(books)


@pytest.mark.parametrize(
    "body",
    {
        "nothing": b"",
        "no form": b"reconciliation",
        "no user": b"team_id=T0NORTHWIND&command=x",
        "a user twice": b"team_id=T0NORTHWIND&user_id=U0BRUNO&user_id=U0ANA",
        "half a character": b"team_id=T0NORTHWIND&user_id=U0ANA&text=%ED%A0%80",
        "bytes that are no ASCII": b"team_id=T0NORTHWIND&user_id=U0ANA&text=\xe9",
        "NUL in an id": b"team_id=T0NORTHWIND&user_id=U0%00ANA",
        "sixty fields": b"&".join(b"f%d=x" % number for number in range(60)),
        "a payload that is no JSON": b"payload=x",
        "a payload that is a list": b"payload=[]",
        "a payload without an end": b"payload=" + b"[" * 50_000,
        "a payload whose user is a number": (
            b'payload={"team":{"id":"T0NORTHWIND"},"user":{"id":1}}'
        ),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_signed_body_that_is_no_form_of_slacks_is_refused(
    slack: Slack, books, body: tuple[str, bytes]
) -> None:
    answer = slack.post(body[1], signed_headers(body[1]) if body[1].isascii() else latin(body[1]))

    # The signature is one over text: bytes that are none can't have it.
    assert (400 if body[1].isascii() else 401) == answer.status_code
    assert [] == requests(books)


def latin(body: bytes) -> Headers:
    """Headers over bytes that are no UTF-8."""
    return signed_headers(b"") | {
        "X-Slack-Signature": signature(body, str(int(time.time()))),
    }


@pytest.mark.parametrize(
    "connection", [None, "", "{}", "not JSON", '{"password": ""}', '{"password": "none"}']
)
def test_without_a_signing_secret_everything_is_refused(
    slack: Slack,
    airflow: Airflow,
    books,
    monkeypatch: pytest.MonkeyPatch,
    connection: str | None,
) -> None:
    """What is signed with the word that stands in its place is refused, too."""
    if connection is None:
        monkeypatch.delenv("AIRFLOW_CONN_SLACK_SIGNING")
    else:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_SIGNING", connection)
    body = form(PAUSE)
    for secret in (SECRET, "none", ""):
        answer = slack.post(body, signed_headers(body, secret=secret))

        assert 503 == answer.status_code
        assert {"detail": "refused: commands from Slack are not set up"} == answer.json()
    assert None is airflow.pause()
    assert [] == requests(books)


def test_a_list_of_people_that_is_wrong_lets_nobody_in(
    slack: Slack, airflow: Airflow, people
) -> None:
    people.write_text(people.read_text().replace("operator", "king"))
    body = form(PAUSE)

    assert 503 == slack.post(body, signed_headers(body)).status_code
    assert None is airflow.pause()


def test_the_secret_and_the_signature_are_in_no_answer_and_no_log(
    slack: Slack, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = form(PAUSE)
    headers = signed_headers(body)
    answers = [
        slack.post(sent, headers).text for sent in (body, body, body + b"x", b"", body)
    ]
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_SIGNING", json.dumps({"password": SECRET[:20]}))
    answers.append(slack.post(body, headers).text)

    for text in (*answers, caplog.text):
        assert SECRET[:20] not in text
        assert headers["X-Slack-Signature"] not in text
    assert ConfigurationError.__name__ not in "".join(answers)


def test_requests_are_only_added_and_go_when_they_are_old(
    slack: Slack, books, databases, administrator
) -> None:
    import psycopg

    slack.command("reconciliation status adyen")
    for forbidden in (
        "delete from internal.slack_requests",
        "update internal.slack_requests set signature = 'x'",
        "truncate internal.slack_requests cascade",
        "update internal.slack_answers set answer = 'x'",
        "delete from internal.slack_answers",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            books.execute(forbidden)
    books.execute(
        """
        insert into internal.slack_requests
            (team, sent_at, signature, user_id, asked, received_at)
        values
            ('T', now(), 'old', 'U', 'long ago', clock_timestamp() - interval '91 days'),
            ('T', now(), 'kept', 'U', 'a while ago', clock_timestamp() - interval '89 days')
        """
    )
    slack.command("reconciliation status adyen")

    asked = [row[1] for row in requests(books)]
    status = "/billing-gateway reconciliation status adyen"
    assert [status, "a while ago", status] == asked
