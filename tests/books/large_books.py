"""Books large enough for the planner to tell an index from a scan: 90 days that end on 30 May."""

from typing import Any

import psycopg

from include.reconciliation.bench.books import fill

ENTRIES = 40_000
# One row every few minutes of the 90 days, whatever its table.
_WHEN = f"timestamptz '2026-03-01 00:00:00Z' + n * (interval '90 days' / {ENTRIES})"
_SCRIPTS = {
    "wallet_balances": f"""
        insert into wallets
        select 'wallet-' || n, 'user-' || n, 'EUR', false, '2026-01-01' from generate_series(1, 8000) n;
        insert into transactions
        select 'tx-' || n, 'wallet-' || 1 + n % 8000, 5, 'EUR',
            case when n % 9 = 0 then 'TRANSFER' else 'DEPOSIT' end,
            case when n % 9 = 0 then 'transfer-' || n / 2 end, 'key-' || n, {_WHEN}, 'app'
        from generate_series(1, {ENTRIES}) n;
        insert into wallet_balances
        select wallet_id, currency, sum(amount_minor), max(created_at) from transactions group by 1, 2;
        insert into user_balances
        select replace(wallet_id, 'wallet', 'user'), currency, balance_minor, last_updated
        from wallet_balances;
        insert into requests (type, outcome, duration_ms, requested_at)
        select 'pay', 'succeeded', 90, {_WHEN} from generate_series(1, {ENTRIES}) n;
    """,
    "billing_gateway": f"""
        insert into payment_intents
        select 'intent-' || n, 'adyen', 'EU', 'ref-' || n, 'order-' || n, 500, 'EUR', 'captured', {_WHEN}
        from generate_series(1, {ENTRIES}) n;
        insert into payment_transactions
        select type || '-' || n, 'intent-' || n, type, 'succeeded', 500, 'EUR', type || '-ref-' || n,
            {_WHEN}, {_WHEN}
        from generate_series(1, {ENTRIES}) n, unnest(array['authorization', 'capture']) type;
    """,
}  # fmt: skip


def fill_large(session: psycopg.Connection[Any], book: str) -> None:
    """Fills a book's empty tables; the session is a superuser's, in autocommit."""
    if book in _SCRIPTS:
        session.execute(_SCRIPTS[book].encode())
        session.execute("vacuum analyze")
    else:
        fill(session, book, {"entries": ENTRIES, "events": ENTRIES, "seed": 1})
