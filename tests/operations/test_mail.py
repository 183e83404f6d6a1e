"""What leaves for a mail server, and what its answers mean; without a database."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.reconciliation.edges import mail
from include.reconciliation.edges.connections import connection
from include.reconciliation.errors import ConfigurationError
from tests.operations.fake_mail import FakeMail, running

LETTER = mail.Letter(
    recipient="finance@example.com",
    subject="[high] Adyen",
    text="Divergência: EUR 1,000.01\n.\nQUIT\n",
    sent_at=datetime(2026, 11, 19, 10, 30, tzinfo=UTC),
    thread="incident-12",
    name="incident-12-message-34",
)
OPEN_WIRE = {"disable_ssl": True, "disable_tls": True}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMail]:
    """A mail server that the connection leads to."""
    with running(tmp_path) as server:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP", server.connection())
        yield server


def send(letter: mail.Letter = LETTER) -> None:
    mail.send(connection("smtp"), letter)


def test_a_mail_arrives_with_its_ids_and_its_text_as_it_is(fake: FakeMail) -> None:
    send()

    ((recipient, received),) = fake.mails
    assert "finance@example.com" == recipient
    assert {
        "From": "reconciliation@example.com",
        "To": "finance@example.com",
        "Subject": "[high] Adyen",
        "Date": "Thu, 19 Nov 2026 10:30:00 +0000",
        "Message-ID": "<incident-12-message-34@example.com>",
        "References": "<incident-12@example.com>",
        "Auto-Submitted": "auto-generated",
    } == {name: received[name] for name in received if not name.startswith(("Content", "MIME"))}
    # A line with a dot alone, or a word of the protocol, ends nothing.
    assert LETTER.text == received.get_content().replace("\r\n", "\n")


def test_a_repeat_is_byte_for_byte_the_same_mail(fake: FakeMail) -> None:
    send()
    send()

    first, second = fake.received
    assert first == second


@pytest.mark.parametrize(
    "subject",
    ["Adyen\r\nBcc: m@example.com", "Adyen\nX: y", "Adyen\x00\x0b\x85\u2028Bcc: m@example.com"],
)
def test_no_subject_can_begin_another_header(fake: FakeMail, subject: str) -> None:
    send(replace(LETTER, subject=subject))

    ((_, received),) = fake.mails
    assert None is received["Bcc"]
    assert None is received["X"]
    assert received["Subject"].startswith("Adyen ")


def test_a_long_subject_is_cut(fake: FakeMail) -> None:
    send(replace(LETTER, subject="a" * 5000))

    assert ["a" * 200] == fake.subjects


@pytest.mark.parametrize("is_tls", [True, False])
def test_tls_is_the_default_and_its_certificate_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_tls: bool
) -> None:
    extra = {"disable_ssl": not is_tls, "disable_tls": False}
    with running(tmp_path, is_tls=is_tls) as fake:
        unknown = fake.connection(extra=extra)
        known = fake.connection(
            extra={**extra, "ca_file": str(fake.ca_file)}, login="us", password="canary"
        )
        monkeypatch.setenv("AIRFLOW_CONN_SMTP", unknown)
        with pytest.raises(mail.MailUnavailable, match="SSLCertVerificationError"):
            send()
        monkeypatch.setenv("AIRFLOW_CONN_SMTP", known)
        send()

    assert 1 == len(fake.received)
    assert "AUTH" in fake.commands


def test_a_server_that_offers_no_tls_gets_nothing(
    fake: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    starttls = fake.connection(extra={"disable_tls": False}, login="us", password="canary")
    monkeypatch.setenv("AIRFLOW_CONN_SMTP", starttls)
    fake.answers = {"EHLO": ["250 fake"]}

    with pytest.raises(mail.MailUnavailable, match="SMTPNotSupportedError"):
        send()
    assert ["EHLO"] == fake.commands


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"RCPT": ["550 no canary here"]}, mail.MailRefused),
        ({"RCPT": ["450 later"]}, mail.MailRefused),
        ({"TEXT": ["552 too large"]}, mail.MailRefused),
        ({"TEXT": ["421 going away"]}, mail.MailUnavailable),
        ({"RCPT": ["421 going away"]}, mail.MailUnavailable),
        ({"MAIL": ["550 not you, canary"]}, mail.MailUnavailable),
        ({"MAIL": [None]}, mail.MailUnavailable),
        ({"EHLO": ["554 no"], "HELO": ["554 no"], "MAIL": ["554 no"]}, mail.MailUnavailable),
        ({"TEXT": [None]}, mail.MailUnavailable),
    ],
)
def test_what_an_answer_means_for_the_mail_and_for_the_next_one(
    fake: FakeMail, answers: dict[str, list[str | None]], expected: type[Exception]
) -> None:
    fake.answers = answers

    with pytest.raises(expected) as caught:
        send()
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_an_answer_to_the_farewell_changes_nothing(fake: FakeMail) -> None:
    fake.answers = {"QUIT": [None]}
    send()

    assert 1 == len(fake.received)


def test_a_login_that_is_refused_tells_nothing_of_the_password(
    fake: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMTP", fake.connection(login="us", password="canary"))
    fake.answers = {"AUTH": ["535 not canary"]}

    with pytest.raises(mail.MailUnavailable, match=r"refuses the login \(535\)") as caught:
        send()
    assert "canary" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "mail.example.com", "extra": OPEN_WIRE},
        {"host": "10.0.0.1", "extra": OPEN_WIRE},
        {"host": None},
        {"extra": {"from_email": "a@example.com\r\nBcc: mallory@example.com"}},
        {"extra": {"from_email": None}},
        {"extra": {"disable_ssl": False, "ca_file": "no such file"}},
    ],
)
def test_a_connection_over_an_open_wire_or_without_a_sender_is_refused(
    fake: FakeMail, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMTP", fake.connection(**changes))

    with pytest.raises(ConfigurationError, match="the connection 'smtp'"):
        send()
    assert [] == fake.received


def test_nobody_who_listens_is_no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = FakeMail(port=9, ca_file=Path("none")).connection()
    monkeypatch.setenv("AIRFLOW_CONN_SMTP", nowhere)

    with pytest.raises(mail.MailUnavailable, match="no mail server"):
        send()
