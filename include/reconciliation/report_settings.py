"""How the report of a PSP is written for people: whose books they are, and in which language."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import Any

from include.reconciliation.errors import ConfigurationError, RequestError
from include.reconciliation.toml_tables import TableReader
from include.reconciliation.toml_values import printed

LANGUAGES = ("en", "pt-BR")


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """The table `report` of a PSP's entry."""

    language: str = "en"
    # The legal entity, as finance names it.
    entity: str | None = None


def read_report_settings(entry: dict[str, Any], place: str) -> ReportSettings:
    """The settings; ConfigurationError names the key that is wrong."""
    reader = TableReader(entry, place)
    settings = ReportSettings(
        language=reader.take("language", str, "en"),
        entity=reader.take("entity", printed, None),
    )
    if settings.language not in LANGUAGES:
        raise ConfigurationError(f"{place}: {_wrong(settings.language)}")
    reader.finish()
    return settings


def refuse_language(asked: object) -> None:
    """Raises RequestError for a language that no report is written in; None asks for none."""
    if asked is not None and asked not in LANGUAGES:
        raise RequestError(_wrong(asked))


def _wrong(language: object) -> str:
    known = " or ".join(repr(each) for each in LANGUAGES)
    return f"language is {known}, not {reprlib.repr(language)}"
