"""The queries of the runbooks as written, beside what is built in their place, on the same rows.

Four defects can be run (T1, T3, T5 and T7). Each query below asks what its runbook asks, in the
columns that the books have here; NOW() is the moment of the check.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation.edges import book_source, warehouse
from tests.books.conftest import AS_OF, Book
from tests.books.gateway_rows import HOUR, a_transaction, an_intent

MINUTE = timedelta(minutes=1)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
BALANCE = "every_transaction_sums_to_zero"

# Runbook 000, check 1 (over 24 hours) and alert 1 (over 5 minutes).
VIOLATIONS_AS_WRITTEN = """
    select transaction_id, sum(amount_minor)::bigint
    from ledger_entries
    where transaction_id is not null and created_at > %(now)s - %(span)s
    group by transaction_id
    having sum(amount_minor) <> 0
    order by transaction_id
"""
# Runbook 000, balance audit: what each wallet holds.
BALANCES_AS_WRITTEN = """
    select wallets.wallet_code, coalesce(sum(ledger_entries.amount_minor), 0)::bigint
    from wallets
    left join ledger_entries on ledger_entries.wallet_id = wallets.id
    group by wallets.id, wallets.wallet_code
    order by wallets.wallet_code
"""
# Runbook 000, platform fee breakdown.
FEES_AS_WRITTEN = """
    select date(ledger_entries.created_at), count(*), sum(ledger_entries.amount_minor)::bigint
    from ledger_entries
    inner join wallets on wallets.id = ledger_entries.wallet_id
    where
        wallets.wallet_code = 'PLATFORM_MAIN'
        and ledger_entries.entry_type = 'PLATFORM_FEE_CREDIT'
        and ledger_entries.created_at > %(now)s - interval '30 days'
    group by date(ledger_entries.created_at)
"""
# Runbook 004, investigation 1: what the gateway did for a PSP in a period.
GATEWAY_AS_WRITTEN = """
    select payment_transactions.id
    from payment_transactions
    inner join payment_intents on payment_intents.id = payment_transactions.intent_id
    where
        payment_intents.provider = %(psp)s
        and payment_transactions.created_at between %(read_from)s and %(read_to)s
    order by payment_transactions.created_at
"""
# Runbook 004, investigation 3: how many rows the ledger has for a PSP in a period.
LEDGER_AS_WRITTEN = """
    select status, count(*)
    from ledger.transactions
    where psp = %(psp)s and occurred_at between %(read_from)s and %(read_to)s
    group by status
"""
# Runbook 004, mitigation 2: "adjust inconsistent records directly".
CORRECTION_AS_WRITTEN = """
    update payment_transactions
    set status = %(status)s, processed_at = %(now)s
    where id = %(transaction_id)s
"""


@pytest.fixture
def marketplace(book_of: Callable[[str], Book]) -> Book:
    return book_of("marketplace")


@pytest.fixture
def gateway(book_of: Callable[[str], Book]) -> Book:
    return book_of("billing_gateway")


def an_entry(book: Book, amount_minor: int, before: timedelta = HOUR, **columns: Any) -> None:
    """An entry of transaction T1 that was made so long before the check."""
    book.runs += 1
    row = {
        "id": f"entry-{book.runs}",
        "transaction_id": "T1",
        "wallet_id": "w1",
        "entry_type": "ADJUSTMENT_CREDIT",
        "currency": "BRL",
        **columns,
    }
    book.add("ledger_entries", amount_minor=amount_minor, created_at=AS_OF - before, **row)


def a_wallet(book: Book, wallet_id: str, code: str) -> None:
    columns = {"wallet_code": code, "wallet_type": "BUYER", "wallet_status": "ACTIVE"}
    book.add("wallets", id=wallet_id, **columns)


def as_written(book: Book, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query of a runbook answers at the moment of the check."""
    return book.session.execute(query, {"now": AS_OF, **values}).fetchall()


def as_built(book: Book, mapping: str, start: datetime, end: datetime) -> list[str]:
    """The rows that a mapping gives a run of this window."""
    values = {"psp": "adyen", "account": "Shop", "read_from": start, "read_to": end}
    rows = book.session.execute(warehouse.statement(f"sources/{mapping}"), values)
    return sorted(str(row[0]) for row in rows)


# -- T1: chosen by time before they are summed ----------------------------------------------------


@pytest.mark.parametrize("span", [24 * HOUR, 5 * MINUTE], ids=["check 1", "alert 1"])
def test_t1_a_balanced_transaction_that_straddles_the_window_is_an_alarm_as_written(
    marketplace: Book, span: timedelta
) -> None:
    an_entry(marketplace, -1000, span + MINUTE)
    an_entry(marketplace, 1000, span - MINUTE)

    assert [("T1", 1000)] == as_written(marketplace, VIOLATIONS_AS_WRITTEN, span=span)
    assert "holds" == marketplace.check(BALANCE, since=AS_OF - span)


@pytest.mark.parametrize("span", [24 * HOUR, 5 * MINUTE], ids=["check 1", "alert 1"])
def test_t1_an_entry_that_is_written_with_an_old_date_is_never_seen_as_written(
    marketplace: Book, span: timedelta
) -> None:
    for amount_minor in (-1000, 1000, 7):
        an_entry(marketplace, amount_minor, span + MINUTE)
    an_entry(marketplace, -40, span - MINUTE)
    an_entry(marketplace, 40, span - MINUTE)

    assert [] == as_written(marketplace, VIOLATIONS_AS_WRITTEN, span=span)
    assert "broken" == marketplace.check(BALANCE, since=AS_OF - span)
    assert [("T1", "BRL", 7)] == marketplace.violations(BALANCE)


def test_t1_what_no_window_touches_any_more_is_seen_by_the_full_sweep_of_the_morning(
    marketplace: Book,
) -> None:
    an_entry(marketplace, 7, 99 * DAY)

    assert [] == as_written(marketplace, VIOLATIONS_AS_WRITTEN, span=DAY)
    assert "holds" == marketplace.check(BALANCE, since=AS_OF - DAY)
    assert "broken" == marketplace.check(BALANCE)
    assert [("T1", "BRL", 7)] == marketplace.violations(BALANCE)


# -- T3: BETWEEN has both ends --------------------------------------------------------------------


def test_t3_a_gateway_s_row_at_midnight_is_of_two_days_as_written(gateway: Book) -> None:
    an_intent(gateway, created_at=MIDNIGHT - HOUR)
    row = a_transaction(gateway, "capture", created_at=MIDNIGHT)
    days = [(MIDNIGHT - DAY, MIDNIGHT), (MIDNIGHT, MIDNIGHT + DAY)]

    assert [[(row,)], [(row,)]] == [
        as_written(gateway, GATEWAY_AS_WRITTEN, psp="adyen", read_from=start, read_to=end)
        for start, end in days
    ]
    assert [[], [row]] == [as_built(gateway, "billing_gateway", *day) for day in days]


def test_t3_a_row_of_the_ledger_at_midnight_is_counted_twice_as_written(
    book_of: Callable[[str], Book],
) -> None:
    book = book_of("payments_ledger")
    book.add(
        "ledger.transactions", id="L1", psp="adyen", psp_account="Shop", type="capture",
        status="captured", amount_minor=1000, currency="BRL", occurred_at=MIDNIGHT,
    )  # fmt: skip
    days = [(MIDNIGHT - DAY, MIDNIGHT), (MIDNIGHT, MIDNIGHT + DAY)]

    assert [[("captured", 1)], [("captured", 1)]] == [
        as_written(book, LEDGER_AS_WRITTEN, psp="adyen", read_from=start, read_to=end)
        for start, end in days
    ]
    assert [[], ["L1"]] == [as_built(book, "payments_ledger", *day) for day in days]


# -- T5: a correction that writes over what was ---------------------------------------------------


def test_t5_a_correction_moves_money_to_another_day_and_keeps_nothing_as_written(
    gateway: Book,
) -> None:
    def processed() -> list[tuple[Any, ...]]:
        return as_written(
            gateway,
            "select processed_at::date::text, sum(amount_minor)::bigint from payment_transactions"
            " where transaction_type = 'capture' group by 1",
        )

    an_intent(gateway)
    a_transaction(gateway, "authorization", created_at=AS_OF - 50 * HOUR)
    capture = a_transaction(gateway, "capture", created_at=AS_OF - 49 * HOUR)
    a_transaction(gateway, "refund", created_at=AS_OF - 9 * HOUR)
    assert [("2026-11-18", 1000)] == processed()

    gateway.session.execute(
        CORRECTION_AS_WRITTEN, {"status": "succeeded", "now": AS_OF, "transaction_id": capture}
    )

    assert [("2026-11-20", 1000)] == processed(), "the real day is nowhere any more"
    name = "no_processing_is_later_than_what_followed_it"
    assert "broken" == gateway.check(name)
    assert [(capture, "BRL", 1000)] == gateway.violations(name)


@pytest.mark.parametrize(
    ("was", "written", "complaint"),
    [
        ("failed", "succeeded", "expected of an intent that is failed no capture"),
        ("succeeded", "failed", "expected of an intent that is captured a capture"),
    ],
)
def test_t5_a_status_that_is_written_by_hand_contradicts_its_intent(
    gateway: Book, was: str, written: str, complaint: str
) -> None:
    name = "every_intent_says_what_its_transactions_say"
    an_intent(gateway, status="captured" if was == "succeeded" else was)
    capture = a_transaction(gateway, "capture", status=was)
    assert "holds" == gateway.check(name)

    gateway.session.execute(
        CORRECTION_AS_WRITTEN, {"status": written, "now": AS_OF, "transaction_id": capture}
    )

    assert "broken" == gateway.check(name)
    assert [("I1", "BRL", 1000)] == gateway.violations(name)
    assert complaint in gateway.messages()[0]


@pytest.mark.parametrize("role", ["billing_gateway_app", "billing_gateway_ro"])
def test_t5_no_role_of_the_pipeline_can_do_it(databases: Any, role: str) -> None:
    with psycopg.connect(databases.conninfo("billing_gateway", role)) as session:
        session.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(
                CORRECTION_AS_WRITTEN, {"status": "settled", "now": AS_OF, "transaction_id": "T1"}
            )


# -- T7: sums across currencies -------------------------------------------------------------------


def test_t7_two_faults_in_two_currencies_cancel_out_as_written(marketplace: Book) -> None:
    an_entry(marketplace, -1000)
    an_entry(marketplace, 1000, currency="USD")

    assert [] == as_written(marketplace, VIOLATIONS_AS_WRITTEN, span=DAY)
    assert "broken" == marketplace.check(BALANCE)
    assert [("T1", "BRL", -1000), ("T1", "USD", 1000)] == marketplace.violations(BALANCE)


def test_t7_a_wallet_holds_a_number_of_nothing_as_written(
    marketplace: Book, tmp_path: Path
) -> None:
    a_wallet(marketplace, "w1", "BUYER-1")
    an_entry(marketplace, 1000)
    an_entry(marketplace, 1000, currency="JPY")

    assert [("BUYER-1", 2000)] == as_written(marketplace, BALANCES_AS_WRITTEN)
    assert [("BUYER-1", "BRL", "1000"), ("BUYER-1", "JPY", "1000")] == [
        (row[1], row[5], row[6]) for row in exported("wallet_balances", tmp_path)
    ]


def test_t7_fees_of_two_currencies_are_one_revenue_as_written(
    marketplace: Book, tmp_path: Path
) -> None:
    a_wallet(marketplace, "platform", "PLATFORM_MAIN")
    fee = {"wallet_id": "platform", "entry_type": "PLATFORM_FEE_CREDIT"}
    an_entry(marketplace, 50, **fee)
    an_entry(marketplace, 70, currency="JPY", **fee)

    day = AS_OF.date()
    assert [(day, 2, 120)] == as_written(marketplace, FEES_AS_WRITTEN)
    assert [[str(day), "BRL", "1", "50"], [str(day), "JPY", "1", "70"]] == [
        row[:4] for row in exported("platform_fees_by_day", tmp_path)
    ]
    assert [("PLATFORM_MAIN", 120)] == as_written(marketplace, BALANCES_AS_WRITTEN)
    assert [["BRL", "50", "1"], ["JPY", "70", "1"]] == exported("platform_revenue", tmp_path)


def exported(name: str, folder: Path) -> list[list[str]]:
    """The rows of a file of the marketplace's export, without its header."""
    book_source.write_tables("marketplace", [name], folder, {"as_of": AS_OF})
    _, *rows = (folder / f"{name}.csv").read_text("utf-8").splitlines()
    return [row.split(",") for row in rows]
