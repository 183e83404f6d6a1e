"""What a file of include/sql/invariants says of itself: a sentence that must be true of a book.

The name of the file is the sentence, its query returns the rows that break it, and its header says
how grave that is, where it looks and how often, how many rows are allowed, who must hear of it and
what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from include.reconciliation.cadence import Cadence
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.sql_headers import header

SEVERITIES = ("info", "warning", "high", "critical")
# Each of them is a DAG (`edges/check_tasks.py`).
CADENCES = (Cadence.FIVE_MINUTES, Cadence.HOUR, Cadence.DAY)
# What every query of an invariant returns, in this order.
COLUMNS = ("object", "currency", "amount_minor", "occurred_at", "what")
_FIELDS = (
    "Grain",
    "Binds",
    "Reads",
    "Severity",
    "Scope",
    "Every",
    "Allowed",
    "Alert",
    "Escalate",
    "Do",
    "Asked by",
)
_ALLOWED = re.compile(r"(0|[1-9][0-9]*) rows?")
_ESCALATE = re.compile(r"(?:at once|after ([1-9][0-9]*) minutes) to (.+)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RELATION = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NO_RELATIONS: Mapping[str, str] = MappingProxyType({})


class Scope(StrEnum):
    """Where an invariant looks: at objects touched in a span, or at the book as it stands."""

    RECENT = "recent"
    FULL = "full"


class AlertPer(StrEnum):
    """What one alert is about: the check, or each object that breaks it."""

    CHECK = "check"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must be true of a book, and what follows when it is not."""

    book: str
    name: str
    question: str
    query: str
    reads: tuple[str, ...]
    severity: str
    scope: Scope
    cadence: Cadence
    rows_allowed: int
    alert_per: AlertPer
    escalate_after: timedelta | None
    escalate_to: str | None
    action: str
    asked_by: str

    @property
    def sentence(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")


def invariant(
    book: str, name: str, text: str, relations: Mapping[str, str] = _NO_RELATIONS
) -> Invariant:
    """The invariant of a file; ConfigurationError names the line of the header that is wrong.

    `relations` are queries by name: where `{name}` stands in the file, that query is put.
    """
    place = f"include/sql/invariants/{book}/{name}.sql"
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{place}: the name is a sentence in lower case, as a_is_b")
    question, fields = header(text, ("Reason", *_FIELDS))
    missing = [field for field in _FIELDS if not fields.get(field)]
    if missing or not question:
        lacks = ", ".join(missing) or "the question"
        raise ConfigurationError(f"{place}: its header lacks {lacks}; docs/adding-an-invariant.md")
    after, to = _escalation(fields["Escalate"], place)
    return Invariant(
        book=book,
        name=name,
        question=question,
        query=_composed(text, relations, place, ()),
        reads=tuple(part.strip() for part in fields["Reads"].rstrip(".").split(",")),
        severity=_one_of(fields["Severity"], SEVERITIES, f"{place}, Severity"),
        scope=Scope(_one_of(fields["Scope"], tuple(Scope), f"{place}, Scope")),
        cadence=Cadence(_one_of(fields["Every"], CADENCES, f"{place}, Every")),
        rows_allowed=_rows(fields["Allowed"], place),
        alert_per=AlertPer(
            _one_of(fields["Alert"], tuple(AlertPer), f"{place}, Alert", "one per ")
        ),
        escalate_after=after,
        escalate_to=to,
        action=fields["Do"],
        asked_by=fields["Asked by"].rstrip("."),
    )


def _composed(
    text: str, relations: Mapping[str, str], place: str, inside: tuple[str, ...]
) -> str:
    """The text with each query in its place, in brackets, as what a sentence is asked of."""

    def query(found: re.Match[str]) -> str:
        name = found[1]
        if name not in relations or name in inside:
            known = ", ".join(sorted(set(relations) - set(inside))) or "none"
            raise ConfigurationError(f"{place}: expected a relation, {known}; found {found[0]}")
        body = "\n".join(
            line for line in relations[name].splitlines() if not line.startswith("--")
        )
        return f"(\n{_composed(body, relations, place, (*inside, name))}\n)"

    return "\n".join(
        line if line.startswith("--") else _RELATION.sub(query, line)
        for line in text.split("\n")
    )


def _escalation(text: str, place: str) -> tuple[timedelta | None, str | None]:
    if text.rstrip(".") == "never":
        return None, None
    found = _ESCALATE.fullmatch(text.rstrip("."))
    if found is None:
        raise ConfigurationError(
            f"{place}, Escalate: expected never, at once to SOMEBODY or after N minutes to "
            f"SOMEBODY; found {text!r}"
        )
    return timedelta(minutes=int(found[1] or 0)), found[2]


def _rows(text: str, place: str) -> int:
    found = _ALLOWED.fullmatch(text.rstrip("."))
    if found is None:
        raise ConfigurationError(f"{place}, Allowed: expected as many as '0 rows'; found {text!r}")
    return int(found[1])


def _one_of(text: str, known: tuple[str, ...], place: str, before: str = "") -> str:
    word = text.rstrip(".").removeprefix(before)
    if word not in known:
        accepted = ", ".join(f"{before}{each}" for each in known)
        raise ConfigurationError(f"{place}: expected one of {accepted}; found {text!r}")
    return word
