"""What a PSP's entry says so that causes can be told: the table `[psp.causes]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from include.reconciliation.toml_tables import TableReader

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class CauseRules:
    """What the company's own references look like, as a regular expression of PostgreSQL."""

    own_reference: str | None = None


def read_cause_rules(entry: object, place: str) -> CauseRules:
    """The table's content; ConfigurationError names the key that is wrong."""
    reader = TableReader(entry, place)
    rules = CauseRules(own_reference=reader.take("own_reference", _pattern, None))
    reader.finish()
    return rules


def _pattern(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise ValueError(f"must be a regular expression of at most {_LONGEST} characters")
    # Both sides read it: what Python refuses, PostgreSQL need not see.
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return value
