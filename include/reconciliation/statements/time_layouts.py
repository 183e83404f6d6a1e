"""How times are written: a layout such as "YYYY-MM-DD hh:mm:ss" becomes a pattern and places.

Tokens: YYYY, MM, DD, hh, mm, ss; M and D without a leading zero; .f for decimals that may follow;
zz for an offset such as -04:00, -0400 or Z. The layout "epoch" is seconds since 1970 in UTC.

A pattern only tells whether a time is written so: PostgreSQL takes half a millisecond to take the
groups out of one. The parts are cut out by their places.
"""

from __future__ import annotations

import re
from typing import Any

EPOCH = "epoch"
_TOKENS = {
    # Years of our time: what is dated elsewhere was not booked then.
    "YYYY": ("year", "(?:19[7-9][0-9]|2[01][0-9]{2})", "2026"),
    "MM": ("month", "(?:0[1-9]|1[0-2])", "11"),
    "DD": ("day", "(?:0[1-9]|[12][0-9]|3[01])", "17"),
    "M": ("month", "(?:0?[1-9]|1[0-2])", "11"),
    "D": ("day", "(?:0?[1-9]|[12][0-9]|3[01])", "17"),
    "hh": ("hour", "(?:[01][0-9]|2[0-3])", "23"),
    "mm": ("minute", "[0-5][0-9]", "50"),
    "ss": ("second", "[0-5][0-9]", "00"),
    ".f": ("fraction", r"(?:\.[0-9]{1,9})?", ".000"),
    "zz": ("offset", "(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])", "-04:00"),
}
_TOKEN = re.compile("|".join(re.escape(token) for token in _TOKENS))
_AT_THE_END = ("fraction", "offset")
_WIDTHS = {"year": 4, "month": 2, "day": 2, "hour": 2, "minute": 2, "second": 2}


def compiled(layout: str) -> dict[str, Any]:
    """The pattern of a layout, and where the year, the month, … stand, from 1 on.

    `is_short`: single digits get a leading zero first. Raises ValueError for a layout that does not
    name a day, or that goes on after decimals or an offset.
    """
    if layout == EPOCH:
        return {"pattern": "^[0-9]{9,10}$", "is_epoch": True, "is_short": False}
    is_short = any(part in ("M", "D") for part in _parts(layout))
    places: dict[str, Any] = {}
    pattern, place, ended = "", 1, False
    for part in _parts(layout):
        if part not in _TOKENS:
            pattern += re.escape(part)
            place += len(part)
            if ended:
                raise ValueError(f"the layout {layout!r} goes on after .f or zz")
            continue
        name, expression, _ = _TOKENS[part]
        if name in places:
            raise ValueError(f"the layout {layout!r} names the {name} twice")
        if ended and name not in _AT_THE_END:
            raise ValueError(f"the layout {layout!r} goes on after .f or zz")
        ended = ended or name in _AT_THE_END
        places[name] = place
        pattern += expression
        place += _WIDTHS.get(name, 0)
    if not {"year", "month", "day"} <= places.keys():
        raise ValueError(f"the layout {layout!r} needs YYYY, MM and DD")
    if is_short and "fraction" in places:
        raise ValueError(f"the layout {layout!r} has both M or D and .f")
    return {
        **{name: places.get(name) for name in _WIDTHS},
        "pattern": f"^{pattern}$",
        "rest": place,
        "is_epoch": False,
        "is_short": is_short,
    }


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
