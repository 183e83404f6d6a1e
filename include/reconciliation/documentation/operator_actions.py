"""The actions of docs/operator-actions.md: a row each at a glance, and a section each."""

from __future__ import annotations

from collections.abc import Iterable

from include.reconciliation.documentation.marks import between
from include.reconciliation.operator_actions import Action
from include.reconciliation.operator_form import points

BEGIN = "<!-- actions: begin -->\n"
END = "<!-- actions: end -->\n"


def with_actions(page: str, actions: Iterable[Action]) -> str:
    """The page with the text between its marks made anew; ValueError where a mark is missing."""
    listed = list(actions)
    rows = "".join(
        f"| [`{action.name}`](#{action.name}) | {action.target.title.lower()} | "
        f"{action.target.runbook} | {', '.join(f'`{state}`' for state in action.moves)} | "
        f"{'–' if action.held_by is None else f'`{action.held_by}`'} | {action.asks or '–'} |\n"
        for action in listed
    )
    head = "| DAG | Of a | Runbook | Allowed from | Held by | Asks first |\n"
    sections = "\n".join(map(_section, listed))
    return between(page, BEGIN, END, f"{head}|---|---|---|---|---|---|\n{rows}\n{sections}")


def _section(action: Action) -> str:
    return f"### `{action.name}`\n\n" + "\n".join(points(action)) + "\n"
