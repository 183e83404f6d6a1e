"""Which PSP accounts a run is about."""

from __future__ import annotations

from collections.abc import Collection

from include.reconciliation import config
from include.reconciliation.config import Psp
from include.reconciliation.errors import RequestError
from include.reconciliation.statements.formats import refuse_misfits


def configured_psps() -> tuple[Psp, ...]:
    """The entries; ConfigurationError where one is wrong, also where it does not fit its format."""
    configuration = config.load()
    refuse_misfits(configuration)
    return configuration.psps


def choose_accounts(psps: Collection[str] | None = None) -> list[dict[str, str]]:
    """One entry per account of the named PSPs, of all where none is named."""
    entries = configured_psps()
    known = [psp.name for psp in entries]
    if unknown := sorted(set(psps or ()) - set(known)):
        raise RequestError(f"psps: {', '.join(unknown)} not configured; known: {', '.join(known)}")
    return [
        {"psp": psp.name, "account": account}
        for psp in entries
        if not psps or psp.name in psps
        for account in psp.accounts
    ]
