"""Mail: one plain text to one recipient, over TLS, by the connection `smtp`.

Its fields are those of Airflow's own SMTP connections: host, port, login, password, and in the
extra `from_email`, `disable_ssl` (then STARTTLS is demanded instead of TLS from the first byte) and
`disable_tls`. Both may be off only on loopback. No secret and no text of a server shows in an
error.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from include.reconciliation.edges.connections import Connection
from include.reconciliation.edges.slack import is_loopback
from include.reconciliation.errors import ConfigurationError, ReconciliationError, Transient
from include.reconciliation.notifications import ADDRESS

CONNECTION_ID = "smtp"
SECONDS = 15
SUBJECT_CHARACTERS_MAX = 200
_TLS_PORT = 465
_STARTTLS_PORT = 587
# The server closes the line, whatever the message.
_GOING_AWAY = 421


class MailUnavailable(Transient):
    """The server can't be reached, or takes nothing from us: no mail would get through now."""


class MailRefused(ReconciliationError):
    """The server does not take this mail, or not for this recipient."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail; `name` is its id, the same however often it is sent, `thread` that of its like."""

    recipient: str
    subject: str
    text: str
    sent_at: datetime
    thread: str
    name: str


def send(target: Connection, letter: Letter) -> None:
    """Hands a mail over to the server.

    Raises MailUnavailable, MailRefused, or ConfigurationError for a connection that can't work.
    After a lost answer the mail may have left all the same; a repeat has the same Message-ID.
    """
    sender = _sender(target)
    message = compose(sender, letter)
    try:
        server = _open(target)
    except smtplib.SMTPAuthenticationError as error:
        raise MailUnavailable(f"the mail server refuses the login ({error.smtp_code})") from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailUnavailable(f"no mail server ({type(error).__name__})") from None
    try:
        server.send_message(message, from_addr=sender, to_addrs=[letter.recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _refusal(code, "does not take the recipient") from None
    except smtplib.SMTPSenderRefused as error:
        raise MailUnavailable(
            f"the mail server does not take the sender ({error.smtp_code})"
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, "does not take the mail") from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailUnavailable(
            f"the mail server left while it was asked ({type(error).__name__})"
        ) from None
    finally:
        # The mail has its answer: how the line is closed says nothing about it.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def compose(sender: str, letter: Letter) -> EmailMessage:
    """The mail as it is sent; no value can end its header and begin another."""
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = _one_line(letter.subject)[:SUBJECT_CHARACTERS_MAX]
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = f"<{letter.name}@{domain}>"
    # Mail readers show the mails of one incident together.
    message["References"] = f"<{letter.thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    return message


def _open(target: Connection) -> smtplib.SMTP:
    is_tls = not target.extra.get("disable_ssl", False)
    is_starttls = not is_tls and not target.extra.get("disable_tls", False)
    if not target.host:
        raise ConfigurationError(f"the connection {target.connection_id!r} names no host")
    if not (is_tls or is_starttls or is_loopback(target.host)):
        raise ConfigurationError(
            f"the connection {target.connection_id!r} has TLS switched off, which only a server on "
            "loopback may have"
        )
    port = target.port or (_TLS_PORT if is_tls else _STARTTLS_PORT)
    if is_tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            target.host, port, timeout=SECONDS, context=_context(target)
        )
    else:
        server = smtplib.SMTP(target.host, port, timeout=SECONDS)
    try:
        if is_starttls:
            server.starttls(context=_context(target))
        server.ehlo_or_helo_if_needed()
        if target.login and target.password:
            server.login(target.login, target.password)
    except BaseException:
        server.close()
        raise
    return server


def _context(target: Connection) -> ssl.SSLContext:
    """Certificates are checked against the system's authorities, or those of `ca_file`."""
    try:
        return ssl.create_default_context(cafile=target.extra.get("ca_file"))
    except (OSError, TypeError):
        raise ConfigurationError(
            f"the connection {target.connection_id!r}: ca_file is no readable file of certificates"
        ) from None


def _sender(target: Connection) -> str:
    sender = target.extra.get("from_email") or target.login or ""
    if not isinstance(sender, str) or not ADDRESS.fullmatch(sender):
        raise ConfigurationError(
            f"the connection {target.connection_id!r} has no sender: put "
            '{"from_email": "reconciliation@example.com"} into its extra'
        )
    return sender


def _refusal(code: int, what: str) -> Exception:
    text = f"the mail server {what} ({code})"
    return MailUnavailable(text) if code == _GOING_AWAY else MailRefused(text)


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)
