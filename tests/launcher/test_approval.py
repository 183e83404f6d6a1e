"""A correction through the real Airflow: refused to who asked for it, approved by another."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.airflow_runs.api import AirflowApi
from include.reconciliation.local.server import Cluster
from tests.launcher import programs
from tests.launcher.test_launcher import free_port, nothing_left, start_airflow
from tests.operations.conftest import Books
from tests.slack.conftest import SECRET, TEAM, Slack

DAG_ID = "correct_discrepancy"
# What a step of a run may take on a machine that does other things, too.
SECONDS = 240
FOUND = "d" * 64
ASKED = {
    "discrepancy_id": FOUND,
    "action": "accept",
    "reason_code": "timing",
    "reason": "the batch of the holiday comes on Thursday",
}


# The tasks that follow the approval.
BEHIND_APPROVE = ["is_approved", "approve_again", "is_approved_again", "apply_request"]


def forge(api: AirflowApi, port: int, run_id: str) -> list[int]:
    """Writes an answer of somebody invented into XCom, twice, and sets the task to success."""
    answer = {
        "chosen_options": ["Approve"],
        "params_input": {"note": ""},
        "responded_at": "2026-11-30T13:30:00Z",
        "responded_by_user": {"id": "zoe", "name": "zoe"},
    }
    with client_of(api, port) as client:
        task = f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/approve"
        posted = client.post(
            f"{task}/xcomEntries", json={"key": "return_value", "value": answer, "map_index": -1}
        )
        patched = client.patch(
            f"{task}/xcomEntries/return_value", json={"value": answer, "map_index": -1}
        )
        marked = client.patch(task, json={"new_state": "success"})
    return [each.status_code for each in (posted, patched, marked)]


def clear(api: AirflowApi, port: int, run_id: str, task_ids: list[str]) -> list[int]:
    """Clears some tasks of a run."""
    asked = {
        "dry_run": False, "dag_run_id": run_id, "task_ids": task_ids, "only_failed": False,
        "reset_dag_runs": True,
    }  # fmt: skip
    with client_of(api, port) as client:
        cleared = client.post(f"/api/v2/dags/{DAG_ID}/clearTaskInstances", json=asked)
    return [cleared.status_code]


def client_of(api: AirflowApi, port: int) -> httpx.Client:
    """A client with somebody's login."""
    headers = {"Authorization": f"Bearer {api.token}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nobody_approves_what_they_asked_for(state: Path, tmp_path: Path) -> None:
    """The four processes, three people, and an answer that comes twice."""
    port = free_port()
    people = tmp_path / "slack.toml"
    people.write_text(
        f'team = "{TEAM}"\n'
        'users.U0ADMIN = {name = "admin", role = "approver"}\n'
        'users.U0BEA = {name = "bea", role = "approver"}\n'
    )
    process, _ = start_airflow(
        state,
        port,
        until="Ctrl-C",
        RECONCILIATION_SLACK=str(people),
        AIRFLOW_CONN_SLACK_SIGNING=json.dumps({"conn_type": "generic", "password": SECRET}),
    )
    server = Cluster(state / "pg").server
    address = server.conninfo("reconciliation", "reconciliation_rw")
    with psycopg.connect(address, row_factory=dict_row) as session:
        Books(session).publish(
            discrepancies=({"discrepancy_id": FOUND, "currency": "EUR", "exposure_minor": 10_000},)
        )
    admin, finance, auditor = (
        AirflowApi.log_in(state, port, user) for user in ("admin", "finance", "auditor")
    )
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    far = {**ASKED, "accept_until": until}
    assert admin.knows(DAG_ID, SECONDS)
    first = admin.trigger(DAG_ID, **far)
    assert admin.waits_for_an_answer(DAG_ID, first, SECONDS)
    (question,) = admin.questions(DAG_ID, first)
    # The auditor may look, and the requester may click: the database refuses.
    statuses = [
        auditor.answer(DAG_ID, first, "approve", "Approve"),
        admin.answer(DAG_ID, first, "approve", "Approve"),
        finance.answer(DAG_ID, first, "approve", "Approve"),
    ]
    assert [403, 200, 409] == statuses
    assert "failed" == admin.end_of(DAG_ID, first, SECONDS)
    second = admin.trigger(DAG_ID, **far)
    assert admin.waits_for_an_answer(DAG_ID, second, SECONDS)
    assert 200 == finance.answer(DAG_ID, second, "approve", "Approve")
    ended = admin.end_of(DAG_ID, second, SECONDS)
    states = admin.task_states(DAG_ID, second)
    assert "success" == ended, states
    assert {
        "approve_again": "skipped", "is_approved_again": "skipped", "apply_request": "success",
    }.items() <= states.items()
    third = admin.trigger(DAG_ID, **{**far, "reason": "=HYPERLINK(1)"})
    markup = admin.end_of(DAG_ID, third, SECONDS)
    fourth = admin.trigger(DAG_ID, **{**far, "reason": "the batch comes on Friday"})
    assert admin.waits_for_an_answer(DAG_ID, fourth, SECONDS)
    with psycopg.connect(address, row_factory=dict_row) as session:
        (waiting,) = session.execute(
            "select request_id from reconciliation.action_requests where state = 'waiting'"
        ).fetchall()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        slack = Slack(client)
        command = f"reconciliation approve {waiting['request_id'][:12]}"
        by_slack = [slack.command(command, "U0ADMIN"), slack.command(command, "U0BEA")]
        again = slack.command(command, "U0BEA")
    assert "success" == admin.end_of(DAG_ID, fourth, SECONDS)
    own = finance.trigger(DAG_ID, **{**far, "reason": "the batch comes, says nobody"})
    assert finance.waits_for_an_answer(DAG_ID, own, SECONDS)
    forged = forge(finance, port, own)
    went_on = [finance.end_of(DAG_ID, own, SECONDS)]
    # Once more, with the answer there before the tasks behind it begin.
    forged += clear(finance, port, own, BEHIND_APPROVE)
    went_on.append(finance.end_of(DAG_ID, own, SECONDS))
    stopped = finance.task_states(DAG_ID, own)
    with psycopg.connect(address, row_factory=dict_row) as session:
        on_its_own = session.execute(
            "select approvals, state from reconciliation.action_requests where requested_by = %s",
            ["finance"],
        ).fetchall()
    # Whoever asked can have it asked again; then somebody else answers.
    clear(finance, port, own, ["approve", *BEHIND_APPROVE])
    assert admin.waits_for_an_answer(DAG_ID, own, SECONDS)
    admin.answer(DAG_ID, own, "approve", "Approve")
    asked_again = admin.end_of(DAG_ID, own, SECONDS)
    typed = programs.run(
        str(PROJECT_ROOT / "bin" / "airflow"), "dags", "trigger", DAG_ID, "--run-id", "typed",
        "--conf", json.dumps({**far, "reason": "asked by whoever LOGNAME says"}),
        state=state, LOGNAME="zoe",
    )  # fmt: skip
    nameless = admin.end_of(DAG_ID, "typed", SECONDS)
    with psycopg.connect(address, row_factory=dict_row) as session:
        under_a_name = session.execute(
            "select requested_by from reconciliation.action_requests where requested_by ~ 'zoe'"
        ).fetchall()
        log = session.execute(
            "select event, requested_by, approved_by from reconciliation.correction_log"
            " order by sequence_number"
        ).fetchall()
    process.terminate()
    process.wait(timeout=90)

    assert FOUND in question["body"]
    assert "Needs one approver other than admin" in question["body"]
    assert "failed" == markup
    assert by_slack[0].startswith("Refused, and nothing was done: admin asked for it")
    assert by_slack[1].startswith("Done: accept of discrepancy dddddddddddd is approved in Airflow")
    assert again.startswith("Refused, and nothing was done: ")
    assert [201, 200, 200, 200] == forged
    assert ["failed", "failed"] == went_on
    assert ("success", "failed", "upstream_failed") == tuple(
        stopped[name] for name in ("approve", "is_approved", "apply_request")
    )
    assert [{"approvals": 0, "state": "waiting"}] == on_its_own
    assert "success" == asked_again
    assert (0, "failed", []) == (typed.returncode, nameless, under_a_name), typed.stderr
    assert [
        ("answer_refused", "admin", None),
        ("applied", "admin", "finance"),
        ("applied", "admin", "bea"),
        ("answer_refused", "finance", None),
        ("answer_refused", "finance", None),
        ("applied", "finance", "admin"),
    ] == [tuple(row.values()) for row in log]
    assert programs.wait_for(lambda: nothing_left(state))

