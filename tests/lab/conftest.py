"""The lab's places on fresh databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.lab import databases
from include.reconciliation.lab.behaviours.course import Course
from include.reconciliation.lab.behaviours.folder_course import FolderCourse
from include.reconciliation.local.server import Server
from tests.conftest import Databases, Sources


@pytest.fixture
def sessions(
    databases: Databases, sources: Sources
) -> Iterator[tuple[psycopg.Connection[Any], psycopg.Connection[Any]]]:
    """The ledger of a company, and the warehouse, in databases of this test."""
    del sources
    with (
        psycopg.connect(databases.conninfo("payments_ledger", "source_writer")) as ledger,
        psycopg.connect(
            databases.conninfo("reconciliation", "reconciliation_rw"), row_factory=dict_row
        ) as views,
    ):
        yield ledger, views


@pytest.fixture
def course(sessions: tuple[Any, Any], tmp_path: Path) -> Course:
    """Runs over PSPs that misbehave."""
    return Course(*sessions, tmp_path)


@pytest.fixture
def folder_course(sessions: tuple[Any, Any], tmp_path: Path) -> FolderCourse:
    """Runs over drop folders that go wrong."""
    return FolderCourse(*sessions, tmp_path)


@pytest.fixture(scope="module")
def server(test_server: Server) -> Iterator[Server]:
    """The server of the tests, with the lab's templates."""
    databases.make_templates(test_server)
    yield test_server
    databases.drop_all(test_server)
