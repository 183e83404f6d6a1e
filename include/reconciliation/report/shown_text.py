"""Texts from outside on a page: markup is text, and what can't be seen is shown as its code."""

from __future__ import annotations

import html
import re

# Controls, marks that turn the direction of what follows, and characters without a shape: with them
# one reference can look like another one.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)


def seen(text: str) -> str:
    """The text with the code of each unseen character in its place, such as `[U+202E]`."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def escaped(text: str) -> str:
    """The text for any place of an HTML or SVG document between tags or in quotes."""
    return html.escape(seen(text), quote=True)
