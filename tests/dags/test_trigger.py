"""What the trigger refuses: at the door with HTTP 400, or in the first task, before any fetch."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from include.reconciliation.errors import RequestError
from include.reconciliation.local import airflow_command
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.trigger_form import moment, refuse_unknown_fields

DAG_ID = "billing_gateway_reconciliation"
RUNS = f"/api/v2/dags/{DAG_ID}/dagRuns"
REFUSED = {
    "a PSP that is not configured": ({"psps": ["paypal"]}, "'paypal' is not one of"),
    "no PSP at all": ({"psps": []}, "non-empty"),
    "a PSP twice": ({"psps": ["adyen", "adyen"]}, "non-unique"),
    "a text where a list belongs": ({"psps": "adyen"}, "is not of type 'array'"),
    "a text where yes or no belongs": ({"dry_run": "yes"}, "is not of type 'boolean'"),
    "a language that no report has": ({"language": "pt"}, "language is 'en' or 'pt-BR', not 'pt'"),
    "a word for a time": ({"window_start": "yesterday"}, "window_start: expected a time"),
    "a time without a zone": (
        {"window_end": "2026-11-19T10:00:00"},
        "window_end: expected a time with its zone, as 2026-11-19T10:00:00Z; found",
    ),
    "a month that is none": ({"window_end": "2026-13-19T10:00:00Z"}, "window_end: expected a time"),
    "a day that is none": ({"window_end": "2026-02-30T10:00:00Z"}, "which is no time (day"),
    "a time before all times": ({"window_start": "0001-01-01T00:00:00+14:00"}, "which is no time"),
    "a number for a time": ({"window_start": 7}, "window_start: expected a time"),
    "SQL": (
        {"window_end": "2026-11-19T10:00:00Z'; drop table x; --"},
        "window_end: expected a time with its zone",
    ),
    "a window that ends before it starts": (
        {"window_start": "2026-11-10T10:00:00Z", "window_end": "2026-11-10T09:00:00Z"},
        "window_start: found 2026-11-10T10:00:00+00:00, which is not before the window_end "
        "2026-11-10T09:00:00+00:00; give an earlier window_start or a later window_end",
    ),
    "a window without a moment in it": (
        {"window_start": "2026-11-10T10:00:00Z", "window_end": "2026-11-10T07:00:00-03:00"},
        "window_start: found 2026-11-10T10:00:00+00:00, which is not before the window_end",
    ),
    "a window that ends in the future": (
        {"window_start": "2026-11-10T10:00:00Z", "window_end": "9999-12-31T23:59:59Z"},
        "window_end: found 9999-12-31T23:59:59+00:00, which lies in the future (it is ",
    ),
    "a window of another age": (
        {"window_start": "0001-01-01T00:00:00Z", "window_end": "0001-01-02T00:00:00Z"},
        "window_start: found 0001-01-01T00:00:00+00:00; give one from 2000-01-01 on",
    ),
    "a window of ten years": (
        {"window_start": "2016-11-10T00:00:00Z", "window_end": "2026-11-10T00:00:00Z"},
        "window_start: found 2016-11-10T00:00:00+00:00, 3652 days before the window_end; "
        "a window is at most 92 days long: ask for it in parts",
    ),
    "a window without an end": (
        {"window_start": "2026-11-10T10:00:00Z"},
        "window_start: found 2026-11-10 10:00:00+00:00 without a window_end; give both, or none",
    ),
    "a window without a start": (
        {"window_end": "2026-11-10T10:00:00Z", "window_start": ""},
        "window_end: found 2026-11-10 10:00:00+00:00 without a window_start; give both, or none",
    ),
    "a number for a note": ({"note": 7}, "7 is not of type"),
    "a field that nobody knows": ({"window_strat": None}, "unknown fields: window_strat"),
}


@pytest.fixture(scope="module")
def api(airflow_database) -> Any:
    """Airflow's API as `make up` starts it, plugins included, with an administrator logged in."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from fastapi.testclient import TestClient

    from include.reconciliation.config import PROJECT_ROOT

    DagBundlesManager().sync_bundles_to_db()
    bag = BundleDagBag(
        PROJECT_ROOT / "dags", bundle_path=PROJECT_ROOT / "dags", bundle_name="dags-folder"
    )
    sync_bag_to_db(bag, "dags-folder", None)
    purge_cached_app()
    # Removed from the configuration, its default would be gone for the tests that come after.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
        with TestClient(create_app(apps="core"), base_url="http://testserver") as client:
            token = client.get("/auth/token").json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client
    purge_cached_app()


def trigger(api, conf):
    return api.post(RUNS, json={"logical_date": None, "conf": conf})


@pytest.mark.parametrize(("conf", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_bad_request_is_refused_at_the_door(api, conf, sentence):
    before = api.get(RUNS).json()["total_entries"]
    answer = trigger(api, conf)
    assert 400 == answer.status_code
    assert sentence in answer.json()["detail"]
    assert before == api.get(RUNS).json()["total_entries"]


def test_a_good_request_is_taken_and_keeps_what_was_asked(api):
    window = {"window_start": "2026-08-10T00:00:00Z", "window_end": "2026-11-10T00:00:00Z"}
    asked = {"psps": ["adyen"], "dry_run": True, **window}
    answer = trigger(api, asked)
    assert 200 == answer.status_code, answer.text
    assert asked == answer.json()["conf"]


def test_a_request_without_any_field_is_taken(api):
    assert 200 == api.post(RUNS, json={"logical_date": None}).status_code


@pytest.mark.parametrize("route", ["/api/v2/backfills", "/api/v2/backfills/dry_run"])
def test_a_backfill_with_an_unknown_field_is_refused(api, route):
    answer = api.post(
        route,
        json={
            "dag_id": DAG_ID,
            "from_date": "2026-11-10T00:00:00Z",
            "to_date": "2026-11-10T02:00:00Z",
            "dag_run_conf": {"window_strat": None},
        },
    )
    assert (400, True) == (answer.status_code, "window_strat" in answer.json()["detail"])


@pytest.mark.parametrize(
    "dates",
    [
        {"logical_date": "2099-01-01T00:00:00Z"},
        {
            "logical_date": "2026-11-10T00:00:00Z",
            "data_interval_start": "2026-11-09T00:00:00Z",
            "data_interval_end": "2099-01-01T00:00:00+02:00",
        },
    ],
)
def test_a_run_of_a_day_that_has_not_come_is_refused(api, dates):
    """Its as-of would make everything overdue, and an as-of never goes back."""
    before = api.get(RUNS).json()["total_entries"]
    answer = api.post(RUNS, json=dates)
    assert 400 == answer.status_code, answer.text
    assert "logical_date: found an interval that ends at 2099" in answer.json()["detail"]
    assert before == api.get(RUNS).json()["total_entries"]


@pytest.mark.parametrize("date", ["soon", "2026-11-10T00:00:00", ["2099"]])
def test_what_is_no_date_is_airflow_s_to_refuse(api, date):
    assert 422 == api.post(RUNS, json={"logical_date": date}).status_code


def test_a_day_that_has_not_come_ends_the_first_task_too(dag, databases, states, warehouse):
    found = states(dag.test(logical_date=datetime(2099, 1, 1, tzinfo=UTC)))
    assert "failed" == found.pop(("choose_accounts", ""))
    assert (0,) == warehouse.execute("select count(*) from internal.attempts").fetchone()


def test_choose_window_takes_no_interval_that_ends_in_the_future(databases):
    with pytest.raises(RequestError, match=r"ends at 2099-01-01T00:00:00.00:00, in the future"):
        choose_window(
            "adyen",
            "NorthwindEU",
            airflow_run_id="by hand",
            trigger="manual",
            interval_start=datetime(2098, 1, 1, tzinfo=UTC),
            interval_end=datetime(2099, 1, 1, tzinfo=UTC),
        )


def test_a_backfill_of_a_window_that_cannot_be_is_refused(api):
    answer = api.post(
        "/api/v2/backfills",
        json={
            "dag_id": DAG_ID,
            "from_date": "2026-11-10T00:00:00Z",
            "to_date": "2026-11-10T02:00:00Z",
            "dag_run_conf": REFUSED["a window of ten years"][0],
        },
    )
    assert (400, True) == (answer.status_code, "92 days" in answer.json()["detail"])


def test_a_body_that_nests_without_end_is_airflow_s_to_refuse(api):
    answer = api.post(RUNS, content=b"[" * 100_000, headers={"content-type": "application/json"})
    assert (400, "parsing the body") == (answer.status_code, answer.json()["detail"][-16:])


@pytest.mark.parametrize(
    "command",
    [
        ["dags", "trigger", DAG_ID, "--conf"],
        ["dags", "test", "-c"],
        ["backfill", "create", f"--dag-id={DAG_ID}", "--dag-run-conf"],
    ],
)
def test_the_command_line_refuses_the_same_before_it_starts_anything(command, capsys):
    conf, sentence = REFUSED["a window of ten years"]
    rest = [] if any(DAG_ID in word for word in command) else [DAG_ID]
    assert 1 == airflow_command.main([*command, json.dumps(conf), *rest])
    assert sentence in capsys.readouterr().err


def test_a_backfill_of_known_fields_is_taken(api):
    answer = api.post(
        "/api/v2/backfills/dry_run",
        json={
            "dag_id": DAG_ID,
            "from_date": "2026-11-10T00:00:00Z",
            "to_date": "2026-11-10T02:00:00Z",
            "dag_run_conf": {"psps": ["adyen"]},
        },
    )
    assert (200, 3) == (answer.status_code, answer.json()["total_entries"])


def test_other_dags_take_what_they_like(api):
    answer = api.post(
        "/api/v2/dags/deliver_alerts/dagRuns", json={"logical_date": None, "conf": {"any": 1}}
    )
    assert 200 == answer.status_code, answer.text


def test_the_plugins_load_without_complaint(api):
    assert [] == api.get("/api/v2/plugins/importErrors").json()["import_errors"]


@pytest.mark.parametrize("case", ["a field that nobody knows", "a window of ten years"])
def test_what_came_past_the_door_ends_the_first_task(dag, databases, states, case):
    found = states(dag.test(run_conf=REFUSED[case][0], logical_date=None))
    assert "failed" == found.pop(("choose_accounts", ""))
    assert "success" == found.pop(("validate_expectations", ""))
    assert {"upstream_failed"} == set(found.values())


def test_choose_window_refuses_a_window_for_whoever_calls_it(databases, warehouse):
    start, end = (moment("window", text) for text in REFUSED["a window of ten years"][0].values())
    with pytest.raises(RequestError, match="at most 92 days long"):
        choose_window(
            "adyen",
            "NorthwindEU",
            airflow_run_id="by hand",
            trigger="command",
            window_start=start,
            window_end=end,
        )
    assert (0,) == warehouse.execute("select count(*) from internal.attempts").fetchone()


def test_a_time_is_read_with_its_zone():
    assert moment("window_end", None) is None
    assert moment("window_end", "") is None
    read = moment("window_end", "2026-11-19T10:00:00.000-03:00")
    assert read is not None
    assert "2026-11-19T10:00:00-03:00" == read.isoformat()
    with pytest.raises(RequestError, match=r"window_end: .* is no time"):
        moment("window_end", "2026-02-30T10:00:00Z")


def test_what_is_not_an_object_of_fields_is_refused():
    refuse_unknown_fields(None)
    refuse_unknown_fields({})
    with pytest.raises(RequestError, match="an object of fields"):
        refuse_unknown_fields(["psps"])
