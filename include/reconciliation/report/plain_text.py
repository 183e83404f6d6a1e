"""What commands print: tables of text, and values as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from include.reconciliation.report.facts import instant


def table(rows: Sequence[Sequence[str]], *, right: int) -> Iterator[str]:
    """Rows under each other; the last `right` columns end in line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if place >= len(row) - right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def json_values(value: Any) -> Any:
    """Moments and days as text; the exponents, which only people's amounts need, are left out."""
    if isinstance(value, dict):
        return {key: json_values(item) for key, item in value.items() if key != "exponents"}
    if isinstance(value, list):
        return [json_values(item) for item in value]
    if isinstance(value, datetime):
        return instant(value)
    return value.isoformat() if isinstance(value, date) else value
