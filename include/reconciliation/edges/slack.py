"""Slack: messages to one channel, by an incoming webhook or by a bot's token.

The connection `slack` decides: a password that begins with "xox" is a bot's token (the channel is
in `extra`), anything else belongs to a webhook, which can only post. Neither ever shows in an error
or a log.
"""

from __future__ import annotations

import json
import os
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

from include.reconciliation.edges.connections import Connection
from include.reconciliation.errors import ConfigurationError, ReconciliationError, Transient

CONNECTION_ID = "slack"
CONNECT_SECONDS = 5
READ_SECONDS = 10
# Slack asks for a few seconds; whoever asks for hours would silence the alerts.
RETRY_AFTER_MAX = timedelta(minutes=5)
TEXT_CHARACTERS_MAX = 3000
# A bot's answer repeats the message, blocks and all.
_ANSWER_BYTES_MAX = 500_000
_ANSWER_SECONDS = 15
# Nobody is mentioned and nothing is looked up, whatever a text says.
_QUIET = {"mrkdwn": False, "link_names": False, "unfurl_links": False, "unfurl_media": False}


class SlackUnavailable(Transient):
    """Slack can't be reached, fails, or asks to wait: no message would get through now."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SlackRefused(ReconciliationError):
    """Slack answered that it does not take this message; `code` is its word for why."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message of a bot is, in Slack's own words: the channel's id and the message's ts."""

    channel_id: str
    ts: str


def post(target: Connection, text: str) -> None:
    """Posts a text as it is: no markup in it has any effect.

    Raises SlackUnavailable, SlackRefused, or ConfigurationError for a connection that can't work.
    After a lost answer the message may have arrived all the same.
    """
    body = {**_QUIET, "text": plain(text)}
    if is_bot(target):
        _call(target, "chat.postMessage", {**body, "channel": channel(target)})
    else:
        _exchange(_webhook(target), {}, body)


def post_card(target: Connection, text: str, blocks: list[dict[str, Any]]) -> Place:
    """Posts a message of blocks; `text` stands for it in a notification. Raises as `post` does."""
    body = {**_QUIET, "channel": channel(target), "text": plain(text), "blocks": blocks}
    answer = _call(target, "chat.postMessage", body)
    try:
        return Place(str(answer["channel"]), str(answer["ts"]))
    except KeyError:
        raise SlackUnavailable("Slack's answer does not say where the message is") from None


def update_card(
    target: Connection, place: Place, text: str, blocks: list[dict[str, Any]]
) -> None:
    """Shows other blocks in a message that is there. Raises as `post` does."""
    body = {"channel": place.channel_id, "ts": place.ts, "text": plain(text), "blocks": blocks}
    _call(target, "chat.update", {**body, "link_names": False})


def reply(target: Connection, place: Place, text: str) -> None:
    """Posts a text into the thread under a message, and there alone. Raises as `post` does."""
    body = {"channel": place.channel_id, "thread_ts": place.ts, "reply_broadcast": False}
    _call(target, "chat.postMessage", {**_QUIET, **body, "text": plain(text)})


def is_bot(target: Connection) -> bool:
    """Whether the connection is a bot's, which can edit its messages and post into threads."""
    return (target.password or "").startswith("xox")


def channel(target: Connection) -> str:
    """The channel that a bot posts to; ConfigurationError when the connection names none."""
    named = target.extra.get("channel")
    if not named:
        raise ConfigurationError(
            f"the connection {target.connection_id!r} has a bot's token, "
            'and no channel: put {"channel": "#payments"} into its extra'
        )
    return str(named)


def _call(target: Connection, method: str, body: dict[str, Any]) -> dict[str, Any]:
    """Calls one method of Slack's Web API with the bot's token."""
    base = str(target.extra.get("base_url") or "https://slack.com/api/").rstrip("/")
    url = _checked(target, f"{base}/{method}")
    return _accepted(*_exchange(url, {"Authorization": f"Bearer {target.password}"}, body))


def _exchange(
    url: str, headers: dict[str, str], body: dict[str, Any]
) -> tuple[requests.Response, bytes]:
    try:
        with requests.post(
            url,
            json=body,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = _answer(response)
    except requests.RequestException as error:
        # The text of the error holds the address, which is the secret of a webhook.
        raise SlackUnavailable(f"no answer from Slack ({type(error).__name__})") from None
    _refuse_status(response, answer)
    return response, answer


def plain(text: str) -> str:
    """The text with Slack's three markup characters escaped and unprintable ones gone."""
    printable = "".join(
        character
        for character in text
        if character == "\n" or not unicodedata.category(character).startswith("C")
    )
    if len(printable) > TEXT_CHARACTERS_MAX:
        printable = printable[: TEXT_CHARACTERS_MAX - 1] + "…"
    return printable.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link() -> str | None:
    """Where Airflow shows the reconciliation, when its address is set."""
    base = os.environ.get("AIRFLOW__API__BASE_URL")
    return f"{base.rstrip('/')}/dags/billing_gateway_reconciliation" if base else None


def _webhook(target: Connection) -> str:
    secret = target.password or ""
    host = (target.host or "https://hooks.slack.com/services").rstrip("/")
    url = secret if "://" in secret else f"{host}/{secret.lstrip('/')}".rstrip("/")
    return _checked(target, url)


def _checked(target: Connection, url: str) -> str:
    """Refuses an address that would carry the alerts, or the token, over an open wire."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return url
    raise ConfigurationError(
        f"the connection {target.connection_id!r} must lead to an address with https://"
    )


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine, so that what is sent there passes no wire."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _answer(response: requests.Response) -> bytes:
    """The beginning of the answer, for as long as it may take."""
    until = time.monotonic() + _ANSWER_SECONDS
    received = b""
    for part in response.iter_content(1024):
        received += part
        if len(received) >= _ANSWER_BYTES_MAX or time.monotonic() > until:
            break
    return received[:_ANSWER_BYTES_MAX]


def _refuse_status(response: requests.Response, answer: bytes) -> None:
    status = response.status_code
    if status == 429:
        raise SlackUnavailable("Slack asks to wait (429)", _retry_after(response))
    if status >= 500:
        raise SlackUnavailable(f"Slack answers {status}")
    if status != 200:
        raise SlackRefused(f"Slack answers {status}: {_word(answer)}")


def _accepted(response: requests.Response, answer: bytes) -> dict[str, Any]:
    """The answer of the Web API, which refuses with status 200 too."""
    try:
        document: dict[str, Any] = json.loads(answer)
        is_accepted, reason = document["ok"] is True, _word(str(document.get("error", "")).encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SlackUnavailable("Slack's answer is not the JSON that it documents") from None
    if reason in ("ratelimited", "internal_error", "fatal_error", "service_unavailable"):
        raise SlackUnavailable(f"Slack answers {reason}", _retry_after(response))
    if not is_accepted:
        raise SlackRefused(f"Slack answers: {reason}", reason)
    return document


def _retry_after(response: requests.Response) -> timedelta | None:
    """How long Slack asks to wait, between nothing and five minutes; None when it is unreadable."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        asked = timedelta(seconds=int(text[:9]))
    else:
        try:
            asked = parsedate_to_datetime(text) - datetime.now(UTC)
        except (TypeError, ValueError):
            return None
    return min(max(asked, timedelta(0)), RETRY_AFTER_MAX)


def _word(answer: bytes) -> str:
    """The error code that a webhook answers with, such as `invalid_payload`."""
    text = answer.decode("utf-8", "replace")
    return "".join(c for c in text if c.isalnum() or c in "_- ")[:60]
