"""The form and the manual of each operator action, made from its entry in `operator_actions`."""

from __future__ import annotations

from typing import Any

from include.reconciliation.operator_actions import GIVEN, OPTIONAL, THE_RAIL, Action

_TEXT: dict[str, Any] = {"type": ["null", "string"], "maxLength": 80}


def fields(action: Action) -> dict[str, dict[str, Any]]:
    """The fields of the form as arguments of a Param: JSON schema, title, and a default if any."""
    form: dict[str, dict[str, Any]] = {
        "object_id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$",
            "title": action.target.title,
        },
        "reason_code": {
            "type": "string",
            "enum": list(action.reason_codes),
            "title": "Why, as a code",
        },
        "reason": {"type": "string", "minLength": 5, "maxLength": 500, "title": "Why, in words"},
        "requester": {"default": None, **_TEXT, "title": "On behalf of"},
        "ticket": {"default": None, **_TEXT, "title": "Ticket"},
    }
    if action.failure_reasons:
        form["failure_reason"] = {
            "type": "string",
            "enum": list(action.failure_reasons),
            "title": "What the rail reports",
        }
    if action.reference is not None:
        form["reference"] = {"default": None, **_TEXT, "title": action.reference_title}
    if action.amount == GIVEN:
        form["amount"] = {
            "type": "string",
            "maxLength": 40,
            "title": "Amount, signed, with a point",
        }
    return form


def description(action: Action) -> str:
    """One line for the list of DAGs."""
    return f"{action.title.capitalize()}: {action.meaning}"


def manual(action: Action) -> str:
    """What this action alone has to say, as Markdown, for its DAG."""
    return f"\n\n## {action.title.capitalize()}\n\n" + "\n".join(points(action))


def points(action: Action) -> list[str]:
    """What it does, when it may, what is refused, what shows it done: a list in Markdown."""
    target = action.target
    lines = [
        f"- **Does:** {action.meaning} (runbook {target.runbook})",
        f"- **Calls** `POST {action.path}` of the connection `{target.service}`"
        + (f" with {', '.join(f'`{name}`' for name in action.body)}" if action.body else ""),
        f"- **Allowed from** {', '.join(f'`{state}`' for state in action.moves)}"
        + (", when stuck" if action.only_stuck else "")
        + f", as the book `{target.book}` shows",
        f"- **Done when** the book shows {_done(action)}",
        f"- **Reasons:** {', '.join(action.reason_codes)}",
    ]
    if action.failure_reasons:
        lines.append(f"- **The rail reports:** {', '.join(action.failure_reasons)}")
    if action.reference is not None:
        need = "may be empty" if action.reference == OPTIONAL else action.reference
        lines.append(f"- **Reference:** {action.reference_title} ({need})")
    if action.amount is not None:
        whose = "that of the form" if action.amount == GIVEN else "that of the object"
        lines.append(f"- **Amount:** {whose}; above the limit two must approve")
    if action.asks is not None:
        asked = "`failed`, or `unknown` twice" if action.failed_is_clear else "`unknown` twice"
        if action.asks != THE_RAIL:
            asked += ", or that it replays the key"
        lines.append(f"- **Asks first:** {action.asks}; goes on only where it says {asked}")
    held = "by nothing: it stops money itself"
    if action.held_by is not None:
        held = f"while `{action.held_by}` is false"
    lines.append(f"- **Held** {held}")
    for why in dict.fromkeys(action.refusals.values()):
        states = (f"`{state}`" for state, said in action.refusals.items() if said == why)
        lines.append(f"- **Refused** while {', '.join(states)}: {why}")
    return lines


def _done(action: Action) -> str:
    states = sorted({state for after in action.moves.values() for state in after})
    found = [f"`{state}`" for state in states]
    if action.failure_reasons:
        found.append("`FAILED` with that reason")
    if action.grows is not None:
        found.append(f"more in `{action.grows}`")
    return " or ".join(found)
