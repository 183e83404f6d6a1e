"""The checks of books: a section each on its book's page, and a line each on docs/checks.md.

Both are made from the headers of include/sql/invariants.
"""

from __future__ import annotations

from collections.abc import Iterable

from include.reconciliation.documentation.marks import between
from include.reconciliation.invariants import Invariant

BEGIN = "<!-- checks: begin -->\n"
END = "<!-- checks: end -->\n"


def with_checks(page: str, checks: Iterable[Invariant]) -> str:
    """The page with the text between its marks made anew; ValueError where a mark is missing."""
    return between(page, BEGIN, END, "\n".join(_section(check) for check in checks))


def page(checks: Iterable[Invariant]) -> str:
    """docs/checks.md: one row per sentence, by book."""
    rows = "".join(
        f"| [{check.book}](books/{check.book}.md) "
        f"| [{check.sentence}](books/{check.book}.md#{check.name}) "
        f"| {check.severity} | {check.scope} | {check.cadence} "
        f"| {check.rows_allowed} | {check.asked_by} |\n"
        for check in checks
    )
    return (
        "# Checks\n\n"
        "Every sentence that must be true of a [book](books/index.md), from the files of\n"
        "`include/sql/invariants`. This page is made by `bin/reconciliation docs`.\n\n"
        "| Book | Must be true | Severity | Scope | Asked every | Rows allowed | Asked for by |\n"
        "|---|---|---|---|---|---|---|\n" + rows
    )


def _section(check: Invariant) -> str:
    """What must be true, who asked for it, how grave it is otherwise, and what to do then."""
    where = "what was touched lately, and all of it each morning"
    if check.scope == "full":
        where = "the book as it stands"
    escalation = "to nobody else"
    if check.escalate_to is not None and check.escalate_after is not None:
        minutes = int(check.escalate_after.total_seconds()) // 60
        escalation = f"to {check.escalate_to} " + (f"after {minutes} min" if minutes else "at once")
    relations = ", ".join(f"`{each}`" for each in check.reads)
    allowed = f"; more than {check.rows_allowed} rows break it" if check.rows_allowed else ""
    return (
        f"### `{check.name}`\n\n{check.question}\n\n"
        f"- **{check.severity}**{allowed}; one alert per {check.alert_per}; it goes {escalation}\n"
        f"- asked every {check.cadence}; looks at {where}: {relations}\n"
        f"- asked for by {check.asked_by}\n"
        f"- **Do:** {check.action}\n"
    )
