"""How times are written: a layout such as "YYYY-MM-DD hh:mm:ss" becomes a pattern for the database.

Tokens: YYYY, MM, DD, hh, mm, ss; M and D without a leading zero; .f for decimals that may follow;
zz for an offset such as -04:00, -0400 or Z. The layout "epoch" is seconds since 1970 in UTC.
"""

from __future__ import annotations

import re

EPOCH = "epoch"
_TOKENS = {
    "YYYY": ("year", "([12][0-9]{3})", "2026"),
    "MM": ("month", "(0[1-9]|1[0-2])", "11"),
    "DD": ("day", "(0[1-9]|[12][0-9]|3[01])", "17"),
    "M": ("month", "(0?[1-9]|1[0-2])", "11"),
    "D": ("day", "(0?[1-9]|[12][0-9]|3[01])", "17"),
    "hh": ("hour", "([01][0-9]|2[0-3])", "23"),
    "mm": ("minute", "([0-5][0-9])", "50"),
    "ss": ("second", "([0-5][0-9])", "00"),
    ".f": ("fraction", r"(?:\.([0-9]{1,9}))?", ".000"),
    "zz": ("offset", "(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])", "-04:00"),
}
_TOKEN = re.compile("|".join(re.escape(token) for token in _TOKENS))


def compiled(layout: str) -> dict[str, str | int]:
    """The pattern of a layout, and which of its groups is the year, the month, …

    Raises ValueError for a layout that does not name a day.
    """
    if layout == EPOCH:
        return {"pattern": "^([0-9]{9,10})$", "epoch": 1}
    places: dict[str, str | int] = {}
    pattern = ""
    for part in _parts(layout):
        if part in _TOKENS:
            name, expression, _ = _TOKENS[part]
            if name in places:
                raise ValueError(f"the layout {layout!r} names the {name} twice")
            places[name] = len(places) + 1
            pattern += expression
        else:
            pattern += re.escape(part)
    if not {"year", "month", "day"} <= places.keys():
        raise ValueError(f"the layout {layout!r} needs YYYY, MM and DD")
    return {**places, "pattern": f"^{pattern}$"}


def example(layout: str) -> str:
    """A time in that layout."""
    if layout == EPOCH:
        return "1795132200"
    return "".join(_TOKENS[part][2] if part in _TOKENS else part for part in _parts(layout))


def _parts(layout: str) -> list[str]:
    parts, position = [], 0
    for match in _TOKEN.finditer(layout):
        parts += [layout[position : match.start()], match[0]]
        position = match.end()
    return [part for part in (*parts, layout[position:]) if part]
