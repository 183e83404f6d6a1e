"""The DAG files: which DAGs and tasks there are, what follows what, and by which rules they run."""

import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

import pytest
from airflow.dag_processing.dagbag import DagBag

from include.reconciliation import config
from include.reconciliation.errors import ProviderUnavailable, RequestError
from include.reconciliation.trigger_form import FIELDS

DAGS = config.PROJECT_ROOT / "dags"
OPERATOR_ACTIONS = [
    "adjust_wallet",
    "approve_refund",
    "cancel_payment",
    "capture_payment",
    "force_finalise_payout",
    "force_reconcile_payout",
    "freeze_wallet",
    "mark_payment_failed",
    "process_refund",
    "quarantine_payout",
    "rerun_outbox",
    "retry_payment",
    "unfreeze_wallet",
]
DAG_IDS = [
    "acknowledge_alert",
    "billing_gateway_reconciliation",
    "correct_discrepancy",
    "deliver_alerts",
    "emergency_stop",
    "ledger_health_checks",
    "ledger_sentinel",
    "ledger_watch",
    "marketplace_balance_export",
    "payment_evidence_pack",
    "payment_replay_verification",
    "payout_reconcile_pull",
    "payout_reconciliation",
    "payout_stuck_repair",
    "resolve_alert",
    "wallet_balance_reconciliation",
]
DAG_IDS = sorted([*DAG_IDS, *OPERATOR_ACTIONS])
# The ledger is read beside the statements; the two meet where they are matched.
LEDGER = "reconcile.extract_ledger_transactions"
IN_ORDER = [
    "reconcile.choose_window",
    "reconcile.fetch_psp_statements",
    "reconcile.validate_statements",
    "reconcile.match_transactions",
    "reconcile.check_identities",
    "reconcile.publish_run",
    "reconcile.write_discrepancy_report",
]


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(DAGS)


@pytest.fixture(scope="module")
def dag(bag):
    return bag.dags["billing_gateway_reconciliation"]


def test_there_are_these_dags_and_no_others(bag):
    assert DAG_IDS == sorted(bag.dags)
    assert {} == bag.import_errors


def test_the_tasks_follow_each_other_and_the_report_ends_the_line(dag):
    edges = {
        (task.task_id, follower) for task in dag.tasks for follower in task.downstream_task_ids
    }
    assert edges == {
        *pairwise(IN_ORDER),
        ("reconcile.choose_window", LEDGER),
        (LEDGER, "reconcile.match_transactions"),
        # Each task of an account also reads its name from the list of accounts.
        *(("choose_accounts", task_id) for task_id in (*IN_ORDER, LEDGER)),
        ("reconcile.publish_run", "validate_expectations"),
    }
    assert {"choose_accounts", "validate_expectations", LEDGER, *IN_ORDER} == set(dag.task_ids)
    # Airflow colours a run by its leaves: without the report among them, a failed account is green.
    leaves = {task.task_id for task in dag.tasks if not task.downstream_task_ids}
    assert {"reconcile.write_discrepancy_report", "validate_expectations"} == leaves


def test_the_schedule_is_hourly_in_utc_and_never_caught_up(dag):
    assert "CronDataIntervalTimetable" == type(dag.timetable).__name__
    assert ("0 * * * *", "UTC") == (dag.timetable.expression, str(dag.timetable.timezone))
    assert dag.catchup is False
    assert 2 == dag.max_active_runs
    assert "2026-01-01T00:00:00+00:00" == dag.start_date.isoformat()


def test_the_docstring_is_the_manual_that_people_see(dag):
    for promise in (
        "**What.**",
        "**When.**",
        "**Reads**",
        "**Writes**",
        "Rerun is safe",
        "runbook",
    ):
        assert promise in dag.doc_md


def test_every_task_retries_with_a_back_off_and_hastens_the_alerts_when_it_fails(dag):
    for task in dag.tasks:
        assert (4, timedelta(seconds=20)) == (task.retries, task.retry_delay), task.task_id
        assert 2.0 == task.retry_exponential_backoff, task.task_id
        assert timedelta(minutes=5) == task.max_retry_delay, task.task_id
        assert "AsTheErrorSays" == type(task.retry_policy).__name__, task.task_id
        assert ["hasten_delivery"] == [
            callback.__name__ for callback in task.on_failure_callback
        ], task.task_id


def test_only_the_task_that_calls_psps_takes_their_pool(dag):
    assert {"reconcile.fetch_psp_statements": "psp"} == {
        task.task_id: task.pool for task in dag.tasks if task.pool != "default_pool"
    }


def test_great_expectations_runs_whatever_became_of_the_accounts(dag):
    rules = {task.task_id: str(task.trigger_rule.value) for task in dag.tasks}
    assert "all_done" == rules.pop("validate_expectations")
    assert {"all_success"} == set(rules.values())


@pytest.mark.parametrize("task_id", IN_ORDER)
def test_every_mapped_task_is_labelled(dag, task_id):
    assert "{{ psp_account }}" == dag.get_task(task_id).map_index_template


def test_the_form_has_the_fields_that_requests_are_checked_for(dag):
    assert set(FIELDS) == set(dag.params)
    psps = dag.params.get_param("psps")
    known = [psp.name for psp in config.load().psps]
    assert known == psps.schema["examples"] == psps.schema["items"]["enum"] == psps.value


def test_a_policy_fails_what_cannot_pass_and_waits_as_long_as_a_provider_asks(dag):
    policy = dag.get_task("choose_accounts").retry_policy

    def decided(error):
        decision = policy.evaluate(error, 1, 4)
        return decision.action.value, decision.retry_delay

    assert ("fail", None) == decided(RequestError("psps: unknown"))
    assert ("fail", None) == decided(TypeError("a defect"))
    assert ("default", None) == decided(ConnectionResetError())
    assert ("default", None) == decided(ProviderUnavailable("away"))
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    assert ("retry", minute) == decided(ProviderUnavailable("busy", retry_after=minute))
    capped = timedelta(minutes=10)
    assert ("retry", capped) == decided(ProviderUnavailable("busy", retry_after=hour))


OFFLINE = """
import os, socket, sys

def refuse(*arguments, **options):
    raise AssertionError(f"a DAG file opens a connection: {arguments!r}")

socket.socket.connect = socket.socket.connect_ex = refuse
import airflow.sdk
airflow.sdk.Variable.get = refuse
airflow.sdk.Variable.keys = refuse
airflow.sdk.BaseHook.get_connection = refuse
import psycopg
psycopg.connect = psycopg.Connection.connect = refuse
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print(sorted(bag.dags), bag.import_errors)
"""


def test_the_files_are_read_without_network_connections_variables_or_a_database(tmp_path):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")
    }
    outcome = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(DAGS)],
        env={
            **environment,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{DAG_IDS} {{}}" in outcome.stdout


def test_payouts_are_explained_after_the_banks_are_read_whatever_becomes_of_them(bag):
    dag = bag.dags["payout_reconciliation"]
    tasks = {task.task_id: task for task in dag.tasks}

    assert ("30 11 * * *", False, 1) == (
        dag.timetable.expression,
        dag.catchup,
        dag.max_active_runs,
    )
    steps = [
        *("choose_window", "extract_ledger_transactions", "fetch_psp_statements"),
        *("validate_statements", "match_transactions", "check_identities", "publish_run"),
        "write_discrepancy_report",
    ]
    for group in ("read_bank", "explain_payouts"):
        for before, after in pairwise(f"{group}.{step}" for step in steps):
            assert after in tasks[before].downstream_task_ids
    assert "choose_paid_out_accounts" in (
        tasks["read_bank.write_discrepancy_report"].downstream_task_ids
    )
    assert "all_done" == tasks["choose_paid_out_accounts"].trigger_rule


def test_an_answer_can_be_given_without_a_note(bag: DagBag) -> None:
    """Airflow's page has no button to press while a field that must be filled is empty."""
    approvals = [
        task for dag in bag.dags.values() for task in dag.tasks
        if task.task_id in ("approve", "approve_again")
    ]  # fmt: skip

    assert 2 * (1 + len(OPERATOR_ACTIONS)) == len(approvals)
    assert {None} == {task.params.get_param("note").resolve() for task in approvals}
