"""Airflow as the tests of DAGs use it: its own metadata database, the project's DAGs in it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.lab.kills import books
from include.reconciliation.local.server import Server
from tests.dags.published_books import Books


@pytest.fixture
def adyen_folder(databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Adyen drop folder with one clean batch of NorthwindEU, and no folder for NorthwindBR."""
    folder = tmp_path / "drop"
    books.write_statement(folder)
    monkeypatch.setenv(
        "AIRFLOW_CONN_ADYEN", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}})
    )
    return folder


@pytest.fixture
def dag(airflow_database: str) -> Any:
    """The reconciliation's DAG, as Airflow reads it."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    return bag.dags["billing_gateway_reconciliation"]


@pytest.fixture
def metadata(airflow_database: str) -> Iterator[psycopg.Connection]:
    """Airflow's own database, to look at what a run left there."""
    from sqlalchemy import make_url

    url = make_url(airflow_database)
    server = Server(host=str(url.query["host"]), port=int(str(url.query["port"])))
    with psycopg.connect(server.conninfo(str(url.database), "airflow"), autocommit=True) as session:
        yield session


@pytest.fixture
def states() -> Callable[[Any], dict[tuple[str, str], str]]:
    """The state of each task of a run by task and account."""

    def of(dag_run: Any) -> dict[tuple[str, str], str]:
        return {
            (task.task_id.removeprefix("reconcile."), task.rendered_map_index or ""): str(
                task.state
            )
            for task in dag_run.get_task_instances()
        }

    return of


@pytest.fixture(name="books")
def published_books(warehouse: psycopg.Connection) -> Books:
    """A warehouse in which runs are published by hand."""
    return Books(warehouse)
