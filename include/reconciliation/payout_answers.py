"""What a provider says about one payout, and whether it can be believed.

An answer counts only if it is strict JSON that repeats our key and, where the provider knows the
payout, its amount and currency. All else is a contradiction or can't be read: neither is a state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from include.reconciliation.money import CURRENCY
from include.reconciliation.outside_text import printable

_DETAIL_CHARACTERS_MAX = 300
_REFERENCE = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_MINOR_MAX = 10**18


class Answer(StrEnum):
    """What became of a question, in one word."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    # The provider has it, and has not ended it yet.
    IN_PROGRESS = "in_progress"
    # The provider says that it does not know our key: not the same as no answer.
    UNKNOWN = "unknown"
    # It names another key, reference, amount or currency than the one asked about.
    CONTRADICTION = "contradiction"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"


STATES = (Answer.SUCCEEDED, Answer.FAILED, Answer.IN_PROGRESS, Answer.UNKNOWN)
# The provider has the payout.
KNOWN = frozenset({Answer.SUCCEEDED, Answer.FAILED, Answer.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class AnswerFields:
    """What a provider's answer calls the values that we read."""

    key: str
    status: str
    reference: str
    amount_minor: str
    currency: str


@dataclass(frozen=True, slots=True)
class AskedPayout:
    """What is asked about; the amount in minor units, positive."""

    idempotency_key: str
    provider_reference: str | None
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """One answer; `detail` says in a sentence what is wrong with one that is no state."""

    answer: Answer
    provider_reference: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    detail: str | None = None


def no_answer(reason: str) -> ProviderAnswer:
    """Nobody answered, or not with what was asked for."""
    return ProviderAnswer(Answer.NO_ANSWER, detail=_short(reason))


def read(
    body: bytes, asked: AskedPayout, fields: AnswerFields, states: Mapping[str, str]
) -> ProviderAnswer:
    """The answer that a body of HTTP 200 holds; never raises."""
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        if not isinstance(document, dict):
            raise ValueError("it is not one JSON object")
        key = _text(document, fields.key)
        word = _text(document, fields.status)
        if key is None or word is None:
            missing = fields.key if key is None else fields.status
            raise ValueError(f"{missing} is missing")
        if word not in states:
            raise ValueError(f"the status {word!r} is not one that its entry lists")
        answer = Answer(states[word])
        if answer is Answer.UNKNOWN:
            # Only a key that is repeated says that it is ours which nobody knows.
            return _agreed(ProviderAnswer(answer), asked, key)
        found = ProviderAnswer(
            answer,
            _reference(document, fields.reference),
            _amount(document, fields.amount_minor),
            _currency(document, fields.currency),
        )
    except (ValueError, RecursionError) as error:
        # A body may hold anything: only what we make of it is told.
        problem = "it is not strict JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        return ProviderAnswer(Answer.UNREADABLE, detail=_short(problem))
    return _agreed(found, asked, key)


def _agreed(found: ProviderAnswer, asked: AskedPayout, key: str) -> ProviderAnswer:
    differences = []
    if key != asked.idempotency_key:
        differences.append(f"key {asked.idempotency_key!r} expected, {key!r} found")
    if found.answer is not Answer.UNKNOWN:
        if asked.provider_reference not in (None, found.provider_reference):
            differences.append(
                f"reference {asked.provider_reference!r} expected, "
                f"{found.provider_reference!r} found"
            )
        if (found.amount_minor, found.currency) != (asked.amount_minor, asked.currency):
            differences.append(
                f"{asked.currency} {asked.amount_minor} minor units expected, "
                f"{found.currency} {found.amount_minor} found"
            )
    if not differences:
        return found
    return ProviderAnswer(
        Answer.CONTRADICTION,
        found.provider_reference,
        found.amount_minor,
        found.currency,
        _short("; ".join(differences)),
    )


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _DETAIL_CHARACTERS_MAX:
        raise ValueError(f"{name} is not a short text")
    return value


def _reference(document: Mapping[str, Any], name: str) -> str:
    value = _text(document, name)
    if value is None or not _REFERENCE.fullmatch(value):
        raise ValueError(f"{name} is not a reference of visible characters")
    return value


def _amount(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _MINOR_MAX:
        raise ValueError(f"{name} is not a whole number of minor units")
    return value


def _currency(document: Mapping[str, Any], name: str) -> str:
    value = (_text(document, name) or "").upper()
    if not CURRENCY.fullmatch(value):
        raise ValueError(f"{name} is not a currency code")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError("a number is not whole")


def _short(text: str) -> str:
    return printable(" ".join(text.split()))[:_DETAIL_CHARACTERS_MAX]
