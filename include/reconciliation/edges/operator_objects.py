"""How an object of a service stands, read from its book with a role that may only read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from include.reconciliation.edges import book_source, warehouse
from include.reconciliation.errors import SourceError
from include.reconciliation.operator_actions import Action
from include.reconciliation.operator_rules import Standing

# What no object has: a question about one that was never acted on finds nothing under it.
NO_KEY = ""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def standing(action: Action, object_id: str, idempotency_key: str = NO_KEY) -> Standing | None:
    """The object as its book shows it, None where the book has none of that id.

    Raises Transient where the book can't be read now, SourceError where it answers otherwise.
    """
    name = f"operator_actions/state/{action.target.kind}"
    values = {"object_id": object_id, "idempotency_key": idempotency_key}
    with book_source.asked(action.target.book, name) as cursor:
        rows = warehouse.run(cursor, name, values).fetchall()
    if len(rows) > 1:
        raise SourceError(f"{action.target.book} has {len(rows)} objects of the id {object_id!r}")
    if not rows:
        return None
    facts: dict[str, Any] = dict(rows[0])
    is_stuck = bool(facts.pop("is_stuck", False))
    return Standing(str(facts.pop("state")), facts, is_stuck)


def instant(microseconds: int) -> datetime:
    """The moment that a book gives as microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)
