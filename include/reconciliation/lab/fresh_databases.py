"""Databases as their template is, for one test after the other.

To copy a template takes a quarter of a second and a thousand new files, hundreds of times. So a
database that a test has used is emptied, and handed to the next one under another name. What can't
be put back (a column more, a right less) is seen by comparison, and the database dropped.
"""

import itertools
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from psycopg import sql

from include.reconciliation.local.bootstrap import SOURCES, SUPERUSER
from include.reconciliation.local.server import Server

_numbers = itertools.count(1)
OWNERS = {"reconciliation": "reconciliation_owner", **SOURCES}

# All of a database but the rows of its tables and what a truncate or an analyze changes. The xmin
# of a row in the catalog is another one after every change.
_SCHEMA = """
select md5(string_agg(part, ' ' order by part)) from (
    select concat_ws(
        ',', 'relation', oid, relname, relnamespace, relowner, relkind, relpersistence, relam,
        relispartition, relrowsecurity, relforcerowsecurity, relreplident, relacl, reloptions,
        relpartbound
    ) as part from pg_class where relkind <> 't'
    union all select concat_ws(',', 'database', datdba, encoding, datcollate, datctype, datacl)
    from pg_database where datname = current_database()
    union all select concat_ws(',', 'column', attrelid, attnum, xmin) from pg_attribute
    where attrelid >= 16384
    union all select concat_ws(',', 'setting', setrole, s.xmin) from pg_db_role_setting as s
    inner join pg_database on pg_database.oid = setdatabase where datname = current_database()
    union all select concat_ws(',', 'index', indexrelid, xmin) from pg_index
    union all select concat_ws(',', 'inherits', inhrelid, xmin) from pg_inherits
    union all select concat_ws(',', 'sequence', seqrelid, xmin) from pg_sequence
    union all select concat_ws(',', 'comment', objoid, objsubid, xmin) from pg_description
    union all select concat_ws(',', 'schema', oid, xmin) from pg_namespace
    union all select concat_ws(',', 'constraint', oid, xmin) from pg_constraint
    union all select concat_ws(',', 'default', oid, xmin) from pg_attrdef
    union all select concat_ws(',', 'trigger', oid, xmin) from pg_trigger
    union all select concat_ws(',', 'rule', oid, xmin) from pg_rewrite
    union all select concat_ws(',', 'function', oid, xmin) from pg_proc
    union all select concat_ws(',', 'type', oid, xmin) from pg_type
    union all select concat_ws(',', 'label', oid, xmin) from pg_enum
    union all select concat_ws(',', 'policy', oid, xmin) from pg_policy
    union all select concat_ws(',', 'extension', oid, xmin) from pg_extension
    union all select concat_ws(',', 'statistics', oid, xmin) from pg_statistic_ext
    union all select concat_ws(',', 'event', oid, xmin) from pg_event_trigger
    union all select concat_ws(',', 'publication', oid, xmin) from pg_publication
    union all select concat_ws(',', 'rights', oid, xmin) from pg_default_acl
    union all select concat_ws(',', 'object', oid, xmin) from pg_largeobject_metadata
) as parts
"""
_TABLES = """
select oid::regclass::text, pg_relation_size(oid) > 0 from pg_class
where oid >= 16384 and relkind = 'r'
"""
_PLACES = """
select pg_namespace.nspname::text, pg_class.oid::regclass::text from pg_namespace
left join pg_class on pg_class.relnamespace = pg_namespace.oid and relkind in ('r', 'p', 'v', 'S')
where nspname !~ '^(pg_|information_schema$)'
"""
_SEQUENCES = """
select format('%I.%I', schemaname, sequencename), start_value, last_value from pg_sequences
"""
_OTHER_SESSIONS = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""
_FORGET_STATISTICS = """
delete from pg_statistic where starelid >= 16384
and starelid not in (select unnest(%(kept)s::text[])::regclass)
"""


class Administrator(Protocol):
    """A superuser who makes, renames and drops databases, each statement by itself."""

    def execute(self, query: Any, params: Any = None) -> Any:
        """Runs one statement."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a database is when nobody has used it."""

    schema: str
    schemas: frozenset[str]
    relations: frozenset[str]
    rows: Mapping[str, str]  # a hash for each table that has rows
    sequences: Mapping[str, tuple[int, int | None]]


class FreshDatabases:
    """The databases of one test process; they lie in `tablespace`, or where their templates do."""

    def __init__(
        self,
        server: Server,
        administrator: Administrator,
        templates: Mapping[str, str],
        tablespace: str | None = None,
    ) -> None:
        self.server = server
        self.templates = templates
        self.administrator = administrator
        self.tablespace = tablespace
        self._idle: dict[str, list[str]] = defaultdict(list)
        self._states: dict[str, _State] = {}

    def take(self) -> dict[str, str]:
        """One of each, under names that no test had before."""
        prefix = f"test_{os.getpid()}_{next(_numbers)}"
        return {name: self._take(name, f"{prefix}_{name}") for name in self.templates}

    def give_back(self, taken: Mapping[str, str]) -> None:
        """Whatever became of them."""
        for name, database in taken.items():
            try:
                is_fresh = self._put_back(name, database)
            except psycopg.Error:
                is_fresh = False
            if is_fresh:
                self._idle[name].append(database)
            else:
                drop(self.administrator, database)

    def close(self) -> None:
        """Drops what is there."""
        for databases in self._idle.values():
            for database in databases:
                drop(self.administrator, database)

    def _take(self, name: str, database: str) -> str:
        if self._idle[name]:
            rename(self.administrator, self._idle[name].pop(), database)
            return database
        template = self.templates[name]
        copy(self.administrator, template, database, OWNERS[name], self.tablespace)
        if name not in self._states:
            with self._connect(database) as session:
                self._states[name] = _state(session)
        return database

    def _put_back(self, name: str, database: str) -> bool:
        before = self._states[name]
        with self._connect(database) as session:
            session.execute(_OTHER_SESSIONS)
            _drop_what_is_new(session, before)
            _empty(session, before)
            return before == _state(session)

    def _connect(self, database: str) -> psycopg.Connection:
        address = self.server.conninfo(database, SUPERUSER)
        return psycopg.connect(address, autocommit=True)


def _state(session: psycopg.Connection) -> _State:
    places = session.execute(_PLACES).fetchall()
    filled = [table for table, has_rows in session.execute(_TABLES).fetchall() if has_rows]
    return _State(
        schema=_one(session, sql.SQL(_SCHEMA)),
        schemas=frozenset(schema for schema, _ in places),
        relations=frozenset(relation for _, relation in places if relation),
        rows={table: _one(session, _hash_of(table)) for table in filled},
        sequences={name: (start, last) for name, start, last in session.execute(_SEQUENCES)},
    )


def _hash_of(table: str) -> sql.Composed:
    return sql.SQL(
        "select md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) from {} as t"
    ).format(sql.SQL(table))


def _drop_what_is_new(session: psycopg.Connection, before: _State) -> None:
    places = session.execute(_PLACES).fetchall()
    for schema in {schema for schema, _ in places} - before.schemas:
        session.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
    for schema, relation in places:
        if schema in before.schemas and relation and relation not in before.relations:
            # A view or a sequence more is seen by the comparison.
            session.execute(sql.SQL("drop table if exists {} cascade").format(sql.SQL(relation)))


def _empty(session: psycopg.Connection, before: _State) -> None:
    tables = session.execute(_TABLES).fetchall()
    if filled := [table for table, has_rows in tables if has_rows and table not in before.rows]:
        # Tables that are only added to refuse even this, as long as their triggers are heard.
        session.execute("set session_replication_role = replica")
        named = sql.SQL(", ").join(map(sql.SQL, filled))
        session.execute(sql.SQL("truncate {} cascade").format(named))
        session.execute("reset session_replication_role")
        session.execute(_FORGET_STATISTICS, {"kept": list(before.rows)})
    for name, start, last in session.execute(_SEQUENCES).fetchall():
        if (start, last) != before.sequences.get(name, (start, last)):
            session.execute(
                "select setval(%(name)s, %(start)s, false)", {"name": name, "start": start}
            )


def _one(session: psycopg.Connection, query: sql.SQL | sql.Composed) -> str:
    row = session.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def copy(
    administrator: Administrator,
    template: str,
    name: str,
    owner: str,
    tablespace: str | None = None,
) -> None:
    """A new database as the template is, beside it or in another tablespace."""
    # Copying files is twice as fast here as writing every page to the log.
    text = sql.SQL("create database {} owner {} template {} strategy file_copy").format(
        sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)
    )
    if tablespace is not None:
        text += sql.SQL(" tablespace {}").format(sql.Identifier(tablespace))
    administrator.execute(text)


def rename(administrator: Administrator, before: str, after: str) -> None:
    """The same database under another name."""
    administrator.execute(
        sql.SQL("alter database {} rename to {}").format(
            sql.Identifier(before), sql.Identifier(after)
        )
    )


def drop(administrator: Administrator, name: str) -> None:
    """Gone, whoever is connected."""
    administrator.execute(
        sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    )
