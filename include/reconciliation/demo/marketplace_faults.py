"""What goes wrong in the marketplace's book, and what its checks must report of it.

Each fault is planted on operations of its own, so that it breaks one sentence and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from include.reconciliation.demo.marketplace import (
    CURRENCIES,
    PLATFORM,
    History,
    Row,
    capture,
    complete,
    payment,
    refund,
)
from include.reconciliation.demo.streams import stream

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One row that a check must return; the amount in minor units, or neither it nor a currency."""

    check: str
    object: str
    currency: str | None
    amount_minor: int | None


class _Planted:
    """A fault's own payments, and what must be said of it."""

    def __init__(self, made: History, fault: str):
        self.made = made
        self.fault = fault
        self.chance = stream(made.seed, f"marketplace {fault}")
        self.moment = made.as_of - timedelta(minutes=self.chance.randint(1_500, 40_000))
        self.currency = self.chance.choice(CURRENCIES)
        self.violations: list[Violation] = []

    def initiated(self, name: str = "") -> Row:
        amount_minor = self.chance.randint(1_000, 90_000)
        named = f"{self.fault}{name}"
        return payment(self.made, named, self.moment, amount_minor, self.currency)

    def captured(self, name: str = "") -> Row:
        row = self.initiated(name)
        capture(self.made, row, self.moment)
        return row

    def refund_of(self, row: Row, amount_minor: int, name: str = "") -> Row:
        return refund(self.made, row, f"{self.fault}{name}", self.moment + HOUR, amount_minor)

    def refunded(self) -> Row:
        row = self.captured()
        made_refund = self.refund_of(row, row["amount_minor"] // 2)
        complete(self.made, made_refund, self.moment + HOUR, self.chance.randint(0, 1))
        return made_refund

    def drop(self, row: Row) -> None:
        """The entries of an operation were never made."""
        kept = [entry for entry in self.entries if entry not in self.made.entries_of(row)]
        self.made.rows["ledger_entries"] = kept

    @property
    def entries(self) -> list[Row]:
        return self.made.rows["ledger_entries"]

    def told(
        self, check: str, row: Row, amount_minor: int | None = None, currency: str | None = None
    ) -> None:
        self.violations.append(Violation(check, row["id"], currency, amount_minor))


def entry_is_off_by_some(desk: _Planted) -> None:
    """An entry was written with another amount than its operation."""
    row = desk.captured()
    off = desk.chance.choice((-1, 1, 990))
    desk.made.entries_of(row)[1]["amount_minor"] += off
    transaction = {"id": f"transaction of {row['id']}"}
    desk.told("every_transaction_sums_to_zero", transaction, off, row["currency"])


def entry_is_in_another_currency(desk: _Planted) -> None:
    """The seller was credited the right number of the wrong currency."""
    row = desk.captured()
    entry = desk.made.entries_of(row)[1]
    entry["currency"] = CURRENCIES[1 - CURRENCIES.index(row["currency"])]
    transaction, amount_minor = {"id": f"transaction of {row['id']}"}, entry["amount_minor"]
    desk.told("every_transaction_sums_to_zero", transaction, -amount_minor, row["currency"])
    desk.told("every_transaction_sums_to_zero", transaction, amount_minor, entry["currency"])


def entry_is_an_orphan(desk: _Planted) -> None:
    """A script wrote an entry without a transaction."""
    row = {"id": desk.fault, "currency": desk.currency}
    entry = desk.made.entry(row, PLATFORM, desk.chance.randint(1, 900), "FEE", desk.moment)
    entry.update(transaction_id=None, payment_id=None, idempotency_key=None)
    desk.told("every_entry_has_a_transaction", entry, entry["amount_minor"], entry["currency"])


def payment_waits(desk: _Planted) -> None:
    """A payment was begun and forgotten."""
    row = desk.initiated()
    desk.told("few_payments_wait_for_a_day", row, row["amount_minor"], row["currency"])


def refund_hangs(desk: _Planted) -> None:
    """The process that sent a refund died."""
    row = desk.captured()
    made = desk.refund_of(row, row["amount_minor"])
    made.update(status="PROCESSING", processed_at=made["requested_at"])
    told = "no_refund_is_processed_for_minutes"
    desk.told(told, made, -made["amount_minor"], made["currency"])


def payment_failed_today(desk: _Planted) -> None:
    """A card was declined within the last day."""
    row = desk.initiated()
    row.update(lifecycle="FAILED", updated_at=desk.made.as_of - 2 * HOUR)
    desk.told("few_payments_fail_in_a_day", row, row["amount_minor"], row["currency"])


def refund_failed_this_hour(desk: _Planted) -> None:
    """A refund failed half an hour ago, which both limits count."""
    row = desk.captured()
    made = desk.refund_of(row, row["amount_minor"])
    made.update(status="FAILED", failure_reason="time-out", updated_at=desk.made.as_of - HOUR / 2)
    for check in ("few_refunds_fail_in_an_hour", "few_refunds_fail_in_a_day"):
        desk.told(check, made, -made["amount_minor"], made["currency"])


def capture_is_not_booked(desk: _Planted) -> None:
    """The payment was marked as captured, and the transaction of its entries rolled back."""
    row = desk.captured()
    desk.drop(row)
    desk.told("every_captured_payment_has_three_entries", row, row["amount_minor"], row["currency"])


def capture_is_booked_twice(desk: _Planted) -> None:
    """A retry booked all entries again, in the same transaction: each sum is still zero."""
    row = desk.captured()
    capture(desk.made, row, desk.moment)
    desk.told("every_captured_payment_has_three_entries", row, row["amount_minor"], row["currency"])


def payment_is_booked_before_its_capture(desk: _Planted) -> None:
    """The entries were made, and the payment's state was never moved on."""
    row = desk.captured()
    lifecycle = desk.chance.choice(("AUTHORIZED", "FAILED", "CANCELLED"))
    row.update(lifecycle=lifecycle, captured_at=None)
    desk.told("only_captured_payments_have_entries", row, row["amount_minor"], row["currency"])


def refund_is_not_booked(desk: _Planted) -> None:
    """The refund was marked as completed, and the transaction of its entries rolled back."""
    row = desk.refunded()
    desk.drop(row)
    told = "every_completed_refund_has_two_or_three_entries"
    desk.told(told, row, -row["amount_minor"], row["currency"])


def refund_is_booked_unprocessed(desk: _Planted) -> None:
    """A refund was paid past its approval."""
    row = desk.refunded()
    row.update(status=desk.chance.choice(("PENDING", "APPROVED", "REJECTED")), completed_at=None)
    desk.told("only_processed_refunds_have_entries", row, -row["amount_minor"], row["currency"])


def key_is_used_twice(desk: _Planted) -> None:
    """Two captures were given one key."""
    key = {"id": desk.made.id("key", desk.fault)}
    for name in ("-1", "-2"):
        for entry in desk.made.entries_of(desk.captured(name)):
            entry["idempotency_key"] = key["id"]
    desk.told("every_idempotency_key_is_of_one_operation", key)


def operation_is_split(desk: _Planted) -> None:
    """A retry booked the fee, waived meanwhile, in a transaction of its own."""
    row = desk.captured()
    buyer, _, fee = desk.made.entries_of(row)
    # Both transactions are balanced, and each has its own key.
    buyer["amount_minor"] += fee["amount_minor"]
    fee.update(
        amount_minor=0,
        transaction_id=f"{fee['transaction_id']}, again",
        idempotency_key=f"{fee['idempotency_key']}, again",
    )
    desk.told("every_operation_is_one_transaction", row)


def frozen_wallet_is_moved(desk: _Planted) -> None:
    """A wallet was frozen, and one path did not ask."""
    wallet_id = desk.made.id("frozen", "wallet")
    desk.made.add(
        "wallets",
        id=wallet_id,
        wallet_code=wallet_id,
        wallet_type="BUYER",
        wallet_status="FROZEN",
        frozen_at=desk.moment + HOUR,
    )
    before, after = desk.captured("-before"), desk.captured("-after")
    desk.made.entries_of(before)[0]["wallet_id"] = wallet_id
    for entry in desk.made.entries_of(after):
        entry["created_at"] = desk.moment + HOUR
    entry = desk.made.entries_of(after)[0]
    entry["wallet_id"] = wallet_id
    desk.told("no_frozen_wallet_is_moved", entry, entry["amount_minor"], entry["currency"])


def refunds_exceed_the_capture(desk: _Planted) -> None:
    """Two refunds were approved beside each other, each of them within what was captured."""
    row = desk.captured()
    excess_minor = desk.chance.randint(1, 400)
    first = desk.refund_of(row, row["amount_minor"] // 2, "-1")
    second = desk.refund_of(row, row["amount_minor"] - first["amount_minor"] + excess_minor, "-2")
    for made in (first, second):
        complete(desk.made, made, desk.moment + HOUR)
    told = "no_payment_is_refunded_above_its_capture"
    desk.told(told, row, excess_minor, row["currency"])


def refund_is_in_another_currency(desk: _Planted) -> None:
    """A refund has the right number of the wrong currency: nothing was captured in it."""
    row = desk.captured()
    made = desk.refund_of(row, row["amount_minor"])
    made["currency"] = CURRENCIES[1 - CURRENCIES.index(row["currency"])]
    complete(desk.made, made, desk.moment + HOUR)
    told = "no_payment_is_refunded_above_its_capture"
    desk.told(told, row, made["amount_minor"], made["currency"])


FAULTS: tuple[Callable[[_Planted], None], ...] = (
    entry_is_off_by_some,
    entry_is_in_another_currency,
    entry_is_an_orphan,
    payment_waits,
    refund_hangs,
    payment_failed_today,
    refund_failed_this_hour,
    capture_is_not_booked,
    capture_is_booked_twice,
    payment_is_booked_before_its_capture,
    refund_is_not_booked,
    refund_is_booked_unprocessed,
    key_is_used_twice,
    operation_is_split,
    frozen_wallet_is_moved,
    refunds_exceed_the_capture,
    refund_is_in_another_currency,
)


def plant(
    made: History, faults: Iterable[Callable[[_Planted], None]] = FAULTS
) -> list[Violation]:
    """Each fault once, on top of a history that has none; what must be reported of them."""
    violations: list[Violation] = []
    for fault in faults:
        desk = _Planted(made, fault.__name__)
        fault(desk)
        violations += desk.violations
    return violations
