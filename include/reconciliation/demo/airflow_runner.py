"""Runs DAGs of this project in this process, as `airflow dags test` would."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.demo.place import RunFailed
from include.reconciliation.demo.timeline import StoryWindow

DAG_ID = "billing_gateway_reconciliation"


class AirflowRunner:
    """One DAG run per window, for all PSPs; and runs of other DAGs."""

    def __init__(self, psps: list[str]) -> None:
        # structlog writes to standard output, between the lines of the demo.
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        # What fails here is told by its rows, and no run is tried again.
        logging.disable(logging.CRITICAL)
        self._dags: dict[str, Any] = {}
        self._psps = psps
        self._dag(DAG_ID)

    def __call__(self, window: StoryWindow) -> None:
        """Run one window; RunFailed names the tasks that did not end well."""
        states = self.run(
            DAG_ID,
            {
                "psps": self._psps,
                "window_start": window.start.isoformat(),
                "window_end": window.end.isoformat(),
            },
        )
        failed = sorted(
            task for task, state in states.items() if state not in ("success", "skipped")
        )
        if failed:
            raise RunFailed(f"until {window.end:%Y-%m-%d %H:%M}: {', '.join(failed)} failed")

    def run(self, dag_id: str, conf: Mapping[str, Any]) -> dict[str, str]:
        """The state of each task of a run, by its id; of a mapped one with its index."""
        run = self._dag(dag_id).test(logical_date=None, run_conf=dict(conf))
        return {
            task.task_id if task.map_index < 0 else f"{task.task_id}[{task.map_index}]": str(
                task.state
            )
            for task in run.get_task_instances()
        }

    def _dag(self, dag_id: str) -> Any:
        if dag_id not in self._dags:
            from airflow.dag_processing.dagbag import DagBag

            bag = DagBag(PROJECT_ROOT / "dags" / f"{dag_id}.py")
            if bag.import_errors:
                raise RunFailed("\n".join(bag.import_errors.values()))
            self._dags[dag_id] = bag.dags[dag_id]
        return self._dags[dag_id]
