"""Databases for whole runs: one set that is disturbed, and one that never was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from include.reconciliation.lab.fresh_databases import FreshDatabases
from include.reconciliation.lab.kills import books, course, state
from include.reconciliation.lab.kills.course import Course
from include.reconciliation.lab.kills.nursery import Nursery, nursery
from include.reconciliation.lab.kills.proxy import proxy_before
from include.reconciliation.local.server import Server

OWN_VOLUMES = """
    select inhparent::regclass::text from pg_inherits
    where
        inhparent::regclass::text in (
            'internal.ledger_transactions',
            'internal.match_members_ledger_statement',
            'internal.statement_lines'
        )
        and inhrelid::regclass::text ~ '_[0-9]{4}_[0-9]{2}_[0-9]+$'
    order by 1
"""
STRAYS = """
    select 'workspace', nspname::text from pg_namespace where nspname like 'work%'
    union all
    select 'table', relname::text from pg_class
    where
        relkind = 'r' and relname ~ '^(statement_lines|ledger_transactions|match_members)_'
        and oid not in (select inhrelid from pg_inherits)
    union all
    select 'partition', tableoid::regclass::text from internal.statement_lines
    where first_run_number not in (select run_number from internal.runs where is_published)
    union all
    select 'partition', tableoid::regclass::text from internal.ledger_transactions
    where first_run_number not in (select run_number from internal.runs where is_published)
    union all
    select 'lock', objid::text from pg_locks
    where
        locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Databases and folders of one run, with the books written into them."""

    server: Server
    names: dict[str, str]
    folder: Path

    def left_behind(self) -> dict[str, object]:
        """The public views and the report files as they are now."""
        conninfo = self.server.conninfo(self.names["reconciliation"], "reconciliation_rw")
        with psycopg.connect(conninfo) as warehouse:
            return {**state.of_views(warehouse), "files": state.of_files(self.folder / "reports")}


    def own_volumes(self) -> list[str]:
        """The bulk tables of the partitions that are one load each."""
        return [bulk_table for bulk_table, *_ in self._ask(OWN_VOLUMES)]

    def strays(self) -> list[str]:
        """Workspaces, tables and locks that belong to nobody once everything is over."""
        return [f"{kind} {name}" for kind, name in self._ask(STRAYS)]

    def _ask(self, query: str) -> list[tuple[str, ...]]:
        conninfo = self.server.conninfo(self.names["reconciliation"], "reconciliation_rw")
        with psycopg.connect(conninfo) as warehouse:
            return warehouse.execute(query).fetchall()


@pytest.fixture(scope="session")
def new_place(
    test_server: Server,
    fresh_databases: FreshDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[], AbstractContextManager[Place]]:
    """Makes places that are alike."""

    @contextmanager
    def make() -> Iterator[Place]:
        names = fresh_databases.take()
        ledger = test_server.conninfo(names["payments_ledger"], "source_writer")
        with psycopg.connect(ledger) as session:
            books.write_ledger(session)
        yield Place(test_server, names, tmp_path_factory.mktemp("place"))
        fresh_databases.give_back(names)

    return make


@pytest.fixture
def place(new_place) -> Iterator[Place]:
    """A place that the test disturbs."""
    with new_place() as made:
        yield made


@pytest.fixture(scope="session")
def children() -> Iterator[Nursery]:
    """Where the processes of steps come from."""
    with nursery() as running:
        yield running


@pytest.fixture(scope="session")
def others() -> Iterator[Nursery]:
    """Where processes come from that work beside those of `children`."""
    with nursery() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A run that nobody disturbed: what it left behind, and what each step took."""

    left_behind: dict[str, object]
    efforts: dict[str, course.Effort]


@pytest.fixture(scope="session")
def undisturbed(new_place, children: Nursery) -> Undisturbed:
    """The run that the others are compared with."""
    with new_place() as made, proxy_before(made.server) as proxy:
        environment = course.environment(proxy.server, made, made.folder)
        efforts = Course(children, environment, proxy).measure()
        return Undisturbed(made.left_behind(), efforts)
