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
    return [
        {"psp": psp.name, "account": account} for psp in _named(psps) for account in psp.accounts
    ]


def choose_paid_out_accounts(psps: Collection[str] | None = None) -> list[dict[str, str]]:
    """One entry per account of the named PSPs whose payouts are explained."""
    return [
        {"psp": psp.name, "account": account}
        for psp in _named(psps)
        if psp.payouts is not None
        for account in psp.accounts
    ]


def choose_bank_accounts(psps: Collection[str] | None = None) -> list[dict[str, str]]:
    """One entry per bank account that payouts of the named PSPs arrive on, each once."""
    found = {
        (psp.payouts.bank.bank, psp.payouts.bank.bank_account)
        for psp in _named(psps)
        if psp.payouts is not None and psp.payouts.bank is not None
    }
    return [{"psp": bank, "account": account} for bank, account in sorted(found)]


def _named(psps: Collection[str] | None) -> list[Psp]:
    entries = configured_psps()
    known = [psp.name for psp in entries]
    if unknown := sorted(set(psps or ()) - set(known)):
        raise RequestError(f"psps: {', '.join(unknown)} not configured; known: {', '.join(known)}")
    return [psp for psp in entries if not psps or psp.name in psps]
