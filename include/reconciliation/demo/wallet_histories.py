"""Made-up histories of wallets: consistent ones, and such as break one promise each, with a label.

The same seed gives the same rows. Everything is bigint minor units with a currency; a transfer is
two rows; balances and cache are what the rows add up to until a violation is planted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from include.reconciliation.demo.streams import stream

AS_OF = datetime(2026, 11, 20, 6, tzinfo=UTC)
CURRENCIES = ("EGP", "USD", "EUR")
HOURS = 9 * 24
HOUR = timedelta(hours=1)
TABLES = (
    "wallets", "transactions", "wallet_balances", "user_balances", "requests", "balance_drifts",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Label:
    """A promise that is broken: by which object, in which currency, by how much."""

    invariant: str
    object: str
    currency: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of the ledger."""

    id: str
    wallet_id: str
    amount_minor: int
    currency: str
    type: str
    transfer_id: str | None
    idempotency_key: str
    created_at: datetime
    created_by: str = "application"


@dataclass(slots=True)
class History:
    """The rows of each table, by its name."""

    as_of: datetime
    wallets: list[Row]
    transactions: list[Movement] = field(default_factory=list)
    balances: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    requests: list[Row] = field(default_factory=list)
    balance_drifts: list[Row] = field(default_factory=list)
    # What the cache says more than the ledger, by user and currency.
    cache_errors: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, list[Row]]:
        """All of them, by table."""
        tables: dict[str, list[Row]] = {table: getattr(self, table) for table in TABLES}
        return {**tables, "transactions": [asdict(each) for each in self.transactions]}

    @property
    def wallet_balances(self) -> list[Row]:
        """The projection."""
        return [
            {"wallet_id": wallet, "currency": currency, "balance_minor": minor,
             "last_updated": self.as_of - HOUR}
            for (wallet, currency), minor in sorted(self.balances.items())
        ]  # fmt: skip

    @property
    def user_balances(self) -> list[Row]:
        """The cache: what the ledger says, and what was planted beside it."""
        users = {wallet["id"]: wallet["user_id"] for wallet in self.wallets}
        totals: dict[tuple[str, str], int] = defaultdict(int, self.cache_errors)
        for each in self.transactions:
            if each.wallet_id in users:
                totals[users[each.wallet_id], each.currency] += each.amount_minor
        return [
            {"user_id": user, "currency": currency, "balance_minor": minor,
             "cached_at": self.as_of - HOUR}
            for (user, currency), minor in sorted(totals.items())
        ]  # fmt: skip


# Breaks promises at a wallet, and says which.
Plant = Callable[[History, Random, Row], list[Label]]


def history(seed: int, as_of: datetime = AS_OF) -> History:
    """A book in order, up to a moment."""
    chance = stream(seed, "wallets")
    made = History(as_of, _wallets(chance, as_of))
    for wallet in made.wallets:
        made.balances[wallet["id"], wallet["currency"]] = 0
    for hour in range(HOURS, 0, -1):
        start = as_of - hour * HOUR
        for minute in sorted(chance.sample(range(60), chance.randint(2, 3))):
            _movement(made, chance, start + timedelta(minutes=minute))
    made.requests = _requests(chance, as_of)
    made.balance_drifts = [
        {"run_id": f"hour {hour}", "scope": "recent", "currency": currency, "wallets": 10,
         "wallets_drifting": 0, "drift_minor": 0, "measured_at": as_of - hour * HOUR}
        for hour in range(1, 5) for currency in CURRENCIES
    ]  # fmt: skip
    return made


def with_violations(
    seed: int, as_of: datetime = AS_OF, plants: Sequence[Plant] | None = None
) -> tuple[History, list[Label]]:
    """The same book with one violation of each kind, or of those given, at wallets of their own."""
    made, chance = history(seed, as_of), stream(seed, "violations")
    plants = PLANTS if plants is None else plants
    chosen = chance.sample(made.wallets, len(plants))
    labels = []
    for plant, wallet in zip(plants, chosen, strict=True):
        labels += plant(made, chance, wallet)
    return made, labels


def _wallets(chance: Random, as_of: datetime) -> list[Row]:
    return [
        {
            "id": f"W{number:03}",
            "user_id": f"U{number // 2:03}",
            "currency": chance.choice(CURRENCIES),
            "may_be_negative": False,
            "created_at": as_of - (HOURS + 1) * HOUR,
        }
        for number in range(40)
    ]


def _movement(made: History, chance: Random, at: datetime) -> None:
    wallet = chance.choice(made.wallets)
    key = (wallet["id"], wallet["currency"])
    others = [
        each["id"] for each in made.wallets if each["currency"] == key[1] and each["id"] != key[0]
    ]
    if made.balances[key] < 2 or chance.random() < 0.4:
        _add(made, wallet["id"], key[1], chance.randint(100, 100_000), "DEPOSIT", at)
    elif others and chance.random() < 0.5:
        minor, transfer = chance.randint(1, made.balances[key]), f"F{len(made.transactions)}"
        _add(made, wallet["id"], key[1], -minor, "TRANSFER", at, transfer)
        _add(made, chance.choice(others), key[1], minor, "TRANSFER", at, transfer)
    else:
        taken = chance.randint(1, made.balances[key])
        _add(made, wallet["id"], key[1], -taken, chance.choice(("WITHDRAWAL", "FEE", "PAYOUT")), at)


def _add(
    made: History, wallet: str, currency: str, minor: int, type_: str, at: datetime,
    transfer: str | None = None, *, is_projected: bool = True,
) -> Movement:  # fmt: skip
    number = f"T{len(made.transactions):05}"
    added = Movement(number, wallet, minor, currency, type_, transfer, f"key {number}", at)
    made.transactions.append(added)
    if is_projected:
        made.balances[wallet, currency] += minor
    return added


def _requests(chance: Random, as_of: datetime) -> list[Row]:
    """One failure in twenty at most, and durations that stay within a fifth of each other."""
    rows = []
    for number in range(400):
        at = as_of - timedelta(seconds=10 * number + 1)
        outcome = "failed" if number % 40 == 7 else "succeeded"
        rows.append((outcome, chance.randint(50, 60), at))
    return [
        {"type": "transaction", "outcome": outcome, "duration_ms": duration, "requested_at": at}
        for outcome, duration, at in rows
    ]


def drift(made: History, chance: Random, wallet: Row) -> list[Label]:
    """The projection says more than the ledger."""
    key, minor = (wallet["id"], wallet["currency"]), chance.randint(2, 500)
    made.balances[key] += minor
    names = ("every_projection_equals_the_ledger", "no_projection_drifts_by_more_than_a_minor_unit")
    return [Label(name, *key, minor) for name in names]


def rounding(made: History, chance: Random, wallet: Row) -> list[Label]:
    """The projection is one minor unit off, which is no drift yet."""
    key = (wallet["id"], wallet["currency"])
    made.balances[key] += 1
    return [Label("every_projection_equals_the_ledger", *key, 1)]


def stale_cache(made: History, chance: Random, wallet: Row) -> list[Label]:
    """The cache says more than the ledger."""
    key, minor = (wallet["user_id"], wallet["currency"]), chance.randint(1, 500)
    made.cache_errors[key] = minor
    return [Label("every_cached_balance_equals_the_ledger", *key, minor)]


def overdrawn(made: History, chance: Random, wallet: Row) -> list[Label]:
    """A wallet was overdrawn."""
    key = (wallet["id"], wallet["currency"])
    _add(made, *key, -made.balances[key] - 7, "WITHDRAWAL", made.as_of - HOUR / 2)
    names = ("no_balance_is_negative", "no_balance_was_ever_negative")
    return [Label(name, *key, -7) for name in names]


def other_currency(made: History, chance: Random, wallet: Row) -> list[Label]:
    """A wallet got money of another currency."""
    name, other = "every_movement_has_the_currency_of_its_wallet", "BRL"
    added = _add(made, wallet["id"], other, 900, "DEPOSIT", made.as_of - HOUR / 2)
    projection = f"projection of {wallet['id']}"
    return [Label(name, added.id, other, 900), Label(name, projection, other, 900)]


def used_twice(made: History, chance: Random, wallet: Row) -> list[Label]:
    """One deposit was booked twice, with one key."""
    first = _add(made, wallet["id"], wallet["currency"], 400, "DEPOSIT", made.as_of - 50 * HOUR)
    second = _add(made, wallet["id"], wallet["currency"], 400, "DEPOSIT", made.as_of - 49 * HOUR)
    made.transactions[-1] = replace(second, idempotency_key=first.idempotency_key)
    name = "every_idempotency_key_is_used_once"
    return [Label(name, first.idempotency_key, wallet["currency"], 400)]


def one_sided(made: History, chance: Random, wallet: Row) -> list[Label]:
    """A transfer has one side."""
    _add(made, wallet["id"], wallet["currency"], 300, "TRANSFER", made.as_of - 30 * HOUR, "F-half")
    name = "every_transfer_has_two_sides_that_sum_to_zero"
    return [Label(name, "F-half", wallet["currency"], 300)]


def no_projection(made: History, chance: Random, wallet: Row) -> list[Label]:
    """A new wallet never got a projection."""
    added = {**wallet, "id": "W-new", "user_id": "U-new"}
    made.wallets.append(added)
    return [Label("every_wallet_has_a_projection", "W-new", wallet["currency"], None)]


def growing(made: History, chance: Random, wallet: Row) -> list[Label]:
    """Drift grew from hour to hour."""
    for place, row in enumerate(each for each in made.balance_drifts if each["currency"] == "EGP"):
        row["drift_minor"] = 30 - 10 * place
    return [Label("drift_does_not_keep_growing", "EGP", "EGP", 30)]


def failing(made: History, chance: Random, wallet: Row) -> list[Label]:
    """One request in nine fails."""
    for row in made.requests[:5]:
        row["outcome"] = "failed"
    return [Label("request_error_rate_stays_at_or_below_5_percent", "requests")]


def slow(made: History, chance: Random, wallet: Row) -> list[Label]:
    """Requests take four times as long as usual."""
    for row in made.requests[:30]:
        row["duration_ms"] = 200
    return [Label("request_latency_stays_within_twice_its_baseline", "requests")]


def rush(made: History, chance: Random, wallet: Row) -> list[Label]:
    """More transactions than usual in twenty minutes."""
    for minute in range(20):
        at = made.as_of - timedelta(minutes=minute + 1)
        _add(made, wallet["id"], wallet["currency"], 1, "DEPOSIT", at)
    return [Label("transaction_volume_stays_within_three_times_its_baseline", "transactions")]


PLANTS: tuple[Plant, ...] = (
    drift, rounding, stale_cache, overdrawn, other_currency, used_twice, one_sided,
    no_projection, growing, failing, slow, rush,
)  # fmt: skip
