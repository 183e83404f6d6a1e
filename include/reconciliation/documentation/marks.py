"""Pages that are made in part: what stands between two marks is made, the rest is written."""

from __future__ import annotations


def between(page: str, begin: str, end: str, text: str) -> str:
    """The page with the text between its marks replaced; ValueError where a mark is missing."""
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"the page has lost the marks around what is made: {begin.strip()}")
    return f"{before}{begin}\n{text}\n{end}{after}"
