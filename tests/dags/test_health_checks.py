"""The DAGs of books and alerts: a task per sentence, red where it is not true; forms that act."""

import shutil
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from include.reconciliation import config
from include.reconciliation.documentation.checks import BEGIN, END, with_checks
from include.reconciliation.edges import check_tasks, invariant_files
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.steps.run_check import run_check

ORPHANS = "every_entry_has_a_transaction"


@pytest.fixture
def bag(airflow_database: str) -> Any:
    found = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == found.import_errors
    return found


@pytest.fixture
def marketplace(databases) -> Any:
    address = databases.conninfo("marketplace", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        yield session


def an_orphan(marketplace: Any) -> None:
    marketplace.execute(
        "insert into ledger_entries (id, wallet_id, entry_type, amount_minor, currency, "
        "created_at) values ('E1', 'W1', 'FEE', 42, 'BRL', '2026-11-19T12:00Z')"
    )


def test_the_grid_reads_as_a_list_of_promises(bag):
    dag = bag.dags["ledger_health_checks"]

    expected = {f"{book}.{check.name}" for book in books() for check in invariants_of(book)}
    assert expected == set(dag.task_ids)
    assert {()} == {tuple(task.downstream_task_ids) for task in dag.tasks}, "none waits for another"
    assert ("0 6 * * *", "UTC") == (dag.timetable.expression, str(dag.timetable.timezone))
    assert (False, 1) == (dag.catchup, dag.max_active_runs)


def test_adding_a_file_adds_the_check_its_task_its_alert_and_its_section(
    tmp_path, monkeypatch, databases, warehouse
):
    folder = tmp_path / "invariants"
    shutil.copytree(invariant_files.FOLDER / "marketplace", folder / "marketplace")
    template = (folder / "marketplace" / f"{ORPHANS}.sql").read_text(encoding="utf-8")
    added = folder / "marketplace" / "no_entry_is_new.sql"
    added.write_text(template.replace("transaction_id is null", "true"), encoding="utf-8")
    monkeypatch.setattr(invariant_files, "FOLDER", folder)

    with DAG("checks", schedule=None) as dag:
        check_tasks.groups(run_check)
    with psycopg.connect(databases.conninfo("marketplace", "source_writer")) as session:
        an_orphan(session)
    with pytest.raises(Exception, match="not true that no entry is new: 1 row"):
        run_check(
            "marketplace",
            "no_entry_is_new",
            airflow_run_id="run",
            window_start=None,
            window_end=datetime(2026, 11, 20, tzinfo=UTC),
        )

    assert "marketplace.no_entry_is_new" in dag.task_ids
    alerts = warehouse.execute("select name from reconciliation.alerts").fetchall()
    assert [("marketplace-no_entry_is_new",)] == alerts
    assert "### `no_entry_is_new`" in with_checks(BEGIN + END, invariants_of("marketplace"))


def test_a_promise_that_is_broken_is_red_and_the_others_are_green(
    bag, databases, marketplace, warehouse
):
    an_orphan(marketplace)
    run = bag.dags["ledger_health_checks"].test(
        run_conf={"as_of": "2026-11-20T06:00:00Z"}, logical_date=None
    )

    states = {task.task_id: str(task.state) for task in run.get_task_instances()}
    states = {name: state for name, state in states.items() if name.startswith("marketplace.")}
    assert "failed" == states.pop(f"marketplace.{ORPHANS}")
    assert {"success"} == set(states.values())
    kept = warehouse.execute(
        "select window_start, window_end, rows, totals from reconciliation.check_runs "
        "where check_name = %s",
        [ORPHANS],
    ).fetchall()
    as_of = datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert [(None, as_of, 1, {"BRL": {"rows": 1, "amount_minor": 42}})] == kept


def test_a_form_acknowledges_and_another_one_resolves(bag, databases, marketplace, warehouse):
    an_orphan(marketplace)
    with pytest.raises(Exception, match="not true"):
        run_check(
            "marketplace",
            ORPHANS,
            airflow_run_id="run",
            window_start=None,
            window_end=datetime(2026, 11, 20, tzinfo=UTC),
        )

    def triggered(dag_id: str, **form: Any) -> str:
        return str(bag.dags[dag_id].test(run_conf=form, logical_date=None).state)

    def lives() -> list[Any]:
        rows = warehouse.execute("select life from reconciliation.alerts").fetchall()
        warehouse.rollback()
        return rows

    assert "success" == triggered("acknowledge_alert", alert_id=1, note="I look after it")
    assert [("acknowledged",)] == lives()
    assert "failed" == triggered("acknowledge_alert", alert_id=2, note="there is none")
    slip = triggered("resolve_alert", alert_id=1, note="until May", accepted_until="2027-05-01")
    assert ("failed", [("acknowledged",)]) == (slip, lives()), "a field that nobody knows"
    assert "success" == triggered("resolve_alert", alert_id=1, note="it is mended")
    assert [("resolved",)] == lives()
    assert "failed" == triggered("resolve_alert", alert_id=1, note="it is mended")
