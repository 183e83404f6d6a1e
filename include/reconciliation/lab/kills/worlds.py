"""Worlds for scripts: databases and a folder, filled once, then copied for each life."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from include.reconciliation.lab.fresh_databases import (
    OWNERS,
    Administrator,
    FreshDatabases,
    copy,
    drop,
)
from include.reconciliation.lab.kills.nursery import Nursery
from include.reconciliation.lab.kills.scripts import Script, World
from include.reconciliation.local.bootstrap import SUPERUSER, bootstrap, create_source_tables
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Cluster, Server

# Databases of a lab that has died are dropped by the next one.
PREFIX = "lab_kills_"
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "1GB",
    "shared_buffers": "32MB",
}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Superuser:
    """Connects anew for every statement: the server may have been stopped since the last."""

    server: Server

    def execute(self, query: Any, params: Any = None) -> list[Any]:
        """Runs one statement; its rows."""
        address = self.server.conninfo("postgres", SUPERUSER)
        with psycopg.connect(address, autocommit=True) as session:
            cursor = session.execute(query, params)
            return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True, slots=True)
class Ground:
    """A server with empty, migrated databases to copy, where children come from, and a folder."""

    server: Server
    administrator: Administrator
    templates: Mapping[str, str]
    children: Nursery
    folder: Path

    @contextmanager
    def stage(self, script: Script) -> Iterator[Stage]:
        """The script's world, filled once."""
        number = next(_numbers)
        prefix = f"{PREFIX}{os.getpid()}_{number}"
        names = {name: f"{prefix}_{name}" for name in script.databases}
        folder = self.folder / f"{script.name}-{number}"
        folder.mkdir(parents=True)
        try:
            for name, database in names.items():
                copy(self.administrator, self.templates[name], database, OWNERS[name])
            world = World(self.server, names, folder)
            script.prepare(world, self.children)
            with self.stage_of(world) as stage:
                yield stage
        finally:
            for database in names.values():
                drop(self.administrator, database)
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def stage_of(self, world: World) -> Iterator[Stage]:
        """A stage whose worlds are as this one is now, which nobody touches meanwhile."""
        stock = FreshDatabases(self.server, self.administrator, world.names)
        yield Stage(self.server, stock, world.folder)
        stock.close()


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a script is performed again and again."""

    server: Server
    stock: FreshDatabases
    prepared: Path

    @contextmanager
    def world(self) -> Iterator[World]:
        """A world as it was prepared, for one life."""
        names = self.stock.take()
        folder = self.prepared.with_name(f"{self.prepared.name}-life-{next(_numbers)}")
        shutil.copytree(self.prepared, folder)
        try:
            yield World(self.server, names, folder)
        finally:
            self.stock.give_back(names)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ground(
    cluster: Cluster, children: Nursery, folder: Path, databases: Iterable[str] = OWNERS
) -> Iterator[Ground]:
    """A ground with these databases on a server of the lab's own, started for it."""
    with cluster.borrowed() as server:
        bootstrap(server)
        administrator = Superuser(server)
        _drop_what_is_left(administrator)
        templates = {name: f"{PREFIX}{os.getpid()}_empty_{name}" for name in databases}
        try:
            for name, template in templates.items():
                _make(server, administrator, name, template)
            yield Ground(server, administrator, templates, children, folder)
        finally:
            for template in templates.values():
                drop(administrator, template)


def _make(server: Server, administrator: Administrator, name: str, template: str) -> None:
    administrator.execute(
        sql.SQL(
            "create database {} owner {} template template0 "
            "encoding 'UTF8' locale_provider libc locale 'C'"
        ).format(sql.Identifier(template), sql.Identifier(OWNERS[name]))
    )
    if name == "reconciliation":
        migrate(server.conninfo(template, "reconciliation_migrator"))
    else:
        create_source_tables(server.conninfo(template, SUPERUSER), name, OWNERS[name])


def _drop_what_is_left(administrator: Administrator) -> None:
    query = "select datname from pg_catalog.pg_database where datname ~ '^(lab_kills|test)_[0-9]'"
    for (name,) in list(administrator.execute(query)):
        process_id = int(name.removeprefix(PREFIX).removeprefix("test_").split("_")[0])
        if not Path(f"/proc/{process_id}").exists():
            drop(administrator, name)
