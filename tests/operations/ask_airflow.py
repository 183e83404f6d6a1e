"""Reads a pause and a stop as a task does, from an API that behaves well and badly; prints JSON.

A process of its own, since Airflow reads its waiting times and retries when it is imported. Between
the SDK and the API stands, in place of the supervisor, one that forwards with Airflow's own client.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ.update(
    AIRFLOW__WORKERS__EXECUTION_API_RETRIES="1",
    AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT="0.5",
    AIRFLOW__LOGGING__LOGGING_LEVEL="CRITICAL",
)

from airflow.sdk.api.client import Client
from airflow.sdk.exceptions import ErrorType
from airflow.sdk.execution_time import request_handlers
from airflow.sdk.execution_time.comms import (
    ErrorResponse,
    GetVariable,
    GetVariableKeys,
)
from airflow.sdk.execution_time.supervisor import set_supervisor_comms

from include.reconciliation.edges import emergency_stop, pause_variable

# What is asked for: its Variable, and what that holds.
ASKED = {
    "pause": (
        "reconciliation_pause_adyen",
        json.dumps({"by": "ana", "reason": "r", "since": "2026-11-20T09:00:00+00:00"}),
    ),
    "stop": ("PAYMENTS_ENABLED", json.dumps({"enabled": False, "by": "ana", "reason": "r"})),
}
KIND = sys.argv[1]
NAME, TEXT = ASKED[KIND]
LISTED = json.dumps({"keys": [NAME, f"{NAME}_test"], "total_entries": 2})
NOT_LISTED = json.dumps({"keys": [f"{NAME}_test"], "total_entries": 1})
VALUE = json.dumps({"key": NAME, "value": TEXT})
# Behaviour: what the API answers to the list of names, and to the question for one of them.
BEHAVIOURS = {
    "absent": ((200, NOT_LISTED), (404, "{}")),
    "present": ((200, LISTED), (200, VALUE)),
    "list_500": ((500, "{}"), (200, VALUE)),
    "list_404": ((404, "{}"), (200, VALUE)),
    "list_hangs": ((0, ""), (200, VALUE)),
    "list_is_no_json": ((200, "<html>"), (200, VALUE)),
    "value_500": ((200, LISTED), (500, "{}")),
    "value_404": ((200, LISTED), (404, "{}")),
    "value_hangs": ((200, LISTED), (0, "")),
    "value_is_empty": ((200, LISTED), (200, json.dumps({"key": NAME, "value": ""}))),
}


class Api(BaseHTTPRequestHandler):
    """Airflow's execution API, as far as Variables go."""

    behaviour = "absent"

    def do_GET(self) -> None:
        for_names, for_value = BEHAVIOURS[self.behaviour]
        status, body = for_names if "/keys" in self.path else for_value
        if not status:
            time.sleep(1)
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Forwarder:
    """Does what the supervisor does with a task's question."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, msg: object) -> object:
        """The API's answer, or an error as the supervisor reports it."""
        try:
            if isinstance(msg, GetVariableKeys):
                return request_handlers.handle_get_variable_keys(self.client, msg)[0]
            assert isinstance(msg, GetVariable)
            return request_handlers.handle_get_variable(self.client, msg)[0]
        except Exception as error:
            detail = {"message": type(error).__name__}
            return ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail=detail)


def main() -> None:
    """Prints, per behaviour, whether there is a pause or a stop and whether it could be read."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answers = {}
    for Api.behaviour in BEHAVIOURS:
        answers[Api.behaviour] = ask(f"http://127.0.0.1:{server.server_address[1]}/")
    Api.behaviour = "absent"
    os.environ[f"AIRFLOW_VAR_{NAME.upper()}"] = TEXT
    answers["in_the_environment"] = ask(f"http://127.0.0.1:{server.server_address[1]}/")
    del os.environ[f"AIRFLOW_VAR_{NAME.upper()}"]
    server.shutdown()
    server.server_close()
    answers["away"] = ask("http://127.0.0.1:9/")
    json.dump(answers, sys.stdout)


def ask(address: str) -> str:
    """What a task finds."""
    with set_supervisor_comms(Forwarder(Client(base_url=address, token="t"))):
        if KIND == "stop":
            stop = emergency_stop.read(NAME)
            found = None if stop is None else (stop.problem, f"stopped by {stop.stopped_by}")
        else:
            pause = pause_variable.read("adyen")
            found = None if pause is None else (pause.problem, f"paused by {pause.paused_by}")
    if found is None:
        return "running"
    return "unreadable" if found[0] else found[1]


if __name__ == "__main__":
    main()
