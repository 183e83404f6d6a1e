"""How a number in a file is damaged."""

from __future__ import annotations

import re

_LAST_DIGIT = re.compile(r"[0-9](?=[^0-9]*$)", re.ASCII)


def another_digit(text: str) -> str:
    """The number with another last digit, as many digits as before."""
    return _LAST_DIGIT.sub(lambda digit: str((int(digit[0]) + 1) % 10), text)


def unreadable(text: str) -> str:
    """The number with a letter O for its last digit."""
    return _LAST_DIGIT.sub("O", text)


def one_more(text: str) -> str:
    """The count with one more, as many digits as before."""
    return str(int(text) + 1).zfill(len(text))


def hundred_more(text: str) -> str:
    """Hundredths with one unit more, which every currency has; as many digits as before."""
    return str(int(text) + 100).zfill(len(text))
