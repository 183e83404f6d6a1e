"""A payouts system that was in order until some labelled violations were put into it.

Pure: the same seed and moment give the same rows. Each violation has the sentence that it breaks,
and the row that its check must return.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from include.reconciliation.demo.streams import stream

MINUTE = timedelta(minutes=1)
TABLES = (
    "payouts",
    "provider_payouts",
    "outbox",
    "ledger_groups",
    "ledger_entries",
    "integrity_alerts",
)
_CURRENCIES = ("BRL", "EUR", "JPY")
# How far a payout has come: states of intent, order and task, and how long ago it was touched.
_STAGES = {
    "queued": ("CREATED", "CREATED", "PENDING", (0, 2)),
    "sending": ("PROCESSING", "CREATED", "SENDING", (0, 10)),
    "sent": ("PROCESSING", "SENT", "SENT", (0, 8)),
    "succeeded": ("PAID", "SUCCEEDED", "SENT", (20, 60 * 24)),
    "failed": ("FAILED", "FAILED", "SENT", (20, 60 * 24)),
    "quarantined": ("QUARANTINED", "QUARANTINED", "FAILED", (20, 60 * 24)),
}
_WEIGHTS = (4, 3, 6, 30, 4, 3)


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that a check must return; the amount in minor units, or neither it nor a currency."""

    sentence: str
    object: str
    currency: str | None = None
    amount_minor: int | None = None


@dataclass(slots=True)
class PayoutsHistory:
    """Rows per table, in an order in which they can be written, and what is wrong with them."""

    seed: int
    as_of: datetime
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {t: [] for t in TABLES})
    violations: list[Violation] = field(default_factory=list)

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        """One row more."""
        self.rows[table].append(row)
        return row

    def of(self, stage: str) -> list[dict[str, Any]]:
        """The provider payouts that have come so far and nothing is wrong with yet."""
        wanted, task = _STAGES[stage][1], _STAGES[stage][2]
        tasks = {row["provider_payout_id"]: row["status"] for row in self.rows["outbox"]}
        broken = {violation.object for violation in self.violations}
        return [
            row
            for row in self.rows["provider_payouts"]
            if (row["status"], tasks.get(row["id"])) == (wanted, task) and row["id"] not in broken
        ]


# Object, currency and minor units of the row that tells a fault.
Told = tuple[str, str | None, int | None]
Fault = Callable[[PayoutsHistory, Random], Told]


def history(seed: int, as_of: datetime, payouts: int = 50) -> PayoutsHistory:
    """A payouts system in order: no sentence of its book is broken at `as_of`."""
    made, chance = PayoutsHistory(seed, as_of), stream(seed, "payouts")
    for stage in _STAGES:
        _payout(made, chance, stage, stage)
    for number in range(payouts):
        stage = chance.choices(tuple(_STAGES), _WEIGHTS)[0]
        _payout(made, chance, str(number), stage)
    made.add(
        "integrity_alerts",
        kind="FINALIZE_MISSING",
        severity="CRITICAL",
        status="RESOLVED",
        provider_payout_id=made.rows["provider_payouts"][0]["id"],
        ledger_group_id=None,
        created_at=as_of - timedelta(days=1),
    )
    return made


def broken_history(
    seed: int, as_of: datetime, payouts: int = 50, sentences: Collection[str] | None = None
) -> PayoutsHistory:
    """The same with one violation of each sentence, or of those named, labelled."""
    made, chance = history(seed, as_of, payouts), stream(seed, "violations")
    for sentence, do in _FAULTS.items():
        if sentences is None or sentence in sentences:
            made.violations.append(Violation(sentence, *do(made, chance)))
    return made


def _payout(made: PayoutsHistory, chance: Random, number: str, stage: str) -> dict[str, Any]:
    intent, order, task, minutes = _STAGES[stage]
    touched = made.as_of - chance.randint(*minutes) * MINUTE - timedelta(seconds=30)
    begun = touched - timedelta(seconds=chance.randint(1, 60))
    amount = {
        "amount_minor": chance.randint(1, 10**7),
        "currency": chance.choice(_CURRENCIES),
    }
    name = f"{made.seed}-{number}"
    made.add(
        "payouts",
        id=f"pay-{name}",
        payee_reference=f"payee-{chance.randint(1, 99)}",
        status=intent,
        created_at=begun,
        updated_at=touched,
        **amount,
    )
    is_known = order in ("SENT", "SUCCEEDED", "FAILED")
    row = made.add(
        "provider_payouts",
        id=f"pp-{name}",
        payout_id=f"pay-{name}",
        provider="northbank",
        idempotency_key=f"key-{name}",
        provider_reference=f"po-{name}" if is_known else None,
        status=order,
        created_at=begun,
        sent_at=touched if is_known else None,
        updated_at=touched,
        **amount,
    )
    made.add(
        "outbox",
        provider_payout_id=row["id"],
        status=task,
        queued_at=begun,
        claimed_at=None if task == "PENDING" else touched,
        tries=0 if task == "PENDING" else 1,
    )
    _group(made, row, "escrow_hold", "payee", "escrow", begun)
    if order == "SUCCEEDED":
        _group(made, row, "payout_finalised", "escrow", "bank", touched)
    if order == "FAILED":
        _group(made, row, "payout_reversed", "escrow", "payee", touched)
    return row


def _group(
    made: PayoutsHistory, payout: dict[str, Any], kind: str, debit: str, credit: str, at: datetime
) -> str:
    name = f"{kind} {payout['id']} {len(made.rows['ledger_groups'])}"
    made.add(
        "ledger_groups", id=name, provider_payout_id=payout["id"], kind=kind, created_at=at
    )
    for account, sign in ((debit, 1), (credit, -1)):
        made.add(
            "ledger_entries",
            ledger_group_id=name,
            account=account,
            amount_minor=sign * payout["amount_minor"],
            currency=payout["currency"],
            created_at=at,
        )
    return name


def _row(payout: dict[str, Any]) -> Told:
    return payout["id"], payout["currency"], payout["amount_minor"]


def _unbalanced(made: PayoutsHistory, chance: Random) -> Told:
    entry = chance.choice(made.rows["ledger_entries"])
    off_minor = chance.choice((-1, 1)) * chance.randint(1, 500)
    entry["amount_minor"] += off_minor
    return entry["ledger_group_id"], entry["currency"], off_minor


def _not_finalised(made: PayoutsHistory, chance: Random) -> Told:
    payout = _payout(made, chance, "not finalised", "succeeded")
    group = made.rows["ledger_groups"].pop()
    entries = made.rows["ledger_entries"]
    made.rows["ledger_entries"] = [e for e in entries if e["ledger_group_id"] != group["id"]]
    return _row(payout)


def _finalised_twice(made: PayoutsHistory, chance: Random) -> Told:
    payout = chance.choice(made.of("succeeded"))
    _group(made, payout, "payout_finalised", "escrow", "bank", payout["updated_at"])
    return _row(payout)


def _key_used_twice(made: PayoutsHistory, chance: Random) -> Told:
    pair = chance.sample(made.of("succeeded"), 2)
    first, second = sorted(pair, key=lambda row: (row["created_at"], row["id"]))
    second["idempotency_key"] = first["idempotency_key"]
    # What is too much is the later one.
    return first["idempotency_key"], second["currency"], second["amount_minor"]


def _stuck(stage: str, column: str, minutes: int) -> Fault:
    def do(made: PayoutsHistory, chance: Random) -> Told:
        payout = chance.choice(made.of(stage))
        task = next(t for t in made.rows["outbox"] if t["provider_payout_id"] == payout["id"])
        row = payout if column == "sent_at" else task
        row[column] = made.as_of - minutes * MINUTE - timedelta(seconds=chance.randint(1, 600))
        if column == "claimed_at":
            task["queued_at"] = row[column]
        return _row(payout)

    return do


def _alive_in_quarantine(made: PayoutsHistory, chance: Random) -> Told:
    payout = chance.choice(made.of("quarantined"))
    task = next(t for t in made.rows["outbox"] if t["provider_payout_id"] == payout["id"])
    task.update(status="PENDING", queued_at=made.as_of - MINUTE)
    return _row(payout)


def _alert_open(made: PayoutsHistory, chance: Random) -> Told:
    made.rows["integrity_alerts"][-1]["status"] = chance.choice(("OPEN", "ACKNOWLEDGED"))
    # An empty database numbers its alerts from 1.
    return str(len(made.rows["integrity_alerts"])), None, None


def _climbing(made: PayoutsHistory, chance: Random) -> Told:
    """All tasks of the queue that climbs are one payout's; those of the first step are not late."""
    payout = chance.choice(made.of("queued"))
    for step in range(5):
        for _ in range(60):
            made.add(
                "outbox",
                provider_payout_id=payout["id"],
                status="PENDING",
                queued_at=made.as_of - step * 15 * MINUTE - timedelta(seconds=1),
                claimed_at=None,
                tries=0,
            )
            if step > 0:
                late = Violation("no_outbox_task_waits_for_minutes", *_row(payout))
                made.violations.append(late)
    return "outbox", None, None


_FAULTS: dict[str, Fault] = {
    "every_ledger_group_balances": _unbalanced,
    "every_success_is_finalised": _not_finalised,
    "no_payout_is_finalised_twice": _finalised_twice,
    "every_idempotency_key_has_one_provider_payout": _key_used_twice,
    "no_outbox_task_is_sending_for_minutes": _stuck("sending", "claimed_at", 15),
    "no_outbox_task_waits_for_minutes": _stuck("queued", "queued_at", 15),
    "no_provider_payout_stays_sent": _stuck("sent", "sent_at", 10),
    "no_payout_in_quarantine_has_a_live_outbox_task": _alive_in_quarantine,
    "no_critical_integrity_alert_is_open": _alert_open,
    "pending_outbox_does_not_climb": _climbing,
}
