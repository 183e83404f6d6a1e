"""An operator's action, as a script: a wallet is adjusted by its service, then verified."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg

from include.reconciliation.edges import service_calls
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.lab import service_server
from include.reconciliation.lab.kills import correction_script, correction_tasks, state
from include.reconciliation.lab.kills.nursery import Nursery
from include.reconciliation.lab.kills.scripts import Left, Script, Task, World
from include.reconciliation.steps import call_service
from include.reconciliation.steps.propose_action import propose_action

ASKED_IN = "adjust_wallet/manual__1"
_ADJUSTED = "select id, amount_minor from public.transactions where type = 'ADJUSTMENT'"
_QUERIES = {
    "requests": "select * from reconciliation.action_requests",
    "answers": "select * from internal.action_answers",
    "alerts": "select name, state from internal.alerts",
    "outcomes": (
        "select distinct outcome, object_id, amount_minor"
        " from reconciliation.operator_actions"
    ),
}
_WALLET = """
    with wallet as (
        insert into public.wallets values ('w1', 'user-1', 'EUR', false, now())
    ), ledger as (
        insert into public.transactions
        values ('first', 'w1', 10000, 'EUR', 'DEPOSIT', null, 'first', now(), 'user-1')
    )
    insert into public.wallet_balances values ('w1', 'EUR', 10000, now())
"""
_ADJUST = """
    insert into public.transactions
    values (
        %(key)s, %(walletId)s, %(amount)s, %(currency)s, 'ADJUSTMENT', null, %(key)s, now(), 'admin'
    )
"""


def propose() -> str:
    """Ana asks for EUR 50.00 more."""
    with _at_once():
        return propose_action(
            "adjust_wallet",
            object_id="w1",
            reason_code="fraud",
            reason="ticket 4711 says so",
            asked_in=ASKED_IN,
            changed_by="ana",
            amount="50.00",
        )


def call() -> None:
    """The service is called."""
    with _at_once():
        call_service.call_service(ASKED_IN)


def verify() -> None:
    """The book is held against it."""
    with _at_once():
        call_service.verify_effect(ASKED_IN)


@contextmanager
def _at_once() -> Iterator[None]:
    # A call that has no answer is nobody's any more: who made it is dead.
    service_calls.LEASE_SECONDS = 0
    with reading_from(NothingPaused()):
        yield


def _prepare(world: World, children: Nursery) -> None:
    with world.session("wallet_balances", "source_writer") as session:
        session.execute(_WALLET)


def _left(world: World) -> Left:
    conninfo = world.server.conninfo(world.names["reconciliation"], "reconciliation_rw")
    # What the service said is lost with whoever died before writing it down: the book says what was
    # done, and `result` repeats the service's words.
    hidden = [*correction_script.MOMENTS, "result"]
    with psycopg.connect(conninfo) as session, world.session("wallet_balances") as book:
        log = "select * from reconciliation.correction_log"
        return {
            "log": state.rows_of(session, psycopg.sql.SQL(log), hidden),
            **{
                name: state.rows_of(session, psycopg.sql.SQL(query), hidden)
                for name, query in _QUERIES.items()
            },
            "adjustments": sorted(map(str, book.execute(_ADJUSTED).fetchall())),
        }


def _wrong(world: World) -> Sequence[str]:
    with world.session("wallet_balances") as book:
        adjusted = book.execute(_ADJUSTED).fetchall()
    twice = [f"the wallet was adjusted {len(adjusted)} times"] if len(adjusted) > 1 else []
    return [*correction_script.wrong(world), *twice]


def _adjust(world: World, path: str, body: dict[str, Any], key: str) -> None:
    with world.session("wallet_balances", "source_writer") as book:
        book.execute(_ADJUST, {**body, "key": key})


@contextmanager
def _service(world: World) -> Iterator[Mapping[str, str]]:
    with service_server.serving() as service:
        service.do = partial(_adjust, world)
        entry = {
            "conn_type": "http",
            "host": "127.0.0.1",
            "port": service.port,
            "schema": "http",
            "password": service_server.TOKEN,
        }
        yield {"AIRFLOW_CONN_WALLETS_API": json.dumps(entry)}


def _task(name: str, function: Callable[..., Any], *given: Any) -> Task:
    return Task(name, f"{function.__module__}:{function.__name__}", lambda results: given)


OPERATOR_ACTION = Script(
    name="operator_action",
    databases=("reconciliation", "wallet_balances"),
    tasks=[
        _task("propose_action", propose),
        _task("record_answer", correction_tasks.answer, ASKED_IN, "Approve"),
        _task("call_service", call),
        _task("verify_effect", verify),
    ],
    prepare=_prepare,
    left=_left,
    wrong=_wrong,
    around=_service,
)
