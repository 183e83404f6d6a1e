"""Text that comes from outside, made fit for a log, a row and a screen."""

from __future__ import annotations

import re

_MAIL_ADDRESS = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[^\s@<>\"',;:()]+")
_CARD_NUMBER = re.compile(r"(?<![0-9])(?:[0-9][ -]?){12,18}[0-9](?![0-9])", re.ASCII)
_TAX_NUMBER = re.compile(r"(?<![0-9])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])", re.ASCII)
# What a spreadsheet takes for the beginning of a formula, as include/sql/reports has it.
_FORMULA = tuple("-=+@\t\r\n＝＋－＠")


def printable(text: str) -> str:
    """The text with a question mark for what has no shape: control, direction, half characters."""
    return "".join(character if character.isprintable() else "?" for character in text)


def no_formula(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def masked(text: str) -> str:
    """The text without what may name a person: mail addresses, card numbers, Brazilian CPFs.

    For what people type into a form and others read in a channel. A number counts as a card's when
    its check digit fits.
    """
    text = _MAIL_ADDRESS.sub("[mail address]", text)
    text = _TAX_NUMBER.sub("[tax number]", text)
    return _CARD_NUMBER.sub(
        lambda found: "[card number]" if _fits_luhn(found[0]) else found[0], text
    )


def login(name: str) -> str:
    """How a login is shown to others: without the domain of a mail address."""
    return printable(name.split("@", 1)[0])


def _fits_luhn(text: str) -> bool:
    digits = [int(character) for character in reversed(text) if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
