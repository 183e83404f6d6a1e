"""Sentences that runs record in English, for the report to say them in its own language."""

from __future__ import annotations

from include.reconciliation.report.language import Language, pattern_of, text

_REASONS = (
    text("{count} discrepancy is open"),
    text("{count} discrepancies are open"),
    text("{count} item is pending"),
    text("{count} items are pending"),
    text("{count} statement is missing or was refused"),
    text("{count} statements are missing or were refused"),
    text("{count} refused statement waits for a good one"),
    text("{count} refused statements wait for good ones"),
    text("{count} failed expectation is open"),
    text("{count} failed expectations are open"),
    text("every row is matched, or expected nowhere by a declared rule"),
    text("{identity} does not hold: {what}: expected {expected}, found {found}, difference {rest}"),
)
_CRITERIA = (
    text("at most {number} minor units and {percent} %"),
    text("at most {number} minor unit and {percent} %"),
    text("at most {number} minor units"),
    text("at most {number} minor unit"),
    text("at most {percent} %"),
    text("at most {number} business days"),
    text("at most {number} business day"),
)
_KNOWN_REASONS = {english: pattern_of(english) for english in _REASONS}
_KNOWN_CRITERIA = {english: pattern_of(english) for english in _CRITERIA}


def reason(say: Language, sentence: str) -> str:
    """A reason of a verdict; one that is not known stays as the run recorded it."""
    return say.recorded(sentence, _KNOWN_REASONS)


def criteria(say: Language, sentence: str) -> str:
    """What a tolerance takes, in words."""
    return say.recorded(sentence, _KNOWN_CRITERIA)
