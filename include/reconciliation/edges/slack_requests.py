"""A request from Slack: its signature over the bytes as they came, who sent it, and only once.

The signing secret is the password of the connection `slack_signing`. What `read_signed` and `admit`
let through is signed by Slack, no older than five minutes, never seen before, and kept.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.signature import Clock, SignatureVerifier

from include.reconciliation import slack_people
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.connections import connection
from include.reconciliation.errors import ConfigurationError, ReconciliationError
from include.reconciliation.outside_text import printable
from include.reconciliation.slack_people import Person

CONNECTION_ID = "slack_signing"
DONE, TOLD, REFUSED = "done", "told", "refused"
# Slack's are 32 characters. A shorter one is a word that stands in the place of a secret.
_SECRET_CHARACTERS_MIN = 32
_TIMESTAMP = re.compile(r"[0-9]{10,11}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_ID = re.compile(r"[A-Z0-9]{3,40}", re.ASCII)
_FIELDS_MAX = 50
_ASKED_CHARACTERS_MAX = 500

logger = logging.getLogger(__name__)


class Rejected(ReconciliationError):
    """A request that nobody is known to have sent, or that is no request: an HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class TooLate(ReconciliationError):
    """The time in which somebody waits for the answer is over, before anything was changed."""


class Turn:
    """The one chance of a request to change something: before its time is over, or never.

    Whoever answers at the end of the time learns from `close` whether a change had begun; after
    that none begins.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._has_begun = self._is_closed = False

    def seconds_left(self) -> float:
        """How long the sender still waits; 0 when that is over."""
        return max(0.0, self._until - time.monotonic())

    def milliseconds_left(self) -> int:
        """The same for a server's limit; TooLate when it is over."""
        if not self.seconds_left():
            raise TooLate("the time to answer is over")
        return max(1, round(self.seconds_left() * 1000))

    def begin(self) -> None:
        """Call it right before a change; TooLate when the time is over."""
        with self._lock:
            if self._is_closed or not self.seconds_left():
                raise TooLate("the time to answer is over")
            self._has_begun = True

    def close(self) -> bool:
        """Whether a change has begun; from now on none can."""
        with self._lock:
            self._is_closed = True
            return self._has_begun


@dataclass(frozen=True, slots=True)
class Signed:
    """What Slack signed: a form, and in `payload` the JSON that an interaction carries in it."""

    team: str
    user_id: str
    sent_at: datetime
    signature: str
    fields: Mapping[str, str]
    payload: Mapping[str, Any] | None

    def asked(self) -> str:
        """What to keep of it: the command's text, or which actions were chosen."""
        if self.payload is None:
            text = f"{self.fields.get('command', '')} {self.fields.get('text', '')}"
        else:
            text = json.dumps(self.payload.get("actions", []))
        return printable(" ".join(text.split()))[:_ASKED_CHARACTERS_MAX]


@dataclass(frozen=True, slots=True)
class SlackRequest:
    """A request that may be answered: signed, seen for the first time, from a person we know."""

    request_id: int
    signed: Signed
    person: Person
    turn: Turn


def read_signed(headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
    """What Slack signed; Rejected for everything else. Header names come in lower case.

    Raises ConfigurationError when there is no secret to check it with.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        raise Rejected(401, "it has no signature and time of Slack's")
    if not _is_valid(_signing_secret(), timestamp, signature, body, now):
        raise Rejected(401, "its signature or its time is not right")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_FIELDS_MAX,
        )
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise ValueError("a field comes twice")
        payload = _payload(fields["payload"]) if "payload" in fields else None
        team = fields["team_id"] if payload is None else payload["team"]["id"]
        user_id = fields["user_id"] if payload is None else payload["user"]["id"]
        if not _ID.fullmatch(team) or not _ID.fullmatch(user_id):
            raise ValueError("an id is not one of Slack's")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Rejected(400, "it is not a form that Slack sends") from None
    sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    return Signed(team, user_id, sent_at, signature, fields, payload)


def admit(signed: Signed, turn: Turn) -> SlackRequest | str:
    """The request, kept from now on, or what to answer to somebody who may ask for nothing.

    Raises Rejected for a copy of a request, ConfigurationError for a list of people that is wrong,
    and psycopg's errors when the warehouse can't tell whether it is a copy.
    """
    person = slack_people.load().find(signed.team, signed.user_id)
    with warehouse.hasty_transaction(turn.milliseconds_left()) as cursor:
        values = {
            "team": signed.team,
            "sent_at": signed.sent_at,
            "signature": signed.signature,
            "user_id": signed.user_id,
            "user_name": None if person is None else person.name,
            "asked": signed.asked(),
        }
        row = warehouse.run(cursor, "slack/remember_request", values).fetchone()
        if row is None:
            raise Rejected(409, "it has come before")
        warehouse.run(cursor, "slack/forget_requests")
        if person is not None:
            return SlackRequest(row["request_id"], signed, person, turn)
        answer = (
            f"Refused, and nothing was done: nobody here is known as {signed.user_id} of "
            f"{signed.team}. Whoever runs the reconciliation lists people in slack.toml."
        )
        keep_answer(cursor, row["request_id"], REFUSED, answer)
    logger.warning("request %s: %s", row["request_id"], answer)
    return answer


def keep_answer(cursor: warehouse.Cursor, request_id: int, outcome: str, answer: str) -> None:
    """Writes down what a request was answered: done, told or refused."""
    values = {"request_id": request_id, "outcome": outcome, "answer": answer}
    warehouse.run(cursor, "slack/keep_answer", values)


def _signing_secret() -> str:
    secret = connection(CONNECTION_ID).password or ""
    if len(secret) < _SECRET_CHARACTERS_MIN:
        raise ConfigurationError(
            f"the connection {CONNECTION_ID!r} has no signing secret of Slack's as its password"
        )
    return secret


def _is_valid(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    class Now(Clock):
        def now(self) -> float:
            return now.timestamp()

    try:
        # It refuses what is more than five minutes away, and compares in constant time.
        return SignatureVerifier(secret, Now()).is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False


def _payload(text: str) -> Mapping[str, Any]:
    payload = json.loads(text)
    if not isinstance(payload, dict):
        raise ValueError("it is not a JSON object")
    return payload
