"""What the trigger refuses: at the door with HTTP 400, or in the first task, before any fetch."""

from typing import Any

import pytest

from include.reconciliation.errors import RequestError
from include.reconciliation.trigger_form import moment, refuse_unknown_fields

DAG_ID = "billing_gateway_reconciliation"
RUNS = f"/api/v2/dags/{DAG_ID}/dagRuns"
REFUSED = {
    "a PSP that is not configured": ({"psps": ["paypal"]}, "'paypal' is not one of"),
    "no PSP at all": ({"psps": []}, "non-empty"),
    "a PSP twice": ({"psps": ["adyen", "adyen"]}, "non-unique"),
    "a text where a list belongs": ({"psps": "adyen"}, "is not of type 'array'"),
    "a text where yes or no belongs": ({"dry_run": "yes"}, "is not of type 'boolean'"),
    "a word for a time": ({"window_start": "yesterday"}, "does not match"),
    "a time without a zone": ({"window_end": "2026-11-19T10:00:00"}, "does not match"),
    "a month that is none": ({"window_end": "2026-13-19T10:00:00Z"}, "does not match"),
    "SQL": ({"window_end": "2026-11-19T10:00:00Z'; drop table x; --"}, "does not match"),
    "a number for a note": ({"note": 7}, "7 is not of type"),
    "a field that nobody knows": ({"window_strat": None}, "unknown fields: window_strat"),
}


@pytest.fixture(scope="module")
def api(airflow_database) -> Any:
    """Airflow's API as `make up` starts it, plugins included, with an administrator logged in."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from airflow.configuration import conf
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from fastapi.testclient import TestClient

    from include.reconciliation.config import PROJECT_ROOT

    DagBundlesManager().sync_bundles_to_db()
    bag = BundleDagBag(
        PROJECT_ROOT / "dags", bundle_path=PROJECT_ROOT / "dags", bundle_name="dags-folder"
    )
    sync_bag_to_db(bag, "dags-folder", None)
    conf.set("core", "simple_auth_manager_all_admins", "True")
    purge_cached_app()
    with TestClient(create_app(apps="core"), base_url="http://testserver") as client:
        token = client.get("/auth/token").json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client
    conf.remove_option("core", "simple_auth_manager_all_admins")
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
    asked = {"psps": ["adyen"], "window_start": "2026-11-10T00:00:00Z", "dry_run": True}
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


def test_an_unknown_field_that_came_past_the_door_ends_the_first_task(dag, databases, states):
    found = states(dag.test(run_conf={"window_strat": None}, logical_date=None))
    assert "failed" == found.pop(("choose_accounts", ""))
    assert "success" == found.pop(("validate_expectations", ""))
    assert {"upstream_failed"} == set(found.values())


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
