"""How a number in a file is damaged."""

from __future__ import annotations


def another_digit(text: str) -> str:
    """The number with another last digit, as many digits as before."""
    return f"{text[:-1]}{(int(text[-1]) + 1) % 10}"


def unreadable(text: str) -> str:
    """The number with a letter O for its last digit."""
    return f"{text[:-1]}O"


def one_more(text: str) -> str:
    """The count with one more, as many digits as before."""
    return str(int(text) + 1).zfill(len(text))


def hundred_more(text: str) -> str:
    """PayPal's hundredths with one unit more, which every currency has."""
    return str(int(text) + 100)
