"""The pause of a PSP: the Variable `reconciliation_pause_<psp>`, read so that it fails closed.

`Variable.get` with a default answers "not paused" when Airflow's API is away, and without one it
raises the same error for "away" as for "absent". Listing the names does fail, so it comes first:
what can't be listed, read or understood is a pause.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from include.reconciliation.outside_text import printable

PREFIX = "reconciliation_pause_"
_TEXT_CHARACTERS_MAX = 300

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause as its Variable tells it; `problem` says why it could not be read, if it couldn't."""

    psp: str
    paused_by: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    problem: str | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether `until` has come; an unreadable pause is never over."""
        return self.until is not None and now >= self.until

    def sentence(self) -> str:
        """Who paused it, since when and why, for people."""
        if self.problem is not None:
            return f"{self.psp} counts as paused: could not check the pause: {self.problem}"
        until = "" if self.until is None else f" until {self.until.isoformat()}"
        since = "an unknown time" if self.since is None else self.since.isoformat()
        return f"{self.psp} is paused by {self.paused_by} since {since}{until}: {self.reason}"

    def text(self) -> str:
        """What its Variable holds; `parse` makes the same pause of it."""
        moments = {"since": self.since, "until": self.until}
        return json.dumps(
            {"by": self.paused_by, "reason": self.reason}
            | {key: each.isoformat() for key, each in moments.items() if each is not None}
        )


class PauseReader(Protocol):
    """Where pauses are kept; every method may raise, and raising means paused."""

    def names(self, prefix: str) -> Collection[str]:
        """The names that begin so; an empty answer is an answer, an error is none."""

    def value(self, name: str) -> str:
        """The text under a name that `names` gave."""


class AirflowVariables:
    """Airflow's Variables, as a task sees them."""

    def names(self, prefix: str) -> Collection[str]:
        """Names in the metadata database and in the environment."""
        from airflow.sdk import Variable

        # The answer of keys() is lazy: without the list, the request and its error come too late.
        listed = list(Variable.keys(prefix=prefix))
        # keys() does not list the environment, where get() looks first.
        return {*listed, *names_in_environment(prefix)}

    def value(self, name: str) -> str:
        """The Variable, without a default."""
        from airflow.sdk import Variable

        return str(Variable.get(name))


def names_in_environment(prefix: str) -> list[str]:
    """Variables that this process's environment sets, in lower case; they win over the others."""
    marker = "AIRFLOW_VAR_"
    names = [name.removeprefix(marker).lower() for name in os.environ if name.startswith(marker)]
    return [name for name in names if name.startswith(prefix.lower())]


class NothingPaused:
    """For commands that run where no Airflow is, such as the benchmark: nothing is ever paused."""

    def names(self, prefix: str) -> Collection[str]:
        """None."""
        return ()

    def value(self, name: str) -> str:
        """Never asked for."""
        raise LookupError(name)


_reader: ContextVar[PauseReader | None] = ContextVar("pause_reader", default=None)


@contextmanager
def reading_from(reader: PauseReader) -> Iterator[None]:
    """Reads pauses from somewhere else than Airflow's Variables, within a `with` block."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def current_reader() -> PauseReader:
    """Where Variables are read from now: Airflow's, unless a `with` block says otherwise."""
    return _reader.get() or AirflowVariables()


def paused_names() -> set[str] | None:
    """What the Variables that are there say is paused, PSPs or not; None when nobody can tell."""
    reader = current_reader()
    try:
        return {name.removeprefix(PREFIX) for name in reader.names(PREFIX)}
    except Exception:
        logger.warning("the Variables %s... could not be listed", PREFIX, exc_info=True)
        return None


def read(psp: str) -> Pause | None:
    """The pause of a PSP, in force or over; None only when it is certain that there is none."""
    name = PREFIX + psp
    reader = current_reader()
    try:
        if name not in reader.names(PREFIX):
            return None
        text = reader.value(name)
    except Exception as error:
        # Whatever goes wrong here, the answer "not paused" would be a guess.
        logger.warning("the Variable %s could not be read", name, exc_info=True)
        return Pause(psp, problem=f"the Variable {name} could not be read ({type(error).__name__})")
    return parse(psp, text)


def parse(psp: str, text: str) -> Pause:
    """The pause that a Variable's text tells; what can't be understood is an unreadable pause."""
    name = PREFIX + psp
    try:
        entry = json.loads(text)
        if not isinstance(entry, dict):
            raise ValueError("it is not a JSON object")
        return Pause(
            psp,
            paused_by=_text(entry, "by"),
            reason=_text(entry, "reason"),
            since=instant(entry, "since"),
            until=instant(entry, "until") if entry.get("until") is not None else None,
        )
    except (ValueError, RecursionError) as error:
        problem = "it is not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        return Pause(
            psp,
            problem=(
                f"the Variable {name} must be JSON with by, reason, since and, if wanted, until "
                f"(times such as 2026-11-20T09:00:00+00:00); {problem}"
            ),
        )


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} is not a text")
    return printable(" ".join(value.split()))[:_TEXT_CHARACTERS_MAX]


def instant(entry: dict[str, Any], key: str) -> datetime:
    """The moment under a key; ValueError that says what is wrong with it."""
    value = entry.get(key)
    try:
        moment = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{key} is not a time") from None
    if moment.tzinfo is None:
        raise ValueError(f"{key} has no time zone")
    try:
        # The database gives it back in UTC, where it must be in Python's calendar, too.
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{key} lies outside of the calendar") from None
    return moment
