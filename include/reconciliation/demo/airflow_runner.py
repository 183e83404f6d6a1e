"""Runs `billing_gateway_reconciliation` in this process, as `airflow dags test` would."""

from __future__ import annotations

import logging
import os

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.demo.place import RunFailed
from include.reconciliation.demo.timeline import StoryWindow

DAG_ID = "billing_gateway_reconciliation"


class AirflowRunner:
    """One DAG run per window, for all PSPs."""

    def __init__(self, psps: list[str]) -> None:
        # structlog writes to standard output, between the lines of the demo.
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        logging.disable(logging.WARNING)
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(PROJECT_ROOT / "dags" / f"{DAG_ID}.py")
        if bag.import_errors:
            raise RunFailed("\n".join(bag.import_errors.values()))
        self._dag = bag.dags[DAG_ID]
        self._psps = psps

    def __call__(self, window: StoryWindow) -> None:
        """Run one window; RunFailed names the tasks that did not end well."""
        run = self._dag.test(
            logical_date=None,
            run_conf={
                "psps": self._psps,
                "window_start": window.start.isoformat(),
                "window_end": window.end.isoformat(),
            },
        )
        failed = sorted(
            f"{task.task_id}[{task.map_index}]"
            for task in run.get_task_instances()
            if task.state not in ("success", "skipped")
        )
        if failed:
            raise RunFailed(f"until {window.end:%Y-%m-%d %H:%M}: {', '.join(failed)} failed")
