"""Text that comes from outside, made fit for a log, a row and a screen."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with a question mark for what has no shape: control, direction, half characters."""
    return "".join(character if character.isprintable() else "?" for character in text)
