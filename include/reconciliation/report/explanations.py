"""The sentences in which runs record why a discrepancy is one, for a report in another language.

SQL writes them in English, from parts that "; " sets apart (match/418_told_findings.sql and the
notes that it adds; coverage.py of a gap). Here stands each part with its places; the name of a
place ends in what stands there: an amount, a day, the side of a leg, a rate, sums, words that are
themselves a text of this list, or anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from include.reconciliation.report.language import Language, text

EXPLANATIONS = (
    text("{side} {amount}, {other_side} nothing"),
    text("chargeback of {amount} on the {side}, {other_side} nothing"),
    text("reversal of {amount} on the {side}, {other_side} nothing"),
    text("{side} {amount}, no statement line though {day} is covered"),
    text("statement {amount}, the gateway knows the intent and no capture of it"),
    text("{side} has {amount} once more than the {other_side}"),
    text("{side} line of unknown type {quoted}"),
    text("{side} line of unknown type {quoted}: {amount}"),
    text("{side} row of unknown type or status {quoted}"),
    text("{side} row of unknown type or status {quoted}: {amount}"),
    text("{side} {amount}, {other_side} in another currency"),
    text("{side} {amount}, in the {other_side} the event moves no money"),
    text("{side} {amount}, in the {other_side} the event moves no money ({status})"),
    text("{side} {found}, {other_side} {other_found}: {left_side} above {right_side} by {amount}"),
    text("{side} {found}, {other_side} {other_found}: {left_side} below {right_side} by {amount}"),
    text("{number} sums fit and not all can be true: {sums}"),
    text("and others"),
    text("{number} rows of its day and currency may add up, which are too many to search"),
    text("nearest sum: {words}"),
    text("only sum: {words}"),
    text("only sum: {words}, which among {number} rows may be chance"),
    text("{number} line of {amount} against {other_number} ledger row of {other_amount}"),
    text("{number} line of {amount} against {other_number} ledger rows of {other_amount}"),
    text("{number} lines of {amount} against {other_number} ledger row of {other_amount}"),
    text("{number} lines of {amount} against {other_number} ledger rows of {other_amount}"),
    text("was matched by its sum, but {words}"),
    text("a row of it was changed or withdrawn"),
    text("a reference ties a row of it to another"),
    text("another sum fits as well"),
    text("it is no longer the only sum"),
    text("refunds of {amount} are more than what was captured, {other_amount}"),
    text("booked on {day}, early: the rule gives {other_day}"),
    text("booked on {day}, late: the rule gives {other_day}"),
    text(
        "settled {amount} for {other_amount}: {source} of {day} has {pair} {rate}, which gives "
        "{expected_amount}; off by more than {number} basis points"
    ),
    text("{side} row {reference} of {amount} is gone"),
    text("{side} row {reference} was {amount} when it was matched, and is {other_amount} now"),
    text("{amount} of it is corrected, and waits for the ledger"),
    text("merged into {reference}"),
    text(
        "correction {reference} of {amount}: the ledger has not posted it, and what it corrects "
        "is not open any more"
    ),
    text("correction {reference} of {amount}: the ledger has not posted it by {day}"),
    text("payout {reference} of {amount} came back on {day}: its lines are owed again"),
    text("payout of {amount} came back on {day}: its lines are owed again"),
    text("{amount} of it is still owed"),
    text("{reference} carries out {amount}, and no later batch carries it in"),
    text("{amount} of it is owed as payouts that came back before"),
    text("{reference} carries in {amount} that no batch before it carries out"),
    text("{reference} is paid in another currency, and {amount} of it is not"),
    text("{amount} of the reserve is given free and was never held"),
    text("{amount} of the reserve held since {day} is held longer than {number} days"),
    text("the statement of {day} was due and is not there"),
    text("{number} more statements were due, from {day} to {other_day}"),
    text("statement {reference} was refused: {problem}"),
    text("the read {reference} was refused: {problem}"),
    text("there is no complete read up to {moment}"),
    text("statement {reference} is missing between {before} and {after}"),
    text(
        "statements {first} to {last} ({number}) are missing between {before} and {after}; is the "
        "number of {again} right?"
    ),
    text(
        "statement {reference} opens {amount} away from where {before} closed: one between them "
        "is missing, or they overlap"
    ),
)
_NOTHING = text("nothing")
_AMOUNT = r"[-+]?[0-9]+(?:\.[0-9]+)? [A-Z0-9]{3,12}"
_ANYTHING = r".*"
# By the last word of a place's name.
_SHAPES = {
    "amount": _AMOUNT,
    "found": f"(?:{_AMOUNT}|{_NOTHING})",
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "side": r"[a-z]+",
    "number": r"[0-9]+",
    "rate": r"[0-9]+(?:\.[0-9]+)?",
    "sums": f"{_AMOUNT}(?:(?: [+=] |; ){_AMOUNT})*",
    "quoted": r'(?:".*"|)',
    "pair": r"[A-Z0-9]+/?[A-Z0-9]*",
    "moment": r"[-0-9T:.+Z]+",
}
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_PARTS = "; "


def explanation(say: Language, sentence: str) -> str:
    """The sentence in the language of the report; what is not known stays as it was recorded."""
    if say.is_english:
        return sentence
    return _said(say, sentence) or sentence


def is_known(sentence: str) -> bool:
    """Whether each part of a sentence is a text of this list."""
    return any(
        _matched(head) is not None and (not rest or is_known(rest))
        for head, rest in _cuts(sentence)
    )


def _said(say: Language, sentence: str) -> str | None:
    for head, rest in _cuts(sentence):
        if (found := _matched(head)) is None:
            continue
        english, values = found
        said = say(english, **{name: _value(say, name, value) for name, value in values.items()})
        if not rest:
            return said
        if (more := _said(say, rest)) is not None:
            return f"{said}{_PARTS}{more}"
    return None


def _cuts(sentence: str) -> Iterator[tuple[str, str]]:
    """The whole sentence, then its beginning up to each place where a part may end."""
    yield sentence, ""
    place = sentence.rfind(_PARTS)
    while place > 0:
        yield sentence[:place], sentence[place + len(_PARTS) :]
        place = sentence.rfind(_PARTS, 0, place)


def _matched(part: str) -> tuple[str, dict[str, str]] | None:
    for english, pattern in _PATTERNS:
        if (found := pattern.fullmatch(part)) and _words_are_known(found.groupdict()):
            return english, found.groupdict()
    return None


def _words_are_known(values: dict[str, str]) -> bool:
    return "words" not in values or _matched(values["words"]) is not None


def _pattern(english: str) -> re.Pattern[str]:
    def shape(place: re.Match[str]) -> str:
        return f"(?P<{place[1]}>{_SHAPES.get(place[1].rsplit('_')[-1], _ANYTHING)})"

    return re.compile(_PLACE.sub(shape, re.escape(english)), re.DOTALL)


_PATTERNS = tuple((english, _pattern(english)) for english in EXPLANATIONS)


def _value(say: Language, name: str, value: str) -> str:
    return _SAYERS.get(name.rsplit("_")[-1], _as_it_is)(say, value)


def _as_it_is(say: Language, value: str) -> str:
    return value


def _amounts(say: Language, value: str) -> str:
    """Each amount of a text as the reader writes it; the decimals are those that it came with."""

    def written(found: re.Match[str]) -> str:
        number, currency = found[0].split(" ")
        whole, _, decimals = number.partition(".")
        return say.money(int(whole + decimals), currency, {currency: len(decimals)})

    return re.sub(_AMOUNT, written, value)


def _nothing_or_amount(say: Language, value: str) -> str:
    return say(_NOTHING) if value == _NOTHING else _amounts(say, value)


def _words(say: Language, value: str) -> str:
    return _said(say, value) or value


_SAYERS: dict[str, Callable[[Language, str], str]] = {
    "amount": _amounts,
    "sums": _amounts,
    "found": _nothing_or_amount,
    "day": lambda say, value: say.day(date.fromisoformat(value)),
    "side": lambda say, value: say(value),
    "number": lambda say, value: say.count(int(value)),
    "rate": lambda say, value: say.decimal(value),
    "words": _words,
}
