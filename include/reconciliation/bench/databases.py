"""The benchmark's own databases on the embedded server, made fresh and dropped afterwards.

Making them is a DBA's work, as in bootstrap; what is measured connects with the pipeline's roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from include.reconciliation.local.bootstrap import SOURCES, SUPERUSER, create_source_tables
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Server

LEDGER = "bench_payments_ledger"
START = "bench_start"  # the warehouse after the first run: what each round begins with
ROUND = "bench_round"
FLOOR = "bench_floor"
BOOK = "bench_book"
_OWNERS = {
    LEDGER: "payments_ledger_owner",
    START: "reconciliation_owner",
    ROUND: "reconciliation_owner",
    FLOOR: "reconciliation_owner",
}


class BenchDatabases:
    """Makes, copies and drops the benchmark's databases."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def make_sources(self) -> None:
        """An empty ledger and an empty, migrated warehouse; what a killed benchmark left goes."""
        self.drop_all()
        for name in (LEDGER, START):
            self._create(name)
        ledger = self.server.conninfo(LEDGER, SUPERUSER)
        create_source_tables(ledger, "payments_ledger", _OWNERS[LEDGER])
        migrate(self.server.conninfo(START, "reconciliation_migrator"))

    def make_book(self, book: str) -> None:
        """A book's empty tables with all of its indexes and roles, and an empty warehouse."""
        self.drop_all()
        self._create(BOOK, SOURCES[book])
        self._create(START)
        create_source_tables(self.server.conninfo(BOOK, SUPERUSER), book, SOURCES[book])
        migrate(self.server.conninfo(START, "reconciliation_migrator"))

    def fresh_round(self) -> None:
        """A warehouse as it stood after the first run; the disk has nothing left to write."""
        self._drop(ROUND)
        self._run(
            "create database {} owner {} template {} strategy file_copy",
            ROUND,
            _OWNERS[ROUND],
            START,
        )
        self.checkpoint()

    def fresh_floor(self) -> None:
        """An empty database whose one schema belongs to the pipeline's role."""
        self._drop(FLOOR)
        self._create(FLOOR)
        with psycopg.connect(self.server.conninfo(FLOOR, SUPERUSER)) as session:
            session.execute("create schema floor authorization reconciliation_rw")
        self.checkpoint()

    def drop_measured(self, name: str) -> None:
        """What was measured is gone and nothing of it works on beside what is measured next."""
        self._drop(name)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Everything that is in memory is on disk, so that no round pays for another one."""
        self._run("checkpoint")

    def size_mb(self, name: str) -> int:
        """What a database takes on disk, in MB of 10^6 bytes."""
        with self._administrator() as session:
            row = session.execute(
                "select pg_database_size(%(name)s) / 1000000", {"name": name}
            ).fetchone()
        assert row is not None
        return int(row[0])

    def version(self) -> str:
        """The server's version."""
        with self._administrator() as session:
            return str(session.info.parameter_status("server_version"))

    def drop_all(self) -> None:
        """Leave nothing behind."""
        for name in (*_OWNERS, BOOK):
            self._drop(name)

    @contextmanager
    def ledger_owner(self) -> Iterator[psycopg.Connection]:
        """A session that may make tables in the ledger's database; commits at the end."""
        with psycopg.connect(self.server.conninfo(LEDGER, SUPERUSER)) as session:
            session.execute(sql.SQL("set local role {}").format(sql.Identifier(_OWNERS[LEDGER])))
            yield session

    def book_writer(self) -> psycopg.Connection:
        """A superuser's session in the book, in autocommit."""
        return psycopg.connect(self.server.conninfo(BOOK, SUPERUSER), autocommit=True)

    def _administrator(self) -> psycopg.Connection:
        return psycopg.connect(self.server.conninfo("postgres", SUPERUSER), autocommit=True)

    def _create(self, name: str, owner: str | None = None) -> None:
        self._run(
            "create database {} owner {} template template0 "
            "encoding 'UTF8' locale_provider libc locale 'C'",
            name,
            owner or _OWNERS[name],
        )

    def _drop(self, name: str) -> None:
        self._run("drop database if exists {} with (force)", name)

    def _run(self, statement: str, *names: str) -> None:
        with self._administrator() as session:
            session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
