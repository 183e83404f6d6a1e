"""How the report of a PSP is written for people: whose books they are, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import TableReader

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
        entity=reader.take("entity", str, None),
    )
    if settings.language not in LANGUAGES:
        known = " or ".join(repr(language) for language in LANGUAGES)
        raise ConfigurationError(f"{place}: language is {known}, not {settings.language!r}")
    reader.finish()
    return settings
