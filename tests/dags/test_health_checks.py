"""The DAGs of books and alerts: a task per sentence, red where it is not true; forms that act."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from include.reconciliation import config
from include.reconciliation.cadence import Cadence
from include.reconciliation.documentation.checks import BEGIN, END, with_checks
from include.reconciliation.edges import check_tasks, invariant_files
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.invariants import CADENCES
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


@pytest.mark.parametrize(
    ("dag_id", "expression", "every"),
    [
        ("ledger_watch", "*/5 * * * *", {"5 minutes"}),
        ("ledger_sentinel", "0 * * * *", {"5 minutes", "hour"}),
        ("ledger_health_checks", "0 6 * * *", {"5 minutes", "hour", "day"}),
    ],
)
def test_the_grid_reads_as_a_list_of_the_promises_of_its_cadence(bag, dag_id, expression, every):
    dag = bag.dags[dag_id]

    expected = {
        f"{book}.{check.name}"
        for book in books()
        for check in invariants_of(book)
        if check.cadence in every
    }
    assert expected == set(dag.task_ids)
    assert {()} == {tuple(task.downstream_task_ids) for task in dag.tasks}, "none waits for another"
    assert (expression, "UTC") == (dag.timetable.expression, str(dag.timetable.timezone))
    assert (False, 1) == (dag.catchup, dag.max_active_runs)
    promises = ("**What.**", "**When.**", "**Reads**", "**Writes**", "Rerun is safe", "runbook")
    assert [] == [promise for promise in promises if promise not in dag.doc_md]


def test_a_header_may_name_no_cadence_that_has_no_dag():
    assert {"5 minutes", "hour", "day"} == set(CADENCES) == set(check_tasks.LOOK_BACK)


def test_what_the_runbooks_want_at_once_is_asked_every_five_minutes():
    asked = {
        book: {each.name for each in invariants_of(book) if each.cadence == "5 minutes"}
        for book in books()
    }

    assert {
        "every_transaction_sums_to_zero",
        "few_payments_wait_for_a_day",
        "few_refunds_fail_in_an_hour",
    } <= asked["marketplace"], "the three alerts of runbook 000"
    assert {
        "success_rate_stays_at_or_above_90_percent",
        "rail_answers_within_1_second",
        "retry_rate_stays_at_or_below_10_percent",
        "cancellation_rate_stays_at_or_below_5_percent",
        "late_failure_rate_stays_at_or_below_3_percent",
    } <= asked["payment_events"], "the five rates of runbook 002"
    assert {
        "no_balance_is_negative",
        "no_projection_drifts_by_more_than_a_minor_unit",
        "request_error_rate_stays_at_or_below_5_percent",
    } <= asked["wallet_balances"], "the critical alerts of runbook 003"


def test_every_five_minutes_an_hour_is_looked_at_and_what_is_older_by_the_sentinel(
    bag, databases, warehouse
):
    as_of = {"as_of": "2026-11-20T12:00:00Z", "scope": "recent"}
    name = "every_transaction_sums_to_zero"

    for dag_id in ("ledger_watch", "ledger_sentinel"):
        bag.dags[dag_id].test(run_conf=as_of, logical_date=None)

    looked_at = warehouse.execute(
        "select window_end - window_start from reconciliation.check_runs "
        "where check_name = %s order by check_run_id",
        [name],
    ).fetchall()
    assert [(timedelta(hours=1),), (timedelta(days=2),)] == looked_at


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
        check_tasks.groups(run_check, Cadence.HOUR)
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
    ticket = {"alert_id": 1, "note": "asked them", "psp_ticket": "ADY-77"}
    assert "success" == triggered("acknowledge_alert", **ticket)
    tickets = warehouse.execute("select psp_ticket from reconciliation.alerts").fetchall()
    assert [("ADY-77",)] == tickets
    assert "failed" == triggered("acknowledge_alert", alert_id=2, note="there is none")
    slip = triggered("resolve_alert", alert_id=1, note="until May", accepted_until="2027-05-01")
    assert ("failed", [("acknowledged",)]) == (slip, lives()), "a field that nobody knows"
    assert "success" == triggered("resolve_alert", alert_id=1, note="it is mended")
    assert [("resolved",)] == lives()
    assert "failed" == triggered("resolve_alert", alert_id=1, note="it is mended")
