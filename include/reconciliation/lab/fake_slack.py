"""A Slack on loopback that answers what a test tells it, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `after_seconds` lets the sender wait for it."""

    status: int = 200
    body: str = "ok"
    headers: tuple[tuple[str, str], ...] = ()
    after_seconds: int = 0


@dataclass
class FakeSlack:
    """What was received, and what is answered next; without an answer it is `ok`.

    To a bot `ok` says where the message is: its first message is at ts 1.0, its second at 2.0.
    """

    port: int
    answers: list[Answer] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The texts that arrived, in order."""
        return [body["text"] for body in self.received]

    @property
    def calls(self) -> list[tuple[str, str | None, str]]:
        """What a bot called, in order: method, message or thread that it names, text."""
        return [
            (path.rpartition("/")[2], body.get("thread_ts") or body.get("ts"), body["text"])
            for path, body in zip(self.paths, self.received, strict=True)
        ]

    def bot(self, **extra: Any) -> str:
        """The connection `slack` that leads here, with a bot's token."""
        base_url = f"http://127.0.0.1:{self.port}/api/"
        return self.connection(
            password="xoxb-canary-secret",
            extra={"channel": "#payments", "base_url": base_url, **extra},
        )

    def accept(self) -> Answer:
        """The answer to a message that is taken."""
        if not self.paths[-1].startswith("/api/"):
            return Answer()
        place = {"ok": True, "channel": "C0PAYMENTS", "ts": f"{len(self.paths)}.0"}
        return Answer(body=json.dumps(place))

    def connection(self, **changes: Any) -> str:
        """The connection `slack` that leads here, with a webhook's secret path."""
        return json.dumps(
            {
                "conn_type": "slackwebhook",
                "host": f"http://127.0.0.1:{self.port}/services",
                "password": "T000/B000/canary-secret",
                **changes,
            }
        )


@contextmanager
def running() -> Iterator[FakeSlack]:
    """The server, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    slack = FakeSlack(port=server.server_address[1])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            slack.received.append(json.loads(body))
            slack.paths.append(self.path)
            slack.authorizations.append(self.headers["Authorization"])
            answer = slack.answers.pop(0) if slack.answers else slack.accept()
            time.sleep(answer.after_seconds)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body.encode())
            except BrokenPipeError:
                # The sender gave up, which is what a slow answer is for.
                return

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
