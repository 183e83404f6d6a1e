"""The export of the marketplace by its DAG: as of which moment, and once by Airflow itself."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from include.reconciliation import config
from include.reconciliation.edges.task_outcome import moment_of
from include.reconciliation.errors import RequestError

MONDAY, THURSDAY = (datetime(2026, 11, day, 5, tzinfo=UTC) for day in (16, 19))


def context(run_type: str, as_of: str | None = None, conf: dict[str, str] | None = None):
    """A run that Airflow gave the interval up to Monday and that began on Thursday."""
    run = SimpleNamespace(
        run_type=run_type, conf=conf, data_interval_end=MONDAY, run_after=THURSDAY
    )
    return {"dag_run": run, "params": {"as_of": as_of}}


@pytest.mark.parametrize(
    ("run_type", "moment"), [("scheduled", MONDAY), ("backfill", MONDAY), ("manual", THURSDAY)]
)
def test_a_run_by_hand_is_as_of_its_trigger_and_not_of_last_week(run_type, moment):
    assert moment == moment_of(context(run_type), ["as_of"])


def test_the_form_has_the_last_word():
    asked = "2026-11-18T10:00:00Z"

    assert datetime(2026, 11, 18, 10, tzinfo=UTC) == moment_of(context("manual", asked), ["as_of"])


def test_a_field_that_nobody_knows_is_refused():
    with pytest.raises(RequestError, match="unknown fields: as_off"):
        moment_of(context("manual", conf={"as_off": "now"}), ["as_of"])


def test_airflow_writes_the_export_where_the_form_asks(databases, airflow_database, tmp_path: Path):
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(config.PROJECT_ROOT / "dags").dags["marketplace_balance_export"]
    run = dag.test(run_conf={"as_of": "2026-01-05T05:00:00Z"})

    assert "success" == run.state
    folder = tmp_path / "reports" / "books" / "marketplace" / "20260105T050000Z"
    assert [
        "failed_operations.csv",
        "manifest.json",
        "platform_fees_by_day.csv",
        "platform_revenue.csv",
        "wallet_balances.csv",
    ] == sorted(path.name for path in folder.iterdir())
