"""Books large enough for the planner to tell an index from a scan: 90 days that end on 30 May."""

from typing import Any

import psycopg

from include.reconciliation.bench.books import fill

ENTRIES = 40_000
_VALUES = {"entries": ENTRIES, "events": ENTRIES, "seed": 1}
# What the benchmark does not make up: a row every few minutes of the 90 days.
_STATEMENTS = {
    "wallet_balances": """
insert into wallets
select 'wallet-' || n, 'user-' || n, 'EUR', false, '2026-01-01' from generate_series(1, 8000) n;

insert into transactions
select
    'transaction-' || n, 'wallet-' || 1 + n %% 8000, 5, 'EUR',
    case when n %% 9 = 0 then 'TRANSFER' else 'DEPOSIT' end,
    case when n %% 9 = 0 then 'transfer-' || n / 2 end, 'key-' || n,
    timestamptz '2026-03-01Z' + n * (interval '90 days' / %(entries)s), 'app'
from generate_series(1, %(entries)s) n;

insert into wallet_balances
select wallet_id, currency, sum(amount_minor), max(created_at)
from transactions group by wallet_id, currency;

insert into user_balances
select replace(wallet_id, 'wallet', 'user'), currency, balance_minor, last_updated
from wallet_balances;

insert into requests (type, outcome, duration_ms, requested_at)
select
    'pay', 'succeeded', 90, timestamptz '2026-03-01Z' + n * (interval '90 days' / %(entries)s)
from generate_series(1, %(entries)s) n
""",
    "billing_gateway": """
insert into payment_intents
select
    'intent-' || n, 'adyen', 'EU', 'ref-' || n, 'order-' || n, 500, 'EUR', 'captured',
    timestamptz '2026-03-01Z' + n * (interval '90 days' / %(entries)s)
from generate_series(1, %(entries)s) n;

insert into payment_transactions
select
    type || '-' || id, id, type, 'succeeded', amount_minor, currency, type || '-ref-' || id,
    created_at, created_at
from payment_intents cross join unnest(array['authorization', 'capture']) type
""",
}


def fill_large(session: psycopg.Connection[Any], book: str) -> None:
    """Fills a book's empty tables; the session is a superuser's, in autocommit."""
    if book not in _STATEMENTS:
        fill(session, book, _VALUES)
        return
    for text in _STATEMENTS[book].split(";"):
        session.execute(text.encode(), _VALUES)
    session.execute("vacuum analyze")
