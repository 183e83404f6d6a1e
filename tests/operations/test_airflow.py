"""Airflow's side of operations: how its API may fail a pause, and the DAG that delivers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.reconciliation import config
from include.reconciliation.lab.fake_slack import FakeSlack, running
from include.reconciliation.steps import deliver_alerts as steps
from tests.operations.conftest import PSP, Books


@pytest.mark.parametrize(("kind", "in_force"), [("pause", "paused"), ("stop", "stopped")])
def test_only_an_api_that_answers_can_say_that_nothing_is_paused_or_stopped(
    kind: str, in_force: str
) -> None:
    """Airflow's own client and SDK against an API that fails in each of its answers."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.operations.ask_airflow", kind],
        cwd=config.PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    expected = {
        "absent": "running",
        "present": f"{in_force} by ana",
        "list_500": "unreadable",
        "list_404": "unreadable",
        "list_hangs": "unreadable",
        "list_is_no_json": "unreadable",
        "value_500": "unreadable",
        "value_404": "unreadable",
        "value_hangs": "unreadable",
        "value_is_empty": "unreadable",
        "in_the_environment": f"{in_force} by ana",
        "away": "unreadable",
    }
    assert expected == json.loads(process.stdout)


@pytest.fixture
def fake(databases: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to."""
    with running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.connection())
        yield server


@pytest.fixture
def dag(airflow_database: str) -> Any:
    """The DAG that delivers."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == bag.import_errors
    return bag.dags["deliver_alerts"]


def test_the_delivering_dag_watches_and_then_delivers_whatever_happened(dag: Any) -> None:
    deliver = dag.get_task("deliver")

    assert {"watch", "deliver"} == set(dag.task_ids)
    assert {"watch"} == deliver.upstream_task_ids
    assert "all_done" == deliver.trigger_rule
    assert (False, 1) == (dag.catchup, dag.max_active_runs)


def test_a_round_in_airflow_finds_a_late_account_and_a_pause_and_tells_slack(
    dag: Any, fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.publish(hours_ago=4)
    books.account("default", psp="stripe", known_hours_ago=9)
    books.session.commit()
    # An hour ago: a pause of more than a day is told as a grave one.
    since = datetime.now(UTC) - timedelta(hours=1)
    pause = {"by": "ana", "reason": "totals", "since": since.isoformat()}
    monkeypatch.setenv(f"AIRFLOW_VAR_RECONCILIATION_PAUSE_{PSP.upper()}", json.dumps(pause))
    run = dag.test()

    assert "success" == str(run.state)
    told = [text.partition(":")[0] for text in fake.texts]
    assert [
        "[high] billing_gateway-reconciliation",
        "[info] billing_gateway-reconciliation-paused",
    ] == sorted(told)


def test_a_round_without_a_slack_succeeds_and_keeps_the_message(
    dag: Any, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SLACK", raising=False)
    books.publish(open_minor={"EUR": 100_001})
    run = dag.test()

    query = "select tries, delivered_at from internal.outbox"
    assert "success" == str(run.state)
    assert [{"tries": 0, "delivered_at": None}] == books.rows(query)


def test_a_round_whose_watch_fails_delivers_all_the_same(
    dag: Any, fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.publish(open_minor={"EUR": 100_001})

    def fail() -> None:
        raise ConnectionError

    monkeypatch.setattr(steps, "watch", fail)
    dag.test()

    assert 1 == len(fake.texts)
