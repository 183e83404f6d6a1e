"""bin/reconciliation docs: writes the pages of docs/ that are made from the project itself.

The comments are read from a database that is made for it, migrated and dropped again: a warehouse
that somebody works with may have come to its schema by another way.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.documentation import (
    benchmarks,
    causes,
    checks,
    data_model,
    formats,
    glossary,
    operator_actions,
)
from include.reconciliation.edges import cause_files, warehouse
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.kinds import KINDS
from include.reconciliation.local.bootstrap import SUPERUSER, bootstrap
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Server, borrowed_server
from include.reconciliation.operator_actions import ACTIONS
from include.reconciliation.statements.formats import FORMATS

DOCS = PROJECT_ROOT / "docs"


def pages(session: psycopg.Connection[dict[str, Any]]) -> dict[Path, str]:
    """Each page that is made, with its text: from a migrated warehouse, the code, and its frame."""
    with session.cursor() as cursor:
        relations = warehouse.run(cursor, "documentation/relations").fetchall()
        columns = warehouse.run(cursor, "documentation/columns").fetchall()
    return {
        DOCS / "data-model.md": data_model.page(relations, columns),
        DOCS / "glossary.md": glossary.with_table(_read("glossary.md"), KINDS),
        DOCS / "formats.md": formats.with_sections(_read("formats.md"), FORMATS.values()),
        benchmarks.PAGE: benchmarks.with_figures(_read("benchmarks.md"), benchmarks.results()),
        DOCS / "adding-a-format.md": formats.with_roles(_read("adding-a-format.md")),
        DOCS / "operator-actions.md": operator_actions.with_actions(
            _read("operator-actions.md"), ACTIONS.values()
        ),
        DOCS / "causes.md": causes.with_causes(_read("causes.md"), cause_files.causes()),
        DOCS / "checks.md": checks.page(each for book in books() for each in invariants_of(book)),
        **{
            DOCS / "books" / f"{book}.md": checks.with_checks(
                _read(f"books/{book}.md"), invariants_of(book)
            )
            for book in books()
        },
    }


def _read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write what docs/ has from database, code and measurements: data model, kinds, formats."""
    argparse.ArgumentParser(prog="reconciliation docs", description=main.__doc__).parse_args(
        arguments
    )
    with borrowed_server() as server:
        bootstrap(server)
        with (
            _fresh_warehouse(server) as conninfo,
            psycopg.connect(conninfo, row_factory=dict_row) as session,
        ):
            made = pages(session)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(PROJECT_ROOT))
    return 0


@contextmanager
def _fresh_warehouse(server: Server) -> Iterator[str]:
    """A migrated database of this process alone; gives the application's address of it."""
    name = f"documentation_{os.getpid()}"
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    create = sql.SQL(
        "create database {} owner reconciliation_owner template template0 "
        "encoding 'UTF8' locale_provider libc locale 'C'"
    ).format(sql.Identifier(name))
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as administrator:
        administrator.execute(drop)
        administrator.execute(create)
        try:
            migrate(server.conninfo(name, "reconciliation_migrator"))
            yield server.conninfo(name, "reconciliation_rw")
        finally:
            administrator.execute(drop)
