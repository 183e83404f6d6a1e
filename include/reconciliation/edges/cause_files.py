"""The causes that there are: the files of include/sql/causes and of its folder `references`."""

from __future__ import annotations

from functools import cache

from include.reconciliation.causes import FOLDER, REFERENCES_FOLDER, Cause, cause
from include.reconciliation.edges.warehouse import SQL_FOLDER


@cache
def causes() -> tuple[Cause, ...]:
    """All of them in the order of their names; ConfigurationError for a header that is wrong."""
    found = [
        cause(folder, path.stem, path.read_text(encoding="utf-8"))
        for folder in (FOLDER, REFERENCES_FOLDER)
        for path in (SQL_FOLDER / folder).glob("*.sql")
    ]
    return tuple(sorted(found, key=lambda each: each.name))
