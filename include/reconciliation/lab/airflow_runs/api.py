"""Airflow's REST API as the person who runs `make up` reaches it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from include.reconciliation.lab.waiting import wait_for


@dataclass(frozen=True, slots=True)
class AirflowApi:
    """The API of a launcher, with somebody's login."""

    address: str
    token: str

    @classmethod
    def log_in(cls, state: Path, port: int, user: str = "admin") -> "AirflowApi":
        """With the password that `make up` prints."""
        address = f"http://127.0.0.1:{port}"
        file = state / "airflow" / "simple_auth_manager_passwords.json.generated"
        password = json.loads(file.read_text())[user]
        login = {"username": user, "password": password}
        return cls(address, cls(address, "")._ask("POST", "/auth/token", login)["access_token"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Every task instance of a run, as the API gives it."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=200"
        return list(self._ask("GET", path)["task_instances"])

    def clear(self, dag_id: str, run_id: str, *, only_failed: bool = False) -> None:
        """Clears the tasks of a run, which begins again."""
        asked = {"dag_run_id": run_id, "dry_run": False, "only_failed": only_failed,
                 "reset_dag_runs": True}  # fmt: skip
        self._ask("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", asked)

    def mark(self, dag_id: str, run_id: str, state: str) -> None:
        """Marks a run as a person does in the UI."""
        self._ask("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", {"state": state})

    def backfill(self, dag_id: str, start: str, end: str, form: Mapping[str, Any]) -> None:
        """Asks for the runs of a span again, whatever became of them before."""
        asked = {
            "dag_id": dag_id,
            "from_date": start,
            "to_date": end,
            "run_backwards": False,
            "dag_run_conf": dict(form),
            "max_active_runs": 1,
            "reprocess_behavior": "completed",
        }
        self._ask("POST", "/api/v2/backfills", asked)

    def runs(self, dag_id: str, run_type: str) -> list[dict[str, Any]]:
        """The runs of a DAG of one type: manual, backfill, scheduled."""
        page = self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns?run_type={run_type}&limit=100")
        return list(page["dag_runs"])

    def set_variable(self, name: str, value: str) -> None:
        """Sets a Variable, there already or not."""
        body = {"key": name, "value": value}
        try:
            self._ask("POST", "/api/v2/variables", body)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.CONFLICT:
                raise
            self._ask("PATCH", f"/api/v2/variables/{name}", body)

    def delete_variable(self, name: str) -> None:
        """Takes a Variable away."""
        self._ask("DELETE", f"/api/v2/variables/{name}")

    def is_paused(self, dag_id: str) -> bool:
        return bool(self._ask("GET", f"/api/v2/dags/{dag_id}")["is_paused"])

    def knows(self, dag_id: str, seconds: float) -> bool:
        """Whether a DAG's file comes to be read."""

        def is_there() -> bool:
            try:
                self._ask("GET", f"/api/v2/dags/{dag_id}")
            except urllib.error.HTTPError:
                return False
            return True

        return wait_for(is_there, seconds)

    def trigger(self, dag_id: str, **conf: object) -> str:
        """Unpause a DAG and trigger it without a date; returns the run's id."""
        self._ask("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
        asked = {"logical_date": None, "conf": conf}
        return str(self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", asked)["dag_run_id"])

    def end_of(self, dag_id: str, run_id: str, seconds: float) -> str:
        """The state of a run when it has ended, or the last one seen in time."""
        seen = ""

        def has_ended() -> bool:
            nonlocal seen
            seen = self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]
            return seen in ("success", "failed")

        wait_for(has_ended, seconds)
        return seen

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """The state of each task of a run, by task and account."""
        page = self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100")
        return {
            f"{task['task_id']} {task['rendered_map_index'] or ''}".strip(): task["state"]
            for task in page["task_instances"]
        }

    def waits_for_an_answer(self, dag_id: str, run_id: str, seconds: float) -> bool:
        """Whether a run comes to ask a person."""

        def is_asked() -> bool:
            # It is listed a moment before its task waits for the answer.
            asked = self.questions(dag_id, run_id)
            return any(each["task_instance"]["state"] == "awaiting_input" for each in asked)

        found = wait_for(is_asked, seconds)
        # An answer that is faster than the end of the process which asked is taken for its failure,
        # and on a machine that does other things that end takes seconds.
        time.sleep(12)
        return found

    def questions(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """What a run asks of people, and nobody has answered."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/hitlDetails?response_received=false"
        return list(self._ask("GET", path)["hitl_details"])

    def answer(self, dag_id: str, run_id: str, task_id: str, chosen: str) -> int:
        """Answers in the name of whoever is logged in; the status of the API's answer."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"
        try:
            self._ask("PATCH", path, {"chosen_options": [chosen], "params_input": {"note": "ok"}})
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None
