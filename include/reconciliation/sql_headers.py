"""What a file of include/sql says of itself: a sentence, and fields whose text may go on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping


def header(text: str, fields: Collection[str]) -> tuple[str, Mapping[str, str]]:
    """The sentence that the comment opens with, and its fields by name, without line breaks."""
    opens = re.compile(r"^(" + "|".join(map(re.escape, fields)) + r"):\s*(.*)$")
    question: list[str] = []
    found: dict[str, str] = {}
    field = None
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        told = line.removeprefix("--").strip()
        if opening := opens.match(told):
            field = opening[1]
            found[field] = opening[2].strip()
        elif field is not None:
            found[field] = f"{found[field]} {told}".strip()
        elif told:
            question.append(told)
    return " ".join(question), found
