"""Airflow's REST API as the person who runs `make up` reaches it."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.launcher import programs


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

        return programs.wait_for(is_there, seconds)

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

        programs.wait_for(has_ended, seconds)
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

        found = programs.wait_for(is_asked, seconds)
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
            return json.load(answer)
