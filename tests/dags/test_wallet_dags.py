"""The DAGs of the wallets' book: what they ask, and what a person and a schedule may."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag

from include.reconciliation import config
from include.reconciliation.edges.wallet_request import wallet_request
from include.reconciliation.errors import RequestError

FORM = {
    "scope": "recent",
    "wallet_id": None,
    "dry_run": True,
    "reason": None,
    "batch_size": 50,
    "in_spite_of_stop": False,
}
SUNDAY_TWO = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture
def bag(airflow_database: str) -> Any:
    found = DagBag(config.PROJECT_ROOT / "dags")
    assert {} == found.import_errors
    return found


def asked(run_type: str = "manual", end: datetime | None = SUNDAY_TWO, **form: Any) -> Any:
    """What a run is asked, triggered by ana or by the schedule."""
    run = SimpleNamespace(
        conf=form,
        run_type=run_type,
        data_interval_end=end,
        run_id="run",
        triggering_user_name="ana" if run_type == "manual" else None,
    )
    return wallet_request({"dag_run": run, "params": {**FORM, **form}})


def test_by_hand_it_is_a_dry_run_and_by_schedule_it_repairs() -> None:
    by_hand, by_schedule = asked(), asked("scheduled")

    assert (True, "ana") == (by_hand["dry_run"], by_hand["requested_by"])
    assert (False, None) == (by_schedule["dry_run"], by_schedule["requested_by"])


@pytest.mark.parametrize(
    ("end", "scope"),
    [
        (datetime(2026, 11, 22, 2, tzinfo=UTC), "full"),
        (datetime(2026, 11, 22, 1, tzinfo=UTC), "recent"),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), "recent"),
        (datetime(2026, 11, 23, 2, tzinfo=UTC), "recent"),
    ],
)
def test_on_sundays_at_two_the_schedule_goes_over_all_wallets(end: datetime, scope: str) -> None:
    assert scope == asked("scheduled", end)["scope"]


@pytest.mark.parametrize(
    "form",
    [
        {"dry_run": False},
        {"dry_run": False, "reason": "  "},
        {"scope": "one", "reason": "ticket 4711"},
        {"scope": "one", "wallet_id": "W1"},
        {"scope": "full", "wallet_id": "W1", "reason": "ticket 4711"},
        {"scope": "full", "in_spite_of_stop": True, "reason": "ticket 4711"},
        {"wallet": "W1"},
    ],
)
def test_what_makes_no_sense_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        asked(**form)


def test_one_wallet_with_a_reason_is_asked_for_in_the_name_of_who_did() -> None:
    found = asked(scope="one", wallet_id="W1", reason="ticket\n 4711", dry_run=False)

    expected = ("one", "W1", "ticket 4711", "ana", False)
    keys = ("scope", "wallet_id", "reason", "requested_by", "dry_run")
    assert expected == tuple(found[key] for key in keys)


def test_the_tasks_are_a_look_and_a_repair_that_comes_whatever_the_look_says(bag: Any) -> None:
    dag = bag.dags["wallet_balance_reconciliation"]

    assert ["look", "reconcile"] == sorted(dag.task_ids)
    assert {"look"} == dag.get_task("reconcile").upstream_task_ids
    assert "all_done" == dag.get_task("reconcile").trigger_rule
    assert ("0 * * * *", False, 1) == (dag.timetable.expression, dag.catchup, dag.max_active_runs)


def test_airflow_itself_says_what_it_would_do_and_then_does_it(
    bag: Any, databases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_PAYMENTS_ENABLED", json.dumps({"enabled": True}))
    address = databases.conninfo("wallet_balances", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        session.execute(
            "insert into wallets (id, user_id, currency, created_at) "
            "values ('W1', 'U1', 'EGP', now())"
        )
        dag = bag.dags["wallet_balance_reconciliation"]
        query = "select wallet_id, balance_minor from wallet_balances"
        run = dag.test(run_conf={"scope": "full"})
        assert "success" == str(run.state)
        assert [] == session.execute(query).fetchall()

        conf = {"scope": "one", "wallet_id": "W1", "reason": "ticket 4711", "dry_run": False}
        run = dag.test(run_conf=conf)
        assert "success" == str(run.state)
        assert [("W1", 0)] == session.execute(query).fetchall()
