"""The API server as a process of its own: its connections, its Variables, its three seconds."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.launcher.programs import wait_for
from tests.slack.conftest import (
    SECRET,
    Airflow,
    Slack,
    form,
    pauses,
    requests,
    signed_headers,
    token,
)


@pytest.fixture
def airflow(
    airflow_database: str, databases: object, people: Path, tmp_path: Path
) -> Iterator[Airflow]:
    """`airflow api-server` on a port of its own; the signing secret is one of its connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "api-server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "airflow", "api-server"],
            env=os.environ | {"AIRFLOW__API__PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    api = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    try:
        assert wait_for(lambda: answers(api), 120), log.read_text()
        found = Airflow(api, token(api, "admin"))
        found.clear()
        login = {"Authorization": f"Bearer {found.token}"}
        secret = {"connection_id": "slack_signing", "conn_type": "generic", "password": SECRET}
        assert 201 == api.post("/api/v2/connections", json=secret, headers=login).status_code
        yield found
        found.clear()
        api.delete("/api/v2/connections/slack_signing", headers=login)
    finally:
        api.close()
        server.terminate()
        server.wait(60)


def answers(api: httpx.Client) -> bool:
    """Whether the server is up."""
    try:
        return api.get("/api/v2/version").is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_a_pause_reaches_a_real_api_server_and_its_variable_is_airflows_own(
    airflow: Airflow, books
) -> None:
    slack = Slack(airflow.api)
    body = form("reconciliation pause adyen 4h totals of another day")
    headers = signed_headers(body)
    first = slack.post(body, headers)
    pause = airflow.pause()
    copy = slack.post(body, headers)
    forged = slack.post(body, headers | {"X-Slack-Signature": "v0=" + 64 * "0"})
    resumed = slack.command("reconciliation resume adyen")

    assert 200 == first.status_code, first.text
    assert first.json()["text"].startswith("Done: adyen is paused by ana since ")
    assert pause is not None and "totals of another day" == pause["reason"]
    assert (409, 401) == (copy.status_code, forged.status_code)
    assert resumed.startswith("Done: adyen goes on")
    assert None is airflow.pause()
    assert ["paused", "resumed"] == [row[0] for row in pauses(books)]
    assert ["done", "done"] == [row[2] for row in requests(books)]
    assert first.elapsed.total_seconds() < 3
