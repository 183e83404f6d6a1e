"""Takes card numbers, bank accounts, e-mails and personal fields out of what leaves the house.

Numbers are known by their check digits, so a reference is masked only where it could be a card.
Source: PCI DSS 3.4.1 (the last four digits may be shown), ISO 13616 (IBAN).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

HIDDEN = "***"
# Words of the name of a JSON field whose value is about a person or their account.
PERSONAL_WORDS = frozenset(
    "name email mail phone mobile address street city postcode zip birth birthday document "
    "passport cpf cnpj ssn iban bban pan card cvc cvv holder payer payee beneficiary debtor "
    "creditor customer".split()
)
# "account" alone is that at a PSP; these are somebody's.
PERSONAL_PAIRS = (frozenset({"account", "number"}), frozenset({"account", "no"}))
# What such a field may say in the clear: it is a handle of a system, an amount or a moment.
HARMLESS_LAST_WORDS = frozenset("id type kind status minor currency at on sha256 count".split())
# From the beginning of a word alone, so that a long one without an @ is looked through once.
_EMAIL = re.compile(r"(?<![^\s@\"'<>,;:()])[^\s@\"'<>,;:()]+@[^\s@\"'<>,;:()]+")
# Digits with at most one separator between two of them, and no letter at either end.
_DIGITS = re.compile(r"(?<![^\W_])\d(?:[ .\u00a0\u202f-]?\d){12,}(?![^\W_])")
_IBAN = re.compile(
    r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)"
    r"(?![A-Z0-9])",
    re.ASCII | re.IGNORECASE,
)
_CARD_DIGITS = range(13, 20)


def masked_text(text: str) -> str:
    """The text without personal data; JSON objects and arrays keep their form, canonical then."""
    if text[:1] in ("{", "["):
        try:
            value = json.loads(text, object_pairs_hook=_pairs, parse_float=str, parse_constant=str)
            hidden = _masked_value(value)
        except (ValueError, RecursionError):
            return _masked_words(text)
        if hidden == value:
            return text
        # In ASCII: half a character, which JSON can escape, could not be written otherwise.
        return json.dumps(hidden, sort_keys=True, separators=(",", ":"))
    return _masked_words(text)


def masked(document: Any, path: str = "") -> tuple[Any, list[str]]:
    """The document with every text masked, and the places (`/events/0/payload`) that changed."""
    if isinstance(document, str):
        hidden = masked_text(document)
        return hidden, [path] if hidden != document else []
    if isinstance(document, dict | list):
        pairs: list[tuple[Any, Any]] = list(
            document.items() if isinstance(document, dict) else enumerate(document)
        )
        items, places = [], []
        for key, item in pairs:
            hidden, found = masked(item, f"{path}/{key}")
            items.append(hidden)
            places += found
        if isinstance(document, list):
            return items, places
        return dict(zip(document, items, strict=True)), places
    return document, []


def _pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(found)
    if len(known) < len(found):
        raise ValueError("a key is there twice: what the first hides would be lost from sight")
    return known


def _masked_value(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {_masked_words(name): _masked_value(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_masked_value(item, key) for item in value]
    if value is None or isinstance(value, bool):
        return value
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_").split("_")
    is_personal = PERSONAL_WORDS & set(words) or any(pair <= set(words) for pair in PERSONAL_PAIRS)
    if is_personal and words[-1] not in HARMLESS_LAST_WORDS:
        return HIDDEN
    if isinstance(value, int):
        hidden = _masked_words(str(value))
        return value if words[-1] == "minor" or hidden == str(value) else hidden
    return _masked_words(str(value))


def _masked_words(text: str) -> str:
    text = _IBAN.sub(_without_iban, text)
    text = _DIGITS.sub(_without_cards, text)
    return _EMAIL.sub(HIDDEN, text)


def _without_iban(found: re.Match[str]) -> str:
    """Hides the longest beginning, in whole groups, whose check digits are right."""
    groups = found[0].split(" ")
    for length in range(len(groups), 0, -1):
        compact = "".join(groups[:length]).upper()
        if 15 <= len(compact) <= 34 and _is_iban(compact):
            shown = f"{compact[:2]}{HIDDEN}{compact[-4:]}"
            return " ".join([shown, *groups[length:]])
    return found[0]


def _is_iban(compact: str) -> bool:
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _without_cards(found: re.Match[str]) -> str:
    """Hides each run of whole groups of digits that could be the number of a card."""
    groups = [(part.start(), part.end()) for part in re.finditer(r"\d+", found[0])]
    text, kept, at = found[0], [], 0
    for start, end in _cards(text, groups):
        kept += [text[at:start], HIDDEN, text[end - 4 : end]]
        at = end
    return "".join([*kept, text[at:]])


def _cards(text: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(groups):
        start = groups[first][0]
        length = 0
        for last in range(first, len(groups)):
            length += groups[last][1] - groups[last][0]
            if length > _CARD_DIGITS[-1]:
                break
            end = groups[last][1]
            if length in _CARD_DIGITS and _is_card(text[start:end]):
                yield start, end
                first = last
                break
        first += 1


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdecimal()]
    # The networks' first digits: 2221-2720, 30 and 34 to 39, 4, 5 and 6.
    beginning = int("".join(map(str, digits[:4])))
    if not (2221 <= beginning <= 2720 or beginning // 100 in (30, *range(34, 40))) and (
        digits[0] not in (4, 5, 6)
    ):
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
