"""The configuration: which PSPs there are, and by which rules each is reconciled.

`load` reads `include/psps.toml` (or the file that `RECONCILIATION_CONFIG` names) and refuses what
it does not know: a typo in a key is an error, never a default. This is the only module that reads
the environment for settings of the domain.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from include.reconciliation.calendar_days import BUSINESS_DAYS
from include.reconciliation.cause_rules import CauseRules, read_cause_rules
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.exchange_rates import ExchangeRates, read_exchange_rates
from include.reconciliation.fee_schedule import FeeSchedule, read_fee_schedule
from include.reconciliation.legs import Gateway, gateway
from include.reconciliation.money import CURRENCY
from include.reconciliation.notifications import Notifications, read_notifications
from include.reconciliation.oauth import OAuth, read_oauth
from include.reconciliation.payout_rules import (
    PayoutRules,
    bank_entry,
    read_payouts,
    refuse_unknown_banks,
)
from include.reconciliation.recorded_rules import plain
from include.reconciliation.report_settings import ReportSettings, read_report_settings
from include.reconciliation.tolerances import Tolerances, longest_days, read_tolerances
from include.reconciliation.toml_tables import (
    NAME,
    TableReader,
    by_name,
    duration,
    flag,
    matching,
    weekdays,
    zone_name,
)
from include.reconciliation.toml_values import amount, calendar, clock, count, cut_off, unit

PROJECT_ROOT = Path(__file__).resolve().parents[2]
LEDGER_TYPES = ("payment", "refund", "chargeback", "reversal")
OTHER_TYPES = (
    "fee", "adjustment", "reserve", "reserve_hold", "reserve_release", "conversion", "payout",
    "balance", "bank_entry",
)  # fmt: skip
_BASE_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """Divergence limits of one currency, in minor units."""

    alert_above_minor: int
    recovered_below_minor: int


@dataclass(frozen=True, slots=True)
class StatementsDue:
    """When a PSP delivers: with every run (an API), or once per business day by a deadline."""

    every_run: bool
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    deadline: time = time(12, 0)
    deadline_days: int = 1
    grace: timedelta = timedelta(hours=2)
    look_back: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Settlement:
    """How many days from the ledger to the statement, which count, and how long each side waits."""

    days: int
    unit: str = BUSINESS_DAYS
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: str | None = None
    # Local time from which on a row belongs to the next business day.
    cut_off: time | None = None
    batch_weekdays: tuple[int, ...] = ()
    ledger_grace: timedelta = timedelta(hours=1)
    statement_grace: timedelta = timedelta(hours=2)
    provider_made_grace_days: int = 1
    compare_dates: bool = True


@dataclass(frozen=True, slots=True)
class Psp:
    """One payment service provider, as `psps.toml` describes it."""

    name: str
    title: str
    format: str
    connection: str
    zone: str
    accounts: tuple[str, ...]
    statements: StatementsDue
    settlement: Settlement
    limits: Mapping[str, Limits]
    expected_in_ledger: tuple[str, ...] = LEDGER_TYPES
    tolerances: Mapping[str, Tolerances] = field(default_factory=dict)
    causes: CauseRules = field(default_factory=CauseRules)
    fees: FeeSchedule | None = None
    exchange_rates: ExchangeRates | None = None
    endpoint: str | None = None
    # What the endpoint has before the paths that the API documents.
    base_path: str = ""
    oauth: OAuth | None = None
    # Where the gateway's books are held against the ledger's and the statements.
    gateway: Gateway | None = None
    report: ReportSettings = field(default_factory=ReportSettings)
    # Where its payouts are explained; of a bank's entry there are none.
    payouts: PayoutRules | None = None
    # The table [[format]] that it names, where the format is declared beside it.
    declared_format: Mapping[str, Any] | None = None

    def rules(self) -> dict[str, Any]:
        """The entry as plain JSON values, for the hash of the rules and the manifest."""
        rules: dict[str, Any] = plain(asdict(self))
        return rules


@dataclass(frozen=True, slots=True)
class Configuration:
    """All of `psps.toml`."""

    cycle: timedelta
    look_back: timedelta
    ledger_change_detection: str
    psps: tuple[Psp, ...]
    declared_formats: Mapping[str, Mapping[str, Any]]
    notifications: Notifications
    source_path: Path = field(compare=False)
    # Whose accounts receive payouts; described like PSPs, and no PSPs.
    banks: tuple[Psp, ...] = ()

    def psp(self, name: str) -> Psp:
        """The entry of that name; ConfigurationError names the known ones."""
        for psp in (*self.psps, *self.banks):
            if psp.name == name:
                return psp
        known = ", ".join(psp.name for psp in self.psps)
        banks = ", ".join(bank.name for bank in self.banks)
        raise ConfigurationError(
            f"there is no PSP {name!r} in {self.source_path.name}; known: {known}"
            + (f"; nor a bank of that name; known: {banks}" if banks else "")
        )

    def claimants(self, bank: str, bank_account: str) -> list[str]:
        """The accounts, as PSP/account, whose payouts a rule claims at this bank account."""
        return [
            f"{psp.name}/{account}"
            for psp in self.psps
            if psp.payouts is not None
            and psp.payouts.bank is not None
            and (psp.payouts.bank.bank, psp.payouts.bank.bank_account) == (bank, bank_account)
            for account in psp.accounts
        ]


_IN_USE: ContextVar[Configuration | None] = ContextVar("configuration", default=None)


@contextmanager
def using(configuration: Configuration) -> Iterator[None]:
    """What `load` gives in the meantime, whatever the file says: the rules of another time."""
    token = _IN_USE.set(configuration)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def load(path: Path | None = None) -> Configuration:
    """The configuration; ConfigurationError says which key of which entry is wrong."""
    if path is None and (in_use := _IN_USE.get()) is not None:
        return in_use
    chosen = path or Path(
        os.environ.get("RECONCILIATION_CONFIG", PROJECT_ROOT / "include" / "psps.toml")
    )
    return _load(chosen.resolve())


def store_folder() -> Path:
    """Where raw statements and report files are kept under their hash."""
    return Path(os.environ.get("RECONCILIATION_STORE", PROJECT_ROOT / "var" / "store"))


def reports_folder() -> Path:
    """Where reports are written for people."""
    return Path(os.environ.get("RECONCILIATION_REPORTS", PROJECT_ROOT / "var" / "reports"))


def notices_folder() -> Path:
    """Where other systems of the company read what they are to do; nothing in it is secret."""
    return Path(os.environ.get("RECONCILIATION_NOTICES", PROJECT_ROOT / "var" / "notices"))


def payout_providers_file() -> Path:
    """Where the providers of payouts are described."""
    chosen = os.environ.get("RECONCILIATION_PAYOUT_PROVIDERS")
    return Path(chosen or PROJECT_ROOT / "include" / "payout_providers.toml")


def slack_people_file() -> Path:
    """Where those who may command from Slack are listed."""
    return Path(os.environ.get("RECONCILIATION_SLACK", PROJECT_ROOT / "include" / "slack.toml"))


@cache
def _load(path: Path) -> Configuration:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{path.name} is not there; looked for {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}") from None
    reader = TableReader(document, path.name)
    # statements/declared.py reads the rest of them.
    formats = by_name(reader.take("format", list, []), f"{path.name}, format")
    entries = reader.take("psp", list)
    psps = tuple(
        _psp(entry, f"{path.name}, psp {number}", formats, path.parent)
        for number, entry in enumerate(entries, 1)
    )
    banks = tuple(
        _psp(
            bank_entry(entry, place := f"{path.name}, bank {number}"), place, formats, path.parent
        )
        for number, entry in enumerate(reader.take("bank", list, []), 1)
    )
    refuse_unknown_banks(psps, banks, path.name)
    names = [psp.name for psp in (*psps, *banks)]
    if len(set(names)) != len(names) or not psps:
        raise ConfigurationError(
            f"{path.name}: each PSP and bank needs an entry of its own name; found {names}"
        )
    detection = reader.take("ledger_change_detection", str, "hash")
    if detection not in ("hash", "changed_at"):
        raise ConfigurationError(
            f"{path.name}: ledger_change_detection is 'hash' or 'changed_at', not {detection!r}"
        )
    configuration = Configuration(
        cycle=reader.take("cycle", duration, timedelta(hours=1)),
        look_back=reader.take("look_back", duration, timedelta(days=7)),
        ledger_change_detection=detection,
        psps=psps,
        declared_formats=formats,
        notifications=read_notifications(reader.take("notifications", dict, {}), path.name),
        source_path=path,
        banks=banks,
    )
    reader.finish()
    return configuration


def _psp(
    entry: object, place: str, formats: Mapping[str, Mapping[str, Any]], folder: Path
) -> Psp:
    reader = TableReader(entry, place)
    name = reader.take("name", matching(NAME))
    reader.place = f"{place} ({name})"
    zone = reader.take("zone", zone_name)
    limits = {
        currency: _limits(value, f"{reader.place}, limits.{currency}")
        for currency, value in reader.take("limits", dict).items()
    }
    for currency in limits:
        if not CURRENCY.fullmatch(currency):
            raise ConfigurationError(f"{reader.place}: limits.{currency} is not a currency code")
    expected = tuple(reader.take("expected_in_ledger", list, list(LEDGER_TYPES)))
    if unknown := set(expected) - {*LEDGER_TYPES, *OTHER_TYPES}:
        raise ConfigurationError(
            f"{reader.place}: expected_in_ledger has unknown types {sorted(unknown)}"
        )
    accounts = tuple(reader.take("accounts", list))
    if not accounts or len(set(accounts)) != len(accounts):
        raise ConfigurationError(f"{reader.place}: accounts needs at least one name, each once")
    for account in accounts:
        if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
            raise ConfigurationError(
                f"{reader.place}: account {account!r} may hold letters, digits, '_', '.', '-' only"
            )
    psp = Psp(
        name=name,
        title=reader.take("title", str, name),
        format=reader.take("format", matching(NAME)),
        connection=reader.take("connection", str, name),
        zone=zone,
        accounts=accounts,
        statements=_statements(reader.take("statements", dict), f"{reader.place}, statements"),
        settlement=_settlement(reader.take("settlement", dict), f"{reader.place}, settlement"),
        limits=limits,
        expected_in_ledger=expected,
        tolerances=read_tolerances(
            reader.take("tolerances", dict, {}), f"{reader.place}, tolerances", limits
        ),
        causes=read_cause_rules(reader.take("causes", dict, {}), f"{reader.place}, causes"),
        fees=read_fee_schedule(reader.take("fees", dict, None), f"{reader.place}, fees", limits),
        exchange_rates=read_exchange_rates(
            reader.take("exchange_rates", dict, None),
            f"{reader.place}, exchange_rates",
            lambda name: (folder / name).read_bytes(),
        ),
        endpoint=reader.take("endpoint", str, None),
        base_path=reader.take("base_path", matching(_BASE_PATH), ""),
        oauth=read_oauth(reader.take("oauth", dict, None), f"{reader.place}, oauth"),
        gateway=gateway(reader.take("gateway", dict, None), f"{reader.place}, gateway", limits),
        report=read_report_settings(reader.take("report", dict, {}), f"{reader.place}, report"),
        payouts=read_payouts(reader.take("payouts", dict, None), f"{reader.place}, payouts"),
    )
    if psp.oauth is not None and (psp.endpoint is None or len(accounts) != 1):
        raise ConfigurationError(
            f"{reader.place}: oauth needs an endpoint, and one account: a token is for one"
        )
    if longest_days(psp.tolerances) and not psp.settlement.compare_dates:
        raise ConfigurationError(
            f"{reader.place}: tolerances of dates need settlement.compare_dates, which is false"
        )
    psp = replace(psp, declared_format=formats.get(psp.format))
    reader.finish()
    return psp


def _limits(entry: object, place: str) -> Limits:
    reader = TableReader(entry, place)
    limits = Limits(
        alert_above_minor=reader.take("alert_above_minor", amount),
        recovered_below_minor=reader.take("recovered_below_minor", amount),
    )
    reader.finish()
    if limits.recovered_below_minor > limits.alert_above_minor:
        raise ConfigurationError(f"{place}: recovered_below_minor lies above alert_above_minor")
    return limits


def _statements(entry: object, place: str) -> StatementsDue:
    reader = TableReader(entry, place)
    due = reader.take("due", str)
    if due not in ("every_run", "daily"):
        raise ConfigurationError(f"{place}: due is 'every_run' or 'daily', not {due!r}")
    statements = StatementsDue(
        every_run=due == "every_run",
        weekdays=reader.take("weekdays", weekdays, (0, 1, 2, 3, 4, 5, 6)),
        deadline=reader.take("deadline", clock, time(12, 0)),
        deadline_days=reader.take("deadline_days", count, 1),
        grace=reader.take("grace", duration, timedelta(hours=2)),
        look_back=reader.take("look_back", duration, timedelta(days=3)),
    )
    reader.finish()
    return statements


def _settlement(entry: object, place: str) -> Settlement:
    reader = TableReader(entry, place)
    settlement = Settlement(
        days=reader.take("days", count),
        unit=reader.take("unit", unit, BUSINESS_DAYS),
        weekdays=reader.take("weekdays", weekdays, (0, 1, 2, 3, 4)),
        holidays=reader.take("holidays", calendar, None),
        cut_off=reader.take("cut_off", cut_off, None),
        batch_weekdays=reader.take("batch_weekdays", weekdays, ()),
        ledger_grace=reader.take("ledger_grace", duration, timedelta(hours=1)),
        statement_grace=reader.take("statement_grace", duration, timedelta(hours=2)),
        provider_made_grace_days=reader.take("provider_made_grace_days", count, 1),
        compare_dates=reader.take("compare_dates", flag, True),
    )
    reader.finish()
    if set(settlement.batch_weekdays) - set(settlement.weekdays):
        raise ConfigurationError(f"{place}: batch_weekdays are business days, so out of weekdays")
    return settlement
