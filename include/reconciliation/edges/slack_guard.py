"""The door of the app that Slack writes to: nothing reaches a route that Slack has not signed.

An ASGI middleware around the whole app, since Airflow's login does not cover a plugin's app and
Slack can't log in. It answers within Slack's three seconds, whatever hangs.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from include.reconciliation.edges import slack, slack_requests
from include.reconciliation.edges.slack_requests import Rejected, Signed, SlackRequest, Turn
from include.reconciliation.errors import ConfigurationError

# The request in the scope of a route.
REQUEST = "slack_request"
BODY_BYTES_MAX = 100_000
FORM = "application/x-www-form-urlencoded"
# Slack waits 3 s. At 2.5 s the last change has begun, at 2.8 s the answer is on its way.
TURN_SECONDS = 2.5
LAST_SECONDS = 0.3
BODY_SECONDS = 1.0
_SIGNED_HEADERS = (b"x-slack-request-timestamp", b"x-slack-signature")
Result = TypeVar("Result")
NOT_DONE = (
    "Nothing was done: Airflow or the warehouse did not answer in time. Try again; if it lasts, "
    "set the Variable in Airflow."
)
CAN_NOT_TELL = (
    "Can't tell whether it was done: Airflow or the warehouse did not answer in time. Ask for the "
    "status."
)

logger = logging.getLogger(__name__)


class SlackGuard:
    """Puts a SlackRequest into the scope of what it lets through, and answers all else itself."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Refuses with a status what is not from Slack, with a sentence what is from a stranger."""
        if scope["type"] != "http":
            # A web socket, which Slack never opens; Starlette answers 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        turn = Turn(TURN_SECONDS)
        try:
            headers = _headers(scope)
            body = await asyncio.wait_for(_body(receive), BODY_SECONDS)
            found = await _admit(headers, body, turn)
        except Rejected as rejected:
            logger.warning("a request to the app for Slack is refused: %s", rejected)
            await _send(send, rejected.status, {"detail": f"refused: {rejected}"})
            return
        except TimeoutError:
            await _send(send, 408, {"detail": "refused: the request does not come to its end"})
            return
        except ConfigurationError as error:
            logger.error("requests from Slack are refused: %s", error)
            await _send(send, 503, {"detail": "refused: commands from Slack are not set up"})
            return
        if isinstance(found, str):
            await _send(send, 200, ephemeral(found))
            return
        await self.app({**scope, REQUEST: found}, receive, send)


async def in_time(request: SlackRequest, work: Callable[[SlackRequest], str]) -> dict[str, Any]:
    """What `work` answers from a thread, for Slack; on an error or too late, an honest sentence."""
    try:
        answer = await _in_thread(partial(work, request), request.turn)
    except Exception:
        logger.exception("request %s could not be carried out", request.request_id)
        answer = CAN_NOT_TELL if request.turn.close() else NOT_DONE
    return ephemeral(answer)


def ephemeral(text: str) -> dict[str, Any]:
    """A message that only the sender sees, in which no markup works and nobody is mentioned."""
    return {
        "response_type": "ephemeral",
        "text": slack.plain(text),
        "mrkdwn": False,
        "link_names": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


async def _admit(headers: dict[str, str], body: bytes, turn: Turn) -> SlackRequest | str:
    """The request, or the sentence for somebody whose request is signed, and stops here."""
    read = partial(slack_requests.read_signed, headers, body, datetime.now(UTC))
    try:
        signed: Signed = await _in_thread(read, turn)
    except TimeoutError:
        raise ConfigurationError("the signing secret could not be read in time") from None
    try:
        return await _in_thread(partial(slack_requests.admit, signed, turn), turn)
    except (Rejected, ConfigurationError):
        raise
    except Exception:
        # Without the list of what has come, a copy can't be told from the first one.
        logger.exception("a request from Slack is refused: it may have come before")
        return NOT_DONE


async def _in_thread(work: Callable[[], Result], turn: Turn) -> Result:
    seconds = turn.seconds_left() + LAST_SECONDS
    return await asyncio.wait_for(asyncio.to_thread(work), seconds)


def _headers(scope: Any) -> dict[str, str]:
    """The headers in lower case; Rejected for what can't be a command from Slack."""
    names = [name for name, _ in scope["headers"]]
    if any(names.count(name) != 1 for name in _SIGNED_HEADERS):
        raise Rejected(401, "it has no signature and time of Slack's")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["method"] != "POST":
        raise Rejected(405, "only POST is taken")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM or "content-encoding" in headers:
        raise Rejected(415, f"only {FORM} is taken")
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length[:12]) > BODY_BYTES_MAX:
        raise Rejected(413, f"only {BODY_BYTES_MAX} bytes are taken")
    return headers


async def _body(receive: Any) -> bytes:
    """The bytes as they came, since these are what is signed."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Rejected(400, "the sender went away")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            raise Rejected(413, f"only {BODY_BYTES_MAX} bytes are taken")
        if not message.get("more_body"):
            return body


async def _send(send: Any, status: int, answer: dict[str, Any]) -> None:
    content = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
