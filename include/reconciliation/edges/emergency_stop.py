"""The emergency stop: PAYMENTS_ENABLED and REFUNDS_ENABLED, read so that they fail closed.

Both are Variables. Absent means enabled, since Airflow has listed its names without this one.
`false`, a text that is not understood, a name that can't be read and names that can't be listed all
mean stopped. A stop is lifted by a person: `until` is only what the gateway tells those who ask.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.reconciliation.edges import pause_variable
from include.reconciliation.errors import Paused
from include.reconciliation.outside_text import printable

PAYMENTS = "PAYMENTS_ENABLED"
REFUNDS = "REFUNDS_ENABLED"
NAMES = (PAYMENTS, REFUNDS)
# Takes name, text and description of a Variable.
Write = Callable[[str, str, str], None]
_TEXT_CHARACTERS_MAX = 300
_write: ContextVar[Write | None] = ContextVar("write_of_stops", default=None)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in force; `problem` says why nobody can tell, if nobody can."""

    name: str
    stopped_by: str | None = None
    reason: str | None = None
    problem: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def sentence(self) -> str:
        """What is stopped, by whom and why, for people."""
        if self.problem is not None:
            return f"{self.name} counts as stopped: could not check: {self.problem}"
        by = "" if self.stopped_by is None else f" by {self.stopped_by}"
        reason = "" if self.reason is None else f": {self.reason}"
        since = "" if self.since is None else f" since {self.since.isoformat()}"
        return f"{self.name} is false: stopped{by}{since}{reason}"

    def text(self) -> str:
        """What the Variable holds while the stop is in force."""
        entry = {"enabled": False, "by": self.stopped_by, "reason": self.reason}
        moments = {"since": self.since, "until": self.until}
        entry |= {key: each.isoformat() for key, each in moments.items() if each is not None}
        return json.dumps(entry)


def read(name: str) -> Stop | None:
    """The stop of that name; None only when it is certain that there is none."""
    reader = pause_variable.current_reader()
    try:
        # A Variable in the environment is listed in lower case.
        if name.lower() not in {listed.lower() for listed in reader.names(name)}:
            return None
        text = reader.value(name)
    except Exception as error:
        # Whatever goes wrong here, the answer "enabled" would be a guess.
        logger.warning("the Variable %s could not be read", name, exc_info=True)
        return Stop(name, problem=f"the Variable could not be read ({type(error).__name__})")
    return parse(name, text)


def check(name: str) -> None:
    """Raises Paused unless it is certain that nothing is stopped: call it before every write."""
    stop = read(name)
    if stop is not None:
        raise Paused(stop.sentence())


@contextmanager
def writing_to(other: Write) -> Iterator[None]:
    """Sets Variables somewhere else than in Airflow, within a `with` block."""
    token = _write.set(other)
    try:
        yield
    finally:
        _write.reset(token)


def write(name: str, text: str, description: str) -> None:
    """Sets the Variable in Airflow; the description shows beside it in the web interface."""
    if (other := _write.get()) is not None:
        other(name, text, description)
        return
    from airflow.sdk import Variable

    Variable.set(name, text, description=description)


def parse(name: str, text: str) -> Stop | None:
    """The stop that a Variable's text tells: true, false, or JSON with enabled, by and reason."""
    try:
        entry = json.loads(text.strip().lower() if len(text) <= len(" false ") else text)
    except (ValueError, RecursionError):
        entry = None
    details: dict[str, Any] = entry if isinstance(entry, dict) else {"enabled": entry}
    enabled = details.get("enabled")
    if not isinstance(enabled, bool):
        return Stop(
            name,
            problem='the Variable must be true, false, or JSON such as {"enabled": false, '
            '"by": "ana", "reason": "ticket 4711"}',
        )
    if enabled:
        return None
    try:
        since, until = (
            None if details.get(key) is None else pause_variable.instant(details, key)
            for key in ("since", "until")
        )
    except ValueError as error:
        return Stop(name, problem=str(error))
    by, reason = _text(details.get("by")), _text(details.get("reason"))
    return Stop(name, by, reason, since=since, until=until)


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return printable(" ".join(value.split()))[:_TEXT_CHARACTERS_MAX]
