"""Runs DAGs of this project in this process, as `airflow dags test` would."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.demo import place
from include.reconciliation.demo.place import RunFailed
from include.reconciliation.demo.timeline import StoryWindow

DAG_ID = "billing_gateway_reconciliation"


class AirflowRunner:
    """One DAG run per window, for all PSPs; and runs of other DAGs."""

    def __init__(self, psps: list[str]) -> None:
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        logging.disable(logging.WARNING)
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
            raise RunFailed(
                f"until {window.end:%Y-%m-%d %H:%M}: {', '.join(failed)} failed; "
                f"{place.airflow_log()} says why"
            )

    def run(self, dag_id: str, conf: Mapping[str, Any]) -> dict[str, str]:
        """The state of each task of a run, by its id; of a mapped one with its index."""
        dag = self._dag(dag_id)
        with _written_to(place.airflow_log()):
            run = dag.test(logical_date=None, run_conf=dict(conf))
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


@contextlib.contextmanager
def _written_to(path: Path) -> Iterator[None]:
    """Adds to a file what anybody prints meanwhile: Airflow's logger keeps hold of its stream."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    with path.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
