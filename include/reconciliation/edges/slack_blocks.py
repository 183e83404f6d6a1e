"""A card as Block Kit blocks, within Slack's limits: text that it can't read as markup.

Slack's limits (api.slack.com/reference/block-kit): 50 blocks a message, 150 characters a header,
3,000 a section, 10 fields a section of 2,000 each. It counts the characters as they are sent.
"""

from __future__ import annotations

import re
from typing import Any

from include.reconciliation.edges.connections import Connection
from include.reconciliation.edges.slack import plain
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.incident_texts import Card

BLOCKS_MAX = 50
HEADER_CHARACTERS_MAX = 150
SECTION_CHARACTERS_MAX = 3000
FIELDS_MAX = 10
FIELD_CHARACTERS_MAX = 2000
_SEVERITIES = ("info", "warning", "high", "critical")
# A user group, a user, or all who are there; Slack's own ids.
_MENTION = re.compile(r"(S[A-Z0-9]{2,20})|([UW][A-Z0-9]{2,20})|(here|channel)", re.ASCII)


def blocks(card: Card, link: str | None, mention: str | None = None) -> list[dict[str, Any]]:
    """The card as blocks; `mention` is markup of `mention_of`, all else is text."""
    found: list[dict[str, Any]] = [
        {"type": "header", "text": _text(card.title, HEADER_CHARACTERS_MAX)}
    ]
    if mention is not None:
        found.append({"type": "section", "text": {"type": "mrkdwn", "text": mention}})
    # Facts, footer and the blocks above have their place, however long the text is.
    parts = _parts(card.text, SECTION_CHARACTERS_MAX, BLOCKS_MAX - len(found) - 2)
    found += [{"type": "section", "text": _text(part, SECTION_CHARACTERS_MAX)} for part in parts]
    fields = [_text(f"{name}\n{value}", FIELD_CHARACTERS_MAX) for name, value in card.facts]
    found.append({"type": "section", "fields": fields[:FIELDS_MAX]})
    elements: list[dict[str, Any]] = [_text(card.footer, FIELD_CHARACTERS_MAX)]
    if link is not None:
        url = plain(link).replace("|", "%7C")
        elements.append({"type": "mrkdwn", "text": f"<{url}|Airflow>", "verbatim": True})
    found.append({"type": "context", "elements": elements})
    return found


def mention_of(target: Connection, severity: str) -> str | None:
    """Whom a new incident calls, as Slack's markup; None unless it is as severe as declared.

    The connection's extra names who in `mention`, and from which severity on in `mention_from`,
    which is `critical` where it is not said. Raises ConfigurationError for what is neither.
    """
    named = target.extra.get("mention")
    lowest = target.extra.get("mention_from", "critical")
    if named is None:
        return None
    match = _MENTION.fullmatch(named) if isinstance(named, str) else None
    if match is None or lowest not in _SEVERITIES:
        raise ConfigurationError(
            f"the connection {target.connection_id!r}: mention is the id of a user group or user, "
            f"'here' or 'channel', and mention_from one of {', '.join(_SEVERITIES)}"
        )
    if _SEVERITIES.index(severity) < _SEVERITIES.index(lowest):
        return None
    group, user, everybody = match.groups()
    return f"<!subteam^{group}>" if group else f"<@{user}>" if user else f"<!{everybody}>"


def _text(text: str, characters_max: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _cut(text, characters_max), "emoji": False}


def _cut(text: str, characters_max: int) -> str:
    """The text as it is sent, cut where it is too long, and never inside an escaped character."""
    if _fitting(text, characters_max) == len(text):
        return plain(text)
    return plain(text[: _fitting(text, characters_max - 1)] + "…")


def _fitting(text: str, characters_max: int) -> int:
    """How many of its characters, from the first on, make no more than so many as they are sent."""
    size = min(len(text), characters_max)
    while (too_many := len(plain(text[:size])) - characters_max) > 0:
        # Each is sent as five at most: this many less never leave too few.
        size -= max(1, too_many // 5)
    return size


def _parts(text: str, characters_max: int, parts_max: int) -> list[str]:
    """The text in pieces that each fit as they are sent; the last one is cut if there are many."""
    parts: list[str] = []
    rest = text
    while rest and len(parts) < parts_max - 1:
        size = _fitting(rest, characters_max)
        parts.append(rest[:size])
        rest = rest[size:]
    return [*parts, rest] if rest else parts
