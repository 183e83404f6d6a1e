"""The whole DAG on real databases: a clean file is published, a broken account holds no other."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from include.reconciliation import config
from include.reconciliation.edges.pause_variable import AirflowVariables
from include.reconciliation.lab.kills import books
from include.reconciliation.steps import fetch_psp_statements

WINDOW = {
    "psps": ["adyen"],
    "window_start": books.WINDOW_START.isoformat(),
    "window_end": books.WINDOW_END.isoformat(),
}
EU, BR = "adyen / NorthwindEU", "adyen / NorthwindBR"
STEPS = (
    "choose_window",
    "fetch_psp_statements",
    "validate_statements",
    "extract_ledger_transactions",
    "match_transactions",
    "check_identities",
    "publish_run",
    "write_discrepancy_report",
)


@pytest.fixture
def clean_books(adyen_folder, sources):
    """The drop folder and the ledger of `books`."""
    books.write_ledger(sources.payments_ledger)
    return adyen_folder


def published(warehouse):
    """Account, window end, trigger and verdict of each published run."""
    rows = warehouse.execute(
        "select account, window_end, trigger, verdict from reconciliation.runs where is_published"
        " order by account, window_end"
    ).fetchall()
    warehouse.commit()
    return rows


def test_one_account_is_published_and_one_that_fails_holds_it_not(
    clean_books, warehouse, metadata, dag, states
):
    run = dag.test(run_conf=WINDOW, logical_date=None)
    found = states(run)

    assert {(step, EU): "success" for step in STEPS}.items() <= found.items()
    assert [("NorthwindEU", books.WINDOW_END, "manual", "discrepancies")] == published(warehouse)
    reports = config.reports_folder() / "adyen" / "NorthwindEU"
    assert 1 == len(list(reports.rglob("manifest.json")))

    assert not (clean_books / "NorthwindBR").exists(), "its folder is what is missing"
    assert "success" == found["choose_window", BR]
    assert "failed" == found["fetch_psp_statements", BR]
    assert "upstream_failed" in {state for (step, _), state in found.items() if step == STEPS[-1]}
    assert "success" == found["validate_expectations", ""]
    assert "failed" == run.state, "a failed account makes the run red"

    assert_attempts_belong_to(run, warehouse)
    assert_little_travels_between_tasks(run, metadata)


def assert_attempts_belong_to(run, warehouse):
    """One attempt per account, under the run's own id, which clearing a task keeps."""
    rows = warehouse.execute(
        "select accounts.account, attempts.airflow_run_id, attempts.trigger, attempts.requested_by"
        " from internal.attempts inner join internal.accounts using (account_id) order by 1"
    ).fetchall()
    assert [
        ("NorthwindBR", run.run_id, "manual", "dag_test"),
        ("NorthwindEU", run.run_id, "manual", "dag_test"),
    ] == rows


def assert_little_travels_between_tasks(run, metadata):
    """Ids only: no rows, and no number that could be money in a float."""
    rows = metadata.execute(
        "select task_id, value::text from xcom where run_id = %s order by task_id", [run.run_id]
    ).fetchall()
    assert rows
    for task_id, text in rows:
        assert len(text) < 4096, task_id
        assert [] == list(floats(json.loads(text))), task_id
        if task_id.startswith("reconcile."):
            assert isinstance(json.loads(text), int | str), task_id


def test_with_a_logical_date_the_interval_says_it(clean_books, warehouse, dag):
    dag.test(run_conf={"psps": ["adyen"]}, logical_date=datetime(2026, 11, 11, 12, 5, tzinfo=UTC))
    assert [("NorthwindEU", datetime(2026, 11, 11, 12, tzinfo=UTC), "manual")] == [
        run[:3] for run in published(warehouse)
    ]


def test_without_a_logical_date_and_without_a_window_the_last_cycle_is_reconciled(
    clean_books, warehouse, dag
):
    dag.test(run_conf={"psps": ["adyen"]}, logical_date=None)
    (run,) = published(warehouse)
    assert datetime.now(UTC) >= run[1]


def test_a_paused_psp_shows_as_skipped_and_publishes_nothing(
    clean_books, warehouse, dag, states, monkeypatch
):
    (clean_books / "NorthwindBR").mkdir()
    pause = {"by": "cfo", "reason": "audit", "since": "2026-11-10T00:00:00+00:00"}
    monkeypatch.setattr(AirflowVariables, "names", lambda *_: ["reconciliation_pause_adyen"])
    monkeypatch.setattr(AirflowVariables, "value", lambda *_: json.dumps(pause))
    run = dag.test(run_conf=WINDOW, logical_date=None)
    found = states(run)
    assert "success" == found["extract_ledger_transactions", EU]
    assert {"skipped"} == {state for (step, _), state in found.items() if step == "publish_run"}
    assert [] == published(warehouse)
    assert "success" == run.state


def test_a_provider_s_passing_error_is_tried_again(clean_books, airflow_database, monkeypatch):
    from airflow.dag_processing.dagbag import DagBag

    from include.reconciliation.errors import ProviderUnavailable

    tries = []

    def busy(attempt_id: int) -> int:
        tries.append(attempt_id)
        raise ProviderUnavailable("busy")

    busy.__name__ = "fetch_psp_statements"
    monkeypatch.setattr(fetch_psp_statements, "fetch_psp_statements", busy)
    dag = DagBag(config.PROJECT_ROOT / "dags").dags["billing_gateway_reconciliation"]
    task = dag.get_task("reconcile.fetch_psp_statements")
    task.retries, task.retry_delay = 1, timedelta(0)
    run = dag.test(run_conf=WINDOW, logical_date=None)
    assert {2} == {tries.count(attempt_id) for attempt_id in tries}
    assert "failed" == run.state


def floats(value):
    """The floats anywhere in a JSON value."""
    if isinstance(value, float):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for inner in inside:
        yield from floats(inner)
