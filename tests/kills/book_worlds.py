"""What the tasks of `book_tasks` meet, and what they leave behind, without numbers and moments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation.demo import book_rows
from include.reconciliation.demo.marketplace import history
from include.reconciliation.demo.marketplace_faults import plant
from include.reconciliation.demo.payment_events.history import make_event_store
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.violations import BROKEN_PROJECTIONS
from include.reconciliation.lab.kills import state
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.server import Server
from tests.books.conftest import AS_OF, Book
from tests.books.wallets import wallets_that_drift
from tests.kills import book_tasks
from tests.payouts.conftest import ENTRY
from tests.payouts.payouts_book import PayoutsBook
from tests.payouts.provider_server import KEY, STATUS_PATH, Provider

CHECK = ("marketplace", "every_transaction_sums_to_zero")
Rows = dict[str, list[tuple[Any, ...]]]
# Told of every task: an alert is opened, changed and told once, however often the task died.
OF_ALERTS = {
    "alerts": "select name, severity, life, acknowledged_by, reasons, summary from alerts",
    "changes": "select event, changed_by, note from alert_changes",
    "messages": "select kind, payload ->> 'text' from internal.outbox",
}


@dataclass(frozen=True, slots=True)
class World:
    """Databases, a provider and a folder of one life."""

    server: Server
    names: dict[str, str]
    folder: Path
    provider: Provider

    def session(self, name: str, role: str = SUPERUSER) -> psycopg.Connection:
        """A connection of the test's own, beside the proxy; autocommit."""
        return psycopg.connect(self.server.conninfo(self.names[name], role), autocommit=True)

    def writer(self, name: str) -> psycopg.Connection:
        """The company's own system."""
        return self.session(name, "source_writer")

    def ask(self, name: str, queries: dict[str, str]) -> Rows:
        """The rows of each query, sorted; numbers of rows in sentences are taken out."""
        with self.session(name) as session:
            session.execute("set search_path = public, reconciliation")
            return {
                what: sorted((_plain(row) for row in session.execute(query)), key=repr)
                for what, query in queries.items()
            }

    def payouts(self) -> PayoutsBook:
        """The payouts system, and the worker that sends for it."""
        return PayoutsBook(self.writer("payouts"))

    def environment(self) -> dict[str, str]:
        """What the tasks find in theirs beside the connections to databases."""
        entry = ENTRY.format(
            name="northbank", url=self.provider.url, path=STATUS_PATH, visibility_delay="15m",
            replays="true", retention='key_retention = "1d"',
        )  # fmt: skip
        providers = self.folder / "providers.toml"
        providers.write_text(entry, encoding="utf-8")
        return {
            "RECONCILIATION_PAYOUT_PROVIDERS": str(providers),
            "RECONCILIATION_STORE": str(self.folder / "store"),
            "RECONCILIATION_NOTICES": str(self.folder / "notices"),
            "AIRFLOW_CONN_NORTHBANK_PAYOUTS": json.dumps({"conn_type": "generic", "password": KEY}),
        }


@dataclass(frozen=True, slots=True)
class Task:
    """A task: what it meets, how it is called, and what it leaves.

    `half_done` says what nobody may ever see, after any death; `before_again` is what happens in
    the world between a death and the next try.
    """

    name: str
    meet: Callable[[World], None]
    left: Callable[[World], Rows]
    half_done: Callable[[World], list[Any]]
    arguments: Callable[[World], Sequence[Any]] = lambda world: ()
    before_again: Callable[[World], None] = lambda world: None


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        re.sub(r"replay [0-9]+", "replay", value) if isinstance(value, str) else value
        for value in row
    )


# A check: its answer, the rows that break it and its alerts are there together, or none of them.
def _a_broken_marketplace(world: World) -> None:
    made = history("seed", AS_OF)
    plant(made)
    with world.writer("marketplace") as session, session.transaction():
        book_rows.write(session, made.rows)


_ANSWERS = {
    # An answer that was kept although nobody heard so is given again, and kept beside the first.
    "answers": "select distinct outcome, rows, totals::text, airflow_run_id from check_runs",
    "violations": "select distinct object, currency, amount_minor, what from violations",
}


def _answers(world: World) -> Rows:
    return world.ask("reconciliation", _ANSWERS | OF_ALERTS)


def _part_of_an_answer(world: World) -> list[Any]:
    sizes = {what: len(rows) for what, rows in _answers(world).items()}
    return [sizes] if 0 in sizes.values() and any(sizes.values()) else []


# The wallets: a balance is rebuilt and logged, or as it was; a ledger row is as it was.
def _drifting_wallets(world: World) -> None:
    with world.writer("wallet_balances") as session:
        book = Book("wallet_balances", session, session)
        wallets_that_drift(book, 3)
        session.execute("update user_balances set balance_minor = 70 where user_id = 'U2'")
        session.execute("delete from wallet_balances where wallet_id = 'W3'")


def _balances(world: World) -> Rows:
    return world.ask(
        "wallet_balances",
        {
            "balances": "select wallet_id, balance_minor from wallet_balances",
            "cache": "select user_id, balance_minor from user_balances",
            "repairs": "select relation, object, before_minor, after_minor, ledger_rows, reason,"
            " repaired_by, run_id from balance_repairs",
            "drifts": "select run_id, currency, wallets, wallets_drifting, drift_minor"
            " from balance_drifts",
            "ledger": "select id, wallet_id, amount_minor, created_at from transactions",
        },
    ) | world.ask(
        "reconciliation",
        OF_ALERTS
        | {
            "runs": "select airflow_run_id, outcome, wallets, drifting, repaired"
            " from wallet_reconciliations",
        },
    )


_UNLOGGED = """
    with balances as (
        select 'wallet_balances' as relation, wallet_id as object, balance_minor,
            case when wallet_id <> 'W3' then 110 end as began_as
        from wallet_balances
        union all
        select 'user_balances', user_id, balance_minor, case user_id when 'U2' then 70 else 100 end
        from user_balances
    )
    select relation, object, began_as, balance_minor, before_minor, after_minor
    from balances left join balance_repairs using (relation, object)
    where
        case
            when repair_id is null then balance_minor is distinct from began_as
            else (before_minor, after_minor) is distinct from (began_as, balance_minor)
        end
"""


def _unlogged_repairs(world: World) -> list[Any]:
    return world.ask("wallet_balances", {"unlogged": _UNLOGGED})["unlogged"]


# The replay: no finding without its evidence, its alert and the request to stop payments.
def _broken_projections(world: World) -> None:
    store, _ = make_event_store(1, hours=1, violations=list(BROKEN_PROJECTIONS))
    with world.writer("payment_events") as session:
        load(session, store)


def _replayed(world: World) -> Rows:
    left = world.ask(
        "reconciliation",
        OF_ALERTS
        | {
            # Every try is a replay of its own: one that died has no end, and proves nothing.
            "replays": "select distinct verdict, payments, events, different from payment_replays"
            " where ended_at is not null",
            "findings": "select distinct payment_id, outcome, sentences::text, replayed_sha256,"
            " stored_sha256 from payment_replay_findings",
            # Who dies after the stop asks for it once more; it is one stop all the same.
            "stops": "select variable, event, changed_by from emergency_stops",
            "requests": "select distinct variable, set_at is not null,"
            " regexp_replace(reason, '^replay [0-9]+', 'replay') from stop_requests",
        },
    )
    variables = [(path.name,) for path in world.folder.glob("*_ENABLED")]
    answer = (world.folder / "notices" / "emergency_stop.json").read_text() if variables else ""
    return left | {"variables": variables, "answer": [(answer,)]}


_LONELY_FINDING = """
    select payment_id from payment_replay_findings as finding
    where
        not exists (select from stop_requests)
        or not exists (select from alerts where name = 'payment_events-replay-difference')
"""


def _lonely_findings(world: World) -> list[Any]:
    lonely = world.ask("reconciliation", {"lonely": _LONELY_FINDING})["lonely"]
    named = "select evidence_sha256 from payment_replay_findings"
    kept = state.of_files(world.folder / "store").values()
    evidence = world.ask("reconciliation", {"evidence": named})["evidence"]
    return lonely + [sha256 for (sha256,) in evidence if sha256 not in kept]


# Payouts: the provider is sent each key once, and the application told each word once.
def _sent_payouts(world: World) -> None:
    for number, status in {"1": "paid", "2": "pending"}.items():
        world.payouts().payout(number, state="SENT")
        world.provider.has(f"key-{number}", status, 125_00)


def _stuck_payouts(world: World) -> None:
    for number in "12":
        world.payouts().payout(number, state="SENDING")
    world.provider.has("key-2", "paid", 125_00)


def _worker_goes_on(world: World) -> None:
    """The claims of the dead run out, and the company's worker sends what waits."""
    with world.session("reconciliation") as session:
        session.execute("update internal.payout_claims set claimed_until = clock_timestamp()")
    world.payouts().work(world.provider.url)


def _paid_out(world: World) -> Rows:
    _worker_goes_on(world)
    book = world.payouts()
    decided = {
        "decisions": "select distinct provider_payout_id, answer, action, reason, needs_human"
        " from payout_answers"
    }
    return world.ask("reconciliation", OF_ALERTS | decided) | {
        "tasks": sorted(book.tasks()),
        "told": sorted(book.events()),
        "sent": sorted((key,) for key in world.provider.sent),
        "paid": sorted((key,) for key in world.provider.paid),
    }


def _sent_otherwise(world: World) -> list[Any]:
    """What was sent under a key that is not the first's, and what was paid twice."""
    paid = world.provider.paid
    others = {key for key in world.provider.sent if key != "key-1"}
    return sorted(others | {key for key in paid if paid.count(key) > 1})


# An alert: what becomes of it is there with its history and its message, or not at all.
def _an_open_alert(world: World) -> None:
    alert = (
        "insert into internal.alerts (fingerprint, name, severity, book, reasons, summary)"
        " values ('check:x', 'x', 'high', 'marketplace', '{}', 'as it was found')"
    )
    with world.session("reconciliation") as session:
        session.execute(alert)


def _life(world: World) -> Rows:
    return world.ask("reconciliation", OF_ALERTS)


def _life_once(world: World) -> Rows:
    # Who hears nothing takes it on again: that is one line more in its history, and no other.
    return {what: sorted(set(map(str, rows))) for what, rows in _life(world).items()}  # type: ignore[misc]


def _half_a_change(world: World) -> list[Any]:
    left = _life(world)
    is_changed = left["alerts"][0][2] != "open"
    parts = {is_changed, bool(left["changes"]), bool(left["messages"])}
    return [left] if len(parts) > 1 else []


TASKS = [
    Task("check", _a_broken_marketplace, _answers, _part_of_an_answer, lambda world: CHECK),
    Task("reconcile", _drifting_wallets, _balances, _unlogged_repairs),
    Task(
        "verify_and_halt", _broken_projections, _replayed, _lonely_findings,
        lambda world: (str(world.folder),),
    ),
    Task("pull", _sent_payouts, _paid_out, _sent_otherwise, before_again=_worker_goes_on),
    Task("repair", _stuck_payouts, _paid_out, _sent_otherwise, before_again=_worker_goes_on),
    Task("acknowledge", _an_open_alert, _life_once, _half_a_change, lambda world: (1,)),
    Task("resolve", _an_open_alert, _life, _half_a_change, lambda world: (1,)),
]  # fmt: skip
assert all(hasattr(book_tasks, task.name) for task in TASKS)
