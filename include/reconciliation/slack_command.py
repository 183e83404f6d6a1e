"""The words of a command from Slack: `reconciliation pause|resume|status <psp> …`, read strictly.

After `pause` and the PSP an end may come, as a time span (30m, 4h, 2d) or a time with its zone
(2026-11-21T09:00Z); the rest is the reason. What looks like an end and is none is refused, so that
nobody's "4 h" becomes the first word of a reason for a pause without an end.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.reconciliation.errors import RequestError
from include.reconciliation.outside_text import printable
from include.reconciliation.slack_people import APPROVE, PAUSE, REJECT, RESUME, STATUS
from include.reconciliation.toml_tables import duration

WORD = "reconciliation"
VERBS = (PAUSE, RESUME, STATUS)
ANSWERS = (APPROVE, REJECT)
UNTIL_MAX = timedelta(days=366)
REASON_CHARACTERS_MAX = 300
_REQUEST = re.compile(r"[0-9a-f]{12,64}", re.ASCII)
_SPAN = re.compile(r"[1-9][0-9]{0,4}[mhd]", re.ASCII)
_LOOKS_LIKE_AN_END = re.compile(r"[0-9]+([^\W\d]|[:-]).*|[0-9]+|until", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """What is asked for; `end` is a moment, or a span from when it is carried out."""

    verb: str
    psp: str
    end: datetime | timedelta | None = None
    reason: str | None = None

    def until(self, now: datetime) -> datetime | None:
        """The moment that the pause ends; RequestError when it is past, or far away."""
        if self.end is None:
            return None
        if isinstance(self.end, timedelta):
            until = now + self.end if self.end <= UNTIL_MAX else None
        else:
            until = self.end if self.end - now <= UNTIL_MAX else None
        if until is None:
            raise RequestError(
                f"a pause may end within {UNTIL_MAX.days} days; leave the end out for one without"
            )
        if until <= now:
            raise RequestError(
                f"until: expected a moment to come; found {until.isoformat()}, "
                f"and it is {now.isoformat(timespec='seconds')}"
            )
        return until


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request, which its first characters name."""

    verb: str
    request: str
    note: str | None


def read_answer(text: str) -> Answer | None:
    """The answer that a text is; None for a command about a PSP. RequestError for half a one."""
    words = printable(" ".join(text.split())).split()
    if words[:1] != [WORD] or words[1:2] not in ([APPROVE], [REJECT]):
        return None
    if len(words) < 3 or not _REQUEST.fullmatch(words[2]):
        raise RequestError(
            f"expected {WORD} {words[1]} <the first 12 characters or all of a request> [note]"
        )
    note = " ".join(words[3:]) or None
    if note is not None and len(note) > REASON_CHARACTERS_MAX:
        raise RequestError(
            f"a note has up to {REASON_CHARACTERS_MAX} characters; found {len(note)}"
        )
    return Answer(words[1], words[2], note)


def read(text: str, psps: Collection[str]) -> Command:
    """The command that a text is; RequestError says which word is wrong, and what is accepted."""
    words = printable(" ".join(text.split())).split()
    if words[:1] != [WORD]:
        raise RequestError(f"expected {usage(psps)}")
    if len(words) < 2 or words[1] not in VERBS:
        found = words[1] if len(words) > 1 else "nothing"
        raise RequestError(f"expected one of {', '.join(VERBS)}; found {found}; {usage(psps)}")
    if len(words) < 3 or words[2] not in psps:
        found = words[2] if len(words) > 2 else "nothing"
        raise RequestError(f"expected a PSP, one of {', '.join(psps)}; found {found}")
    verb, psp, rest = words[1], words[2], words[3:]
    if verb == STATUS and rest:
        raise RequestError(f"status takes a PSP and nothing else; found {' '.join(rest)}")
    end = None
    if verb == PAUSE and rest:
        end = _end(rest[0])
        rest = rest if end is None else rest[1:]
    reason = " ".join(rest) or None
    if verb == PAUSE and reason is None:
        raise RequestError("a pause needs its reason: write it after the PSP and the end")
    if reason is not None and len(reason) > REASON_CHARACTERS_MAX:
        raise RequestError(
            f"a reason has up to {REASON_CHARACTERS_MAX} characters; found {len(reason)}"
        )
    return Command(verb, psp, end, reason)


def usage(psps: Collection[str]) -> str:
    """How a command is written, for whoever wrote another."""
    return (
        f"{WORD} pause <psp> [30m, 4h, 2d or 2026-11-21T09:00Z] <reason>, "
        f"{WORD} resume <psp> [reason], or {WORD} status <psp>; PSPs are {', '.join(psps)}"
    )


def _end(word: str) -> datetime | timedelta | None:
    """The end that a word is; None for one that begins a reason."""
    if _SPAN.fullmatch(word):
        return duration(word)
    if not _LOOKS_LIKE_AN_END.fullmatch(word):
        return None
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RequestError(
            "expected the end of the pause as 30m, 4h, 2d or a time with its zone, as "
            f"2026-11-21T09:00Z; found {word}; begin a reason with another word"
        )
    try:
        # The database and the Variable give it back in UTC, where it must be in the calendar, too.
        moment.utctimetuple()
    except OverflowError:
        raise RequestError(f"{word} lies outside of the calendar") from None
    return moment
