"""Refuses a trigger that no run can be made of: HTTP 400.

Airflow checks each field that a DAG declares by itself, and lets all others pass. This looks at the
two routes by which people start runs, before Airflow does; `bin/airflow` does the same for the
command line, and `choose_accounts` for the ways past them.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from include.reconciliation.errors import RequestError
from include.reconciliation.trigger_form import DAG_ID, refuse, refuse_future

TRIGGER = re.compile(rf"/api/v2/dags/{DAG_ID}/dagRuns/?$")
BACKFILL = re.compile(r"/api/v2/backfills(/dry_run)?/?$")
# A form is a few hundred bytes. A body that is longer than this is Airflow's to refuse or take.
BODY_BYTES_MAX = 1_000_000


class RefuseBadRequests:
    """ASGI middleware: reads the body of a request that starts a run, and hands it on unchanged."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers 400 to what can't be; everything else goes to Airflow as it came."""
        path = scope.get("path", "")
        starts_a_run = TRIGGER.search(path) or BACKFILL.search(path)
        if scope["type"] != "http" or scope["method"] != "POST" or not starts_a_run:
            await self.app(scope, receive, send)
            return
        messages, body = await _read(receive)
        try:
            _check(path, body, datetime.now(UTC))
        except RequestError as error:
            await _answer(send, str(error))
            return

        async def receive_again() -> Any:
            return messages.pop(0) if messages else await receive()

        await self.app(scope, receive_again, send)


async def _read(receive: Any) -> tuple[list[Any], bytes]:
    messages, body = [], b""
    while len(body) <= BODY_BYTES_MAX:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return messages, body


def _check(path: str, body: bytes, now: datetime) -> None:
    """Raises RequestError for a run that can't be; what is no request is Airflow's to refuse."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return
    if not isinstance(request, dict):
        return
    if TRIGGER.search(path):
        refuse(request.get("conf"), now)
        refuse_future(request, now)
    elif request.get("dag_id") == DAG_ID:
        # Of dates in the future Airflow makes no backfill.
        refuse(request.get("dag_run_conf"), now)


async def _answer(send: Any, sentence: str) -> None:
    content = json.dumps({"detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": content})


class ReconciliationRequestCheck(AirflowPlugin):
    """Puts the check before Airflow's API."""

    name = "reconciliation_request_check"
    fastapi_root_middlewares = [  # noqa: RUF012  Airflow's own form of a plugin
        {"middleware": RefuseBadRequests, "args": [], "kwargs": {}, "name": "bad requests"}
    ]
