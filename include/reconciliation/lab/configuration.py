"""The `psps.toml` of a pack: one PSP per format and week, with the accounts that it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from include.reconciliation.lab import bank, reference_rates
from include.reconciliation.lab.catalogue import GATEWAY
from include.reconciliation.lab.history import Place

_HEAD = """
cycle = "1h"
look_back = "30d"
ledger_change_detection = "hash"
"""
_FILES = """
[[psp]]
name = "{psp}"
format = "{format}"
zone = "Europe/Amsterdam"
accounts = [{accounts}]
[psp.statements]
due = "daily"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
deadline = 10:00:00
deadline_days = 1
grace = "2h"
[psp.settlement]
days = 1
holidays = "ECB"
ledger_grace = "12h"
statement_grace = "12h"
"""
_API = """
[[psp]]
name = "{psp}"
format = "{format}"
endpoint = "{endpoint}"
zone = "UTC"
accounts = [{accounts}]
[psp.statements]
due = "every_run"
look_back = "3d"
[psp.settlement]
days = 0
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ledger_grace = "2h"
statement_grace = "2h"
"""
_LIMITS = """[psp.limits]
EUR = { alert_above_minor = 100000, recovered_below_minor = 10000 }
USD = { alert_above_minor = 100000, recovered_below_minor = 10000 }
JPY = { alert_above_minor = 150000, recovered_below_minor = 15000 }
KWD = { alert_above_minor = 300000, recovered_below_minor = 30000 }
"""
_PAYOUTS_TO_BANK = """[psp.payouts.bank]
account = "{bank}/{account}"
reference = "(TX[0-9]+[A-Z]+XT)"
"""
_BANK = """
[[bank]]
name = "{bank}"
format = "{format}"
zone = "Europe/Amsterdam"
accounts = ["{account}"]
currencies = ["{currency}"]
[bank.statements]
due = "daily"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
deadline = 10:00:00
deadline_days = 1
grace = "2h"
[bank.settlement]
days = 0
ledger_grace = "1h"
"""
_RATES = f"""[psp.exchange_rates]
file = "{reference_rates.FILE}"
source = "{reference_rates.SOURCE}"
tolerance_basis_points = 10
"""


def configuration_text(places: Iterable[Place], endpoints: Mapping[str, str]) -> str:
    """The entries of these accounts; `endpoints` by PSP, for those that have an API."""
    of_psp: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        of_psp[place.psp].append(place)
    entries = [_entry(of_psp[psp], endpoints.get(psp)) for psp in sorted(of_psp)]
    return "\n".join([_HEAD, *entries])


def _entry(places: Sequence[Place], endpoint: str | None) -> str:
    place = places[0]
    if place.format == bank.FORMAT:
        return _BANK.format(
            bank=place.psp, format=place.format, account=place.account, currency=bank.CURRENCY
        )
    names = sorted(f'"{its.account}"' for its in places)
    tables = [
        (_API if endpoint else _FILES).format(
            psp=place.psp, format=place.format, endpoint=endpoint, accounts=", ".join(names)
        ),
        _LIMITS,
    ]
    if endpoint is None:
        tables.append(_RATES)
    if place.explains_payouts:
        tables.append("[psp.payouts]\n")
    if place.bank is not None:
        tables.append(_PAYOUTS_TO_BANK.format(bank=place.bank.psp, account=place.bank.account))
    if place.switched_on == GATEWAY:
        tables.append("[psp.gateway]\n")
    return "".join(tables)
