"""The whole story of the demo, made from one seed: pure, no clock, no files, no database.

`make_history(seed)` tells a week of sales at three PSP accounts without faults, then adds one
scenario after another, each with payments of its own, in which one side goes wrong (a fault, with
its labels) or only seems to (a decoy, which must not be reported).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation.demo import timeline
from include.reconciliation.demo.adyen_files import DroppedFile, adyen_files
from include.reconciliation.demo.decoys import DECOYS
from include.reconciliation.demo.desk import PROFILES, AccountProfile, Desk, Story
from include.reconciliation.demo.faults import FAULTS
from include.reconciliation.demo.gaps import plant_gaps
from include.reconciliation.demo.gateway import GatewayIntent, GatewayTransaction, gateway_rows
from include.reconciliation.demo.gateway_faults import on_other_legs
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import LedgerChange
from include.reconciliation.demo.streams import stream
from include.reconciliation.demo.stripe_objects import balance_transactions


@dataclass(frozen=True, slots=True)
class History:
    """Everything that the outside world does in the story, each with the instant it is known."""

    seed: int
    ledger_changes: tuple[LedgerChange, ...]
    intents: tuple[GatewayIntent, ...]
    transactions: tuple[GatewayTransaction, ...]
    files: tuple[DroppedFile, ...]
    # (when Stripe shows it, the object as its API gives it)
    balance_transactions: tuple[tuple[datetime, Mapping[str, Any]], ...]
    labels: tuple[Label, ...]
    decoys: tuple[str, ...]
    payments: int


def make_history(seed: int, *, scenarios: frozenset[str] | None = None) -> History:
    """The story of that seed; `scenarios` leaves only some of the faults and decoys in it."""
    story = Story()
    for profile in PROFILES:
        _usual_business(Desk(story, profile, stream(seed, f"sales {profile.account}")))
    for name, (profile, plant) in {**FAULTS, **DECOYS}.items():
        if scenarios is None or name in scenarios:
            plant(Desk(story, profile, stream(seed, f"scenario {name}")))
    story.decoys.extend(
        name for name in DECOYS if scenarios is None or name in scenarios
    )
    files = adyen_files(story.lines, scenarios)
    plant_gaps(story, files, scenarios)
    intents, transactions = gateway_rows(story.movements, story.gateway)
    story.labels.extend(on_other_legs(story.labels))
    return History(
        seed=seed,
        ledger_changes=in_order(story.changes),
        intents=intents,
        transactions=transactions,
        files=files,
        balance_transactions=balance_transactions(
            line for line in story.lines if line.psp == "stripe"
        ),
        labels=tuple(story.labels),
        decoys=tuple(story.decoys),
        payments=len({movement.psp_reference for movement in story.movements}),
    )


def _usual_business(desk: Desk) -> None:
    for day in timeline.DAYS:
        profile = desk.profile
        is_weekend = day.weekday() > 4
        for _ in range(profile.sales_per_weekend_day if is_weekend else profile.sales_per_day):
            _sale(desk, profile, desk.some_time(day))


def _sale(desk: Desk, profile: AccountProfile, occurred_at: datetime) -> None:
    """A sale, in one of ten with a refund later, in one of fifty with a chargeback."""
    fate = desk.numbers.randrange(100)
    is_same_day = profile.same_day_method is not None and 20 <= fate < 35
    # Pix and iDEAL know one currency only.
    currency = next(iter(profile.currencies)) if is_same_day else desk.some_currency()
    payment = desk.payment(occurred_at, currency, is_same_day=is_same_day)
    if occurred_at >= timeline.END:
        desk.story.movements.remove(payment)
        return
    desk.both(payment)
    later = desk.some_time(occurred_at.date() + timedelta(days=2))
    if later >= timeline.END:
        return
    if fate < 4:
        desk.both(desk.refund(payment, payment.amount_minor, later))
    elif fate < 10:
        desk.both(desk.refund(payment, payment.amount_minor * 2 // 5, later))
    elif fate < 12:
        desk.both(desk.chargeback(payment, later))


def in_order(changes: Iterable[LedgerChange]) -> tuple[LedgerChange, ...]:
    """The changes of a ledger as they become known."""
    return tuple(sorted(changes, key=lambda change: (change.known_at, change.ledger_id)))
