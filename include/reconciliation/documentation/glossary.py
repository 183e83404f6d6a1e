"""The table of kinds in docs/glossary.md, from `kinds.py`."""

from __future__ import annotations

from collections.abc import Iterable

from include.reconciliation.documentation.marks import between
from include.reconciliation.kinds import Kind

BEGIN = "<!-- kinds: made by bin/reconciliation docs, edit include/reconciliation/kinds.py -->\n"
END = "<!-- kinds: end -->\n"


def table_of_kinds(kinds: Iterable[Kind]) -> str:
    """One row per kind in the order of precedence."""
    head = (
        "| Kind | What is wrong | Aspect | Severity | Delta | Exposure |\n"
        "|---|---|---|---|---|---|\n"
    )
    return head + "".join(
        f"| [`{kind.name}`](runbook.md#{kind.name}) | {kind.meaning} | {kind.aspect} "
        f"| {kind.severity} | {kind.delta} | {kind.exposure} |\n"
        for kind in kinds
    )


def with_table(page: str, kinds: Iterable[Kind]) -> str:
    """The page with the text between the two marks replaced; ValueError where a mark is missing."""
    return between(page, BEGIN, END, table_of_kinds(kinds))
