"""Damage to the answers of APIs: entries and counts are changed, and the JSON stays strict."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Page = dict[str, Any]
Damage = Callable[[bytes], bytes]
_DECODER = json.JSONDecoder(parse_float=str)


def of_pages(change: Callable[[list[Page]], None]) -> Damage:
    """Damage that changes the pages of a file in place."""

    def damage(content: bytes) -> bytes:
        text, pages, place = content.decode().strip(), [], 0
        while place < len(text):
            page, place = _DECODER.raw_decode(text, place)
            pages.append(page)
            place += len(text[place:]) - len(text[place:].lstrip())
        change(pages)
        written = "\n".join(json.dumps(page, indent=1) for page in pages) + "\n"
        return re.sub(r'("exchange_rate": )"([0-9.]+)"', r"\1\2", written).encode()

    return damage


def value(*path: str | int, change: Callable[[Any], Any]) -> Damage:
    """Damage to a value of the first page, by the names and places that lead to it."""

    def changed(pages: list[Page]) -> None:
        inner: Any = pages[0]
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = change(inner[path[-1]])

    return of_pages(changed)


def without_first(*path: str | int) -> Damage:
    """The first entry of a list is lost; what counts it is left."""
    return value(*path, change=lambda entries: entries[1:])


def first_twice(*path: str | int, counted: tuple[str | int, ...] = ()) -> Damage:
    """The first entry of a list stands there once more; `counted` leads to what counts them."""

    def damage(content: bytes) -> bytes:
        content = value(*path, change=lambda entries: [entries[0], *entries])(content)
        return value(*counted, change=lambda count: count + 1)(content) if counted else content

    return damage
