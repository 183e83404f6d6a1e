"""The names of kinds, causes, corrections and states, as the reader calls them."""

from __future__ import annotations

from include.reconciliation.corrections import ACTIONS
from include.reconciliation.kinds import KINDS
from include.reconciliation.report.language import Language, text

PAYOUT_STATES = (
    text("explained"),
    text("unexplained"),
    text("not paid out"),
    text("failed"),
    text("nothing to pay"),
    text("running balance"),
    text("sum of lines"),
)
BANK_STATES = (
    text("arrived"),
    text("arrived and returned"),
    text("in transit"),
    text("awaiting bank statement"),
    text("missing"),
    text("other amount"),
    text("ambiguous"),
    text("returned"),
    text("nothing paid"),
    text("not configured"),
)
# Texts that tables of the core hold: in English kinds have the names of the glossary.
KIND_NAMES = tuple(kind.name for kind in KINDS)
ACTION_NAMES = tuple(action.replace("_", " ") for action in ACTIONS)


def kind_name(say: Language, kind: str) -> str:
    """A kind as the reader calls it; one that is not known stays as it is."""
    return say(kind)


def kind_with_its_id(say: Language, kind: str) -> str:
    """A kind with the name by which the glossary and the runbook have it."""
    named = say(kind)
    return kind if named == kind else f"{named} ({kind})"


def name(say: Language, word: str) -> str:
    """A cause, an action or a state: words where underscores are, in the reader's language."""
    return say(word.replace("_", " "))


def names(say: Language, words: str) -> str:
    """Several states of one payout at the bank, set apart by commas."""
    return ", ".join(name(say, word) for word in words.split(", "))
