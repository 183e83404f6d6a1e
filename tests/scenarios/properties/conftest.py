"""Places to reconcile a made-up book: each with databases, a drop folder and reports of its own."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.edges import pause_variable
from include.reconciliation.edges.pause_variable import NothingPaused
from include.reconciliation.lab.fresh_databases import FreshDatabases
from include.reconciliation.local.environment import CONNECTIONS
from include.reconciliation.local.server import Server
from tests.conftest import Databases
from tests.scenarios.conftest import CONFIGURATION, Desk, Line, batch_file
from tests.scenarios.properties.books import BOOKED, MONDAY, Book

GATEWAY = '[psp.gateway]\nover_capture = { EUR = { percent = "15" } }\n'
# Of equal rows of one payment or order any may be whose: they are told without their events.
MATCHES = """
with

members as (

    select
        members.leg,
        members.match_id,
        match_rules.rule,
        concat_ws(
            ' ', lines.psp_reference, lines.merchant_reference, lines.type, lines.gross_minor,
            case when match_rules.rule not like '%%_and_amount' then lines.event_reference end
        ) as line,
        concat_ws(
            ' ', entries.psp_reference, entries.merchant_reference, entries.type,
            entries.amount_minor,
            case when match_rules.rule not like '%%_and_amount' then entries.event_reference end
        ) as entry
    from internal.match_members as members
    inner join internal.match_rules on members.rule_number = match_rules.rule_number
    left join (
        select item_id, psp_reference, merchant_reference, event_reference, type, gross_minor
        from internal.statement_lines
        union all
        select item_id, psp_reference, merchant_reference, event_reference, type, amount_minor
        from internal.gateway_transactions
    ) as lines on members.statement_item_id = lines.item_id
    left join (
        select item_id, psp_reference, merchant_reference, event_reference, type, amount_minor
        from internal.ledger_transactions
        union all
        select item_id, psp_reference, merchant_reference, event_reference, type, amount_minor
        from internal.gateway_transactions
    ) as entries on members.ledger_item_id = entries.item_id

)

select leg, rule, array_agg(line order by line) as lines, array_agg(entry order by entry) as entries
from members
group by leg, rule, match_id
"""
OPEN = """
select leg, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor, shown_under
from reconciliation.discrepancies where change <> 'resolved'
"""
PENDING = """
select leg, side, reason, currency, amount_minor, due_on, psp_reference, event_reference, ledger_id
from reconciliation.pending_items
"""
# Twice in a match, on one leg; the partitions' own indexes only see their part.
TWICE = """
select leg, side, item_id, count(*) as times from (
    select leg, 'statement' as side, statement_item_id as item_id from internal.match_members
    union all select leg, 'ledger', ledger_item_id from internal.match_members
) as members where item_id is not null group by leg, side, item_id having count(*) > 1
"""
# Rows that are in no bucket, or in two: counted from what is in force and from what was decided.
IN_FORCE = """
select 'statement' as side, count(*) as rows
from internal.statement_lines where last_run_number is null
union all
select 'ledger', count(*) from internal.ledger_transactions where last_run_number is null
"""
BUCKETS = """
select
    leg, side, in_force_rows,
    matched_rows + pending_rows + discrepancy_rows + not_expected_rows as rows
from internal.run_buckets inner join internal.heads using (run_number)
"""


@dataclass
class Place:
    """A desk with a gateway beside it."""

    desk: Desk
    gateway: psycopg.Connection[Any]
    root: Path
    databases: Databases

    def book(self, book: Book) -> None:
        """Writes the ledger's and the gateway's rows, in the book's order."""
        for entry in book.entries:
            self.desk.ledger_session.execute(
                "insert into ledger.transactions (id, psp, psp_account, psp_reference,"
                " merchant_reference, event_reference, type, status, amount_minor, fee_minor,"
                " currency, settles_on, occurred_at, updated_at)"
                " values (%s, 'adyen', 'Shop', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    entry.id,
                    entry.payment,
                    entry.merchant,
                    entry.event,
                    entry.type,
                    entry.status,
                    entry.amount_minor,
                    entry.fee_minor,
                    entry.currency,
                    entry.settles_on,
                    entry.at,
                    entry.at,
                ],
            )
        for taking in book.takings:
            self.gateway.execute(
                "insert into public.payment_intents (id, provider, provider_account,"
                " provider_reference, amount_minor, currency, status, created_at)"
                " values (%s, 'adyen', 'Shop', %s, 0, 'EUR', 'captured', %s)"
                " on conflict do nothing",
                [taking.payment, taking.payment, MONDAY],
            )
            self.gateway.execute(
                "insert into public.payment_transactions (id, intent_id, transaction_type, status,"
                " amount_minor, currency, provider_reference, created_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    f"{taking.type}-{taking.event}",
                    taking.payment,
                    taking.type,
                    taking.status,
                    taking.amount_minor,
                    taking.currency,
                    taking.event,
                    MONDAY,
                ],
            )

    def batch(self, number: int, lines: list[Line]) -> None:
        """Delivers lines as one batch, under the name that is its own."""
        self.desk.deliver(batch_file(number, lines, booked=BOOKED), f"batch_{number}.csv")

    def run(self, hour: int = 0) -> dict[str, Any]:
        """A run over the week up to an hour of Friday; whatever it is about, it must be sound."""
        start = "2026-03-02T00:00:00Z" if hour == 0 else f"2026-03-06T{hour - 1:02d}:00:00Z"
        run = self.desk.run(start, f"2026-03-06T{hour:02d}:00:00Z")
        assert run["is_published"]
        self.is_sound()
        return run

    def is_sound(self) -> None:
        """No row is matched twice, and the buckets add up to the input."""
        assert [] == self.desk.rows(TWICE)
        buckets = self.desk.rows(BUCKETS)
        assert [row["in_force_rows"] for row in buckets] == [row["rows"] for row in buckets]
        in_force = {row["side"]: row["rows"] for row in self.desk.rows(IN_FORCE)}
        counted = {
            row["side"]: row["in_force_rows"] for row in buckets if row["leg"] == "ledger_statement"
        }
        assert in_force == counted

    def position(self) -> dict[str, list[str]]:
        """What is matched, open and pending at the head, by what the rows themselves say."""
        queries = {"matches": MATCHES, "open": OPEN, "pending": PENDING}
        return {
            name: sorted(json.dumps(row, default=str) for row in self.desk.rows(query))
            for name, query in queries.items()
        }


@pytest.fixture
def place(
    fresh_databases: FreshDatabases,
    test_server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Place]]:
    """A place of its own for each call; the one that was opened last is where steps work."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def opened(gateway: str = GATEWAY) -> Place:
            root = tmp_path / f"place_{next(numbers)}"
            return stack.enter_context(
                _place(fresh_databases, test_server, root, monkeypatch, gateway)
            )

        with pause_variable.reading_from(NothingPaused()):
            yield opened


@contextmanager
def _place(
    stock: FreshDatabases, server: Server, root: Path, monkeypatch: pytest.MonkeyPatch, gateway: str
) -> Iterator[Place]:
    folder = root / "drop" / "Shop"
    folder.mkdir(parents=True)
    configuration = root / "psps.toml"
    configuration.write_text(CONFIGURATION + gateway)
    names = stock.take()
    fresh = Databases(server=server, names=names)
    for name, (database, role) in CONNECTIONS.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", fresh.connection_json(database, role))
    monkeypatch.setenv("RECONCILIATION_STORE", str(root / "store"))
    monkeypatch.setenv("RECONCILIATION_REPORTS", str(root / "reports"))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    drop = json.dumps({"conn_type": "fs", "extra": {"path": str(root / "drop")}})
    monkeypatch.setenv("AIRFLOW_CONN_ADYEN", drop)
    with (
        psycopg.connect(
            fresh.conninfo("payments_ledger", "source_writer"), autocommit=True
        ) as ledger,
        psycopg.connect(
            fresh.conninfo("billing_gateway", "source_writer"), autocommit=True
        ) as gateway_session,
        psycopg.connect(
            fresh.conninfo("reconciliation", "reconciliation_rw"), row_factory=dict_row
        ) as session,
    ):
        yield Place(Desk(folder, ledger, session), gateway_session, root, fresh)
    stock.give_back(names)
