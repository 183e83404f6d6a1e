"""What a file of include/sql/causes says of itself: a formula that may explain a discrepancy.

The name of the file is the cause, its query returns the discrepancies that the formula holds for
with the figures that were put into it, and its header says the formula in words, which kinds it is
about, which correction it calls for and what to do so that it does not come back. A file of
`causes/references` gives the forms that references have once one change is undone; the pairs are
found by what all of them share (docs/causes.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from include.reconciliation.corrections import ACTIONS, ENTRIES
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.kinds import BY_NAME
from include.reconciliation.sql_headers import header

FOLDER = "causes"
REFERENCES_FOLDER = "causes/references"
_FIELDS = ("Grain", "Binds", "Formula", "Kinds", "Correction", "Do")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OF_THE_DIFFERENCE = " of the difference"
_MANY = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """A formula, the correction that it calls for, and where its query is."""

    name: str
    question: str
    formula: str
    kinds: tuple[str, ...]
    action: str
    advice: str
    pairs_references: bool

    @property
    def title(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")

    @property
    def books_entry(self) -> bool:
        """Whether its correction is an entry of the ledger, of all of the difference."""
        return self.action in ENTRIES


EXPLAINED = {
    ("one", "none"): "1 discrepancy, {at_risk}: no cause explains any of it",
    ("one", "one"): "1 discrepancy, {at_risk}: 1 cause explains {explains}",
    ("one", "many"): "1 discrepancy, {at_risk}: {causes} causes explain {explains}",
    ("many", "none"): "{found} discrepancies, {at_risk}: no cause explains any of it",
    ("many", "one"): "{found} discrepancies, {at_risk}: 1 cause explains {explains}",
    ("many", "many"): "{found} discrepancies, {at_risk}: {causes} causes explain {explains}",
}


def sentence(found: int, causes: int) -> str:
    """The text that says how much is explained, with places for the figures."""
    told = ("none", "one")[causes] if causes < _MANY else "many"
    return EXPLAINED["one" if found == 1 else "many", told]


def explained(found: int, at_risk: str, causes: int, explains: str) -> str:
    """Such as "412 discrepancies, BRL 38,211.00: 3 causes explain BRL 38,190.00"."""
    return sentence(found, causes).format(
        found=f"{found:,}", at_risk=at_risk, causes=causes, explains=explains
    )


def cause(folder: str, name: str, text: str) -> Cause:
    """The cause of a file; ConfigurationError says what its header lacks or mistakes."""
    place = f"include/sql/{folder}/{name}.sql"
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{place}: the name is in lower case, as amount_hundredfold")
    question, fields = header(text, (*_FIELDS, "Reason"))
    missing = [field for field in _FIELDS if not fields.get(field)]
    if missing or not question:
        lacks = ", ".join(missing) or "the question"
        raise ConfigurationError(f"{place}: its header lacks {lacks}; docs/causes.md")
    kinds = tuple(fields["Kinds"].split(", "))
    if unknown := sorted(set(kinds) - BY_NAME.keys()):
        raise ConfigurationError(f"{place}, Kinds: unknown {', '.join(unknown)}")
    action = fields["Correction"].removesuffix(_OF_THE_DIFFERENCE)
    says_amount = fields["Correction"].endswith(_OF_THE_DIFFERENCE)
    if action not in ACTIONS or says_amount != (action in ENTRIES):
        entries = (f"{each}{_OF_THE_DIFFERENCE}" for each in ENTRIES)
        known = ", ".join((*entries, *(each for each in ACTIONS if each not in ENTRIES)))
        raise ConfigurationError(
            f"{place}, Correction: expected one of {known}; found {fields['Correction']!r}"
        )
    return Cause(
        name=name,
        question=question,
        formula=fields["Formula"],
        kinds=kinds,
        action=action,
        advice=fields["Do"],
        pairs_references=folder == REFERENCES_FOLDER,
    )
