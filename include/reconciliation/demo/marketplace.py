"""A consistent history of the marketplace's book: what its own systems would have written.

Payments are captured with three entries, refunded with or without the platform's fee, or come no
further; money stands in two currencies. The same seed and moment give the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from include.reconciliation.demo.streams import stream

PLATFORM = "PLATFORM_MAIN"
CURRENCIES = ("BRL", "USD")
_BUYERS, _SELLERS = 5, 3
_METHODS = ("COD", "PREPAID")
# How often a payment ends so, in every ten.
_ENDS = ("CAPTURED",) * 5 + ("refunded",) * 3 + ("FAILED", "INITIATED")
Row = dict[str, Any]


@dataclass(slots=True)
class History:
    """The rows of the book's tables, by table; ids begin with the seed, amounts are minor units."""

    seed: str
    as_of: datetime
    rows: dict[str, list[Row]] = field(default_factory=dict)
    entries_made: int = 0

    def add(self, table: str, **row: Any) -> Row:
        """One more row of a table, which may still be changed."""
        self.rows.setdefault(table, []).append(row)
        return row

    def id(self, kind: str, number: object) -> str:
        """An id that no history of another seed has."""
        return f"{self.seed}-{kind}-{number}"

    def entry(
        self, row: Row, wallet_id: str, amount_minor: int, entry_type: str, moment: datetime
    ) -> Row:
        """One entry of the transaction of a payment or of a refund."""
        self.entries_made += 1
        is_refund = "payment_id" in row
        operation = "refund-process" if is_refund else "payment-capture"
        return self.add(
            "ledger_entries",
            id=self.id("entry", f"{self.entries_made:05}"),
            transaction_id=f"transaction of {row['id']}",
            wallet_id=wallet_id,
            payment_id=row.get("payment_id", row["id"]),
            refund_id=row["id"] if is_refund else None,
            entry_type=entry_type,
            amount_minor=amount_minor,
            currency=row["currency"],
            idempotency_key=f"{operation}-{row['id']}",
            created_at=moment,
        )

    def entries_of(self, row: Row) -> list[Row]:
        """The entries of a payment's capture or of a refund."""
        return [
            entry
            for entry in self.rows.get("ledger_entries", [])
            if entry["transaction_id"] == f"transaction of {row['id']}"
        ]


def history(seed: str, as_of: datetime, payments: int = 20) -> History:
    """A history of the sixty days before a moment in which every sentence holds."""
    made = History(seed, as_of)
    chance = stream(seed, "marketplace")
    made.add(
        "wallets", id=PLATFORM, wallet_code=PLATFORM, wallet_type="PLATFORM", wallet_status="ACTIVE"
    )
    for kind, count in (("BUYER", _BUYERS), ("SELLER", _SELLERS)):
        for number in range(count):
            _wallet(made, kind, number)
    for number in range(payments):
        # The first ones take each end in turn, so that even a small history has them all.
        end = _ENDS[number % 10] if number < len(_ENDS) else chance.choice(_ENDS)
        _payment(made, chance, number, end)
    return made


def payment(made: History, name: str, moment: datetime, amount_minor: int, currency: str) -> Row:
    """A payment that was initiated, of the first method."""
    return made.add(
        "payments",
        id=made.id("payment", name),
        order_id=made.id("order", name),
        lifecycle="INITIATED",
        payment_method=_METHODS[0],
        amount_minor=amount_minor,
        currency=currency,
        initiated_at=moment,
        captured_at=None,
        updated_at=moment,
    )


def capture(made: History, row: Row, moment: datetime, buyer: int = 0, seller: int = 0) -> None:
    """The buyer pays, the seller gets it less the platform's fee of a twentieth."""
    fee_minor = row["amount_minor"] // 20
    row.update(lifecycle="CAPTURED", captured_at=moment, updated_at=moment)
    amount_minor = row["amount_minor"]
    made.entry(row, made.id("buyer", buyer), -amount_minor, "PAYMENT_DEBIT", moment)
    made.entry(row, made.id("seller", seller), amount_minor - fee_minor, "PAYMENT_CREDIT", moment)
    made.entry(row, PLATFORM, fee_minor, "PLATFORM_FEE_CREDIT", moment)


def refund(made: History, row: Row, name: str, moment: datetime, amount_minor: int) -> Row:
    """A refund that was asked for."""
    return made.add(
        "refunds",
        id=made.id("refund", name),
        payment_id=row["id"],
        amount_minor=amount_minor,
        currency=row["currency"],
        status="PENDING",
        failure_reason=None,
        requested_at=moment,
        processed_at=None,
        completed_at=None,
        updated_at=moment,
    )


def complete(
    made: History,
    row: Row,
    moment: datetime,
    fee_minor: int = 0,
    buyer: int = 0,
    seller: int = 0,
) -> None:
    """The buyer gets it back from the seller, and the fee's part from the platform."""
    row.update(status="COMPLETED", processed_at=moment, completed_at=moment, updated_at=moment)
    amount_minor = row["amount_minor"]
    made.entry(row, made.id("buyer", buyer), amount_minor, "REFUND_CREDIT", moment)
    made.entry(row, made.id("seller", seller), fee_minor - amount_minor, "REFUND_DEBIT", moment)
    if fee_minor:
        made.entry(row, PLATFORM, -fee_minor, "REFUND_DEBIT", moment)


def _wallet(made: History, kind: str, number: int) -> None:
    user_id = made.id("user", f"{kind.lower()}-{number}")
    made.add("users", id=user_id, email=f"{kind.lower()}.{number}@example.com")
    made.add(
        "wallets",
        id=made.id(kind.lower(), number),
        wallet_code=made.id(kind, number),
        wallet_type=kind,
        wallet_status="ACTIVE",
        user_id=user_id,
    )


def _payment(made: History, chance: Random, number: int, end: str) -> None:
    # What is left INITIATED is young; the rest is older than a day, so that no failure is of today.
    minutes = chance.randint(10, 1_400) if end == "INITIATED" else chance.randint(3_000, 86_000)
    moment = made.as_of - timedelta(minutes=minutes)
    amount_minor, currency = chance.randint(100, 500_000), chance.choice(CURRENCIES)
    row = payment(made, f"{number:03}", moment, amount_minor, currency)
    row["payment_method"] = chance.choice(_METHODS)
    buyer, seller = chance.randrange(_BUYERS), chance.randrange(_SELLERS)
    if end in ("CAPTURED", "refunded"):
        capture(made, row, moment + timedelta(minutes=5), buyer, seller)
    elif end == "FAILED":
        row.update(lifecycle="FAILED", updated_at=moment + timedelta(minutes=5))
    if end == "refunded":
        _refunds(made, chance, row, buyer, seller)


def _refunds(made: History, chance: Random, row: Row, buyer: int, seller: int) -> None:
    """One or two refunds, in part or whole; a failed one beside them gives nothing back."""
    left_minor = row["amount_minor"]
    moment = row["captured_at"]
    parts = chance.randint(1, 2)
    for number in range(parts):
        moment += timedelta(minutes=chance.randint(10, 500))
        amount_minor = chance.choice((left_minor, left_minor // 2, left_minor // 3 + 1))
        name = f"{row['id'].removeprefix(made.id('payment', ''))}-{number}"
        made_refund = refund(made, row, name, moment, amount_minor)
        fee_minor = amount_minor // 20 * chance.randint(0, 1)
        complete(made, made_refund, moment, fee_minor, buyer, seller)
        left_minor -= amount_minor
        if not left_minor:
            row.update(lifecycle="REFUNDED", updated_at=moment)
            break
    failed = refund(made, row, f"{row['id'][-3:]}-failed", moment, row["amount_minor"])
    failed.update(status="FAILED", failure_reason="seller's balance is too low", updated_at=moment)
