"""The file of changed rules: a whole configuration, and what of it a replay can't follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from include.reconciliation import config
from include.reconciliation.backtest.replay import Chain
from include.reconciliation.errors import ConfigurationError, RequestError
from include.reconciliation.legs import PAYOUT_LEGS

# What lines were read by, and which days they are of: kept lines say what another would have read.
_READ_BY = ("format", "declared_format", "zone")
# What reaches a PSP, or names it: no run is decided by it.
_WITHOUT_EFFECT = (
    ("title",), ("connection",), ("accounts",), ("endpoint",), ("base_path",), ("oauth",),
    ("statements", "look_back"),
)  # fmt: skip
_WITHOUT_EFFECT_FOR_ALL = ("look_back_hours", "ledger_change_detection")


def load(path: Path) -> config.Configuration:
    """The configuration in the file; ConfigurationError says what is wrong with it."""
    try:
        return config.load(path)
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read: {error.strerror}") from None


def check(given: config.Configuration, chains: Sequence[Chain]) -> list[str]:
    """What of the file has no effect on a replay; RequestError for what it can't follow."""
    notes: list[str] = []
    for chain in chains:
        run = chain.runs[-1]
        if run.psp not in {psp.name for psp in (*given.psps, *given.banks)}:
            raise ConfigurationError(
                f"{given.source_path.name} has no PSP {run.psp!r}, which has published runs in "
                "the span. The file is a whole configuration: add the entry, or choose others "
                "with --psp"
            )
        new = given.psp(run.psp).rules()
        for had in (past.rules["psp"] for past in chain.runs):
            _refuse(run.psp, had, new)
        notes += _notes(run.psp, run.rules, new, given)
        if new.get("payouts") or any(past.rules["psp"].get("payouts") for past in chain.runs):
            legs = " and ".join(leg.name for leg in PAYOUT_LEGS)
            notes.append(
                f"{run.psp}: its payouts are not replayed; nothing is said of the legs {legs}, and "
                "no money at risk on them is in any sum"
            )
    return list(dict.fromkeys(notes))


def _refuse(psp: str, had: dict[str, Any], new: dict[str, Any]) -> None:
    for key in _READ_BY:
        if had.get(key) != new.get(key):
            raise RequestError(
                f"{psp}: {key} is {new.get(key)!r} in the file and was {had.get(key)!r} in the "
                "span. A replay decides the lines that were read then; it does not read them again"
            )
    if (had.get("gateway") is None) != (new.get("gateway") is None):
        raise RequestError(
            f"{psp}: a gateway that is added or left out can't be replayed, for its rows were "
            "read only by runs that declared it"
        )


def _notes(
    psp: str, rules: dict[str, Any], new: dict[str, Any], given: config.Configuration
) -> Iterable[str]:
    for path in _WITHOUT_EFFECT:
        if _at(rules["psp"], path) != _at(new, path):
            yield f"{psp}: {'.'.join(path)} is another one; that has no effect on a replay"
    settings = {
        "look_back_hours": int(given.look_back.total_seconds() // 3600),
        "ledger_change_detection": given.ledger_change_detection,
    }
    for name in _WITHOUT_EFFECT_FOR_ALL:
        if rules.get(name) != settings[name]:
            key = name.removesuffix("_hours")
            yield f"{key} is another one; that has no effect on a replay"


def _at(table: Any, path: Sequence[str]) -> Any:
    for key in path:
        table = table.get(key) if isinstance(table, dict) else None
    return table
