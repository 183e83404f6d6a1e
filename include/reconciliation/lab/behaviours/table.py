"""The ways in which a PSP's API misbehaves, and how a run that reads from it must end.

Nothing else is allowed: what was read is complete and proved, or it is not published, with a
reason. The one thing that an API can hide, lines that it never lists, is told by the ledger.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from include.reconciliation.demo.stripe_server import Behaviour
from include.reconciliation.lab.behaviours.answers import (
    always,
    changed,
    changed_list,
    drip,
    first,
    from_answer,
    raw,
    reset,
    written,
)

COMPLETE = "complete"  # every line is there, proved and matched
UNAVAILABLE = "unavailable"  # the task fails, to be tried again
CONFIGURATION = "configuration"  # the task fails, and says what to mend
NO_LIST = "no_list"  # the task fails: the answer is no list, and asking again can't help
TOLD = "told"  # lines that the API keeps back are reported, each as missing_in_statement
PENDING = "pending"  # let in, and listed as after the window
KEPT_OUT = "kept out "  # what is not ours is refused beside a whole statement; with its reason code
WAITS = "waits"  # the statement is not there: one gap says so, and the rest is let in
UNREADABLE = "unreadable"  # as before, and an alert names the file
REFUSED = "refused "  # the gate refuses the read; followed by its reason code

_ELSEWHERE = "http://127.0.0.1:9/v1/balance_transactions"
_HTML = b"<!DOCTYPE html><html><body>We are back soon</body></html>"


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One way to misbehave, and how the run must end."""

    name: str
    group: str
    ends: str


@dataclass(frozen=True, slots=True)
class PspBehaviour(Misbehaviour):
    """One way in which an API misbehaves. `listens`: whether anybody answers at all."""

    behaviour: Behaviour
    listens: bool = True


def _group(group: str, *entries: tuple[str, str, Behaviour]) -> tuple[PspBehaviour, ...]:
    return tuple(PspBehaviour(name, group, ends, behaviour) for name, ends, behaviour in entries)


def _retry_after(value: str) -> Behaviour:
    return always(429, b"{}", Retry_After=value)


def _http_date(after: timedelta) -> str:
    return format_datetime(datetime.now(UTC) + after, usegmt=True)


def _page(*, data: Callable[[Any], Any], **fields: Any) -> Behaviour:
    """Each page with other lines, and perhaps other fields."""
    return changed_list(lambda page, _: {**page, "data": data(page["data"]), **fields})


def _head(length: int | str, more: str = "") -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
        f"{more}\r\n"
    ).encode()


def _without_length(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body


def _chunk_cut(body: bytes) -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return head + f"{len(body):x}\r\n".encode() + body[:-40]


def _on_lines(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Behaviour:
    """The first line of each page is another."""
    return _page(data=lambda lines: [change(dict(lines[0])), *lines[1:]])


def _text(old: bytes, new: bytes) -> Behaviour:
    def change(body: bytes) -> bytes:
        assert old in body, f"the body has no {old!r}: the behaviour would be a good one"
        return body.replace(old, new, 1)

    return changed(change)


def _skipping_a_page(page: dict[str, Any], number: int) -> dict[str, Any]:
    """What follows the first page is left out, and nobody says so."""
    return {**page, "has_more": False}


def _empty_last(page: dict[str, Any], number: int) -> dict[str, Any]:
    return {**page, "has_more": bool(page["data"])}


def _cursor_cycle() -> Behaviour:
    """Every page is the first one."""
    kept: list[Any] = []

    def again(page: dict[str, Any], number: int) -> dict[str, Any]:
        kept.append(page["data"])
        return {**page, "has_more": True, "data": kept[0]}

    return changed_list(again)


def _page_twice() -> Behaviour:
    """The second page has the lines of the first before its own."""
    kept: list[Any] = []

    def both(page: dict[str, Any], number: int) -> dict[str, Any]:
        kept.append(page["data"])
        return page if number == 1 else {**page, "data": kept[0] + page["data"]}

    return changed_list(both)


STATUSES = _group(
    "answers",
    (
        "200, a maintenance page",
        REFUSED + "html_page",
        always(200, _HTML, Content_Type="text/html"),
    ),
    ("200, a page of HTML that says it is JSON", REFUSED + "html_page", always(200, _HTML)),
    ("200, empty", REFUSED + "empty", always(200)),
    ("204", NO_LIST, always(204)),
    *(
        (f"{status} to another host", NO_LIST, always(status, Location=_ELSEWHERE))
        for status in (301, 302, 303, 307, 308)
    ),
    *((str(status), NO_LIST, always(status, b"{}")) for status in (400, 404, 410, 418, 501)),
    *((str(status), CONFIGURATION, always(status, b"{}")) for status in (401, 403)),
    ("401 at the second page", CONFIGURATION, from_answer(2, always(401, b"{}"))),
    *(
        (str(status), UNAVAILABLE, always(status, b"{}"))
        for status in (408, 409, 500, 502, 503, 504)
    ),
    ("500, then a good answer", COMPLETE, first(1, always(500))),
    ("502 and 504 in turn, then a good answer", COMPLETE, first(2, always(502))),
    ("503 at the second page, for ever", UNAVAILABLE, from_answer(2, always(503))),
    ("429 for a second", COMPLETE, first(1, _retry_after("1"))),
    ("429 until a date", COMPLETE, first(1, _retry_after(_http_date(timedelta(seconds=2))))),
    (
        "429 until a date that has passed",
        COMPLETE,
        first(1, _retry_after(_http_date(-timedelta(1)))),
    ),
    ("429 for less than nothing", COMPLETE, first(1, _retry_after("-5"))),
    ("429 for garbage", COMPLETE, first(1, _retry_after("soon"))),
    ("429 for ten days", UNAVAILABLE, _retry_after("864000")),
    ("429 without end", UNAVAILABLE, _retry_after("0")),
)
CONNECTIONS = (
    PspBehaviour("nobody listens", "connections", UNAVAILABLE, raw(b""), listens=False),
    *_group(
        "connections",
        ("hangs up", UNAVAILABLE, raw(b"")),
        ("reset before the headers", UNAVAILABLE, reset(b"")),
        ("reset in the headers", UNAVAILABLE, reset(b"HTTP/1.1 200 OK\r\nContent-")),
        ("reset in the body", UNAVAILABLE, reset(_head(5000) + b'{"object": "list", ')),
        ("reset once", COMPLETE, first(1, reset(b""))),
        ("no HTTP", UNAVAILABLE, raw(b"220 mail.example ESMTP\r\n\r\n")),
        ("slow headers", UNAVAILABLE, drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")),
        ("slow body", UNAVAILABLE, drip(_head(9999))),
        ("slow, without a length", UNAVAILABLE, drip(_without_length(b"")[:-2] + b"\r\n")),
    ),
)
BODIES = _group(
    "bodies",
    ("cut, with a length", UNAVAILABLE, written(lambda body: _head(len(body)) + body[:-40])),
    (
        "cut, without a length",
        REFUSED + "bad_json",
        written(lambda body: _without_length(body[:-40])),
    ),
    ("cut, and the length agrees", REFUSED + "bad_json", changed(lambda body: body[:-40])),
    ("whole, without a length", COMPLETE, written(_without_length)),
    (
        "a length too small",
        REFUSED + "bad_json",
        written(lambda body: _head(len(body) - 40) + body),
    ),
    ("a length too large", UNAVAILABLE, written(lambda body: _head(len(body) + 40) + body)),
    (
        "two lengths",
        UNAVAILABLE,
        written(lambda body: _head(len(body), "Content-Length: 9\r\n") + body),
    ),
    ("a chunk cut", UNAVAILABLE, written(_chunk_cut)),
    (
        "gzip, cut",
        REFUSED + "bad_json",
        changed(lambda body: gzip.compress(body)[:-30], Content_Encoding="gzip"),
    ),
    (
        "gzip, twice in a row",
        REFUSED + "bad_json",
        changed(lambda body: gzip.compress(body) * 2, Content_Encoding="gzip"),
    ),
    ("gzip, whole", COMPLETE, changed(gzip.compress, Content_Encoding="gzip")),
    ("no gzip that says it is", UNAVAILABLE, changed(lambda body: body, Content_Encoding="gzip")),
    ("deflate that says it is gzip", UNAVAILABLE, changed(zlib.compress, Content_Encoding="gzip")),
    (
        "a bomb",
        NO_LIST,
        always(200, gzip.compress(b"[" * 40_000_000), Content_Encoding="gzip"),
    ),
    ("another content type", UNAVAILABLE, changed(lambda body: body, Content_Type="text/plain")),
)
PAGES = _group(
    "pages",
    ("a cursor that leads in a circle", REFUSED + "page_repeated", _cursor_cycle()),
    ("a page twice", REFUSED + "page_repeated", _page_twice()),
    (
        "a line twice in a page",
        REFUSED + "page_repeated",
        _page(data=lambda lines: [*lines, lines[0]]),
    ),
    ("more after nothing", REFUSED + "page_missing", _page(data=lambda lines: [], has_more=True)),
    ("an empty last page", COMPLETE, changed_list(_empty_last)),
    ("a page is left out", TOLD, changed_list(_skipping_a_page)),
    ("lines are left out", TOLD, _page(data=lambda lines: lines[:-7])),
    (
        "another order in a page",
        COMPLETE,
        _page(data=lambda lines: [*sorted(lines[:-1], key=lambda line: line["id"]), lines[-1]]),
    ),
    (
        "a line of last year",
        REFUSED + "outside_range",
        _on_lines(lambda line: {**line, "created": 1_700_000_000}),
    ),
    ("another list", REFUSED + "bad_page", _page(data=list, object="search_result")),
    ("no list", REFUSED + "bad_page", changed_list(lambda page, _: page["data"])),
    ("nothing says whether there is more", REFUSED + "bad_page", _page(data=list, has_more=None)),
    ("has_more as a word", REFUSED + "bad_page", _page(data=list, has_more="false")),
    ("no lines", REFUSED + "bad_page", _page(data=lambda lines: {})),
    (
        "a line without an id",
        REFUSED + "bad_page",
        _on_lines(lambda line: {"amount": line["amount"]}),
    ),
)
TEXTS = _group(
    "texts",
    ("a byte order mark", COMPLETE, changed(lambda body: b"\xef\xbb\xbf" + body)),
    ("UTF-16", REFUSED + "bad_encoding", changed(lambda body: body.decode().encode("utf-16"))),
    ("no UTF-8", REFUSED + "bad_encoding", _text(b"ORD-", b"ORD\xff")),
    ("NUL", REFUSED + "bad_page", _text(b"ORD-", rb"ORD\u0000")),
    ("CR for line ends", COMPLETE, changed(lambda body: body.replace(b"\n", b"\r"))),
    ("a key twice", REFUSED + "bad_json", _text(b'"net": 9610', b'"net": 9610, "net": 1')),
    ("NaN", REFUSED + "bad_json", _text(b"9610", b"NaN")),
    ("Infinity", REFUSED + "bad_json", _text(b"9610", b"Infinity")),
    ("1e400", REFUSED + "bad_json", _text(b'"exchange_rate": null', b'"exchange_rate": 1e400')),
    ("an amount as text", REFUSED + "bad_page", _text(b'"net": 9610', b'"net": "9610"')),
    ("an amount with a fraction", REFUSED + "bad_json", _text(b'"net": 9610', b'"net": 9610.0')),
    ("a comma too many", REFUSED + "bad_json", changed(lambda body: body.rstrip()[:-1] + b",}")),
    ("nested 100,000 deep", REFUSED + "bad_json", always(200, b"[" * 100_000)),
    ("two values", REFUSED + "bad_json", changed(lambda body: body * 2)),
)
MONEY = _group(
    "money",
    (
        "a net that does not tie",
        REFUSED + "row_does_not_tie",
        _on_lines(lambda line: {**line, "net": line["net"] + 1}),
    ),
    (
        "an unknown currency",
        REFUSED + "unknown_currency",
        _on_lines(lambda line: {**line, "currency": "xxq"}),
    ),
    (
        "a currency without limits",
        REFUSED + "currency_not_configured",
        _on_lines(lambda line: {**line, "currency": "sek"}),
    ),
)
BEHAVIOURS = (*STATUSES, *CONNECTIONS, *BODIES, *PAGES, *TEXTS, *MONEY)
