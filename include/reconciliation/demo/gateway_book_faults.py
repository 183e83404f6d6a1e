"""What goes wrong in the billing gateway's book, and what its checks must report of it.

Each fault is planted on an intent or a log of its own, so that it breaks one sentence and no other,
by the least that breaks it: a minor unit, or a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation.demo.gateway_book import (
    AUTHORISED_AT_MOST,
    CREATED_AT_MOST,
    CURRENCIES,
    HOUR,
    GatewayBook,
    Row,
    parts,
)
from include.reconciliation.demo.streams import stream

MICROSECOND = timedelta(microseconds=1)
SAYS = "every_intent_says_what_its_transactions_say"
WAITS = "no_intent_waits_unfinished"
GAP = "every_run_begins_where_the_one_before_ended"
FOLLOWED = "no_processing_is_later_than_what_followed_it"


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One row that a check must return; the amount in minor units, or neither it nor a currency."""

    check: str
    object: str
    currency: str | None
    amount_minor: int | None


class _Planted:
    """A fault's own intents and runs, and what must be said of them."""

    def __init__(self, made: GatewayBook, fault: str):
        self.made = made
        self.fault = fault
        self.chance = stream(made.seed, f"gateway book {fault}")
        self.moment = made.as_of - timedelta(minutes=self.chance.randint(15_000, 80_000))
        self.amount_minor = self.chance.randint(1_000, 90_000)
        self.violations: list[Violation] = []

    def intent(self, status: str, moment: datetime | None = None, name: str = "") -> Row:
        currency = self.chance.choice(CURRENCIES)
        moment = self.moment if moment is None else moment
        named = f"{self.fault}{name}"
        return self.made.intent(named, status, moment, self.amount_minor, currency)

    def transaction(
        self,
        intent: Row,
        kind: str,
        amount_minor: int | None = None,
        hours: int = 0,
        **changes: Any,
    ) -> Row:
        amount_minor = self.amount_minor if amount_minor is None else amount_minor
        moment = changes.pop("created_at", self.moment + hours * HOUR)
        return self.made.transaction(intent, kind, amount_minor, moment, **changes)

    def captured(self, status: str = "captured") -> tuple[Row, Row]:
        """An intent that was authorised and captured an hour later; it, and its capture."""
        intent = self.intent(status)
        self.transaction(intent, "authorisation")
        return intent, self.transaction(intent, "capture", hours=1)

    def runs(self, *windows: tuple[datetime, datetime]) -> list[Row]:
        return [self.made.run(self.fault, *window) for window in windows]

    def told(self, check: str, row: Row, amount_minor: int | None = None) -> None:
        amount_minor = row["amount_minor"] if amount_minor is None else amount_minor
        self.violations.append(Violation(check, row["id"], row["currency"], amount_minor))

    def told_of_run(self, check: str, run: Row) -> None:
        self.violations.append(Violation(check, run["run_id"], None, None))


def captured_above_the_authorisation(desk: _Planted) -> None:
    """One minor unit more than was authorised and is declared."""
    intent = desk.intent("settled")
    desk.transaction(intent, "authorization")
    over_minor = desk.amount_minor * desk.made.over_capture_ppm // 1_000_000 + 1
    for part_minor in parts(desk.chance, desk.amount_minor + over_minor, 3):
        desk.transaction(intent, "capture", part_minor, hours=1)
    desk.told("captured_is_at_most_authorised", intent, over_minor)


def captured_above_what_was_left(desk: _Planted) -> None:
    """Some of it was void meanwhile: then no over-capture is declared."""
    intent, _ = desk.captured()
    desk.transaction(intent, "void", 1, hours=2)
    desk.transaction(intent, "capture", 1, hours=3)
    desk.told("captured_is_at_most_authorised", intent, 1)


def captured_in_another_currency(desk: _Planted) -> None:
    """The whole intent is in one currency, and its capture in another."""
    intent, capture = desk.captured()
    _other_currency(capture)
    desk.told("captured_is_at_most_authorised", capture | {"id": intent["id"]})
    desk.told("every_transaction_has_its_intents_currency", capture)


def refunded_above_the_capture(desk: _Planted) -> None:
    """Two refunds were approved beside each other, together one minor unit too much."""
    intent, _ = desk.captured("refunded")
    for part_minor in parts(desk.chance, desk.amount_minor + 1, 2):
        desk.transaction(intent, "refund", part_minor, hours=2)
    desk.told("refunded_is_at_most_captured", intent, 1)


def asked_in_another_currency(desk: _Planted) -> None:
    """A refund is under way in a currency that the intent does not have."""
    intent, _ = desk.captured()
    refund = desk.transaction(intent, "refund", 70, 2, status="pending", processed_at=None)
    _other_currency(refund)
    desk.told("every_transaction_has_its_intents_currency", refund)


def intent_is_gone(desk: _Planted) -> None:
    """An archive took the intent and left what belongs to it."""
    row = desk.transaction({"id": desk.made.id("gone", 1), "currency": "USD"}, "chargeback")
    desk.told("every_transaction_has_its_intent", row)


def success_without_its_time(desk: _Planted) -> None:
    """A webhook was recorded, and the time in it dropped."""
    _, capture = desk.captured()
    capture["processed_at"] = None
    desk.told("every_success_says_when_it_was_processed", capture)


def processed_before_it_was_made(desk: _Planted) -> None:
    """The provider's clock is a microsecond behind."""
    _, capture = desk.captured()
    capture["processed_at"] = capture["created_at"] - MICROSECOND
    desk.told("processed_at_lies_between_creation_and_now", capture)


def processed_in_the_future(desk: _Planted) -> None:
    """A zone was left out."""
    intent, _ = desk.captured("refunded")
    refund = desk.transaction(intent, "refund", hours=2)
    refund["processed_at"] = desk.made.as_of + MICROSECOND
    desk.told("processed_at_lies_between_creation_and_now", refund)


def authorisation_is_processed_after_its_capture(desk: _Planted) -> None:
    """Somebody mended the authorisation, and wrote when."""
    _, capture = desk.captured()
    authorisation = desk.made.transactions[-2]
    authorisation["processed_at"] = capture["created_at"] + MICROSECOND
    desk.told(FOLLOWED, authorisation)


def capture_is_processed_after_its_refund(desk: _Planted) -> None:
    """Somebody mended the capture, and wrote when."""
    intent, capture = desk.captured("refunded")
    refund = desk.transaction(intent, "refund", hours=2)
    capture["processed_at"] = refund["created_at"] + MICROSECOND
    desk.told(FOLLOWED, capture)


def one_event_is_recorded_twice(desk: _Planted) -> None:
    """The same webhook came twice, the second time with another spelling of its type."""
    intent = desk.intent("voided")
    first = desk.transaction(intent, "authorization")
    again = desk.transaction(
        intent, "authorisation", hours=1, provider_reference=first["provider_reference"]
    )
    desk.told("no_provider_reference_succeeds_twice", again)


def one_event_has_two_intents(desk: _Planted) -> None:
    """A refund was recorded for the customer's other order as well."""
    intent, _ = desk.captured("refunded")
    first = desk.transaction(intent, "refund", hours=2)
    other = desk.intent("refunded", name="-other")
    desk.transaction(other, "sale")
    reference = first["provider_reference"]
    again = desk.transaction(other, "refund", hours=3, provider_reference=reference)
    desk.told("no_provider_reference_succeeds_twice", again)


def created_and_forgotten(desk: _Planted) -> None:
    """A microsecond longer than a day."""
    moment = desk.made.as_of - CREATED_AT_MOST - MICROSECOND
    desk.told(WAITS, desk.intent("created", moment))


def authorised_and_forgotten(desk: _Planted) -> None:
    """A microsecond longer than a week, though it was tried again since."""
    moment = desk.made.as_of - AUTHORISED_AT_MOST - MICROSECOND
    intent = desk.intent("authorised", moment - 50 * HOUR)
    desk.transaction(intent, "authorization", created_at=moment)
    later: dict[str, Any] = {
        "created_at": desk.made.as_of - HOUR,
        "status": "failed",
        "processed_at": None,
    }
    desk.transaction(intent, "authorization", **later)
    desk.told(WAITS, intent)


def status_without_its_transaction(desk: _Planted) -> None:
    """An intent says that something succeeded of which there is no row, or one that failed."""
    status, has, lacks = desk.chance.choice(
        (
            ("captured", "authorization", "capture"),
            ("settled", "authorisation", "capture"),
            ("refunded", "sale", "refund"),
        )
    )
    intent = desk.intent(status)
    desk.transaction(intent, has)
    desk.transaction(intent, lacks, hours=1, status="failed", processed_at=None)
    desk.told(SAYS, intent)


def authorised_without_an_authorisation(desk: _Planted) -> None:
    """Young, so that it does not wait too long, and not one row of it."""
    status = desk.chance.choice(("authorized", "authorised"))
    desk.told(SAYS, desk.intent(status, desk.made.as_of - 2 * HOUR))


def transaction_without_its_status(desk: _Planted) -> None:
    """More has succeeded than the intent says."""
    young = desk.made.as_of - 2 * HOUR
    status, kinds = desk.chance.choice(
        (
            ("authorised", ("authorisation", "capture")),
            ("authorized", ("authorization", "void")),
            ("authorised", ("authorisation", "expiry")),
            ("voided", ("sale",)),
            ("expired", ("sale",)),
            ("cancelled", ("sale",)),
            ("failed", ("sale",)),
            ("created", ("authorization",)),
            ("created", ("void",)),
        )
    )
    intent = desk.intent(status, young)
    for kind in kinds:
        desk.transaction(intent, kind, created_at=young)
    desk.told(SAYS, intent)


def intent_with_a_sign(desk: _Planted) -> None:
    """An intent of a refund, with the amount as the bank writes it."""
    intent = desk.intent("failed")
    intent["amount_minor"] = -1
    desk.told("no_amount_is_below_zero", intent)


def transaction_with_a_sign(desk: _Planted) -> None:
    """A refund that was declined, with the amount as the bank writes it."""
    intent, _ = desk.captured()
    refund = desk.transaction(intent, "refund", -1, 2, status="failed", processed_at=None)
    desk.told("no_amount_is_below_zero", refund)


def run_after_a_gap(desk: _Planted) -> None:
    """A microsecond was looked at by no run."""
    end = desk.moment
    _, late = desk.runs((end - HOUR, end), (end + MICROSECOND, end + HOUR))
    desk.told_of_run(GAP, late)


def run_that_overlaps(desk: _Planted) -> None:
    """A microsecond was looked at by two runs."""
    end = desk.moment
    _, early = desk.runs((end - HOUR, end), (end - MICROSECOND, end + HOUR))
    desk.told_of_run(GAP, early)


def run_that_says_too_little(desk: _Planted) -> None:
    """One thing of a row of the log is missing, or contradicts another one."""
    wrong: dict[str, Any] = desk.chance.choice(
        (
            {"matched": -1},
            {"pending": -1},
            {"discrepancies": -1},
            {"divergence": 500},
            {"divergence": [500]},
            {"verdict": "discrepancies", "discrepancies": 1, "divergence": {"BRL": 5.5}},
            {"verdict": "discrepancies", "discrepancies": 1, "divergence": {"BRL": -5}},
            {"verdict": "discrepancies", "discrepancies": 1, "divergence": {"BRL": "5"}},
            {"verdict": "discrepancies", "discrepancies": 1, "divergence": {"R$": 5}},
            {"discrepancies": 1},
            {"pending": 1},
            {"verdict": "reconciled_with_pending", "discrepancies": 1},
            {"verdict": "discrepancies", "divergence": {"BRL": 1}},
            {"notes": None},
            {"notes": "done"},
        )
    )
    run = desk.made.run(desk.fault, desk.moment, desk.moment + HOUR, **wrong)
    desk.told_of_run("every_run_says_all_of_itself", run)


def run_without_a_window(desk: _Planted) -> None:
    """The window ends where it starts."""
    run = desk.made.run(desk.fault, desk.moment, desk.moment)
    desk.told_of_run("every_run_says_all_of_itself", run)


FAULTS: tuple[Callable[[_Planted], None], ...] = (
    captured_above_the_authorisation,
    captured_above_what_was_left,
    captured_in_another_currency,
    refunded_above_the_capture,
    asked_in_another_currency,
    intent_is_gone,
    success_without_its_time,
    processed_before_it_was_made,
    processed_in_the_future,
    authorisation_is_processed_after_its_capture,
    capture_is_processed_after_its_refund,
    one_event_is_recorded_twice,
    one_event_has_two_intents,
    created_and_forgotten,
    authorised_and_forgotten,
    status_without_its_transaction,
    authorised_without_an_authorisation,
    transaction_without_its_status,
    intent_with_a_sign,
    transaction_with_a_sign,
    run_after_a_gap,
    run_that_overlaps,
    run_that_says_too_little,
    run_without_a_window,
)


def plant(made: GatewayBook) -> list[Violation]:
    """Every fault once, on top of a history that has none; what must be reported of them."""
    violations: list[Violation] = []
    for fault in FAULTS:
        desk = _Planted(made, fault.__name__)
        fault(desk)
        violations += desk.violations
    return violations


def _other_currency(row: Row) -> None:
    row["currency"] = CURRENCIES[1 - CURRENCIES.index(row["currency"])]
