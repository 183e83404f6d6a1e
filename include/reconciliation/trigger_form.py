"""What may be asked of a run: the fields of the trigger form, and the reading of their values.

Airflow checks each field against its schema. It lets fields pass that nobody declared, so that a
slip such as `window_strat` would reconcile the wrong window in silence, and it can't hold one field
against another. Both are refused here, before a run exists and again in its first task.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from include.reconciliation import windows
from include.reconciliation.errors import RequestError
from include.reconciliation.report_settings import LANGUAGES, refuse_language

DAG_ID = "billing_gateway_reconciliation"
FIELDS = ("psps", "window_start", "window_end", "dry_run", "include_paused", "language", "note")
# Before the name of whoever began a run from the command line, where nobody logs in.
COMMAND_LINE = "cli:"

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
PAST_MOMENT: dict[str, Any] = {
    **MOMENT,
    "description": "In the time zone that Airflow shows you. None: end of the interval, or now.",
}
LATER_MOMENT: dict[str, Any] = {
    **MOMENT,
    "description": "In the time zone that Airflow shows you; a moment to come.",
}
LANGUAGE: dict[str, Any] = {
    "type": ["null", "string"],
    "enum": [None, *LANGUAGES],
    "description": "Pages in this language too, beside the report. None: as the PSP's entry says.",
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


def refuse(asked: object, now: datetime) -> None:
    """Raises RequestError when these fields ask for what no run can be, whatever the account."""
    refuse_unknown_fields(asked)
    if isinstance(asked, Mapping):
        start, end = (moment(field, asked.get(field)) for field in ("window_start", "window_end"))
        windows.check(start, end, now)
        refuse_language(asked.get("language"))


def refuse_future(request: Mapping[str, Any], now: datetime) -> None:
    """Raises RequestError when a run is asked for with a date of Airflow's that has not come."""
    for field in ("logical_date", "data_interval_end"):
        with suppress(TypeError, ValueError):
            # What is no time, or has no zone, Airflow refuses itself.
            windows.check_interval(datetime.fromisoformat(request.get(field) or ""), now)


def refuse_unknown_fields(asked: object, fields: Sequence[str] = FIELDS) -> None:
    """Raises RequestError that names the fields of `asked` that the form does not have."""
    if asked is None:
        return
    if not isinstance(asked, Mapping):
        raise RequestError(f"the request is an object of fields; found {asked!r}")
    unknown = sorted(str(field) for field in asked if field not in fields)
    if unknown:
        raise RequestError(
            f"the request has unknown fields: {', '.join(unknown)}; known are {', '.join(fields)}"
        )


def moment(field: str, value: object) -> datetime | None:
    """The instant that a field holds, None when it is empty; RequestError when it is no instant."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or re.search(MOMENT_PATTERN, value) is None:
        raise RequestError(
            f"{field}: expected a time with its zone, as 2026-11-19T10:00:00Z; "
            f"found {reprlib.repr(value)}"
        )
    try:
        read = datetime.fromisoformat(value)
        read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RequestError(
            f"{field}: found {value!r}, which is no time ({error}); give one that the calendar has"
        ) from None
    return read
