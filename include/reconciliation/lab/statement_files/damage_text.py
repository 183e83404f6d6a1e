"""Damage to the files of banks: the first part that a pattern finds is changed or taken out."""

from __future__ import annotations

import re
from collections.abc import Callable

from include.reconciliation.lab.statement_files.digits import another_digit, one_more, unreadable

Damage = Callable[[bytes], bytes]


def found(pattern: bytes, change: Callable[[str], str]) -> Damage:
    """Damage to group 1 of the first match; LookupError where there is none."""
    compiled = re.compile(pattern, re.DOTALL | re.MULTILINE)

    def damage(content: bytes) -> bytes:
        match = compiled.search(content)
        if match is None:
            raise LookupError(f"nothing in the file is like {pattern!r}")
        start, end = match.span(1)
        return content[:start] + change(match[1].decode()).encode() + content[end:]

    return damage


def without(pattern: bytes) -> Damage:
    """What the pattern finds is lost."""
    return found(pattern, lambda text: "")


def twice(pattern: bytes) -> Damage:
    """What the pattern finds stands there once more."""
    return found(pattern, lambda text: text + text)


def other_amount(pattern: bytes) -> Damage:
    """An amount, or a total, is another one."""
    return found(pattern, another_digit)


def other_count(pattern: bytes) -> Damage:
    """A trailer counts one more."""
    return found(pattern, one_more)


def unreadable_amount(pattern: bytes) -> Damage:
    """An amount is no number."""
    return found(pattern, unreadable)


def cut_within_a_line(content: bytes) -> bytes:
    """Two thirds of the file, and half of the line that the cut falls into."""
    place = len(content) * 2 // 3
    start = content.rfind(b"\n", 0, place) + 1
    end = content.find(b"\n", place)
    return content[: (start + (end if end > 0 else len(content))) // 2]
