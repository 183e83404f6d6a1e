"""The causes on docs/causes.md: a row each, from the headers of include/sql/causes."""

from __future__ import annotations

from collections.abc import Iterable

from include.reconciliation.causes import Cause
from include.reconciliation.documentation.marks import between

BEGIN = "<!-- causes: begin -->\n"
END = "<!-- causes: end -->\n"


def with_causes(page: str, causes: Iterable[Cause]) -> str:
    """The page with the text between its marks made anew; ValueError where a mark is missing."""
    head = (
        "| Cause | Holds exactly when | Of | Correction | So that it does not come back |\n"
        "|---|---|---|---|---|\n"
    )
    return between(page, BEGIN, END, head + "".join(_row(cause) for cause in causes))


def _row(cause: Cause) -> str:
    kinds = ", ".join(f"[`{kind}`](runbook.md#{kind})" for kind in cause.kinds)
    correction = f"`{cause.action}`" + (" of the difference" if cause.books_entry else "")
    cells = (f"`{cause.name}`", cause.formula, kinds, correction, cause.advice)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
