"""The lab's places on fresh databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.lab import databases
from include.reconciliation.lab.behaviours.course import Course
from include.reconciliation.local.server import Server
from tests.conftest import Databases, Sources


@pytest.fixture
def course(databases: Databases, sources: Sources, tmp_path: Path) -> Iterator[Course]:
    """Runs over PSPs that misbehave, in databases of this test."""
    del sources
    with (
        psycopg.connect(databases.conninfo("payments_ledger", "source_writer")) as ledger,
        psycopg.connect(
            databases.conninfo("reconciliation", "reconciliation_rw"), row_factory=dict_row
        ) as views,
    ):
        yield Course(ledger, views, tmp_path)


@pytest.fixture(scope="module")
def server(test_server: Server) -> Iterator[Server]:
    """The server of the tests, with the lab's templates."""
    databases.make_templates(test_server)
    yield test_server
    databases.drop_all(test_server)
