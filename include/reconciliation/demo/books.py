"""What the demo writes into the books that check themselves, and what must be said of it.

Each of the five books gets a history in order and a few violations in it, each with its label; the
billing gateway has its faults from the story of the PSPs. Pure: a seed and a moment give the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation.demo import (
    gateway_faults,
    marketplace,
    marketplace_faults,
    payouts_history,
    wallet_histories,
)
from include.reconciliation.demo.history import History
from include.reconciliation.demo.labels import BookLabel
from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import rows_of
from include.reconciliation.demo.payment_events.violations import REPLAY

MARKETPLACE = (
    marketplace_faults.entry_is_off_by_some,
    marketplace_faults.refund_hangs,
    marketplace_faults.capture_is_not_booked,
    marketplace_faults.refunds_exceed_the_capture,
)
PAYOUTS = (
    "every_ledger_group_balances",
    "every_success_is_finalised",
    "no_outbox_task_is_sending_for_minutes",
)
PAYMENT_EVENTS = (
    "every_idempotency_key_has_one_payment",
    "every_operator_action_is_approved",
    "every_sent_attempt_is_acknowledged_within_10_minutes",
    "replay: another state",
    "replay: no projection",
)
EVENT_HOURS = 2
WALLETS = (
    wallet_histories.drift,
    wallet_histories.stale_cache,
    wallet_histories.one_sided,
    wallet_histories.no_projection,
)
# What the reconciliation of the wallets mends of what it finds, and in which table.
MENDED = {
    "every_projection_equals_the_ledger": "wallet_balances",
    "every_cached_balance_equals_the_ledger": "user_balances",
    "every_wallet_has_a_projection": "wallet_balances",
}
Rows = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Story:
    """Rows per book and table, and what of them must be found.

    `repairs` are table, object and currency of each balance that must be rebuilt, `replayed` the
    payments whose projection is not what their events say.
    """

    as_of: datetime
    rows: Mapping[str, Rows]
    labels: tuple[BookLabel, ...]
    repairs: frozenset[tuple[str, str, str]]
    replayed: frozenset[str]


@dataclass(frozen=True, slots=True)
class BookComparison:
    """What of the planted was found, what was not, and what was reported without being planted."""

    found: tuple[BookLabel, ...]
    missed: tuple[BookLabel, ...]
    not_planted: tuple[BookLabel, ...]


def make_story(history: History, as_of: datetime) -> Story:
    """The books beside the story of the PSPs, as they are at a moment."""
    shop = marketplace.history(f"demo{history.seed}", as_of, payments=60)
    shop_labels = marketplace_faults.plant(shop, MARKETPLACE)
    payouts = payouts_history.broken_history(history.seed, as_of, sentences=PAYOUTS)
    begin = as_of - timedelta(hours=EVENT_HOURS)
    events, seen_at = make_event_store(
        history.seed, hours=EVENT_HOURS, violations=PAYMENT_EVENTS, begin=begin
    )
    assert seen_at == as_of, "a violation that needs an hour of its own"
    wallets, wallet_labels = wallet_histories.with_violations(history.seed, as_of, WALLETS)
    labels = [
        *gateway_faults.broken_sentences(history.labels, history.transactions),
        *(BookLabel("marketplace", *asdict(each).values()) for each in shop_labels),
        *(BookLabel("payouts", *asdict(each).values()) for each in payouts.violations),
        *(
            BookLabel(
                "payment_events", each.invariant, str(each.object), each.currency, each.amount_minor
            )
            for each in events.violations
            if each.invariant != REPLAY
        ),
        *(BookLabel("wallet_balances", *asdict(each).values()) for each in wallet_labels),
    ]
    return Story(
        as_of,
        {
            "marketplace": shop.rows,
            "payouts": payouts.rows,
            "payment_events": rows_of(events),
            "wallet_balances": wallets.rows,
        },
        tuple(sorted(labels, key=lambda label: (label.book, label.check, label.object))),
        frozenset(
            (MENDED[each.invariant], each.object, str(each.currency))
            for each in wallet_labels
            if each.invariant in MENDED
        ),
        frozenset(str(each.payment_id) for each in events.violations if each.invariant == REPLAY),
    )


def compare(labels: Iterable[BookLabel], rows: Iterable[BookLabel]) -> BookComparison:
    """Pairs each label with one equal row."""
    waiting = Counter(rows)
    found: list[BookLabel] = []
    missed: list[BookLabel] = []
    for label in labels:
        (found if waiting[label] else missed).append(label)
        waiting[label] -= 1
    return BookComparison(tuple(found), tuple(missed), tuple((+waiting).elements()))
