"""What a service's answer to an action says: it did it, it refused, or nobody can tell.

Only a plain success is one: a page of a proxy, a redirect and a server's error say nothing about
what was done.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from include.reconciliation.outside_text import printable

_DETAIL_CHARACTERS_MAX = 300
_ACCEPTED = (200, 201, 202, 204)
# Refusals after which the same call may be made again.
_PASSING = (408, 425, 429)
_TOLD = ("error", "code", "message", "status", "state")
# What looks like a key or a token is no part of a log.
_SECRET = re.compile(r"[A-Za-z0-9_./+=-]{24,}", re.ASCII)


class Answer(StrEnum):
    """What is known after a call."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """One answer; `detail` is a sentence that may be kept."""

    answer: Answer
    detail: str


def unknown(detail: str) -> ServiceAnswer:
    """Nobody can tell whether anything was done."""
    return ServiceAnswer(Answer.UNKNOWN, short(detail))


def read(status: int, content_type: str, content: bytes) -> ServiceAnswer:
    """What an HTTP answer says; never raises."""
    told = _told(content) if _is_json(content_type) else None
    said = f"HTTP {status}" + (f": {told}" if told else "")
    if status in _ACCEPTED:
        if status == 204 and not content:
            return ServiceAnswer(Answer.ACCEPTED, said)
        if told is None:
            return unknown(f"{said}, which is no JSON object ({content_type[:60] or 'no type'})")
        return ServiceAnswer(Answer.ACCEPTED, short(said))
    if 300 <= status < 400:
        return unknown(f"{said}, a redirect, which is not followed")
    if 400 <= status < 500 and status not in _PASSING:
        return ServiceAnswer(Answer.REFUSED, short(said))
    return unknown(said)


def short(text: str) -> str:
    """On one line, printable, without what may be a secret, and not long."""
    plain = _SECRET.sub("…", printable(" ".join(text.split())))
    return plain[:_DETAIL_CHARACTERS_MAX] or "nothing"


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _told(content: bytes) -> str | None:
    """The few fields that say what happened; None for what is no JSON object."""
    try:
        document = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    texts = ((name, document.get(name)) for name in _TOLD)
    return ", ".join(f"{name} {text}" for name, text in texts if isinstance(text, str) and text)
