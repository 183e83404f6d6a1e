"""A consistent history of the billing gateway's book: what its own systems would have written.

Intents are authorised and captured, in parts or in one, refunded, given up, or come no further; the
pipeline leaves a row for each run. What has a limit stands at it somewhere in every history. The
same seed and moment give the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from include.reconciliation.demo.streams import stream

PROVIDER = "adyen"
CURRENCIES = ("BRL", "USD")
HOUR = timedelta(hours=1)
# How long an intent may stand still, created or authorised.
CREATED_AT_MOST, AUTHORISED_AT_MOST = 24 * HOUR, 168 * HOUR
_AUTHORISATIONS = ("authorization", "authorisation")
_RUNS = 12
Row = dict[str, Any]


@dataclass(slots=True)
class GatewayBook:
    """The rows of the book's tables, by table; ids begin with the seed, amounts are minor units.

    Captures may exceed their authorisation by so many parts per million.
    """

    seed: str
    as_of: datetime
    over_capture_ppm: int = 0
    intents: list[Row] = field(default_factory=list)
    transactions: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)

    def tables(self) -> dict[str, list[Row]]:
        """The rows of each table, in the order in which they can be written."""
        return {
            "payment_intents": self.intents,
            "payment_transactions": self.transactions,
            "payment_reconciliation_logs": self.runs,
        }

    def id(self, kind: str, name: object) -> str:
        """An id that no history of another seed has."""
        return f"{self.seed}-{kind}-{name}"

    def intent(
        self, name: str, status: str, moment: datetime, amount_minor: int, currency: str
    ) -> Row:
        """One intent, which may still be changed."""
        row = {
            "id": self.id("intent", name),
            "provider": PROVIDER,
            "provider_account": self.id("account", "shop"),
            "provider_reference": self.id("payment", name),
            "merchant_reference": self.id("order", name),
            "amount_minor": amount_minor,
            "currency": currency,
            "status": status,
            "created_at": moment,
        }
        self.intents.append(row)
        return row

    def transaction(
        self, intent: Row, kind: str, amount_minor: int, moment: datetime, **columns: Any
    ) -> Row:
        """One transaction of an intent that succeeded at once, unless it is said otherwise."""
        number = f"{len(self.transactions):04}"
        row = {
            "id": self.id(kind, number),
            "intent_id": intent["id"],
            "transaction_type": kind,
            "status": "succeeded",
            "amount_minor": amount_minor,
            "currency": intent["currency"],
            "provider_reference": self.id("event", number),
            "created_at": moment,
            "processed_at": moment,
            **columns,
        }
        self.transactions.append(row)
        return row

    def run(self, account: str, start: datetime, end: datetime, **columns: Any) -> Row:
        """One row of the log; a scheduled run that found nothing, unless it is said otherwise."""
        row = {
            "provider": PROVIDER,
            "account": self.id("account", account),
            "run_id": self.id("run", f"{len(self.runs):04}"),
            "window_start": start,
            "window_end": end,
            "verdict": "reconciled",
            "matched": 10,
            "pending": 0,
            "discrepancies": 0,
            "divergence": {},
            "notes": "run scheduled; every row is matched",
            **columns,
        }
        self.runs.append(row)
        return row


def gateway_book(
    seed: str, as_of: datetime, *, intents: int = 24, over_capture_ppm: int = 0
) -> GatewayBook:
    """A history of the sixty days before a moment in which every sentence holds."""
    made = GatewayBook(seed, as_of, over_capture_ppm)
    chance = stream(seed, "gateway book")
    for number in range(intents):
        # The first ones take each course in turn, so that even a small history has them all.
        course = _COURSES[number] if number < len(_COURSES) else chance.choice(_COURSES)
        moment = as_of - timedelta(minutes=chance.randint(15_000, 86_000))
        amount_minor, currency = chance.randint(100, 500_000), chance.choice(CURRENCIES)
        intent = made.intent(f"{number:03}", "created", moment, amount_minor, currency)
        course(made, chance, intent)
    _log(made, chance)
    return made


def authorised(made: GatewayBook, chance: Random, intent: Row) -> datetime:
    """The intent is authorised, after a refusal perhaps; returns when that was processed."""
    moment = intent["created_at"]
    if chance.random() < 0.3:
        _authorisation(made, chance, intent, moment, status="failed", processed_at=None)
        moment += timedelta(minutes=chance.randint(0, 5))
    processed_at = moment + timedelta(seconds=chance.randint(0, 90))
    _authorisation(made, chance, intent, moment, processed_at=processed_at)
    intent["status"] = chance.choice(("authorized", "authorised"))
    return processed_at


def captured(made: GatewayBook, chance: Random, intent: Row, most: int = 3) -> datetime:
    """The intent is captured in up to so many parts; returns when the last one was processed."""
    if most > 1 and chance.random() < 0.3:
        made.transaction(intent, "sale", intent["amount_minor"], intent["created_at"])
        intent["status"] = chance.choice(("captured", "settled"))
        return intent["created_at"] + HOUR
    # The first capture may be made in the moment in which the authorisation was processed.
    moment = authorised(made, chance, intent)
    for amount_minor in parts(chance, intent["amount_minor"], chance.randint(1, most)):
        made.transaction(intent, "capture", amount_minor, moment)
        moment += timedelta(minutes=chance.randint(0, 3_000))
    intent["status"] = chance.choice(("captured", "settled"))
    return moment


def parts(chance: Random, amount_minor: int, count: int) -> list[int]:
    """Positive amounts that sum up to another one, so many or fewer."""
    cuts = sorted({0, amount_minor, *(chance.randint(0, amount_minor) for _ in range(count - 1))})
    return [after - before for before, after in pairwise(cuts)]


def _authorisation(
    made: GatewayBook, chance: Random, intent: Row, moment: datetime, **columns: Any
) -> None:
    kind = chance.choice(_AUTHORISATIONS)
    made.transaction(intent, kind, intent["amount_minor"], moment, **columns)


def _captured_in_full(made: GatewayBook, chance: Random, intent: Row) -> None:
    moment = captured(made, chance, intent)
    # What was declined, or is still asked, neither captures nor refunds.
    for kind, status in (("capture", "failed"), ("refund", "cancelled"), ("refund", "pending")):
        amount_minor = intent["amount_minor"]
        made.transaction(intent, kind, amount_minor, moment, status=status, processed_at=None)


def _captured_in_part(made: GatewayBook, chance: Random, intent: Row) -> None:
    moment = authorised(made, chance, intent)
    part_minor = chance.randint(1, intent["amount_minor"])
    made.transaction(intent, "capture", part_minor, moment)
    made.transaction(intent, "void", intent["amount_minor"] - part_minor, moment)
    intent["status"] = "captured"


def _captured_above(made: GatewayBook, chance: Random, intent: Row) -> None:
    """As far as is declared, to the minor unit."""
    moment = authorised(made, chance, intent)
    amount_minor = intent["amount_minor"]
    allowed_minor = amount_minor * made.over_capture_ppm // 1_000_000
    for part_minor in parts(chance, amount_minor + allowed_minor, 2):
        made.transaction(intent, "capture", part_minor, moment)
    intent["status"] = "settled"


def _refunded(made: GatewayBook, chance: Random, intent: Row) -> None:
    """All that was captured, to the minor unit; a chargeback takes some of it once more."""
    moment = captured(made, chance, intent)
    for part_minor in parts(chance, intent["amount_minor"], chance.randint(1, 3)):
        made.transaction(intent, "refund", part_minor, moment)
        moment += timedelta(minutes=chance.randint(1, 500))
    if chance.random() < 0.5:
        made.transaction(intent, "chargeback", intent["amount_minor"], moment)
    if chance.random() < 0.5:
        made.transaction(intent, "chargeback_reversal", intent["amount_minor"], moment)
    intent["status"] = "refunded"


def _refunded_late(made: GatewayBook, chance: Random, intent: Row) -> None:
    """A part of it, processed in the very moment of the check; recorded without a reference."""
    captured(made, chance, intent)
    part_minor = chance.randint(1, intent["amount_minor"])
    moment = made.as_of - timedelta(seconds=1)
    columns = {"processed_at": made.as_of, "provider_reference": None}
    for status in ("succeeded", "failed"):
        made.transaction(intent, "refund", part_minor, moment, status=status, **columns)


def _given_up(made: GatewayBook, chance: Random, intent: Row) -> None:
    """Voided or expired; a gateway need not keep a row of that."""
    moment = authorised(made, chance, intent)
    intent["status"], kind = chance.choice((("voided", "void"), ("expired", "expiry")))
    if chance.random() < 0.7:
        made.transaction(intent, kind, intent["amount_minor"], moment)


def _declined(made: GatewayBook, chance: Random, intent: Row) -> None:
    moment = intent["created_at"]
    _authorisation(made, chance, intent, moment, status="failed", processed_at=None)
    intent["status"] = chance.choice(("failed", "cancelled"))


def _open(made: GatewayBook, chance: Random, intent: Row) -> None:
    """Authorised for as long as may be, or less, with a capture under way."""
    waited = chance.choice((AUTHORISED_AT_MOST, chance.random() * AUTHORISED_AT_MOST + HOUR))
    intent["created_at"] = made.as_of - waited - 99 * HOUR
    authorised(made, chance, intent)
    authorisation = made.transactions[-1]
    authorisation.update(created_at=made.as_of - waited, processed_at=made.as_of - waited)
    kind, amount_minor = "capture", intent["amount_minor"]
    moment = made.as_of - HOUR
    made.transaction(intent, kind, amount_minor, moment, status="processing", processed_at=None)


def _new(made: GatewayBook, chance: Random, intent: Row) -> None:
    """Created a day ago, or less."""
    waited = chance.choice((CREATED_AT_MOST, chance.random() * CREATED_AT_MOST))
    intent["created_at"] = made.as_of - waited


def _one_event_in_two_books(made: GatewayBook, chance: Random, intent: Row) -> None:
    """A reference is unique to a type and an account, and may come back beside them."""
    captured(made, chance, intent, most=1)
    event = made.transactions[-1]
    shared = event["provider_reference"]
    moment = event["created_at"]
    made.transaction(intent, "refund", 1, moment, provider_reference=shared)
    name = f"{intent['id'].rpartition('-')[2]}-elsewhere"
    other = made.intent(name, "settled", moment, 500, intent["currency"])
    other["provider_account"] = made.id("account", "outlet")
    captured(made, chance, other, most=1)
    made.transactions[-1]["provider_reference"] = shared


_COURSES: tuple[Callable[[GatewayBook, Random, Row], None], ...] = (
    _captured_in_full,
    _captured_in_part,
    _captured_above,
    _refunded,
    _refunded_late,
    _given_up,
    _declined,
    _open,
    _new,
    _one_event_in_two_books,
)


def _log(made: GatewayBook, chance: Random) -> None:
    """Runs that follow each other; one window is decided again, and looked into by hand."""
    end = made.as_of - _RUNS * 3 * HOUR
    for number in range(_RUNS):
        start, end = end, end + chance.randint(1, 3) * HOUR
        made.run("shop", start, end, **_found(chance))
        if number == _RUNS // 2:
            made.run("shop", start, end)
            notes = "run manual; requested by ana"
            made.run("shop", start - HOUR / 2, end - HOUR / 2, notes=notes)


def _found(chance: Random) -> dict[str, Any]:
    """What a run found: nothing, what waits, or what is wrong."""
    count, pending = chance.randint(1, 9), chance.randint(0, 5)
    divergence = {currency: chance.randint(0, 90_000) for currency in CURRENCIES}
    return chance.choice(
        (
            {},
            {"verdict": "reconciled_with_pending", "pending": pending},
            {"verdict": "discrepancies", "discrepancies": count, "divergence": divergence},
            {"verdict": "incomplete", "discrepancies": count, "pending": pending},
        )
    )
