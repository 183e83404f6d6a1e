"""The harness itself is tested: careless designs must be caught, the careful one must not."""

from __future__ import annotations

from typing import Any

import psycopg

from include.reconciliation import config
from include.reconciliation.edges.connections import connection
from include.reconciliation.lab.kills import state, toys
from include.reconciliation.lab.kills.copies import Tell
from include.reconciliation.lab.kills.drill import AT_FILE_CALLS, different, drill, tell_nothing
from include.reconciliation.lab.kills.nursery import Nursery, order_of
from include.reconciliation.lab.kills.proxy import KILL
from include.reconciliation.lab.kills.scripts import Left, Script, Task, World
from include.reconciliation.lab.kills.worlds import Ground
from include.reconciliation.local.bootstrap import SUPERUSER

CAREFUL = "careful"
BY_KILLS = (CAREFUL, "naive")
BY_COPIES = (CAREFUL, "one_temporary_name", "without_lock")
_COPIES = 4


def in_the_lab(toy: str) -> None:
    """A toy at work where the environment says."""
    at = connection("reconciliation")
    folder = config.reports_folder()
    folder.mkdir(exist_ok=True)
    conninfo = f"host='{at.host}' port={at.port} dbname='{at.schema}' user='{at.login}'"
    getattr(toys, toy)(conninfo, str(folder))


def script(toy: str) -> Script:
    """A toy as a script of one task."""
    return Script(
        name=f"toy-{toy}",
        databases=("reconciliation",),
        tasks=[Task(toy, f"{__name__}:in_the_lab", lambda results: [toy])],
        prepare=_prepare,
        left=_left,
    )


def canaries(ground: Ground, rounds: int, tell: Tell = tell_nothing) -> dict[str, dict[str, Any]]:
    """By toy: points or rounds, and how many of them left something else."""
    found: dict[str, dict[str, Any]] = {}
    for toy in BY_KILLS:
        task = drill(ground, script(toy), [KILL, AT_FILE_CALLS], tell=tell)[toy]
        findings = task["findings"].values()
        found[f"{toy}, killed"] = {
            "points": sum(each.points for each in findings),
            "differing": sum(len(each.differing) for each in findings),
        }
    for toy in BY_COPIES:
        tell(toy, f"{_COPIES} copies", rounds, rounds)
        differing = sum(round_differs(ground, toy) for _ in range(rounds))
        found[f"{toy}, {_COPIES} copies"] = {"points": rounds, "differing": differing}
    return found


def round_differs(ground: Ground, toy: str) -> bool:
    """Whether copies of a toy at once fail, or leave something else than one alone."""
    played = script(toy)
    with ground.stage(played) as stage:
        ends = []
        for count in (1, _COPIES):
            with stage.world() as world:
                call = played.tasks[0].call
                order = order_of(call, toy, environment=world.environment())
                outcomes = ground.children.together([order] * count)
                ends.append((_left(world), any(each.error for each in outcomes)))
    (alone, _), (together, has_failed) = ends
    return has_failed or bool(different(together, alone))


def _prepare(world: World, children: Nursery) -> None:
    with world.session("reconciliation") as session:
        session.execute("create table reconciliation.toy (name text, amount_minor bigint)")
        session.execute("grant all on reconciliation.toy to reconciliation_rw")


def _left(world: World) -> Left:
    conninfo = world.server.conninfo(world.names["reconciliation"], SUPERUSER)
    with psycopg.connect(conninfo) as session:
        query = psycopg.sql.SQL("select * from reconciliation.toy")
        return {"rows": state.rows_of(session, query, []), "files": world.reports()}
