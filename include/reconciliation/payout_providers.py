"""Who pays out: how each provider is asked what became of a payout, and what it promises.

`load` reads `include/payout_providers.toml` (or the file that `RECONCILIATION_PAYOUT_PROVIDERS`
names) and refuses what it does not know. The file may be empty: then nobody can be asked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from include.reconciliation.config import payout_providers_file
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.oauth import OAuth
from include.reconciliation.payout_answers import STATES, AnswerFields
from include.reconciliation.toml_tables import NAME, TableReader, duration, flag, matching

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+", re.ASCII)
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,62}", re.ASCII)
_DELAY_MAX = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PayoutProvider:
    """One provider of payouts, as `payout_providers.toml` describes it."""

    name: str
    connection: str
    endpoint: str
    status_path: str
    key_parameter: str
    reference_parameter: str | None
    fields: AnswerFields
    # The provider's word for a status to the one of `payout_answers`.
    states: Mapping[str, str]
    # How long a payout that was taken may still be answered as unknown.
    visibility_delay: timedelta
    # Where the same key again can pay only once: for how long after its first use; else None.
    key_retention: timedelta | None
    base_path: str = ""
    oauth: OAuth | None = None


def load(path: Path | None = None) -> dict[str, PayoutProvider]:
    """The providers by name; ConfigurationError says which key of which entry is wrong."""
    return dict(_load((path or payout_providers_file()).resolve()))


@cache
def _load(path: Path) -> tuple[tuple[str, PayoutProvider], ...]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{path.name} is not there; looked for {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}") from None
    reader = TableReader(document, path.name)
    entries = reader.take("provider", list, [])
    reader.finish()
    found: dict[str, PayoutProvider] = {}
    for number, entry in enumerate(entries, 1):
        provider = _provider(entry, f"{path.name}, provider {number}")
        if provider.name in found:
            raise ConfigurationError(f"{path.name}: the provider {provider.name!r} has two entries")
        found[provider.name] = provider
    return tuple(found.items())


def _provider(entry: object, place: str) -> PayoutProvider:
    reader = TableReader(entry, place)
    name = reader.take("name", matching(NAME))
    reader.place = f"{place} ({name})"
    replays = reader.take("replays_same_key", flag)
    retention = reader.take("key_retention", _span, None)
    if replays != (retention is not None):
        raise ConfigurationError(
            f"{reader.place}: key_retention belongs to replays_same_key = true, and is needed there"
        )
    delay = reader.take("visibility_delay", _span)
    if not timedelta(0) < delay <= _DELAY_MAX:
        raise ConfigurationError(
            f"{reader.place}: visibility_delay must be more than nothing and at most 7 days"
        )
    provider = PayoutProvider(
        name=name,
        connection=reader.take("connection", str, name),
        endpoint=reader.take("endpoint", str),
        status_path=reader.take("status_path", matching(_PATH)),
        key_parameter=reader.take("key_parameter", matching(_PARAMETER)),
        reference_parameter=reader.take("reference_parameter", matching(_PARAMETER), None),
        fields=_fields(reader.take("fields", dict), f"{reader.place}, fields"),
        states=_states(reader.take("states", dict), f"{reader.place}, states"),
        visibility_delay=delay,
        key_retention=retention,
    )
    reader.finish()
    return provider


def _fields(entry: object, place: str) -> AnswerFields:
    reader = TableReader(entry, place)
    fields = AnswerFields(
        key=reader.take("key", str),
        status=reader.take("status", str),
        reference=reader.take("reference", str),
        amount_minor=reader.take("amount_minor", str),
        currency=reader.take("currency", str),
    )
    reader.finish()
    return fields


def _states(entry: object, place: str) -> dict[str, str]:
    reader = TableReader(entry, place)
    found: dict[str, str] = {}
    for state in STATES:
        for word in reader.take(state.value, list, []):
            if not isinstance(word, str) or not word:
                raise ConfigurationError(f"{place}: {state.value} lists words, found {word!r}")
            if word in found:
                raise ConfigurationError(f"{place}: {word!r} can't mean two things")
            found[word] = state.value
    reader.finish()
    if "succeeded" not in found.values() or "failed" not in found.values():
        raise ConfigurationError(f"{place}: succeeded and failed need at least one word each")
    return found


def _span(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise ValueError("must be a text such as 15m, 2h or 3d")
    return duration(value)
