"""Which PSP accounts a run is about."""

from __future__ import annotations

from collections.abc import Collection

from include.reconciliation import config
from include.reconciliation.errors import RequestError


def choose_accounts(psps: Collection[str] | None = None) -> list[dict[str, str]]:
    """One entry per account of the named PSPs, of all where none is named."""
    configuration = config.load()
    known = [psp.name for psp in configuration.psps]
    if unknown := sorted(set(psps or ()) - set(known)):
        raise RequestError(f"psps: {', '.join(unknown)} not configured; known: {', '.join(known)}")
    return [
        {"psp": psp.name, "account": account}
        for psp in configuration.psps
        if not psps or psp.name in psps
        for account in psp.accounts
    ]
