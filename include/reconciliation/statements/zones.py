"""Time zone abbreviations in statements, and the zones whose rules they follow.

Providers write PST on summer dates too, so an abbreviation names a place, not an offset. Only in
the hour that occurs twice does it decide which of the two is meant.
"""

from __future__ import annotations

# Abbreviation: (zone of the IANA list, whether it is that zone's summer time).
ZONES: dict[str, tuple[str, bool]] = {
    "UTC": ("UTC", False),
    "GMT": ("Europe/London", False),
    "BST": ("Europe/London", True),
    "WET": ("Europe/Lisbon", False),
    "WEST": ("Europe/Lisbon", True),
    "CET": ("Europe/Berlin", False),
    "CEST": ("Europe/Berlin", True),
    "EET": ("Europe/Helsinki", False),
    "EEST": ("Europe/Helsinki", True),
    "PST": ("America/Los_Angeles", False),
    "PDT": ("America/Los_Angeles", True),
    "MST": ("America/Denver", False),
    "MDT": ("America/Denver", True),
    "CST": ("America/Chicago", False),
    "CDT": ("America/Chicago", True),
    "EST": ("America/New_York", False),
    "EDT": ("America/New_York", True),
    "BRT": ("America/Sao_Paulo", False),
    "BRST": ("America/Sao_Paulo", True),
    "SGT": ("Asia/Singapore", False),
    "HKT": ("Asia/Hong_Kong", False),
    "JST": ("Asia/Tokyo", False),
    "AEST": ("Australia/Sydney", False),
    "AEDT": ("Australia/Sydney", True),
    "NZST": ("Pacific/Auckland", False),
    "NZDT": ("Pacific/Auckland", True),
}
