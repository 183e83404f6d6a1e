"""What a run was asked to do, whoever started it, and how the end of a step is told to Airflow."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.reconciliation.edges.task_outcome import request_of, told_to_airflow
from include.reconciliation.errors import HeadMoved, Paused, RequestError

EMPTY_FORM = {
    "psps": ["adyen"],
    "window_start": None,
    "window_end": None,
    "dry_run": False,
    "include_paused": False,
    "language": None,
    "note": None,
}
NINE, TEN = (datetime(2026, 11, 19, hour, tzinfo=UTC) for hour in (9, 10))


def context(run_type, *, interval=(None, None), conf=None, **form):
    """A task's context, as far as a request is read from it."""
    run = SimpleNamespace(
        run_id="the run",
        run_type=run_type,
        conf=conf,
        data_interval_start=interval[0],
        data_interval_end=interval[1],
        triggering_user_name="ana",
    )
    return {"dag_run": run, "params": {**EMPTY_FORM, **form}}


@pytest.mark.parametrize(
    ("run_type", "trigger"),
    [
        ("scheduled", "scheduled"),
        ("backfill", "backfill"),
        ("manual", "manual"),
        ("operator_triggered", "manual"),
        ("asset_triggered", "asset"),
        ("asset_materialization", "asset"),
    ],
)
def test_every_way_to_start_a_run_is_known_by_a_word_of_the_warehouse(run_type, trigger):
    assert trigger == request_of(context(run_type))["trigger"]


def test_airflow_has_no_other_way_to_start_a_run():
    from airflow.utils.types import DagRunType

    for run_type in DagRunType:
        request_of(context(run_type))


def test_a_scheduled_run_hands_on_its_interval_and_nobody_s_wishes():
    assert {
        "airflow_run_id": "the run",
        "trigger": "scheduled",
        "interval_start": NINE,
        "interval_end": TEN,
        "window_start": None,
        "window_end": None,
        "dry_run": False,
        "include_paused": False,
        "language": None,
        "requested_by": "ana",
        "note": None,
    } == request_of(context("scheduled", interval=(NINE, TEN)))


def test_a_run_without_a_date_hands_on_what_the_form_says():
    asked = request_of(
        context(
            "manual",
            window_start="2026-11-19T09:00:00.000Z",
            window_end="2026-11-19T07:00:00-03:00",
            include_paused=True,
            note="the audit is over",
        )
    )
    assert (NINE, TEN) == (asked["window_start"], asked["window_end"])
    assert (None, None) == (asked["interval_start"], asked["interval_end"])
    assert (True, "the audit is over") == (asked["include_paused"], asked["note"])


def test_a_field_that_nobody_knows_is_refused_whoever_asks():
    with pytest.raises(RequestError, match="window_strat"):
        request_of(context("backfill", conf={"window_strat": None}))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RequestError("psps: unknown"), AirflowFailException),
        (Paused("adyen is paused by cfo"), AirflowSkipException),
        (HeadMoved("another run"), HeadMoved),
        (ConnectionResetError("gone"), ConnectionResetError),
    ],
)
def test_an_error_ends_a_task_as_it_deserves(error, told):
    with pytest.raises(told, match=str(error)), told_to_airflow():
        raise error
