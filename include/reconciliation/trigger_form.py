"""What may be asked of a run: the fields of the trigger form, and the reading of their values.

Airflow checks each field against its schema and lets fields pass that nobody declared; a slip such
as `window_strat` would then reconcile the wrong window in silence. Unknown ones are refused here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from include.reconciliation.errors import RequestError

FIELDS = ("psps", "window_start", "window_end", "dry_run", "include_paused", "note")

# JSON Schema's own format "date-time" is checked only where an optional package is installed.
MOMENT_PATTERN = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])$"
)

# JSON schemas of fields, as Airflow shows and checks them.
MOMENT: dict[str, Any] = {
    "type": ["null", "string"],
    "format": "date-time",
    "pattern": MOMENT_PATTERN,
    "description": "In the time zone that Airflow shows you. None of both: on from the last run.",
}
NOTE: dict[str, Any] = {
    "type": ["null", "string"],
    "maxLength": 500,
    "description": "Kept with the run, and shown beside a pause that it passes by.",
}


def some_of(names: list[str]) -> dict[str, Any]:
    """A field that takes at least one of these names, each once."""
    # `examples` makes Airflow's form show a list to pick from, `items` makes its server check.
    return {
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "examples": names,
        "items": {"type": "string", "enum": names},
    }


def refuse_unknown_fields(asked: object) -> None:
    """Raises RequestError that names the fields of `asked` that the form does not have."""
    if asked is None:
        return
    if not isinstance(asked, Mapping):
        raise RequestError(f"the request is an object of fields; found {asked!r}")
    unknown = sorted(str(field) for field in asked if field not in FIELDS)
    if unknown:
        raise RequestError(
            f"the request has unknown fields: {', '.join(unknown)}; known are {', '.join(FIELDS)}"
        )


def moment(field: str, text: str | None) -> datetime | None:
    """The instant that a field holds, None when it is empty; RequestError when it has no zone."""
    if not text:
        return None
    if re.search(MOMENT_PATTERN, text) is None:
        raise RequestError(
            f"{field}: expected a time with its zone, as 2026-11-19T10:00:00Z; found {text!r}"
        )
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"{field}: {text!r} is no time: {error}") from None
