"""Every route of every app that our plugins put beside Airflow's: walked, so that none escapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from include.reconciliation.config import PROJECT_ROOT
from tests.slack.conftest import Airflow, Slack, token

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
CLOSED = (401, 403)


def apps() -> list[dict[str, Any]]:
    """The apps of our plugins, as Airflow has loaded them."""
    from airflow import plugins_manager

    return plugins_manager.get_fastapi_plugins()[0]


def routes(app: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Each path of an app with `ws` or each of the methods that it takes."""
    for route in app.routes:
        if isinstance(route, Mount):
            yield from routes(route, prefix + route.path)
        elif isinstance(route, WebSocketRoute):
            yield prefix + route.path, "ws"
        else:
            assert isinstance(route, Route), f"{prefix}: what kind of route is {route!r}?"
            yield from ((prefix + route.path, method) for method in route.methods or METHODS)


def closed_to(client: Any, path: str, method: str, login: str | None = None) -> bool:
    """Whether somebody with this login, or without any, is kept out."""
    headers = {} if login is None else {"Authorization": f"Bearer {login}"}
    path = path.replace("{", "").replace("}", "")
    if method == "ws":
        try:
            with client.websocket_connect(path, headers=headers):
                return False
        except WebSocketDisconnect:
            return True
    return client.request(method, path, headers=headers).status_code in CLOSED


def open_to_anybody(client: Any, found: list[dict[str, Any]]) -> list[str]:
    return [
        f"{method} {path}"
        for entry in found
        for path, method in routes(entry["app"], entry["url_prefix"])
        if not closed_to(client, path, method)
    ]


def test_no_route_of_ours_answers_an_anonymous_request(slack: Slack) -> None:
    walked = [
        path for entry in apps() for path, _ in routes(entry["app"], entry["url_prefix"])
    ]

    assert "/slack/reconciliation/commands" in walked
    assert [] == open_to_anybody(slack.api, apps())


@pytest.mark.parametrize("user", ["auditor", "admin"])
def test_a_login_of_airflows_opens_no_route_that_slack_signs(slack: Slack, user: str) -> None:
    """Nor a path that is none: nothing of this app is seen without a signature."""
    [entry] = [entry for entry in apps() if entry["name"] == "reconciliation_slack"]
    paths = {path for path, _ in routes(entry["app"], entry["url_prefix"])}
    found = [
        f"{method} {path}"
        for path in (*paths, f"{entry['url_prefix']}/no-such-route")
        for method in METHODS
        if not closed_to(slack.api, path, method, token(slack.api, user))
    ]

    assert [] == found


def test_a_viewer_of_airflow_writes_through_no_route_of_ours(slack: Slack) -> None:
    login = token(slack.api, "auditor")
    found = [
        f"{method} {path}"
        for entry in apps()
        for path, method in routes(entry["app"], entry["url_prefix"])
        if (method in WRITES or method == "ws") and not closed_to(slack.api, path, method, login)
    ]

    assert [] == found


def test_airflow_has_taken_in_all_our_plugins_without_an_error(
    airflow: Airflow,
) -> None:
    headers = {"Authorization": f"Bearer {airflow.token}"}
    errors = airflow.api.get("/api/v2/plugins/importErrors", headers=headers)
    loaded = airflow.api.get("/api/v2/plugins?limit=100", headers=headers).json()["plugins"]

    assert {"import_errors": [], "total_entries": 0} == errors.json()
    files = {path.stem for path in (PROJECT_ROOT / "plugins").glob("*.py")}
    assert files <= {plugin["name"] for plugin in loaded}
    assert all(entry["url_prefix"].startswith("/") for entry in apps())


def test_importing_the_plugin_does_not_import_fastapi() -> None:
    """Every task imports every plugin, and only the API server serves an app."""
    import subprocess
    import sys

    program = (
        "import sys; sys.path.insert(0, 'plugins'); import reconciliation_slack;"
        "print('fastapi' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "False" == done.stdout.split()[-1]


def leaky_app() -> FastAPI:
    """An app with a guard before some of its routes."""

    def guard() -> None:
        raise HTTPException(401)

    inner = FastAPI(openapi_url=None)
    inner.add_api_route("/deep", lambda: "hello")
    app = FastAPI(openapi_url=None)
    app.add_api_route("/closed", lambda: "hello", dependencies=[Depends(guard)])
    app.add_api_route("/open", lambda: "hello", methods=["POST"])
    app.add_route("/plain/{name}", lambda request: PlainTextResponse("hello"))
    app.mount("/mounted", inner)

    async def socket(websocket: Any) -> None:
        await websocket.accept()

    app.router.add_websocket_route("/socket", socket)
    return app


def test_a_route_without_a_guard_is_found_wherever_it_lies() -> None:
    app = leaky_app()
    host = FastAPI()
    host.mount("/leaky", app)
    with TestClient(host) as client:
        found = open_to_anybody(client, [{"app": app, "url_prefix": "/leaky"}])

    assert {
        "POST /leaky/open",
        "GET /leaky/plain/{name}",
        "GET /leaky/mounted/deep",
        "ws /leaky/socket",
    } <= set(found)
    assert "GET /leaky/closed" not in found
