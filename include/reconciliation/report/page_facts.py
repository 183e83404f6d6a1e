"""control_page.json: what the pages of a run are made from, so that they can be written again.

Canonical JSON; a day is {"day": "2026-11-19"}, an instant {"instant": "2026-11-19T10:00:00Z"}. It
is one of the sealed files of a folder, and holds no number from a sequence.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.report.facts import ReportFacts, instant

PAGE_FACTS = "control_page.json"
_VERSION = 1
# Of the warehouse and of one attempt: the same run may have others.
_NUMBERS = ("run_number", "maker_attempt_id", "report_language")


def written(facts: ReportFacts) -> bytes:
    """The bytes of the file, with a newline at the end; the same facts give the same bytes."""
    told = {field.name: getattr(facts, field.name) for field in fields(facts)}
    told["header"] = {key: value for key, value in facts.header.items() if key not in _NUMBERS}
    return (canonical_json({"version": _VERSION, "facts": _plain(told)}) + "\n").encode()


def read(content: bytes) -> ReportFacts:
    """The facts of a file; RequestError for a version that this code does not write."""
    document = json.loads(content)
    if document.get("version") != _VERSION:
        raise RequestError(
            f"{PAGE_FACTS} has version {document.get('version')!r}, and this code reads "
            f"{_VERSION}: use the version of the project that made the run"
        )
    return ReportFacts(**_read(document["facts"]))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return {"instant": instant(value)}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"instant": str(moment), **rest} if not rest:
            return datetime.fromisoformat(moment).astimezone(UTC)
        case {"day": str(day), **rest} if not rest:
            return date.fromisoformat(day)
        case {"decimal": str(number), **rest} if not rest:
            return Decimal(number)
    return {key: _read(item) for key, item in value.items()}
