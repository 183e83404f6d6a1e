"""The language of a report: its texts, and how it writes numbers, amounts, days and moments.

English texts stand in the code; other languages have a gettext catalogue beside this file. Signs
and currency symbols are those of CLDR, as Babel has them. Amounts are whole minor units throughout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import get_currency_symbol

from include.reconciliation.money import format_minor

_CATALOGUES = Path(__file__).parent / "catalogues"
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def text(english: str) -> str:
    """Marks a text of a table for the catalogue; it is said later."""
    return english


class Language:
    """One language; a language is called with an English text, and says it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._texts: dict[str, str] = {}
        self._point, self._group = ".", ","
        if code != "en":
            locale = Locale.parse(code, sep="-")
            signs = locale.number_symbols["latn"]
            self._point, self._group = signs["decimal"], signs["group"]
            self._locale = locale
            with (_CATALOGUES / f"{code}.po").open("rb") as file:
                self._texts = {
                    str(message.id): str(message.string)
                    for message in read_po(file, locale=locale)
                    if message.id and message.string
                }

    def __call__(self, english: str, /, **values: object) -> str:
        """The text in this language, with values in its places; English where nobody wrote one."""
        said = self._texts.get(english, english)
        return said.format(**values) if values else said

    @property
    def is_english(self) -> bool:
        """Whether texts are said as they stand in the code."""
        return self.code == "en"

    def recorded(self, sentence: str, known: Mapping[str, re.Pattern[str]]) -> str:
        """A sentence that a run recorded in English, by the text of `known` that it is one of."""
        if self._texts:
            for english, pattern in known.items():
                if found := pattern.fullmatch(sentence):
                    return self(english, **found.groupdict())
        return sentence

    def count(self, number: int) -> str:
        """A whole number with thousands apart."""
        return f"{number:,}".replace(",", self._group)

    def decimal(self, written: str) -> str:
        """A decimal number, such as a rate, with this language's point and all of its digits."""
        return written.replace(".", self._point)

    def major(self, minor: int | None, currency: str | None, exponents: Mapping[str, int]) -> str:
        """An amount in major units, such as "-1,234.50"; "unknown" for None.

        A currency without a known exponent is shown in minor units, and says so; 0 is 0 in any.
        """
        if minor is None:
            return self("unknown")
        if currency is not None and currency in exponents:
            plain = format_minor(minor, exponents[currency], group="_")
            return plain.replace(".", self._point).replace("_", self._group)
        return self("{number} minor units", number=minor) if minor else "0"

    def money(self, minor: int | None, currency: str, exponents: Mapping[str, int]) -> str:
        """An amount with its currency: "BRL -1,234.50", in Portuguese "-R$ 1.234,50"."""
        if minor is None:
            return self("unknown")
        if self.code == "en":
            return f"{currency} {self.major(minor, currency, exponents)}"
        sign = "-" if minor < 0 else ""
        symbol = get_currency_symbol(currency, locale=self._locale)
        return f"{sign}{symbol} {self.major(abs(minor), currency, exponents)}"

    def day(self, value: date) -> str:
        """A day: "2026-11-19", in Portuguese "19/11/2026"."""
        if self.code == "en":
            return value.isoformat()
        return str(format_skeleton("yMd", value, locale=self._locale))

    def moment(self, value: datetime | None) -> str:
        """An instant in UTC, such as "2026-11-19 10:00:00 UTC"; empty for None."""
        if value is None:
            return ""
        there = value.astimezone(UTC)
        return f"{self.day(there.date())} {there:%H:%M:%S} UTC"

    def moment_in(self, value: datetime, zone: str) -> str:
        """An instant as the clocks of a zone show it, such as "2026-11-19 11:00:00 (+0100)"."""
        there = value.astimezone(ZoneInfo(zone))
        return f"{self.day(there.date())} {there:%H:%M:%S (%z)}"


@cache
def language(code: str) -> Language:
    """The language of that code, one of report_settings.LANGUAGES."""
    return Language(code)


def pattern_of(english: str) -> re.Pattern[str]:
    """What recognises a sentence made of that text: each place takes what stands there."""
    return re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(english)))
