"""Rows of the billing gateway's book, as its tests write them."""

from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from tests.books.conftest import AS_OF, Book

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def an_intent(book: Book, intent: str = "I1", **columns: Any) -> None:
    """A captured intent of a day ago."""
    row = {
        "provider": "adyen",
        "provider_account": "Shop",
        "amount_minor": 1000,
        "currency": "BRL",
        "status": "captured",
        "created_at": AS_OF - 24 * HOUR,
    }
    book.add("payment_intents", id=intent, **{**row, **columns})


def a_transaction(
    book: Book, kind: str, amount_minor: int = 1000, intent: str = "I1", **columns: Any
) -> str:
    """A transaction that succeeded an hour ago, processed at once; returns its id."""
    book.runs += 1
    row = {
        "id": f"{kind}-{book.runs}",
        "status": "succeeded",
        "currency": "BRL",
        "provider_reference": f"reference-{book.runs}",
        "created_at": AS_OF - HOUR,
        **columns,
    }
    row.setdefault("processed_at", row["created_at"])
    book.add(
        "payment_transactions",
        intent_id=intent,
        transaction_type=kind,
        amount_minor=amount_minor,
        **row,
    )
    return row["id"]


def a_run(log: Book, start: datetime, end: datetime, **columns: Any) -> str:
    """A row of the log that a scheduled run adds; returns its run_id."""
    log.runs += 1
    row = {
        "provider": "adyen",
        "account": "Shop",
        "run_id": f"run-{log.runs}",
        "verdict": "reconciled",
        "matched": 10,
        "pending": 0,
        "discrepancies": 0,
        "divergence": Jsonb({}),
        "notes": "run scheduled; every row is matched, or expected nowhere by a declared rule",
        **columns,
    }
    log.add("payment_reconciliation_logs", window_start=start, window_end=end, **row)
    return row["run_id"]


def a_consistent_book(book: Book, log: Book) -> None:
    """One intent of each kind, all in order, and four runs of which one was made by hand."""
    an_intent(book, "sold", status="settled")
    a_transaction(book, "sale", intent="sold")
    a_transaction(book, "refund", 300, "sold", created_at=AS_OF - HOUR / 2)
    an_intent(book, "refunded", status="refunded")
    a_transaction(book, "authorization", intent="refunded")
    a_transaction(book, "capture", intent="refunded")
    a_transaction(book, "refund", intent="refunded")
    a_transaction(book, "chargeback", intent="refunded")
    for kind, released in (("voided", "void"), ("expired", "expiry")):
        an_intent(book, kind, status=kind)
        a_transaction(book, "authorisation", intent=kind)
        a_transaction(book, released, intent=kind)
    an_intent(book, "declined", status="failed")
    a_transaction(book, "authorization", intent="declined", status="failed", processed_at=None)
    an_intent(book, "open", status="authorised")
    a_transaction(book, "authorisation", intent="open")
    a_transaction(book, "capture", 900, "open", status="pending", processed_at=None)
    an_intent(book, "new", status="created")
    a_run(log, AS_OF - 3 * HOUR, AS_OF - 2 * HOUR)
    a_run(log, AS_OF - 2 * HOUR, AS_OF - HOUR)
    a_run(log, AS_OF - HOUR, AS_OF)
    a_run(log, AS_OF - 2.5 * HOUR, AS_OF - 1.5 * HOUR, notes="run manual; requested by ana")
