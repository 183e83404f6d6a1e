"""Calls to the services that operators act on: one host each, one try, and what may be kept of it.

A connection names scheme, host and port exactly, and its password is the token. Redirects are never
followed, a request has a deadline, an answer a size. Each call is a row before it leaves.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from include.reconciliation import service_answers
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.connections import connection
from include.reconciliation.edges.psp_client import Endpoint, PspClient
from include.reconciliation.errors import (
    ConfigurationError,
    ProviderUnavailable,
    SourceError,
    Transient,
)
from include.reconciliation.service_answers import ServiceAnswer

REQUEST_SECONDS_MAX = 20.0
BODY_BYTES_MAX = 1 << 16
# Longer than a request can take: a call that is older and has no answer is nobody's any more.
LEASE_SECONDS = 30
_POLL_SECONDS = 1.0


def service(connection_id: str) -> PspClient:
    """The client for a service; ConfigurationError where its connection can't be used."""
    target = connection(connection_id)
    if not target.host or target.port is None or target.schema not in ("https", "http"):
        raise ConfigurationError(
            f"connection {connection_id!r}: expected host, port and as schema https (http for an "
            "address such as 127.0.0.1)"
        )
    if not target.password:
        raise ConfigurationError(f"connection {connection_id!r}: its password must be the token")
    return PspClient(
        Endpoint.parse(f"{target.schema}://{target.host}:{target.port}"),
        target.password,
        user=target.login or None,
        request_seconds_max=REQUEST_SECONDS_MAX,
        body_bytes_max=BODY_BYTES_MAX,
        ca_file=target.extra.get("ca_file"),
    )


def call(client: PspClient, path: str, content: str, idempotency_key: str) -> ServiceAnswer:
    """What a service answers to one POST of JSON; never raises for what the other side does."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
    try:
        status, told, body = client.call("POST", path, content.encode(), headers)
    except (ProviderUnavailable, SourceError, ConfigurationError) as error:
        return service_answers.unknown(str(error))
    return service_answers.read(status, told.get("Content-Type", ""), body)


def begin(request_id: str, path: str, content: str) -> int:
    """Writes a call down before it leaves; its number.

    Waits for a call of another copy of the task to end. Raises Transient when it doesn't.
    """
    values = {
        "request_id": request_id,
        "method": "POST",
        "path": path,
        "body": content,
        "lease_seconds": LEASE_SECONDS,
    }
    until = time.monotonic() + LEASE_SECONDS + _POLL_SECONDS
    while True:
        with warehouse.transaction() as cursor:
            warehouse.run(cursor, "operator_actions/lock_request", values)
            row = warehouse.run(cursor, "operator_actions/begin_call", values).fetchone()
        if row is not None:
            return int(row["call_id"])
        if time.monotonic() >= until:
            raise Transient(f"a call of request {request_id} is under way: clear this task again")
        time.sleep(_POLL_SECONDS)


def note(cursor: warehouse.Cursor, call_id: int, answer: ServiceAnswer) -> None:
    """Writes down what a service answered."""
    values = {"call_id": call_id, "answer": answer.answer.value, "detail": answer.detail}
    warehouse.run(cursor, "operator_actions/add_answer", values)


def so_far(request_id: str) -> Mapping[str, Any]:
    """calls, is_accepted, unclear, seconds_since_unclear and the last detail of a request."""
    with warehouse.transaction() as cursor:
        row = warehouse.run(
            cursor, "operator_actions/calls_so_far", {"request_id": request_id}
        ).fetchone()
    assert row is not None
    return row
